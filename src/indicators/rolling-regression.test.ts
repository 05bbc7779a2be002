/**
 * The rolling regression against the sums of its definition, at every pair.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineOf, makeRegression, updateRegression } from './rolling-regression.ts'

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

test('the rolling regression equals least squares of the window at every pair', () => {
  const value = fc.integer({ min: 1, max: 4_000 }).map((n) => n / 1_000)
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 60 }), fc.integer({ min: 3, max: 12 }), (pairs, period) => {
      const regression = makeRegression(period)
      pairs.forEach(([x, y], k) => {
        // Far from zero, as the logarithm of a price is.
        updateRegression(regression, 11 + x / 100, 8 + y / 100)
        const window = pairs.slice(Math.max(0, k + 1 - period), k + 1).map(([a, b]) => [11 + a / 100, 8 + b / 100] as const)
        const [mx, my] = [mean(window.map(([a]) => a)), mean(window.map(([, b]) => b))]
        const varX = mean(window.map(([a]) => (a - mx) ** 2))
        const line = lineOf(regression)
        if (window.length < period || varX < 1e-10) {
          if (window.length < period) expect(line).toBeUndefined()
          return
        }
        const slope = mean(window.map(([a, b]) => (a - mx) * (b - my))) / varX
        const residuals = window.map(([a, b]) => b - my - slope * (a - mx))
        expect(line?.slope).toBeCloseTo(slope, 5)
        expect(line?.intercept).toBeCloseTo(my - slope * mx, 4)
        expect(line?.deviation).toBeCloseTo(Math.sqrt(mean(residuals.map((r) => r * r))), 6)
      })
    }),
  )
})

test('a regression on what does not move has no line; one of what does not move has no correlation', () => {
  const [still, flat] = [makeRegression(3), makeRegression(3)]
  for (const k of [1, 2, 3]) {
    updateRegression(still, 5, k)
    updateRegression(flat, k, 5)
  }
  expect(lineOf(still)).toBeUndefined()
  expect(lineOf(flat)).toEqual({ slope: 0, intercept: 5, deviation: 0, correlation: 0 })
})

test('a straight line is found exactly, with correlation 1', () => {
  const regression = makeRegression(4)
  for (const k of [1, 2, 3, 4, 5]) updateRegression(regression, k, 3 + 2 * k)
  expect(lineOf(regression)).toEqual({ slope: 2, intercept: 3, deviation: 0, correlation: 1 })
})
