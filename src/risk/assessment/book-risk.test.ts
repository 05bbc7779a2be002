/**
 * Value at risk and correlation of an entry from returns by hand, beside a plain reference, and what is left without a figure.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, type InstrumentIndex, MINUTE_MS, instrumentIndex, lots, ticks } from '../../core/units.ts'
import { fractionLimit } from '../../core/money-limit.ts'
import type { PortfolioView } from '../../portfolio/view.ts'
import { btc, coins, figures, viewOf } from '../../../test/support/kernel/risk-view.ts'
import { RESEARCH_LIMITS } from '../limits.ts'
import { addOthers, checkTail } from '../return-limits.ts'
import { bookRiskOf } from './book-risk.ts'

/** Every symbol stands at 64,000, so that 100 lots are 6,400; the first is the one that is entered. */
const viewWith = (held: readonly number[], returns: readonly (readonly number[] | undefined)[], intervalMs = DAY_MS): PortfolioView => ({
  ...viewOf(figures()),
  intervalMs,
  instrument: (i) => ({ ...btc, index: i }),
  mark: () => ticks(640_000),
  positionLots: (i: InstrumentIndex) => lots(held[i] ?? 0),
  symbolsAtStake: () => held.flatMap((size, i) => (size === 0 ? [] : [instrumentIndex(i)])),
  returnsOf: (i) => {
    const known = returns[i]
    return known === undefined ? undefined : Float64Array.from(known)
  },
})
const I = instrumentIndex(0)
/** Days of -1 % to -20 %, once each: the type-7 quantile at 5 % is 19.05 %. */
const falling = Array.from({ length: 20 }, (_, k) => -(k + 1) / 100)
const negated = falling.map((value) => -value)

describe('by hand', () => {
  test('alone: all of the VaR is its own, and there is nothing to correlate with', () => {
    expect(bookRiskOf(I, 1, coins(6_400), viewWith([], [falling]))).toEqual({
      marginalVar95: coins(6_400 * 0.1905),
      var95After: coins(6_400 * 0.1905),
      correlation: null,
    })
    // A short of what only falls cannot lose.
    expect(bookRiskOf(I, -1, -coins(6_400), viewWith([], [falling]))?.var95After).toBe(0)
    // Minutes: times the root of 1,440.
    expect(bookRiskOf(I, 1, coins(6_400), viewWith([], [falling], MINUTE_MS))?.var95After).toBeCloseTo(
      coins(6_400 * 0.1905 * Math.sqrt(1_440)),
      -2,
    )
  })
  test('with what moves the same way it adds, against it it hedges', () => {
    const long = bookRiskOf(I, 1, coins(6_400), viewWith([0, 100], [falling, falling]))
    expect(long).toMatchObject({ marginalVar95: coins(6_400 * 0.1905), var95After: coins(12_800 * 0.1905) })
    expect(long?.correlation).toBeCloseTo(1, 9)
    const short = bookRiskOf(I, -1, -coins(6_400), viewWith([0, 100], [falling, falling]))
    expect(short).toMatchObject({ marginalVar95: -coins(6_400 * 0.1905), var95After: 0 })
    expect(short?.correlation).toBeCloseTo(-1, 9)
    expect(bookRiskOf(I, 1, coins(6_400), viewWith([0, 100], [falling, negated]))?.correlation).toBeCloseTo(-1, 9)
  })
  test('an addition counts what is held already on both sides of the difference, and that is no other symbol', () => {
    expect(bookRiskOf(I, 1, coins(6_400), viewWith([100], [falling]))).toEqual({
      marginalVar95: coins(6_400 * 0.1905),
      var95After: coins(12_800 * 0.1905),
      correlation: null,
    })
  })
  test('too few bars of the symbol: no figure; of another one: it moves with the entry', () => {
    expect(bookRiskOf(I, 1, coins(6_400), viewWith([0, 100], [undefined, falling]))).toBeUndefined()
    const risk = bookRiskOf(I, 1, coins(6_400), viewWith([0, -100], [falling, undefined]))
    expect(risk?.var95After).toBe(coins(12_800 * 0.1905))
    expect(risk?.correlation).toBeCloseTo(1, 9)
    expect(bookRiskOf(I, 1, coins(6_400), viewWith([0, 100], [falling, falling.map(() => 0)]))?.correlation).toBeNull()
  })
})

test('the VaR after is the one that the limit judges', () => {
  const walk = fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 200, maxLength: 200 })
  const size = fc.integer({ min: -400, max: 400 })
  fc.assert(
    fc.property(fc.tuple(walk, walk, walk), size, size, fc.constantFrom(1 as const, -1 as const), (returns, b, c, side) => {
      const view = viewWith([0, b, c], returns)
      const risk = bookRiskOf(I, side, side * coins(6_400), view)
      const added = { instrument: I, side, notional: coins(6_400), closing: coins(0) }
      const denial = checkTail(added, view, { ...RESEARCH_LIMITS, varMax: fractionLimit(0) })
      expect(denial === undefined ? '0' : denial.figures.after).toBe(String((risk?.var95After ?? 0) / 1e8))
    }),
    { numRuns: 50 },
  )
})

test('what all others made is the sum one after the other, to the last bit, however many there are', () => {
  const column = fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 5, maxLength: 5 })
  const other = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.option(column, { nil: undefined }))
  fc.assert(
    fc.property(column, fc.array(other, { maxLength: 11 }), fc.constantFrom(1 as const, -1 as const), (own, others, side) => {
      const view = viewWith([100, ...others.map(([size]) => size)], [own, ...others.map(([, returns]) => returns)])
      const entered = Float64Array.from(own)
      const sum = new Float64Array(5)
      expect(addOthers(sum, view, I, side, entered)).toBe(others.length > 0)
      const plain = own.map((_, k) =>
        others.reduce(
          (total, [size, returns]) =>
            total + (returns === undefined ? side * coins(64 * size) : coins(64 * size)) * ((returns ?? own)[k] as number),
          0,
        ),
      )
      expect([...sum]).toEqual(plain.map((value) => value + 0))
    }),
  )
})
