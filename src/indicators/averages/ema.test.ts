/**
 * The exponential average against its definition, summed again at every bar.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isEmaReady, makeEma, updateEma } from './ema.ts'

/** Mean of the first `period` values, weighted (1 - alpha)^n, and alpha (1 - alpha)^age of each value after them. */
function weighted(list: readonly number[], period: number): number {
  const alpha = 2 / (period + 1)
  const seed = list.slice(0, period).reduce((sum, v) => sum + v, 0) / period
  const rest = list.slice(period)
  return rest.reduce((sum, v, k) => sum + alpha * (1 - alpha) ** (rest.length - 1 - k) * v, seed * (1 - alpha) ** rest.length)
}

test('equals the weighted sum of its definition at every bar', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (list, period) => {
        const ema = makeEma(period)
        list.forEach((value, k) => {
          updateEma(ema, value)
          expect(isEmaReady(ema)).toBe(k >= period - 1)
          if (isEmaReady(ema)) expect(Math.abs(ema.value / weighted(list.slice(0, k + 1), period) - 1)).toBeLessThan(1e-12)
        })
      },
    ),
  )
})

test('a constant stays itself', () => {
  const ema = makeEma(10)
  for (let k = 0; k < 100; k++) updateEma(ema, 42)
  expect(ema.value).toBe(42)
})
