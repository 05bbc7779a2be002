/**
 * The symbol that a body names, as Ballast writes it: whether spot or the perpetual is meant is said by the source, never guessed.
 */
import { type Result, err, ok } from '../core/result.ts'
import { isSymbolText, spellingOf, readSymbol } from '../market/symbol-text.ts'
import { isSpotSymbol, spotSymbolOf } from '../market/instrument.ts'
import type { SignalRefusal } from './signal.ts'

export const SIGNAL_MARKETS = ['linear', 'spot'] as const
export type SignalMarket = (typeof SIGNAL_MARKETS)[number]

const SHOWN_MAX = 40
/** As BitMEX and Kraken call it. */
const OTHER_NAMES: readonly (readonly [RegExp, string])[] = [[/^XBT(?=USD|$)/, 'BTC']]
const IS_PERPETUAL = /\.P$|PERP$|[-_.](LINEAR|SWAP|PERPETUAL)$|\/[A-Z0-9]+:[A-Z0-9]+$/
const EXCHANGE = /^(?!SPOT:)[A-Z0-9_]+:(?=[A-Z0-9])/

/**
 * `BYBIT:BTCUSDT.P`, `BTC/USDT:USDT`, `BTC-USDT-SWAP`, `XBTUSDT`, `BTC` to `BTCUSDT`, or to `BTCUSDT-SPOT` of a source of spot.
 * Refused: what names a perpetual at a source of spot, or spot at one of perpetuals; coin-margined pairs, which are not traded.
 */
export function readSignalSymbol(text: string, market: SignalMarket): Result<string, SignalRefusal> {
  const given = text.trim().toUpperCase()
  const shown = given.slice(0, SHOWN_MAX)
  const bare = given.replace(/^BYBIT:/, '')
  if (EXCHANGE.test(bare)) return err({ code: 'symbol-unreadable', figures: { symbol: shown, problem: 'names another exchange' } })
  const named = OTHER_NAMES.reduce((name, [form, coin]) => name.replace(form, coin), bare)
  const { plain, isSpot } = readSymbol(named)
  if (!/^[A-Z0-9]{2,20}$/.test(plain))
    return err({ code: 'symbol-unreadable', figures: { symbol: shown, problem: 'is no symbol such as BTCUSDT' } })
  if (/.USD$/.test(plain))
    return err({ code: 'symbol-unreadable', figures: { symbol: shown, problem: 'is coin-margined; Ballast trades USDT and USDC pairs' } })
  const isPerpetual = IS_PERPETUAL.test(named)
  if ((market === 'spot' && isPerpetual) || (market === 'linear' && isSpot))
    return err({ code: 'symbol-market', figures: { symbol: shown, named: isPerpetual ? 'perpetual' : 'spot', source: market } })
  const spelled = spellingOf(named)
  const symbol = market === 'spot' && !isSpotSymbol(spelled) ? spotSymbolOf(spelled) : spelled
  return isSymbolText(symbol)
    ? ok(symbol)
    : err({ code: 'symbol-unreadable', figures: { symbol: shown, problem: 'is no symbol such as BTCUSDT' } })
}
