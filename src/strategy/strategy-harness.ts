/**
 * A strategy over bars without a kernel: what it says at each close, for its test and for the checks of its contract.
 */
import { MINUTE_MS, instrumentIndex, lots, ticks, ts } from '../core/units.ts'
import { type BarColumns, Bars } from '../market/bars.ts'
import { type Instrument, makeInstrument, priceFloat } from '../market/instrument.ts'
import { checkSignal } from './signal-gate.ts'
import type { Signal, StrategyContext, StrategyDefinition, StrategyState } from './strategy.ts'

/** Open, high, low, close in the quote coin. */
export type PriceBar = readonly [open: number, high: number, low: number, close: number]

/** A signal as its test reads it: prices in the quote coin. */
export interface SignalPrices {
  readonly side: Signal['side']
  readonly strength: number
  readonly limit?: number
  readonly stop?: number
  readonly targets?: readonly { readonly price: number; readonly share: number }[]
  readonly rule: string
  readonly values: Readonly<Record<string, unknown>>
}

export interface RehearsalOptions {
  /** Lots that it holds while it looks; 0 unless said. */
  readonly position?: number
  /** Called after each bar with the state; what it answers is the state that continues. */
  readonly keep?: (state: StrategyState, barIndex: number) => StrategyState
}

// 2025-01-01, UTC.
const START_MS = 1_735_689_600_000
const VOLUME = 1

const instrument = makeInstrument({
  index: instrumentIndex(0),
  venue: 'rehearsal',
  symbol: 'TESTUSDT',
  tickSize: '0.01',
  lotSize: '0.001',
})

/** The signal of each bar, undefined where it said nothing. @throws what the strategy throws, and where the parameters are refused. */
export function signalsOf(
  definition: StrategyDefinition,
  params: Readonly<Record<string, unknown>>,
  bars: readonly PriceBar[],
  options: RehearsalOptions = {},
): (SignalPrices | undefined)[] {
  const column = (at: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(bars, (bar) => Math.round(bar[at] * 100))
  const columns: BarColumns = {
    ts: Float64Array.from(bars, (_, k) => START_MS + k * MINUTE_MS),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: new Float64Array(bars.length).fill(VOLUME),
  }
  return rehearse(definition, definition.params.parse(params), instrument, MINUTE_MS, columns, options).map((signal) =>
    signal === undefined ? undefined : pricesOf(signal),
  )
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
    if (bars.cursor >= history) definition.onBar(context, state)
    signals.push(said)
    state = keep(state, bars.cursor - 1)
  }
  return signals
}

function pricesOf({ side, strength, limit, stop, targets, reason }: Signal): SignalPrices {
  const price = (value: number): number => priceFloat(instrument, ticks(value))
  return {
    side,
    strength,
    ...(limit === undefined ? {} : { limit: price(limit) }),
    ...(stop === undefined ? {} : { stop: price(stop) }),
    ...(targets === undefined ? {} : { targets: targets.map((target) => ({ price: price(target.price), share: target.share })) }),
    rule: reason.rule,
    values: reason.values,
  }
}
