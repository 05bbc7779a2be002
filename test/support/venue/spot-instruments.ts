/**
 * Bitcoin as a perpetual and as spot beside it, with the steps that Bybit lists.
 */
import { instrumentIndex } from '../../../src/core/units.ts'
import { makeInstrument } from '../../../src/market/instrument.ts'

export const LINEAR = makeInstrument({ index: instrumentIndex(0), venue: 'bybit', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' })
export const SPOT = makeInstrument({
  index: instrumentIndex(1),
  venue: 'bybit',
  symbol: 'BTCUSDT-SPOT',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  tickSize: '0.1',
  lotSize: '0.000001',
})
