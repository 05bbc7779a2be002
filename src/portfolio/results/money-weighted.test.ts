/**
 * The money-weighted return against a root finder of another library.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { moneyWeighted } from './money-weighted.ts'

describe('money-weighted return', () => {
  // By scipy.optimize.brentq (1.17) on start g + sum flow g^(1 - at) = end.
  test.each([
    [10_000, 12_000, [{ at: 0.5, amount: 1_000 }], 0.09534143900269365],
    [
      10_000,
      7_600,
      [
        { at: 0.25, amount: -2_000 },
        { at: 0.75, amount: -500 },
      ],
      0.011936332570786412,
    ],
    [
      5_000,
      9_100,
      [
        { at: 0.1, amount: 3_000 },
        { at: 0.9, amount: 1_000 },
      ],
      0.012824287174542093,
    ],
    [1_000, 400, [], -0.6],
  ])('from %d to %d', (start, end, flows, rate) => {
    expect(moneyWeighted(start, end, flows)).toBeCloseTo(rate, 12)
  })

  test('the rate makes the end of the start and the flows', () => {
    const money = fc.double({ min: 100, max: 1e6, noNaN: true })
    const flow = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), amount: fc.double({ min: 0, max: 1e5, noNaN: true }) })
    fc.assert(
      fc.property(money, money, fc.array(flow, { maxLength: 6 }), (start, end, flows) => {
        const rate = moneyWeighted(start, end, flows)
        if (rate === undefined) return
        const grown = flows.reduce((sum, { at, amount }) => sum + amount * (1 + rate) ** (1 - at), start * (1 + rate))
        expect(Math.abs(grown - end) / end).toBeLessThan(1e-9)
      }),
    )
  })

  test('money that was lost twice over has no rate', () => {
    expect(moneyWeighted(1_000, -500, [])).toBeUndefined()
    expect(moneyWeighted(0, 500, [])).toBeUndefined()
  })
})
