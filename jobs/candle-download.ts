/**
 * Keeps the candle store of the traded symbols up to date from the venue's own klines, so that a backtest finds them.
 */
import { orderBoundsOf } from '../src/market/instrument-terms.ts'
import { join } from 'node:path'
import { type Instrument, formatPrice, formatQuantity } from '../src/market/instrument.ts'
import { formatInterval } from '../src/market/candles/interval.ts'
import { openStore } from '../src/market/candles/store.ts'
import { type InstrumentIndex, type Ts, lots, ticks, ts } from '../src/core/units.ts'
import { type Bar, columnsOfBars } from '../src/market/bars.ts'
import type { Result } from '../src/core/result.ts'

/** The part of a venue that shows candles. */
export interface CandleSource {
  readonly venue: string
  readonly instruments: readonly Instrument[]
  readonly intervalMs: number
  now(): Promise<Ts | undefined>
  candles(instrument: InstrumentIndex, from: Ts | undefined, until: Ts, count: number): Promise<Result<Bar[], { readonly detail: string }>>
}

const FIRST_BARS = 20_000
const NEXT_BARS = 5_000

/** Answers a sentence for each symbol that could not be brought up to date. */
export async function downloadCandles(candlesRoot: string, source: CandleSource): Promise<string[]> {
  const problems: string[] = []
  const until = await source.now()
  if (until === undefined) return ['could not read the exchange’s time']
  const interval = formatInterval(source.intervalMs)
  if (interval === undefined) return [`unsupported interval of ${source.intervalMs} ms`]
  const store = openStore(candlesRoot)
  for (const instrument of source.instruments) {
    const known = store.info({ venue: source.venue, symbol: instrument.symbol, interval })
    const last = known.ok && known.value !== undefined ? known.value.to : undefined
    const from = last === undefined ? undefined : ts(last + source.intervalMs)
    if (from !== undefined && from + source.intervalMs > until) continue
    const fetched = await source.candles(instrument.index, from, until, last === undefined ? FIRST_BARS : NEXT_BARS)
    if (!fetched.ok) {
      problems.push(`${instrument.symbol}: ${fetched.error.detail}`)
      continue
    }
    if (fetched.value.length === 0) continue
    const appended = store.append({
      venue: source.venue,
      symbol: instrument.symbol,
      interval,
      kind: 'last',
      intervalMs: source.intervalMs,
      tickSize: formatPrice(instrument, ticks(1)),
      lotSize: formatQuantity(instrument, lots(1)),
      bounds: orderBoundsOf(instrument),
      source: join(source.venue, 'klines'),
      columns: columnsOfBars(fetched.value),
    })
    if (!appended.ok) problems.push(`${instrument.symbol}: ${appended.error.sentence}`)
  }
  return problems
}
