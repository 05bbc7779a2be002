/**
 * Every indicator of the registry against its definition, written again over whole arrays for each bar.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../core/units.ts'
import type { IndicatorBar } from './catalog.ts'
import { keptOf, stateOf } from '../strategy/kept-state.ts'
import { INDICATORS, findIndicator } from './registry.ts'

type Series = readonly number[]
/** Values of each output at the last of `bars`; undefined while not ready. */
type Reference = (bars: readonly IndicatorBar[], p: Readonly<Record<string, number>>) => readonly (number | undefined)[]

const of = (p: Readonly<Record<string, number>>, name: string): number => p[name] as number
const sum = (values: Series): number => values.reduce((total, v) => total + v, 0)
const mean = (values: Series): number => sum(values) / values.length
const last = (values: Series, count: number): Series | undefined =>
  values.length < count ? undefined : values.slice(values.length - count)
const closes = (bars: readonly IndicatorBar[]): Series => bars.map((b) => b.close)
const typicals = (bars: readonly IndicatorBar[]): Series => bars.map((b) => (b.high + b.low + b.close) / 3)

/** Mean of the first `period` values, weighted (1 - alpha)^n, and alpha (1 - alpha)^age of each later one. */
function smoothed(values: Series, period: number, alpha: number): number | undefined {
  if (values.length < period) return undefined
  const rest = values.slice(period)
  return rest.reduce(
    (total, v, k) => total + alpha * (1 - alpha) ** (rest.length - 1 - k) * v,
    mean(values.slice(0, period)) * (1 - alpha) ** rest.length,
  )
}
const emaOf = (values: Series, period: number) => smoothed(values, period, 2 / (period + 1))
const rmaOf = (values: Series, period: number) => smoothed(values, period, 1 / period)
/** The reference at each prefix, those that exist. */
const prefixes = (values: Series, reference: (prefix: Series) => number | undefined): Series =>
  values.flatMap((_, k) => reference(values.slice(0, k + 1)) ?? [])

const trueRanges = (bars: readonly IndicatorBar[]): Series =>
  bars.slice(1).map((b, k) => {
    const before = (bars[k] as IndicatorBar).close
    return Math.max(b.high - b.low, Math.abs(b.high - before), Math.abs(b.low - before))
  })
const atrOf = (bars: readonly IndicatorBar[], period: number) => rmaOf(trueRanges(bars), period)

function rangeOf(bars: readonly IndicatorBar[], period: number): { high: number; low: number } | undefined {
  if (bars.length < period) return undefined
  const window = bars.slice(-period)
  return { high: Math.max(...window.map((b) => b.high)), low: Math.min(...window.map((b) => b.low)) }
}

const rawStochastic = (bars: readonly IndicatorBar[], period: number): Series =>
  bars.flatMap((bar, k) => {
    const range = rangeOf(bars.slice(0, k + 1), period)
    if (range === undefined) return []
    return [range.high === range.low ? 50 : (100 * (bar.close - range.low)) / (range.high - range.low)]
  })
const movingMeans = (values: Series, period: number): Series =>
  prefixes(values, (v) => (v.length < period ? undefined : mean(v.slice(-period))))

function around(values: Series, period: number, reach: (window: Series) => number): readonly (number | undefined)[] {
  const window = last(values, period)
  if (window === undefined) return [undefined, undefined, undefined]
  return [mean(window) + reach(window), mean(window), mean(window) - reach(window)]
}

/** +DI, -DI of the movements up to each bar. */
function directionalOf(bars: readonly IndicatorBar[], period: number): { plus: number; minus: number }[] {
  const moves = bars.slice(1).map((b, k) => {
    const before = bars[k] as IndicatorBar
    const [up, down] = [b.high - before.high, before.low - b.low]
    return { plus: up > down && up > 0 ? up : 0, minus: down > up && down > 0 ? down : 0 }
  })
  return moves.flatMap((_, k) => {
    const seen = moves.slice(0, k + 1)
    const range = rmaOf(trueRanges(bars.slice(0, k + 2)), period)
    if (range === undefined) return []
    const share = (pick: (m: { plus: number; minus: number }) => number): number =>
      range === 0 ? 0 : (100 * (rmaOf(seen.map(pick), period) as number)) / range
    return [{ plus: share((m) => m.plus), minus: share((m) => m.minus) }]
  })
}

/** By the rules of its published script: bands carried forward, direction turned by a close beyond them. */
function supertrendOf(bars: readonly IndicatorBar[], period: number, factor: number): readonly (number | undefined)[] {
  let state: { upper: number; lower: number; direction: number } | undefined
  bars.forEach((bar, k) => {
    const atr = atrOf(bars.slice(0, k + 1), period)
    if (atr === undefined) return
    const middle = (bar.high + bar.low) / 2
    const [basicUpper, basicLower] = [middle + factor * atr, middle - factor * atr]
    if (state === undefined) {
      state = { upper: basicUpper, lower: basicLower, direction: bar.close >= middle ? 1 : -1 }
      return
    }
    const before = (bars[k - 1] as IndicatorBar).close
    const upper = before <= state.upper ? Math.min(basicUpper, state.upper) : basicUpper
    const lower = before >= state.lower ? Math.max(basicLower, state.lower) : basicLower
    const turns = state.direction === 1 ? bar.close < lower : bar.close > upper
    state = { upper, lower, direction: turns ? -state.direction : state.direction }
  })
  return state === undefined ? [undefined, undefined] : [state.direction === 1 ? state.lower : state.upper, state.direction]
}

const deviation = (window: Series): number => Math.sqrt(mean(window.map((v) => (v - mean(window)) ** 2)))

const REFERENCES: Readonly<Record<string, Reference>> = {
  sma: (bars, p) => [last(closes(bars), of(p, 'period')) === undefined ? undefined : mean(last(closes(bars), of(p, 'period')) as Series)],
  ema: (bars, p) => [emaOf(closes(bars), of(p, 'period'))],
  rma: (bars, p) => [rmaOf(closes(bars), of(p, 'period'))],
  wma: (bars, p) => {
    const window = last(closes(bars), of(p, 'period'))
    return [window === undefined ? undefined : sum(window.map((v, k) => (k + 1) * v)) / sum(window.map((_, k) => k + 1))]
  },
  vwap: (bars) => {
    const day = Math.floor((bars.at(-1) as IndicatorBar).ts / DAY_MS)
    const session = bars.filter((b) => Math.floor(b.ts / DAY_MS) === day)
    const volume = sum(session.map((b) => b.volume))
    return [volume === 0 ? undefined : sum(typicals(session).map((v, k) => v * (session[k] as IndicatorBar).volume)) / volume]
  },
  vwma: (bars, p) => {
    if (bars.length < of(p, 'period')) return [undefined]
    const window = bars.slice(-of(p, 'period'))
    const volume = sum(window.map((b) => b.volume))
    return [volume === 0 ? undefined : sum(window.map((b) => b.close * b.volume)) / volume]
  },
  atr: (bars, p) => [atrOf(bars, of(p, 'period'))],
  bollinger: (bars, p) => around(closes(bars), of(p, 'period'), (window) => of(p, 'multiplier') * deviation(window)),
  donchian: (bars, p) => {
    const range = rangeOf(bars, of(p, 'period'))
    return [range?.high, range === undefined ? undefined : (range.high + range.low) / 2, range?.low]
  },
  keltner: (bars, p) => {
    const [middle, atr] = [emaOf(closes(bars), of(p, 'period')), atrOf(bars, of(p, 'atr'))]
    if (middle === undefined || atr === undefined) return [undefined, undefined, undefined]
    return [middle + of(p, 'multiplier') * atr, middle, middle - of(p, 'multiplier') * atr]
  },
  supertrend: (bars, p) => supertrendOf(bars, of(p, 'period'), of(p, 'multiplier')),
  rsi: (bars, p) => {
    const changes = closes(bars)
      .slice(1)
      .map((v, k) => v - (closes(bars)[k] as number))
    const gain = rmaOf(
      changes.map((c) => Math.max(c, 0)),
      of(p, 'period'),
    )
    const loss = rmaOf(
      changes.map((c) => Math.max(-c, 0)),
      of(p, 'period'),
    )
    if (gain === undefined || loss === undefined) return [undefined]
    return [gain + loss === 0 ? 50 : loss === 0 ? 100 : 100 - 100 / (1 + gain / loss)]
  },
  macd: (bars, p) => {
    const line = prefixes(closes(bars), (v) => {
      const [fast, slow] = [emaOf(v, of(p, 'fast')), emaOf(v, of(p, 'slow'))]
      return fast === undefined || slow === undefined ? undefined : fast - slow
    })
    const signal = emaOf(line, of(p, 'signal'))
    return [line.at(-1), signal, signal === undefined ? undefined : (line.at(-1) as number) - signal]
  },
  stochastic: (bars, p) => {
    const k = movingMeans(rawStochastic(bars, of(p, 'period')), of(p, 'smooth'))
    return [k.at(-1), movingMeans(k, of(p, 'signal')).at(-1)]
  },
  adx: (bars, p) => {
    const directional = directionalOf(bars, of(p, 'period'))
    const index = directional.map(({ plus, minus }) => (plus + minus === 0 ? 0 : (100 * Math.abs(plus - minus)) / (plus + minus)))
    return [rmaOf(index, of(p, 'period')), directional.at(-1)?.plus, directional.at(-1)?.minus]
  },
  cci: (bars, p) => {
    const window = last(typicals(bars), of(p, 'period'))
    if (window === undefined) return [undefined]
    const spread = mean(window.map((v) => Math.abs(v - mean(window))))
    return [spread < 1e-9 ? 0 : ((window.at(-1) as number) - mean(window)) / (0.015 * spread)]
  },
  roc: (bars, p) => {
    const window = last(closes(bars), of(p, 'period') + 1)
    return [window === undefined ? undefined : (((window.at(-1) as number) - (window[0] as number)) / (window[0] as number)) * 100]
  },
  'williams-r': (bars, p) => {
    const range = rangeOf(bars, of(p, 'period'))
    if (range === undefined) return [undefined]
    return [range.high === range.low ? -50 : (-100 * (range.high - (bars.at(-1) as IndicatorBar).close)) / (range.high - range.low)]
  },
  obv: (bars) => [sum(bars.slice(1).map((b, k) => Math.sign(b.close - (bars[k] as IndicatorBar).close) * b.volume))],
  mfi: (bars, p) => {
    const flows = bars.slice(1).map((b, k) => {
      const [now, before] = [b, bars[k] as IndicatorBar].map((x) => x.high + x.low + x.close) as [number, number]
      return Math.sign(now - before) * (now / 3) * b.volume
    })
    const window = last(flows, of(p, 'period'))
    if (window === undefined) return [undefined]
    const [positive, negative] = [sum(window.filter((f) => f > 0)), -sum(window.filter((f) => f < 0))]
    return [positive + negative === 0 ? 50 : negative === 0 ? 100 : 100 - 100 / (1 + positive / negative)]
  },
}

/** Bars of whole ticks with ties, flat bars and bars without volume. */
const bar = fc.tuple(fc.integer({ min: 95, max: 105 }), fc.integer({ min: 95, max: 105 }), fc.nat(4), fc.nat(4), fc.nat(3))
const series = fc.array(bar, { minLength: 1, maxLength: 45 }).map((list) =>
  list.map(
    ([open, close, up, down, volume], k): IndicatorBar => ({
      ts: 1_700_000_000_000 - (1_700_000_000_000 % HOUR_MS) + k * HOUR_MS,
      open,
      high: Math.max(open, close) + up,
      low: Math.min(open, close) - down,
      close,
      volume,
    }),
  ),
)

describe('each equals its definition at every bar', () => {
  test.each(INDICATORS.map((entry) => [entry.name, entry] as const))('each equals its definition at every bar: %s', (name, entry) => {
    const reference = REFERENCES[name] as Reference
    const params = fc.record(
      Object.fromEntries(
        entry.params.map((p) => [p.name, p.isWhole ? fc.integer({ min: 1, max: 9 }) : fc.double({ min: 0.5, max: 4, noNaN: true })]),
      ),
    )
    fc.assert(
      fc.property(series, params, (bars, p) => {
        fc.pre(entry.conflict?.(p) === undefined)
        const { step } = entry.start(p)
        const out = new Float64Array(entry.outputs.length)
        bars.forEach((b, k) => {
          step(b, out)
          const expected = reference(bars.slice(0, k + 1), p)
          expect(expected).toHaveLength(out.length)
          expected.forEach((value, at) => {
            if (value === undefined) expect(out[at]).toBeNaN()
            else expect(Math.abs((out[at] as number) - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)))
          })
        })
      }),
    )
  })
})

test.each(INDICATORS.map((entry) => [entry.name, entry] as const))(
  'a state that is kept as JSON in the middle of a run goes on there, bit for bit: %s',
  (_, entry) => {
    const params = Object.fromEntries(entry.params.map((p) => [p.name, p.isWhole ? Math.min(p.default, 5) : p.default]))
    if (entry.name === 'macd') params['slow'] = 7
    fc.assert(
      fc.property(series, fc.nat(30), (bars, at) => {
        const out = new Float64Array(entry.outputs.length)
        const again = new Float64Array(entry.outputs.length)
        let kept = entry.start(params)
        const whole = entry.start(params)
        bars.forEach((b, k) => {
          if (k === at) kept = entry.start(params, stateOf(JSON.parse(JSON.stringify(keptOf(kept.state)))))
          whole.step(b, out)
          kept.step(b, again)
          expect(again).toEqual(out)
        })
      }),
      { numRuns: 30 },
    )
  },
)

test('names and aliases are all different, and each finds its entry', () => {
  const names = INDICATORS.flatMap((entry) => [entry.name, ...entry.aliases])
  expect(new Set(names).size).toBe(names.length)
  for (const entry of INDICATORS) for (const name of [entry.name, ...entry.aliases]) expect(findIndicator(name)).toBe(entry)
  expect(Object.keys(REFERENCES).sort()).toEqual(INDICATORS.map((entry) => entry.name).sort())
})

test('every default lies in its range', () => {
  for (const entry of INDICATORS) {
    for (const p of entry.params) {
      expect(p.default).toBeGreaterThanOrEqual(p.min)
      expect(p.default).toBeLessThanOrEqual(p.max)
    }
    expect(entry.conflict?.(Object.fromEntries(entry.params.map((p) => [p.name, p.default])))).toBeUndefined()
  }
})
