/**
 * Wilder's RSI against a published table and against sums over all changes.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRsiReady, makeRsi, rsiValue, updateRsi } from './rsi.ts'

/** StockCharts ChartSchool, "Relative Strength Index", the 14-day table: closes, and the RSI from the 15th close on. */
const CLOSES = [
  44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.614, 46.282, 46.282,
  46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672,
  43.4205, 42.6628, 43.1314,
]
const PUBLISHED = [
  70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87, 45.46, 37.3, 33.08, 37.77,
]

test('gives the published table', () => {
  const rsi = makeRsi(14)
  const seen: number[] = []
  for (const close of CLOSES) {
    updateRsi(rsi, close)
    if (isRsiReady(rsi)) seen.push(rsiValue(rsi))
    else expect(rsiValue(rsi)).toBeNaN()
  }
  expect(seen).toHaveLength(PUBLISHED.length)
  // The published inputs are rounded to four decimals.
  seen.forEach((value, k) => {
    expect(Math.abs(value - (PUBLISHED[k] as number))).toBeLessThan(0.02)
  })
})

test('equals the weighted sums of gains and losses', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 2, maxLength: 60 }),
      fc.integer({ min: 1, max: 15 }),
      (list, period) => {
        const rsi = makeRsi(period)
        for (const value of list) updateRsi(rsi, value)
        const changes = list.slice(1).map((value, k) => value - (list[k] as number))
        expect(isRsiReady(rsi)).toBe(changes.length >= period)
        if (changes.length < period) return
        const smoothed = (of: (change: number) => number): number => {
          const rest = changes.slice(period)
          const seed = changes.slice(0, period).reduce((sum, c) => sum + of(c), 0) / period
          return rest.reduce(
            (sum, c, k) => sum + (of(c) / period) * (1 - 1 / period) ** (rest.length - 1 - k),
            seed * (1 - 1 / period) ** rest.length,
          )
        }
        const gain = smoothed((c) => Math.max(c, 0))
        const loss = smoothed((c) => Math.max(-c, 0))
        const expected = gain + loss === 0 ? 50 : loss === 0 ? 100 : 100 - 100 / (1 + gain / loss)
        expect(rsiValue(rsi)).toBeCloseTo(expected, 8)
      },
    ),
  )
})

test.each([
  ['only gains', [1, 2, 3, 4], 100],
  ['only losses', [4, 3, 2, 1], 0],
  ['no change', [5, 5, 5, 5], 50],
])('%s', (_, list, expected) => {
  const rsi = makeRsi(3)
  for (const value of list) updateRsi(rsi, value)
  expect(rsiValue(rsi)).toBe(expected)
})
