/**
 * Wilder's average true range against a published table and against sums over all true ranges.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAtrReady, makeAtr, updateAtr } from './atr.ts'

/** StockCharts ChartSchool, "Average True Range", the 14-day table of QQQ: high, low, close. */
const BARS = [
  [48.7, 47.79, 48.16],
  [48.72, 48.14, 48.61],
  [48.9, 48.39, 48.75],
  [48.87, 48.37, 48.63],
  [48.82, 48.24, 48.74],
  [49.05, 48.64, 49.03],
  [49.2, 48.94, 49.07],
  [49.35, 48.86, 49.32],
  [49.92, 49.5, 49.91],
  [50.19, 49.87, 50.13],
  [50.12, 49.2, 49.53],
  [49.66, 48.9, 49.5],
  [49.88, 49.43, 49.75],
  [50.19, 49.73, 50.03],
  [50.36, 49.26, 50.31],
  [50.57, 50.09, 50.52],
  [50.65, 50.3, 50.41],
  [50.43, 49.21, 49.34],
  [49.63, 48.98, 49.37],
  [50.33, 49.61, 50.23],
  [50.29, 49.2, 49.24],
  [50.17, 49.43, 49.93],
  [49.32, 48.08, 48.43],
  [48.5, 47.64, 48.18],
  [48.32, 41.55, 46.57],
  [46.8, 44.28, 45.41],
  [47.8, 47.31, 47.77],
  [48.39, 47.2, 47.72],
  [48.66, 47.9, 48.62],
  [48.79, 47.73, 47.85],
] as const
const PUBLISHED = [0.56, 0.59, 0.59, 0.57, 0.62, 0.62, 0.64, 0.67, 0.69, 0.78, 0.78, 1.21, 1.3, 1.38, 1.37, 1.34, 1.32]

test('gives the published table', () => {
  const atr = makeAtr(14)
  // The table counts the first day's high less low as a true range: a close inside that day, one bar before, says the same.
  updateAtr(atr, 48.2, 48.2, 48.2)
  const seen: number[] = []
  for (const [high, low, close] of BARS) {
    updateAtr(atr, high, low, close)
    if (isAtrReady(atr)) seen.push(atr.value)
  }
  expect(seen).toHaveLength(PUBLISHED.length)
  // Inputs and outputs of the table are rounded to two decimals.
  seen.forEach((value, k) => {
    expect(Math.abs(value - (PUBLISHED[k] as number))).toBeLessThan(0.012)
  })
})

test('equals the weighted sum of true ranges', () => {
  const bar = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), fc.integer({ min: 600, max: 5_000 }))
  fc.assert(
    fc.property(fc.array(bar, { minLength: 2, maxLength: 50 }), fc.integer({ min: 1, max: 15 }), (list, period) => {
      const bars = list.map(([up, down, close]) => ({ high: close + up, low: close - down, close }))
      const atr = makeAtr(period)
      for (const { high, low, close } of bars) updateAtr(atr, high, low, close)
      const ranges = bars.slice(1).map(({ high, low }, k) => {
        const before = bars[k]?.close as number
        return Math.max(high, before) - Math.min(low, before)
      })
      expect(isAtrReady(atr)).toBe(ranges.length >= period)
      if (ranges.length < period) return
      const rest = ranges.slice(period)
      const seed = ranges.slice(0, period).reduce((sum, r) => sum + r, 0) / period
      const expected = rest.reduce(
        (sum, r, k) => sum + (r / period) * (1 - 1 / period) ** (rest.length - 1 - k),
        seed * (1 - 1 / period) ** rest.length,
      )
      expect(Math.abs(atr.value - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, expected))
    }),
  )
})
