/**
 * The simple average against exact sums over the window, at every bar.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareSma, isSmaReady, makeSma, smaValue, updateSma } from './sma.ts'

const values = fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 80 })

test('equals the exact mean of the window at every bar, and is not ready before', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 20 }), (list, period) => {
      const sma = makeSma(period)
      list.forEach((value, k) => {
        updateSma(sma, value)
        expect(isSmaReady(sma)).toBe(k >= period - 1)
        if (k < period - 1) expect(smaValue(sma)).toBeNaN()
        else expect(smaValue(sma)).toBe(Number(list.slice(k - period + 1, k + 1).reduce((sum, v) => sum + BigInt(v), 0n)) / period)
      })
    }),
  )
})

test('two averages compare as the exact fractions do: equal ones are equal', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (list, p, q) => {
      const [a, b] = [makeSma(p), makeSma(q)]
      list.forEach((value, k) => {
        updateSma(a, value)
        updateSma(b, value)
        if (!isSmaReady(a) || !isSmaReady(b)) return
        const sum = (n: number): bigint => list.slice(k - n + 1, k + 1).reduce((total, v) => total + BigInt(v), 0n)
        const exact = sum(p) * BigInt(q) - sum(q) * BigInt(p)
        expect(Math.sign(compareSma(a, b))).toBe(exact === 0n ? 0 : exact > 0n ? 1 : -1)
      })
    }),
  )
})

test('after a million values the sum has not drifted', () => {
  const sma = makeSma(50)
  let expected = 0
  for (let k = 0; k < 1_000_000; k++) {
    const value = 600_000 + ((k * 7_919) % 1_013)
    updateSma(sma, value)
    if (k >= 999_950) expected += value
  }
  expect(sma.sum).toBe(expected)
})
