/**
 * Features know nothing of what comes after: over cut data they are the same, and a stream that restarts gives what the table gives.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { HOUR_MS, MINUTE_MS, rate, ts } from '../../core/units.ts'
import type { BarColumns } from '../../market/bars.ts'
import { keptOf, stateOf } from '../../strategy/kept-state.ts'
import { FEATURE_FUNCTIONS } from './catalog.ts'
import { type FeaturePlan, planFeatures, schemaText } from './plan.ts'
import { type FeatureSpec, readFeatureSpec } from './spec.ts'
import { FeatureStream, type FeatureStreamState } from './stream.ts'
import { type FeatureSeries, type FeatureTable, featureTable } from './table.ts'

const BASE_MS = 5 * MINUTE_MS
const INTERVALS: Readonly<Record<string, number>> = { '15m': 3 * BASE_MS, '1h': HOUR_MS }
const START = Date.UTC(2025, 5, 1)

function planOf(spec: FeatureSpec): FeaturePlan {
  const plan = planFeatures(spec, { baseMs: BASE_MS, read: (text) => INTERVALS[text] })
  if (!plan.ok) throw new Error(plan.error)
  return plan.value
}

/** Bars of a random walk in whole ticks, a part of them missing, and a funding rate every hour. */
function walk(symbol: string, seed: number, rows: number, holes = 0.06): FeatureSeries {
  const random = new Random(seed)
  const bars: number[][] = []
  let price = 10_000
  for (let at = 0; at < rows; at += 1) {
    const open = price
    const close = Math.max(100, open + Math.round(random.normal() * 40))
    const high = Math.max(open, close) + random.below(20)
    const low = Math.min(open, close) - random.below(20)
    price = close
    if (random.next() >= holes) bars.push([START + at * BASE_MS, open, high, low, close, random.below(5) === 0 ? 0 : random.below(900)])
  }
  const column = (at: number): Float64Array => Float64Array.from(bars, (bar) => bar[at] as number)
  const columns: BarColumns = { ts: column(0), open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) }
  const hours = Math.floor((rows * BASE_MS) / HOUR_MS)
  const funding = {
    ts: Float64Array.from({ length: hours }, (_, hour) => START + hour * HOUR_MS),
    rate: Float64Array.from({ length: hours }, () => random.below(4_000_000) - 2_000_000),
  }
  return { symbol, columns, funding }
}

const cutSeries = (series: FeatureSeries, until: number): FeatureSeries => {
  const count = series.columns.ts.filter((open) => open + BASE_MS <= until).length
  const cut = (column: Float64Array): Float64Array => column.subarray(0, count)
  const { ts: times, open, high, low, close, volume } = series.columns
  const settled = series.funding?.ts.filter((at) => at < until).length ?? 0
  return {
    symbol: series.symbol,
    columns: { ts: cut(times), open: cut(open), high: cut(high), low: cut(low), close: cut(close), volume: cut(volume) },
    funding: series.funding && { ts: series.funding.ts.subarray(0, settled), rate: series.funding.rate.subarray(0, settled) },
  }
}

/** Every function of the catalog, with short parameters so that few bars make it ready. */
const EVERYTHING: FeatureSpec = {
  features: FEATURE_FUNCTIONS.flatMap((made) => {
    const params = Object.fromEntries(made.params.map((p) => [p.name, p.isWhole ? Math.min(p.default, 4) : p.default]))
    if (made.name === 'macd') params['slow'] = 6
    const wish = { use: made.name, params, ...(made.needs === 'other' ? { with: 'B' } : {}) }
    return [
      { ...wish, lags: [0, 3] },
      { ...wish, intervals: ['15m', '1h'], lags: [0, 1] },
      { ...wish, of: 'B' },
    ]
  }),
}
const everything = planOf(EVERYTHING)
const SYMBOLS = ['A', 'C']
const worlds = fc.record({
  seed: fc.nat(10_000),
  rows: fc.integer({ min: 40, max: 220 }),
  at: fc.double({ min: 0.2, max: 0.95, noNaN: true }),
})
const seriesOf = (seed: number, rows: number): FeatureSeries[] => ['A', 'B', 'C'].map((symbol, k) => walk(symbol, seed * 3 + k, rows))

const rowAt = (table: FeatureTable, row: number): number[] => table.features.map((column) => column[row] as number)

describe('no feature looks ahead', () => {
  test('features over data that end anywhere are, to the last bit, those over all data', () => {
    fc.assert(
      fc.property(worlds, ({ seed, rows, at }) => {
        const series = seriesOf(seed, rows)
        const whole = featureTable(everything, SYMBOLS, series)
        const until = START + Math.floor(rows * at) * BASE_MS
        const part = featureTable(
          everything,
          SYMBOLS,
          series.map((each) => cutSeries(each, until)),
        )
        expect(part.t0.length).toBeGreaterThan(0)
        expect(part.t0.length).toBe(whole.t0.filter((time) => time <= until).length)
        for (let row = 0; row < part.t0.length; row += 1) expect(rowAt(part, row)).toEqual(rowAt(whole, row))
      }),
      { numRuns: 25 },
    )
  })

  test('this test finds one that does: a table that was shifted by a bar differs', () => {
    const series = seriesOf(1, 120)
    const whole = featureTable(everything, SYMBOLS, series)
    const late = series.map((each) => ({
      ...each,
      columns: { ...each.columns, close: Float64Array.from(each.columns.close, (_, k) => each.columns.close[k + 1] ?? 100) },
    }))
    const ahead = featureTable(everything, SYMBOLS, late)
    expect(Array.from({ length: 50 }, (_, row) => rowAt(ahead, row + 50))).not.toEqual(
      Array.from({ length: 50 }, (_, row) => rowAt(whole, row + 50)),
    )
  })
})

/** What a trader does: bars of an instant as they come, and a restart from what was written down as JSON. */
function live(series: readonly FeatureSeries[], restartAt: number): Map<string, number[]> {
  let stream = new FeatureStream(everything, SYMBOLS)
  const rows = new Map<string, number[]>()
  const out = new Float64Array(everything.columns.length)
  const instants = [...new Set(series.flatMap((each) => [...each.columns.ts]))].sort((a, b) => a - b)
  const funded = series.map(() => 0)
  for (const [k, open] of instants.entries()) {
    if (k === restartAt) {
      const kept: FeatureStreamState = stateOf(JSON.parse(JSON.stringify(keptOf(stream.snapshot())))) as FeatureStreamState
      stream = new FeatureStream(everything, SYMBOLS, kept)
    }
    for (const [at, { symbol, columns, funding }] of series.entries()) {
      while (funding !== undefined && (funding.ts[funded[at] as number] ?? Number.POSITIVE_INFINITY) <= open + BASE_MS) {
        const next = funded[at] as number
        stream.fund(symbol, ts(funding.ts[next] as number), rate(funding.rate[next] as number))
        funded[at] = next + 1
      }
      const bar = columns.ts.indexOf(open)
      if (bar < 0) continue
      const [o, h, l, c, v] = [columns.open, columns.high, columns.low, columns.close, columns.volume].map(
        (column) => column[bar] as number,
      )
      stream.take(symbol, open, o as number, h as number, l as number, c as number, v as number)
    }
    stream.settle(open + BASE_MS)
    for (const symbol of SYMBOLS) if (stream.row(symbol, out)) rows.set(`${symbol} ${open + BASE_MS}`, [...out])
  }
  return rows
}

test('bars as they come, with a restart in the middle, give the rows of the table, to the last bit', () => {
  fc.assert(
    fc.property(worlds, ({ seed, rows, at }) => {
      const series = seriesOf(seed, rows)
      const table = featureTable(everything, SYMBOLS, series)
      const asLive = live(series, Math.floor(rows * at))
      expect(asLive.size).toBe(table.t0.length)
      for (let row = 0; row < table.t0.length; row += 1)
        expect(asLive.get(`${SYMBOLS[table.symbol[row] as number]} ${table.t0[row]}`)).toEqual(rowAt(table, row))
    }),
    { numRuns: 25 },
  )
})

describe('features are what they say', () => {
  const series = walk('A', 5, 200)
  const other = walk('B', 6, 200)
  const { close, high, low, open, volume } = series.columns
  const table = (spec: FeatureSpec): FeatureTable => featureTable(planOf(spec), ['A'], [series, other])
  const LAST = close.length - 1
  const logs = (count: number): number[] =>
    Array.from({ length: count }, (_, k) => Math.log((close[LAST - k] as number) / (close[LAST - k - 1] as number)))
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
  const deviation = (values: ArrayLike<number>): number => Math.sqrt(mean(Array.from(values, (value) => (value - mean(values)) ** 2)))
  const lastBars = (column: Float64Array, count: number): Float64Array => column.slice(LAST - count + 1)

  test.each([
    ['return', { period: 7 }, () => Math.log((close[LAST] as number) / (close[LAST - 7] as number))],
    ['volatility', { period: 9 }, () => deviation(logs(9))],
    ['momentum', { period: 9 }, () => (mean(logs(9)) / deviation(logs(9))) * 3],
    ['z-score', { period: 6 }, () => ((close[LAST] as number) - mean(lastBars(close, 6))) / deviation(lastBars(close, 6))],
    [
      'place',
      { period: 8 },
      () => ((close[LAST] as number) - Math.min(...lastBars(low, 8))) / (Math.max(...lastBars(high, 8)) - Math.min(...lastBars(low, 8))),
    ],
    ['drawdown', { period: 8 }, () => (close[LAST] as number) / Math.max(...lastBars(high, 8)) - 1],
    ['range', { period: 3 }, () => mean(lastBars(high, 3).map((h, k) => Math.log(h / (lastBars(low, 3)[k] as number))))],
    ['volume', { period: 5 }, () => (volume[LAST] as number) / mean(lastBars(volume, 5)) - 1],
    [
      'flow',
      { period: 5 },
      () =>
        mean(lastBars(volume, 5).map((v, k) => v * Math.sign((lastBars(close, 5)[k] as number) - (lastBars(open, 5)[k] as number)))) /
        mean(lastBars(volume, 5)),
    ],
    ['sma', { period: 4 }, () => mean(lastBars(close, 4)) / (close[LAST] as number) - 1],
  ] as const)('%s of the last bar is its formula', (use, params, expected) => {
    const made = table({ features: [{ use, params }] })
    expect(made.features[0]?.at(-1)).toBeCloseTo(expected(), 9)
  })

  test('time of day and of week are those of the close', () => {
    const made = table({ features: [{ use: 'time-of-day' }, { use: 'time-of-week' }] })
    const t0 = made.t0.at(-1) as number
    const hours = (new Date(t0).getUTCHours() + new Date(t0).getUTCMinutes() / 60) / 24
    expect(made.features[0]?.at(-1)).toBeCloseTo(Math.sin(2 * Math.PI * hours), 9)
    const days = (((new Date(t0).getUTCDay() + 6) % 7) + hours) / 7
    expect(made.features[3]?.at(-1)).toBeCloseTo(Math.cos(2 * Math.PI * days), 9)
  })

  test('a funding rate counts once the instant of its settlement is over, as the exchange tells it', () => {
    const made = table({ features: [{ use: 'funding' }, { use: 'funding', params: { period: 2 } }] })
    for (let row = 30; row < made.t0.length; row += 1) {
      const settled = Array.from(series.funding?.ts ?? []).filter((at) => at < (made.t0[row] as number)).length
      const rates = Array.from(series.funding?.rate ?? []).map((value) => value / 1e10)
      expect(made.features[0]?.[row]).toBeCloseTo(rates[settled - 1] as number, 15)
      expect(made.features[1]?.[row]).toBeCloseTo(((rates[settled - 1] as number) + (rates[settled - 2] as number)) / 2, 15)
    }
  })

  test('of a longer interval the last bar that has closed counts, until the next one closes', () => {
    const whole = walk('A', 8, 200, 0)
    const made = featureTable(planOf({ features: [{ use: 'return', intervals: ['1h'] }] }), ['A'], [whole])
    for (let row = 24; row < made.t0.length; row += 1) {
      const closed = Math.floor((row + 1) / 12) * 12 - 1
      const [now, before] = [whole.columns.close[closed], whole.columns.close[closed - 12]] as [number, number]
      expect(made.features[0]?.[row]).toBeCloseTo(Math.log(now / before), 12)
    }
  })

  test('beside another symbol: correlation, beta and excess over the instants that both have', () => {
    const made = table({ features: [{ use: 'beside', params: { period: 10 }, with: 'B' }] })
    const shared = Array.from(series.columns.ts).filter((at) => other.columns.ts.includes(at))
    const at = shared.at(-1) as number
    const closesOf = ({ columns }: FeatureSeries): number[] => shared.map((open) => columns.close[columns.ts.indexOf(open)] as number)
    const returnsOf = (closes: number[]): number[] =>
      closes.slice(-11).flatMap((value, k, all) => (k === 0 ? [] : [Math.log(value / (all[k - 1] as number))]))
    const [a, b] = [returnsOf(closesOf(series)), returnsOf(closesOf(other))]
    const together = mean(a.map((value, k) => (value - mean(a)) * ((b[k] as number) - mean(b))))
    const row = made.t0.indexOf(at + BASE_MS)
    expect(made.features.map((column) => column[row])).toEqual([
      expect.closeTo(together / (deviation(a) * deviation(b)), 9),
      expect.closeTo(together / deviation(b) ** 2, 9),
      expect.closeTo((mean(a) - mean(b)) * 10, 9),
    ])
  })

  test('a feature of a symbol without a bar at the instant is not known: what is stale is not shown as fresh', () => {
    const made = table({ features: [{ use: 'candle', outputs: ['close'], of: 'B' }] })
    for (let row = 0; row < made.t0.length; row += 1)
      expect(Number.isNaN(made.features[0]?.[row])).toBe(!other.columns.ts.includes((made.t0[row] as number) - BASE_MS))
  })
})

describe('a spec', () => {
  test('periods, intervals and lags are multiplied out, and columns that repeat are one', () => {
    const plan = planOf({
      features: [
        { use: 'rsi', periods: [7, 14], intervals: ['5m', '1h'].slice(1), lags: [0, 2] },
        { use: 'macd', params: { fast: [3, 5], slow: 26 }, outputs: ['histogram'] },
        { use: 'rsi', periods: [14], intervals: ['1h'] },
        { use: 'return', of: 'B' },
      ],
    })
    expect(plan.columns.map(({ name }) => name)).toEqual([
      'rsi_7_1h',
      'rsi_7_1h_lag2',
      'rsi_14_1h',
      'rsi_14_1h_lag2',
      'macd_3_26_9_histogram',
      'macd_5_26_9_histogram',
      'B_return_1',
    ])
    expect(plan.calculations).toHaveLength(5)
  })

  test('the schema names each column with the version of its function', () => {
    expect(schemaText(planOf({ features: [{ use: 'return', periods: [1, 2] }] }))).toBe('return_1 v1 300000\nreturn_2 v1 300000\n')
  })

  test.each([
    [{ use: 'retrun' }, "there is no feature 'retrun': did you mean return?"],
    [{ use: 'return', params: { perod: 3 } }, 'return has no parameter perod: it has period'],
    [{ use: 'return', periods: [0] }, 'return period 0 is not a whole number from 1 to 100000'],
    [{ use: 'macd', outputs: ['histgram'] }, "macd has no output 'histgram': did you mean histogram?"],
    [{ use: 'macd', params: { fast: 30 } }, 'macd: fast must be smaller than slow'],
    [{ use: 'rsi', intervals: ['7m'] }, "'7m' is not an interval, as 15m, 1h or 1d"],
    [{ use: 'beside' }, 'beside compares with a symbol: say which by "with"'],
    [{ use: 'rsi', with: 'B' }, 'rsi compares with no other symbol: leave "with" out'],
  ])('%j is refused: %s', (wish, sentence) => {
    expect(planFeatures({ features: [wish] }, { baseMs: BASE_MS, read: (text) => INTERVALS[text] })).toEqual({
      ok: false,
      error: `features 1: ${sentence}`,
    })
  })

  test.each([
    [{ features: [] }, 'features is too small: at least 1'],
    [{ features: [{ use: '' }] }, 'features 1 use is empty'],
    [{ features: [{ use: 'rsi', lag: [1] }] }, 'features 1 has no key lag'],
    ['rsi', 'the spec must be an object'],
  ])('%j is no spec: %s', (value, sentence) => {
    expect(readFeatureSpec(value)).toEqual({ ok: false, error: sentence })
  })
})
