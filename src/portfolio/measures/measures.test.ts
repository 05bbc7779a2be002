/**
 * The risk measures against NumPy and SciPy, and the rolling ones against those of the rows of their window.
 */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/units.ts'
import { type Measures, measuresOf } from './measures.ts'
import { RollingMeasures } from './rolling-measures.ts'
import { verdictOf } from './var-backtest.ts'

type Tails = Record<'historical' | 'gaussian' | 'cornishFisher', Record<'95' | '99', number>>
interface Figures extends Record<string, unknown> {
  readonly var: Tails
  readonly cvar: Tails
}
const reference = JSON.parse(readFileSync(new URL('../../../test/fixtures/measures/reference.json', import.meta.url), 'utf8')) as {
  readonly start: number
  readonly equity: number[]
  readonly benchmark: number[]
  readonly whole: Figures
  readonly last150days: Figures
  readonly exceptions: { at: number[]; of: number; share: number; kupiec: [number, number]; independence: [number, number] }
}
const TS = Float64Array.from(reference.equity, (_, day) => reference.start + day * DAY_MS)
const EQUITY = Float64Array.from(reference.equity)
const BENCHMARK = Float64Array.from(reference.benchmark)

/** One flat list of names and numbers, so that two measures are compared figure by figure. */
function flat(measures: object, prefix = ''): [string, number | null][] {
  return Object.entries(measures).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? flat(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, value] as [string, number | null]],
  )
}

function expectReference(measures: Measures, figures: Figures): void {
  const { consistency, returns: _returns, ...rest } = measures
  const own = flat({ ...rest, ...consistency })
  const theirs = new Map(flat(figures))
  expect(own.map(([name]) => name).sort()).toEqual([...theirs.keys()].sort())
  for (const [name, value] of own) expect(value, name).toBeCloseTo(theirs.get(name) as number, 8)
}

describe('against NumPy and SciPy', () => {
  test('a whole series', () => {
    expectReference(measuresOf({ ts: TS, equity: EQUITY }, { periodsPerYear: 365, benchmark: BENCHMARK }), reference.whole)
  })
  test('the last 150 days of it, as a window that rolled there', () => {
    const rolling = new RollingMeasures({ periodsPerYear: 365, windowMs: 150 * DAY_MS })
    for (let day = 0; day < TS.length; day += 1) rolling.push(TS[day] as number, EQUITY[day] as number, BENCHMARK[day] as number)
    expectReference(rolling.measures, reference.last150days)
  })
  test('exceptions of a forecast: how many, and whether they came together', () => {
    const { at, of, share, kupiec, independence } = reference.exceptions
    const verdict = verdictOf(
      Array.from({ length: of }, (_, day) => at.includes(day)),
      share,
    )
    expect(verdict).toMatchObject({ forecasts: of, exceptions: at.length, expected: 25 })
    expect([verdict.kupiec.ratio, verdict.kupiec.pValue]).toEqual(kupiec.map((figure) => expect.closeTo(figure, 8)))
    expect([verdict.independence?.ratio, verdict.independence?.pValue]).toEqual(independence.map((figure) => expect.closeTo(figure, 8)))
  })
  test('Kupiec by hand: 255 days at 99 % are accepted below 7 exceptions, and refused from 7 on', () => {
    // The first row of Kupiec's table (Journal of Derivatives, 1995): N < 7 for T = 255 and p = 0.01 at 95 %.
    const pOf = (exceptions: number): number =>
      verdictOf(
        Array.from({ length: 255 }, (_, day) => day % 40 === 0 && day / 40 < exceptions),
        0.01,
      ).kupiec.pValue
    expect(pOf(6)).toBeGreaterThan(0.05)
    expect(pOf(7)).toBeLessThan(0.05)
  })
})

describe('rolling', () => {
  const step = fc.record({
    gapHours: fc.constantFrom(24, 24, 24, 24, 1, 30, 24 * 9),
    move: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -800, max: 800 }) },
      { weight: 1, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -9_000, max: 30_000 }) },
    ),
    market: fc.integer({ min: -900, max: 900 }),
  })
  test('equals the batch over the rows of the window, to 1e-9, at every row', () => {
    let compared = 0
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 260, size: 'max' }),
        fc.constantFrom(3, 40, 120, 5_000),
        (steps, windowDays) => {
          const windowMs = windowDays * DAY_MS
          const rolling = new RollingMeasures({ periodsPerYear: 365, windowMs })
          const ts: number[] = []
          const equity: number[] = []
          const benchmark: number[] = []
          steps.forEach(({ gapHours, move, market }, row) => {
            ts.push((ts.at(-1) ?? reference.start) + gapHours * 3_600_000)
            equity.push(Math.max(1, Math.round((equity.at(-1) ?? 1e6) * (1 + move / 1e4))))
            benchmark.push((benchmark.at(-1) ?? 100) * (1 + market / 1e4))
            rolling.push(ts[row] as number, equity[row] as number, benchmark[row] as number)
            if (row % 7 !== 0 && row !== steps.length - 1) return
            const from = ts.findIndex((at) => at >= (ts[row] as number) - windowMs)
            const batch = measuresOf(
              { ts: Float64Array.from(ts.slice(from)), equity: Float64Array.from(equity.slice(from)) },
              { periodsPerYear: 365, benchmark: Float64Array.from(benchmark.slice(from)) },
            )
            const streamed = new Map(flat(rolling.measures))
            for (const [name, value] of flat(batch)) {
              const other = streamed.get(name)
              if (value === null || other === null) expect(other, name).toBe(value)
              else expect(Math.abs((other as number) - value), name).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)))
              compared += value === null ? 0 : 1
            }
          })
        },
      ),
      { numRuns: 100 },
    )
    expect(compared).toBeGreaterThan(10_000)
  })

  test('a crash that has left the window leaves no digits behind', () => {
    const rolling = new RollingMeasures({ periodsPerYear: 365, windowMs: 60 * DAY_MS })
    const equity = Array.from({ length: 200 }, (_, day) => (day < 20 ? 1e9 * (1 + (day % 2)) : 1_000 + (day % 3)))
    equity.forEach((value, day) => {
      rolling.push(reference.start + day * DAY_MS, value)
    })
    const batch = measuresOf(
      {
        ts: Float64Array.from({ length: 61 }, (_, day) => reference.start + (139 + day) * DAY_MS),
        equity: Float64Array.from(equity.slice(-61)),
      },
      { periodsPerYear: 365 },
    )
    expect(rolling.measures.volatility).toBeCloseTo(batch.volatility as number, 12)
    expect(rolling.measures.sharpe).toBeCloseTo(batch.sharpe as number, 9)
  })
})

describe('too little data is null, never 0 or NaN', () => {
  const daily = (equity: readonly number[]) =>
    measuresOf({ ts: TS.slice(0, equity.length), equity: Float64Array.from(equity) }, { periodsPerYear: 365 })
  const rising = (rows: number): number[] => Array.from({ length: rows }, (_, day) => 1_000 + day + (day % 5) * 7)

  test.each([0, 1])('%i rows: nothing is known', (rows) => {
    expect(
      flat(daily(rising(rows)))
        .filter(([name]) => name !== 'returns')
        .every(([, value]) => value === null),
    ).toBe(true)
  })
  test('each measure begins where its data does', () => {
    const known = (rows: number): string[] =>
      flat(daily(reference.equity.slice(0, rows))).flatMap(([name, value]) => (value === null ? [] : [name]))
    expect(known(20)).toEqual(['returns', 'maxDrawdown', 'currentDrawdown', 'ulcerIndex'])
    expect(known(21)).toEqual(expect.arrayContaining(['var.historical.95', 'var.gaussian.99', 'consistency.trendFit']))
    expect(known(21)).not.toContain('sharpe')
    expect(known(31)).toEqual(expect.arrayContaining(['volatility', 'sharpe', 'sortino', 'consistency.score']))
    expect(known(100)).not.toContain('var.historical.99')
    expect(known(101)).toEqual(expect.arrayContaining(['var.historical.99', 'cvar.cornishFisher.99']))
  })
  test('an account that stands still has no ratio and no score', () => {
    const { sharpe, sortino, deviation, consistency, maxDrawdown } = daily(Array.from({ length: 60 }, () => 1_000))
    expect({ sharpe, sortino, deviation, maxDrawdown }).toEqual({ sharpe: null, sortino: null, deviation: 0, maxDrawdown: 0 })
    expect(consistency).toEqual({ score: null, positiveWeeks: null, trendFit: null, tailSymmetry: null })
  })
  test('an account that was wiped out: no returns, and no NaN', () => {
    const values = flat(daily([...rising(120), 0, 0, 500, 510]))
    expect(values.every(([, value]) => value === null || Number.isFinite(value))).toBe(true)
    expect(new Map(values).get('var.historical.95')).toBeNull()
    expect(new Map(values).get('maxDrawdown')).toBe(1)
  })
  test('Cornish-Fisher has no quantile where its expansion falls', () => {
    const jumpy = Array.from({ length: 300 }, (_, day) => (day === 150 ? 700 : 1_000 + (day % 2)))
    expect(daily(jumpy).var.cornishFisher).toEqual({ 95: null, 99: null })
    expect(daily(jumpy).var.gaussian[95]).toBeGreaterThan(0)
  })
})

describe('consistency', () => {
  test('a steady rise scores 100, a steady fall next to nothing', () => {
    const grown = (rate: number) =>
      measuresOf(
        { ts: TS.slice(0, 85), equity: Float64Array.from({ length: 85 }, (_, day) => 1_000 * (1 + rate) ** day) },
        { periodsPerYear: 365 },
      ).consistency
    expect(grown(0.002).score).toBeCloseTo(100, 6)
    expect(grown(-0.002)).toEqual({ score: 0, positiveWeeks: 0, trendFit: 0, tailSymmetry: 0 })
  })
  test('weeks without a trade count neither way', () => {
    const weeks = [0, 5, 0, 5, -3, 0, 5, 0]
    const equity = [1_000]
    for (const move of weeks) for (let day = 0; day < 7; day += 1) equity.push((equity.at(-1) as number) + (day === 3 ? move : 0))
    // From a Monday 00:00 on, so that weeks of the series are weeks of the calendar.
    const monday = Date.UTC(2025, 0, 6)
    const { positiveWeeks } = measuresOf(
      { ts: Float64Array.from(equity, (_, day) => monday + day * DAY_MS), equity: Float64Array.from(equity) },
      { periodsPerYear: 365 },
    ).consistency
    expect(positiveWeeks).toBe(3 / 4)
  })
})
