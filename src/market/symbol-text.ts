/**
 * What users and other tools write for a symbol: BTC, btc/usdt, BTC/USDT:USDT, BYBIT:BTCUSDT.P, BTC-USDT-SWAP, BTC-SPOT, spot:BTC, BTC-PERP.
 */
import { spotSymbolOf } from './instrument.ts'

export interface SymbolText {
  /** Letters and digits of the pair or of its coin: `BTC` or `BTCUSDT`. */
  readonly plain: string
  /** Whether it says that spot is meant. */
  readonly isSpot: boolean
}

export function readSymbol(text: string): SymbolText {
  const pair = text
    .trim()
    .toUpperCase()
    // TradingView and others name the exchange before it, others after it.
    .replace(/^BYBIT:|[.@]BYBIT$/g, '')
    // ccxt names what it is settled in: BTC/USDT:USDT.
    .replace(/(\/[A-Z0-9]+):(?!SPOT$)[A-Z0-9]+$/, '$1')
    // A perpetual, as TradingView, OKX and nautilus write it.
    .replace(/\.P$|[-_.](LINEAR|SWAP|PERPETUAL)$/, '')
  const letters = pair.replace(/[/\-_:.]|PERP$/g, '')
  const plain = letters.replace(/^SPOT|SPOT$/g, '')
  return { plain, isSpot: letters !== plain }
}

/** How Ballast writes what was meant, where a coin without its quote is against USDT. */
export function spellingOf(text: string): string {
  const { plain, isSpot } = readSymbol(text)
  const pair = /.(USDT|USDC|USD)$/.test(plain) ? plain : `${plain}USDT`
  return isSpot ? spotSymbolOf(pair) : pair
}

/** Whether it is written as Ballast writes symbols; whether there is one is for the exchange to say. */
export const isSymbolText = (text: string): boolean => /^[A-Z0-9]+(-SPOT)?$/.test(text)
