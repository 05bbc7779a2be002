/**
 * The quantile that does not sort beside the one that does.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lowQuantileOf, quantileOf } from '../results/statistics.ts'

test('of values in any order it is that of the sorted ones, to the last bit', () => {
  const values = fc.float64Array({ minLength: 1, maxLength: 250, noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (given, probability) => {
      expect(lowQuantileOf(given, probability)).toBe(quantileOf(Float64Array.from(given).sort(), probability))
    }),
  )
  expect(lowQuantileOf(Float64Array.of(3, 1, 2, 4, 5), 0.25)).toBe(2)
  expect(lowQuantileOf(Float64Array.of(7), 0.05)).toBe(7)
})
