/**
 * The planned loss and its parts, against exact integers.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASH_MAX, RATE_ONE, rate } from '../core/units.ts'
import { rateOf } from './planned-loss.ts'

describe('rateOf', () => {
  test('a rate of an amount is the exact product rounded up, whatever the rate has of digits', () => {
    const anyRate = fc.integer({ min: 0, max: RATE_ONE })
    const wholeRate = fc.integer({ min: 0, max: 1e5 }).map((n) => n * 1e5)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: CASH_MAX }), fc.oneof(anyRate, wholeRate), (amount, part) => {
        const exact = (BigInt(amount) * BigInt(part) + BigInt(RATE_ONE) - 1n) / BigInt(RATE_ONE)
        expect(BigInt(rateOf(amount, rate(part)))).toBe(exact)
      }),
      { numRuns: 2_000 },
    )
  })
})
