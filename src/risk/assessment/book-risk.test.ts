/**
 * Value at risk and correlation of an entry from closes by hand, beside a plain reference, and what is left without a figure.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type InstrumentIndex, MINUTE_MS, instrumentIndex, lots, ticks } from '../../core/units.ts'
import { Bars } from '../../market/bars.ts'
import { covarianceOf, deviationOf } from '../../portfolio/statistics.ts'
import type { PortfolioView } from '../../portfolio/view.ts'
import { btc, coins, figures, viewOf } from '../../../test/support/risk-view.ts'
import { RETURNS_MIN, bookRiskOf } from './book-risk.ts'

/** Minutes whose closes follow from returns; the first has none. */
function barsOf(returns: readonly number[], from = 0): Bars {
  const closes = [1_000_000]
  for (const move of returns) closes.push((closes.at(-1) as number) * (1 + move))
  const column = Float64Array.from(closes)
  const series = new Bars(MINUTE_MS, {
    ts: Float64Array.from(closes, (_, at) => from + at * MINUTE_MS),
    open: column,
    high: column,
    low: column,
    close: column,
    volume: column,
  })
  series.cursor = closes.length
  return series
}
/** Every symbol stands at 64,000; lots of 0.001. */
const viewWith = (held: readonly number[]): PortfolioView => ({
  ...viewOf(figures()),
  instrument: (i) => ({ ...btc, index: i }),
  mark: () => ticks(640_000),
  positionLots: (i: InstrumentIndex) => lots(held[i] ?? 0),
})
const I = instrumentIndex(0)
const Z = 1.6448536269514722
const DAY_ROOT = Math.sqrt(1_440)
const upDown = Array.from({ length: 120 }, (_, k) => (k % 2 === 0 ? 0.01 : -0.01))
const twoByTwo = Array.from({ length: 120 }, (_, k) => (k % 4 < 2 ? 0.01 : -0.01))
/** Deviation with ddof 1 of 120 returns of +-1 %. */
const DEVIATION = 0.01 * Math.sqrt(120 / 119)

describe('by hand', () => {
  test('alone: all of the day’s VaR is its own, and there is nothing to correlate with', () => {
    const risk = bookRiskOf(I, 0, coins(6_400), viewWith([]), [barsOf(upDown)])
    expect(risk?.var95After).toBeCloseTo(coins(6_400) * Z * DAY_ROOT * DEVIATION, -2)
    expect(risk).toMatchObject({ marginalVar95: risk?.var95After, correlation: null })
  })
  test('beside a symbol that moves independently: the root of the sum of squares', () => {
    // 0.1 of the other is held: 6,400 too.
    const risk = bookRiskOf(I, 0, coins(6_400), viewWith([0, 100]), [barsOf(upDown), barsOf(twoByTwo)])
    const alone = coins(6_400) * Z * DAY_ROOT * DEVIATION
    expect(risk?.correlation).toBeCloseTo(0, 9)
    expect(risk?.var95After).toBeCloseTo(alone * Math.SQRT2, -2)
    expect(risk?.marginalVar95).toBeCloseTo(alone * (Math.SQRT2 - 1), -2)
  })
  test('with what moves the same way it adds, against it it hedges', () => {
    const same = [barsOf(upDown), barsOf(upDown)]
    const alone = coins(6_400) * Z * DAY_ROOT * DEVIATION
    const long = bookRiskOf(I, 0, coins(6_400), viewWith([0, 100]), same)
    expect(long?.correlation).toBeCloseTo(1, 9)
    expect(long?.marginalVar95).toBeCloseTo(alone, -2)
    const short = bookRiskOf(I, 0, -coins(6_400), viewWith([0, 100]), same)
    expect(short?.correlation).toBeCloseTo(-1, 9)
    expect(short?.marginalVar95).toBeCloseTo(-alone, -2)
  })
  test('without enough bars that both have there is no figure', () => {
    const view = viewWith([0, 100])
    const long = barsOf(upDown)
    expect(bookRiskOf(I, 0, 1, view, [long, barsOf(upDown.slice(0, RETURNS_MIN - 1), 80 * MINUTE_MS)])).toBeUndefined()
    expect(bookRiskOf(I, 0, 1, view, [long, barsOf(upDown.slice(0, RETURNS_MIN), (120 - RETURNS_MIN) * MINUTE_MS)])).toBeDefined()
    // The other is a bar ahead or a day behind.
    expect(bookRiskOf(I, 0, 1, view, [long, barsOf(upDown, MINUTE_MS)])).toBeDefined()
    expect(bookRiskOf(I, 0, 1, view, [long, barsOf(upDown, -1_440 * MINUTE_MS)])).toBeUndefined()
    expect(bookRiskOf(I, 0, 1, viewWith([]), [])).toBeUndefined()
  })
})

test('beside a reference: variance of the book before and after, by covariances of each pair', () => {
  const walk = fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 120, maxLength: 120 })
  fc.assert(
    fc.property(
      fc.tuple(walk, walk, walk),
      fc.integer({ min: -400, max: 400 }),
      fc.integer({ min: -400, max: 400 }),
      ([a, b, c], heldB, heldC) => {
        fc.pre(heldB !== 0 && heldC !== 0 && (deviationOf(a) ?? 0) > 1e-6)
        const notional = coins(6_400)
        const weights = [notional, coins(heldB * 64), coins(heldC * 64)]
        const columns = [a, b, c]
        const variance = (of: readonly number[]): number =>
          of.reduce(
            (sum, x, j) => sum + of.reduce((inner, y, k) => inner + x * y * (covarianceOf(columns[j] ?? [], columns[k] ?? []) ?? 0), 0),
            0,
          )
        const expected = Z * DAY_ROOT * Math.sqrt(Math.max(0, variance(weights)))
        const before = Z * DAY_ROOT * Math.sqrt(Math.max(0, variance([0, ...weights.slice(1)])))
        const risk = bookRiskOf(
          I,
          0,
          notional,
          viewWith([0, heldB, heldC]),
          columns.map((each) => barsOf(each)),
        )
        // Rounded to units of Cash on both sides.
        expect(Math.abs((risk?.var95After ?? 0) - expected)).toBeLessThan(1e-6 * Math.max(expected, before) + 10)
        expect(Math.abs((risk?.marginalVar95 ?? 0) - (expected - before))).toBeLessThan(1e-6 * Math.max(expected, before) + 10)
      },
    ),
    { numRuns: 50 },
  )
})
