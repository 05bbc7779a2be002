/**
 * From a body to a signal, in the format that its source was made with: another format is refused, never tried (S15).
 */
import { type Result, ok } from '../core/result.ts'
import { readAlertatron } from './formats/alertatron.ts'
import { readAltrady } from './formats/altrady.ts'
import { readCornix } from './formats/cornix.ts'
import { readFreqtrade } from './formats/freqtrade.ts'
import { readKeyValue } from './formats/key-value.ts'
import { readLine } from './formats/line.ts'
import { readNative } from './formats/native.ts'
import { readOkx } from './formats/okx.ts'
import { readThreeCommas } from './formats/three-commas.ts'
import { readTradersPost } from './formats/traders-post.ts'
import { readTradingView, readTradingViewTarget } from './formats/tradingview.ts'
import { readWunderTrading } from './formats/wunder-trading.ts'
import type { OutsideSignal, SignalBody, SignalFormat, SignalRefusal } from './signal.ts'
import { type SignalMarket, readSignalSymbol } from './symbol.ts'

const READERS: Readonly<Record<SignalFormat, (body: SignalBody) => Result<OutsideSignal, SignalRefusal>>> = {
  native: readNative,
  'tradingview-target': readTradingViewTarget,
  tradingview: readTradingView,
  '3commas': readThreeCommas,
  line: readLine,
  okx: readOkx,
  traderspost: readTradersPost,
  wundertrading: readWunderTrading,
  altrady: readAltrady,
  'key-value': readKeyValue,
  alertatron: readAlertatron,
  cornix: readCornix,
  freqtrade: readFreqtrade,
}

/**
 * @example
 * readSignal('line', { type: 'text', text: 'long BTC 1% sl=2%' }, 'linear')
 * // ok: BTCUSDT, long, a stop 2 % away, at most 1 % of equity lost at it
 */
export function readSignal(format: SignalFormat, body: SignalBody, market: SignalMarket): Result<OutsideSignal, SignalRefusal> {
  const read = READERS[format](body)
  if (!read.ok) return read
  const symbol = readSignalSymbol(read.value.symbol, market)
  return symbol.ok ? ok({ ...read.value, symbol: symbol.value }) : symbol
}
