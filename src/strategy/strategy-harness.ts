/**
 * A strategy over bars without a kernel: what it says at each close, for its test and for the checks of its contract.
 */
import { MINUTE_MS, RATE_ONE, instrumentIndex, lots, rate, ts } from '../core/units.ts'
import { type BarColumns, Bars } from '../market/bars.ts'
import { FundingRates } from '../market/funding-rates.ts'
import { type Instrument, makeInstrument, spotSymbolOf } from '../market/instrument.ts'
import { Merge } from '../market/merge.ts'
import { checkAnswer } from './answer.ts'
import { MarketSet } from './market-set.ts'
import { NO_BOOKS, type OrderRequest } from './own-orders.ts'
import { type OrdersOnly, type SignalPrices, saidPrices } from './said-prices.ts'
import { checkSignal } from './signal-gate.ts'
import type { Signal, StrategyContext, StrategyDefinition, StrategyState } from './strategy.ts'

/** Open, high, low, close in the quote coin. */
export type PriceBar = readonly [open: number, high: number, low: number, close: number]

export interface RehearsalOptions {
  /** Lots that it holds while it looks; 0 unless said. */
  readonly position?: number
  /** Funding settlements of each market, as [bar, rate]: known from the close of that bar on. None unless said. */
  readonly fundings?: readonly (readonly (readonly [bar: number, rate: number])[])[]
  /** Called after each bar with the state; what it answers is the state that continues. */
  readonly keep?: (state: StrategyState, barIndex: number) => StrategyState
}

// 2025-01-01, UTC.
const START_MS = 1_735_689_600_000
const VOLUME = 1
const TEST_CAPITAL = 10_000

const instrument = makeInstrument({
  index: instrumentIndex(0),
  venue: 'rehearsal',
  symbol: 'TESTUSDT',
  tickSize: '0.01',
  lotSize: '0.001',
})

/**
 * What was said at each bar, undefined where nothing was; of contract 1, and of contract 2 with one symbol. Orders by name are in `orders`.
 * @throws what the strategy throws, and where the parameters are refused.
 * @example signalsOf(strategy, { levels: 2 }, bars).at(-1)?.orders // [{ does: 'enter', name: 'buy-1', side: 1, limit: 99, stop: 95, … }]
 */
export function signalsOf(
  definition: StrategyDefinition,
  params: Readonly<Record<string, unknown>>,
  bars: readonly PriceBar[],
  options: RehearsalOptions = {},
): (SignalPrices | OrdersOnly | undefined)[] {
  const parsed = definition.params.parse(params)
  const columns = columnsOf(bars)
  return definition.contract === 2
    ? rehearseMarkets(definition, parsed, instrument, MINUTE_MS, [columns], options).map(({ signals: [signal], requests }) =>
        saidPrices(instrument, signal, requests),
      )
    : rehearse(definition, parsed, instrument, MINUTE_MS, columns, options).map((signal) => saidPrices(instrument, signal, []))
}

/**
 * What a strategy of contract 2 says at each minute, by market; a market that it says nothing about is absent.
 * @param bars of each symbol, in the order of their roles; all begin at the same minute
 * @throws what the strategy throws, and where the parameters are refused
 */
export function marketSignalsOf(
  definition: StrategyDefinition,
  params: Readonly<Record<string, unknown>>,
  bars: readonly (readonly PriceBar[])[],
  options: RehearsalOptions = {},
): Readonly<Record<string, SignalPrices | OrdersOnly>>[] {
  const names = bars.map((_, k) => definition.symbols?.[k] ?? testSymbol(definition, k))
  return rehearseMarkets(definition, definition.params.parse(params), instrument, MINUTE_MS, bars.map(columnsOf), options).map(
    ({ signals, requests }) =>
      Object.fromEntries(
        names.flatMap((name, k) => {
          const said = saidPrices(
            instrument,
            signals[k],
            requests.filter(({ market }) => market === k),
          )
          return said === undefined ? [] : [[name, said]]
        }),
      ),
  )
}

/** Spot and perpetual of one coin where both are asked for. */
function testSymbol({ categories }: StrategyDefinition, k: number): string {
  const nth = categories?.slice(0, k).filter((each) => each === categories[k]).length ?? k
  const symbol = nth === 0 ? 'TESTUSDT' : `TEST${nth + 1}USDT`
  return categories?.[k] === 'spot' ? spotSymbolOf(symbol) : symbol
}

function columnsOf(bars: readonly PriceBar[]): BarColumns {
  const column = (at: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(bars, (bar) => Math.round(bar[at] * 100))
  return {
    ts: Float64Array.from(bars, (_, k) => START_MS + k * MINUTE_MS),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: new Float64Array(bars.length).fill(VOLUME),
  }
}

/** What was said at one close: signals by market, and what was said about orders. */
export interface SaidAtClose {
  readonly signals: readonly (Signal | undefined)[]
  readonly requests: readonly OrderRequest[]
}

function instrumentFor(definition: StrategyDefinition, of: Instrument, k: number): Instrument {
  const { categories } = definition
  if (categories === undefined) return k === 0 ? of : { ...of, symbol: testSymbol(definition, k) }
  return { ...of, symbol: testSymbol(definition, k), category: categories[k] ?? of.category, baseCoin: 'TEST' }
}

/** What a strategy of contract 2 says at each close instant, as if nothing of it was ever filled; `params` have passed the schema. */
export function rehearseMarkets(
  definition: StrategyDefinition,
  params: unknown,
  of: Instrument,
  intervalMs: number,
  columns: readonly BarColumns[],
  { position = 0, fundings = [], keep = (state) => state }: RehearsalOptions = {},
): SaidAtClose[] {
  const bars = columns.map((each) => new Bars(intervalMs, each))
  const rates = fundings.map((rows, k) => {
    const known = new FundingRates()
    for (const [bar, settled] of rows) {
      const at = columns[k]?.ts[bar]
      if (at !== undefined) known.add(ts(at), rate(Math.round(settled * RATE_ONE)))
    }
    return known
  })
  const set = new MarketSet(
    definition,
    params,
    bars.map((each, k) => ({ instrument: instrumentFor(definition, of, k), bars: each, fundings: rates[k] })),
  )
  const merge = new Merge(bars)
  const said: SaidAtClose[] = []
  let state = definition.init(params)
  while (merge.next()) {
    for (let k = 0; k < merge.count; k++) {
      const at = merge.members[k] as number
      ;(bars[at] as Bars).reveal()
      set.see(at)
    }
    const isAsked = set.begin({ ...NO_BOOKS, position: () => lots(position), capital: () => TEST_CAPITAL })
    const answer: unknown = isAsked ? definition.onBar(set.context, state) : undefined
    if (answer !== undefined) checkAnswer(answer)
    if (set.refused !== undefined) throw set.refused
    said.push({ signals: bars.map((_, k) => (isAsked ? set.signalOf(k) : undefined)), requests: isAsked ? [...set.requests] : [] })
    state = keep(state, said.length - 1)
  }
  return said
}

/** The same over columns in ticks; `params` have passed the schema. */
export function rehearse(
  definition: StrategyDefinition,
  params: unknown,
  of: Instrument,
  intervalMs: number,
  columns: BarColumns,
  { position = 0, keep = (state) => state }: RehearsalOptions = {},
): (Signal | undefined)[] {
  const bars = new Bars(intervalMs, columns)
  const history = definition.history?.(params) ?? 1
  const signals: (Signal | undefined)[] = []
  let state = definition.init(params)
  while (bars.cursor < bars.length) {
    bars.reveal()
    let said: Signal | undefined
    const say = (signal: Signal): void => {
      said = checkSignal(signal, bars.close(0), say)
    }
    const context: StrategyContext = {
      now: ts(bars.closeTs(0)),
      instrument: of,
      bars,
      position: lots(position),
      signal: say,
    }
    const answer: unknown = bars.cursor >= history ? definition.onBar(context, state) : undefined
    if (answer !== undefined) checkAnswer(answer)
    signals.push(said)
    state = keep(state, bars.cursor - 1)
  }
  return signals
}
