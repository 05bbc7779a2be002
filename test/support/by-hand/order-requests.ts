/**
 * What a strategy of contract 2 says about orders over bars of a table, as if nothing of it was ever filled. Prices come in coins, in ticks of 0.01.
 */
import { MINUTE_MS, instrumentIndex } from '../../../src/core/units.ts'
import { type Instrument, makeInstrument } from '../../../src/market/instrument.ts'
import type { OrderRequest } from '../../../src/strategy/own-orders.ts'
import type { PriceBar } from '../../../src/strategy/sdk.ts'
import { type RehearsalOptions, rehearseMarkets } from '../../../src/strategy/strategy-harness.ts'
import type { StrategyDefinition } from '../../../src/strategy/strategy.ts'

const START_MS = 1_735_689_600_000
const perpetual = makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'TESTUSDT', tickSize: '0.01', lotSize: '0.001' })

function columnsOf(bars: readonly PriceBar[]) {
  const column = (at: 0 | 1 | 2 | 3): Float64Array => Float64Array.from(bars, (bar) => Math.round(bar[at] * 100))
  const [open, high, low, close] = [column(0), column(1), column(2), column(3)]
  const ts = Float64Array.from(bars, (_, k) => START_MS + k * MINUTE_MS)
  return { ts, open, high, low, close, volume: new Float64Array(bars.length).fill(1) }
}

export function wishesOf(
  definition: StrategyDefinition,
  params: object,
  bars: readonly PriceBar[],
  instrument: Instrument = perpetual,
  others: readonly (readonly PriceBar[])[] = [],
  options: RehearsalOptions = {},
): (readonly OrderRequest[])[] {
  const parsed = definition.params.parse(params)
  return rehearseMarkets(definition, parsed, instrument, MINUTE_MS, [bars, ...others].map(columnsOf), options).map(
    ({ requests }) => requests,
  )
}
