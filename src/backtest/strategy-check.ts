/**
 * What every strategy must keep, tried on candles: the same signals twice, none from the future, none from outside its state.
 */
import type { Random } from '../core/random.ts'
import { CASH_ONE, HOUR_MS, MINUTE_MS, cash, instrumentIndex } from '../core/units.ts'
import type { BarColumns } from '../market/bars.ts'
import { type Instrument, makeInstrument, spotSymbolOf } from '../market/instrument.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { MAKER_RATE, SPOT_RATE, TAKER_RATE } from '../venue/sim/models/costs.ts'
import { runBacktestRequest } from './backtest-run.ts'
import { failureText } from '../strategy/failure.ts'
import { type SaidAtClose, rehearse, rehearseMarkets } from '../strategy/strategy-harness.ts'
import { keptOf, stateOf } from '../strategy/kept-state.ts'
import type { StrategyDefinition, StrategyState } from '../strategy/strategy.ts'

export interface CheckSeries {
  readonly instrument: Instrument
  readonly intervalMs: number
  readonly columns: BarColumns
}

export interface Check {
  /** Stable, for programs. */
  readonly rule: 'error' | 'signal' | 'unstable' | 'look-ahead' | 'state' | 'state-outside'
  readonly name: string
  /** Undefined: kept. Otherwise a sentence that says what happened, and where. */
  readonly flaw: string | undefined
  /** What to do about a flaw. */
  readonly next: string
}

export interface StrategyChecks {
  readonly checks: readonly Check[]
  /** Bars and signals of the first run: none at all proves little. */
  readonly bars: number
  readonly signals: number
  /** Undefined for a strategy over several markets, and where it throws. */
  readonly recursive: Recursive | undefined
}

/** What an indicator still remembers after the warm-up that the strategy asks for: begun that much before the middle, it says … */
export interface Recursive {
  readonly warmupBars: number
  /** Bars of the second half at which one of the two runs said something. */
  readonly signals: number
  /** Of these, at which they said different things. */
  readonly differing: number
}

type Kept = Omit<Check, 'flaw'>

const KEEPS = {
  runs: {
    rule: 'error',
    name: 'it runs over the candles without an error',
    next: 'Look at the line that it names; a bar that is read needs history or intervals in the definition.',
  },
  trades: {
    rule: 'error',
    name: 'it trades over the candles without an error: orders fill, stops and targets are reached',
    next: 'What only happens with a position or at a fill is at the line that it names. What was asked in the same decision is not among the orders yet.',
  },
  sound: {
    rule: 'signal',
    name: 'its signals have a side, a strength from 0 to 1, a stop on the right side and valid shares',
    next: 'Give the signal what is missing; calculated prices go through ticksFromFloat.',
  },
  repeats: {
    rule: 'unstable',
    name: 'the same candles give the same signals',
    next: 'Decide by bars, state and parameters alone: no clock, no chance, no variable of the file.',
  },
  future: {
    rule: 'look-ahead',
    name: 'later candles do not change earlier signals',
    next: 'Read only through bars and higher: what it knows of later bars comes from somewhere else.',
  },
  state: {
    rule: 'state',
    name: 'it continues from its journaled state (plain data: no Map, Date, class or function)',
    next: 'Keep numbers, text, lists and plain objects in what init returns, and everything that a decision needs.',
  },
  alone: {
    rule: 'state-outside',
    name: 'a second run beside it changes nothing (no variables outside its state)',
    next: 'Make the variable a field of what init returns.',
  },
} as const satisfies Readonly<Record<string, Kept>>

/** Settled once an hour, up and down over two days. */
function fundingsOf(markets: readonly BarColumns[], intervalMs: number): readonly (readonly (readonly [number, number])[])[] {
  const step = Math.max(1, Math.round(HOUR_MS / intervalMs))
  return markets.map(({ ts }, k) =>
    Array.from({ length: Math.floor(ts.length / step) }, (_, n) => [n * step, 0.0006 * Math.sin(n / 8 + k)] as const),
  )
}

export function checkStrategy(definition: StrategyDefinition, params: unknown, series: CheckSeries): StrategyChecks {
  const run = (columns: BarColumns = series.columns, options: Parameters<typeof rehearse>[5] = {}): SaidAtClose[] =>
    definition.contract === 2
      ? rehearseMarkets(definition, params, series.instrument, series.intervalMs, marketsOf(definition, columns), {
          fundings: fundingsOf(marketsOf(definition, columns), series.intervalMs),
          ...options,
        })
      : rehearse(definition, params, series.instrument, series.intervalMs, columns, options).map((signal) => ({
          signals: [signal],
          requests: [],
        }))
  const bars = series.columns.ts.length
  let first: SaidAtClose[]
  try {
    first = run()
  } catch (thrown) {
    return { checks: [{ ...KEEPS.runs, flaw: `it throws ${failureText(thrown)}.` }], bars, signals: 0, recursive: undefined }
  }
  const signals = first.filter((said) => !isSilent(said)).length
  const half = bars >> 1
  const check = (keeps: Kept, find: () => string | undefined): Check => {
    try {
      return { ...keeps, flaw: find() }
    } catch (thrown) {
      return { ...keeps, flaw: `it throws ${failureText(thrown)}.` }
    }
  }
  const decisions = [
    { ...KEEPS.runs, flaw: undefined },
    check(KEEPS.sound, () => unsound(first, marketsOf(definition, series.columns))),
    check(KEEPS.repeats, () => differenceOf(first, run(), bars)),
    check(KEEPS.future, () => differenceOf(first, run(cut(series.columns, half)), half)),
    check(KEEPS.state, () =>
      differenceOf(first, run(series.columns, { keep: (state, at) => (at === half ? overJournal(state) : state) }), bars),
    ),
    // A run over other candles, begun and ended within this one.
    check(KEEPS.alone, () =>
      differenceOf(
        first,
        run(series.columns, {
          keep: (state, at) => {
            if (at === half) run(mirrored(series.columns))
            return state
          },
        }),
        bars,
      ),
    ),
  ]
  return {
    bars,
    signals,
    recursive: definition.contract === 2 ? undefined : recursiveOf(first, run, definition.warmup(params), series.columns),
    // What decides wrongly trades wrongly: one flaw is told once.
    checks: decisions.some(({ flaw }) => flaw !== undefined)
      ? decisions
      : [...decisions, check(KEEPS.trades, () => failureOfTrading(definition, params, series))],
  }
}

/** A backtest over the same candles: the branches behind a fill, a position and an end of an order are reached there alone. */
function failureOfTrading(
  definition: StrategyDefinition,
  params: unknown,
  { instrument, intervalMs, columns }: CheckSeries,
): string | undefined {
  const markets = marketsOf(definition, columns)
  const risk = RISK_PROFILES.research
  const { failure } = runBacktestRequest({
    definition,
    params,
    series: markets.map((market, k) => ({
      instrument: instrumentOf(definition, instrument, k),
      intervalMs,
      columns: market,
      funding: undefined,
    })),
    risk,
    sizing: definition.givesStop ? risk.sizing : { type: 'all' },
    openingCash: cash(10_000 * CASH_ONE),
    makerRate: MAKER_RATE,
    takerRate: TAKER_RATE,
    spotRate: SPOT_RATE,
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
  }).result
  return failure === undefined ? undefined : `it stops: ${failure}.`
}

/** The first symbol is the one that was given; what trades spot has symbols of one coin. */
function instrumentOf({ categories }: StrategyDefinition, given: Instrument, k: number): Instrument {
  if (k === 0 && categories === undefined) return { ...given, index: instrumentIndex(0) }
  // Spot stands beside the perpetual of the same coin.
  const coin = categories?.includes('spot') === true ? 'TEST' : `TEST${k}`
  const symbol = `${coin}USDT`
  const steps = { index: instrumentIndex(k), venue: 'walk', tickSize: '0.01', lotSize: '0.001' }
  return categories?.[k] === 'spot'
    ? makeInstrument({ ...steps, symbol: spotSymbolOf(symbol), baseCoin: coin, quoteCoin: 'USDT' })
    : makeInstrument({ ...steps, symbol })
}

/** A live start has the bars of its warm-up and none before: what differs from a run that began long ago is not the same strategy. */
function recursiveOf(
  first: readonly SaidAtClose[],
  run: (columns: BarColumns) => SaidAtClose[],
  warmupBars: number,
  columns: BarColumns,
): Recursive | undefined {
  const half = columns.ts.length >> 1
  const start = Math.max(0, half - warmupBars)
  let late: SaidAtClose[]
  try {
    late = run(from(columns, start))
  } catch {
    // The first check names what it throws.
    return undefined
  }
  let signals = 0
  let differing = 0
  for (let at = half; at < columns.ts.length; at++) {
    const [a, b] = [first[at], late[at - start]] as [SaidAtClose, SaidAtClose]
    if (isSilent(a) && isSilent(b)) continue
    signals += 1
    if (a.signals[0]?.side !== b.signals[0]?.side) differing += 1
  }
  return { warmupBars, signals, differing }
}

const isSilent = ({ signals, requests }: SaidAtClose): boolean => requests.length === 0 && signals.every((signal) => signal === undefined)

/** The series of each symbol of the strategy: the second and later ones swing around the first, so that what is between them comes back. */
function marketsOf({ contract, symbols }: StrategyDefinition, columns: BarColumns): readonly BarColumns[] {
  const count = contract === 2 ? (symbols?.length ?? MARKETS) : 1
  return Array.from({ length: count }, (_, k) => (k === 0 ? columns : swinging(columns, k)))
}

const MARKETS = 3

function swinging(columns: BarColumns, k: number): BarColumns {
  const swing = (column: Float64Array): Float64Array =>
    column.map((price, row) => Math.max(1, Math.round(price * (1 + 0.02 * Math.sin(row / (60 + 25 * k) + k)))))
  return { ...columns, open: swing(columns.open), high: swing(columns.high), low: swing(columns.low), close: swing(columns.close) }
}

/** As a restart brings it back. */
const overJournal = (state: StrategyState): StrategyState => stateOf(JSON.parse(JSON.stringify(keptOf(state))))

function unsound(all: readonly SaidAtClose[], markets: readonly BarColumns[]): string | undefined {
  for (const [at, said] of all.entries())
    for (const [market, signal] of said.signals.entries()) {
      if (signal === undefined) continue
      const price = markets[market]?.close[at] as number
      const where = `bar ${at + 1}`
      if (signal.reason.rule === '') return `${where}: its reason has no rule.`
      if (signal.side === 0) continue
      if (signal.stop === price) return `${where}: the stop equals the close, ${price} ticks.`
      if (signal.targets?.some((target) => target.price === price) === true) return `${where}: a target equals the close, ${price} ticks.`
    }
  return undefined
}

function differenceOf(expected: readonly SaidAtClose[], actual: readonly SaidAtClose[], until: number): string | undefined {
  // What a strategy of one symbol said is shown as it was said.
  const shown = (said: SaidAtClose | undefined): string | undefined =>
    said === undefined || isSilent(said)
      ? undefined
      : JSON.stringify(said.signals.length === 1 && said.requests.length === 0 ? said.signals[0] : said)
  for (let at = 0; at < until; at++) {
    const [a, b] = [shown(expected[at]), shown(actual[at])]
    if (a !== b) return `bar ${at + 1}: ${a ?? 'no signal'} the first time, ${b ?? 'no signal'} now.`
  }
  return undefined
}

const sliced = (columns: BarColumns, start: number, end: number): BarColumns => ({
  ts: columns.ts.slice(start, end),
  open: columns.open.slice(start, end),
  high: columns.high.slice(start, end),
  low: columns.low.slice(start, end),
  close: columns.close.slice(start, end),
  volume: columns.volume.slice(start, end),
})

const cut = (columns: BarColumns, rows: number): BarColumns => sliced(columns, 0, rows)
const from = (columns: BarColumns, start: number): BarColumns => sliced(columns, start, columns.ts.length)

/** The same candles backward in price: what rose falls. */
function mirrored(columns: BarColumns): BarColumns {
  const top = columns.high.reduce((most, high) => Math.max(most, high), 0) * 2
  const flip = (column: Float64Array): Float64Array => column.map((price) => top - price)
  return { ...columns, open: flip(columns.open), high: flip(columns.low), low: flip(columns.high), close: flip(columns.close) }
}

const WALK_TICKS = 50_000
const STEP = 0.002

/** Candles of a seeded random walk with calm and wild hours, in ticks. */
export function walkColumns(random: Random, rows: number, startMs: number): BarColumns {
  const make = (): Float64Array => new Float64Array(rows)
  const columns = { ts: make(), open: make(), high: make(), low: make(), close: make(), volume: make() }
  let price = WALK_TICKS
  for (let k = 0; k < rows; k++) {
    const wildness = 1 + Math.sin(k / 200) * 0.8
    const open = price
    const step = (): number => (random.next() - 0.5) * 2 * STEP * wildness
    const close = Math.max(100, Math.round(open * (1 + step())))
    columns.ts[k] = startMs + k * MINUTE_MS
    columns.open[k] = open
    columns.close[k] = close
    columns.high[k] = Math.max(open, close) + Math.round(open * Math.abs(step()) * 0.5)
    columns.low[k] = Math.max(1, Math.min(open, close) - Math.round(open * Math.abs(step()) * 0.5))
    columns.volume[k] = Math.round(random.next() * 1_000) / 10
    price = close
  }
  return columns
}
