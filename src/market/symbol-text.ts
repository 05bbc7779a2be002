/**
 * What people write for a symbol: BTC, btc/usdt, BTC-SPOT, BTCUSDTSPOT, spot:BTC, BTC-PERP.
 * Never says whether such a symbol exists: that is for the exchange, or for what is traded.
 */
import { spotSymbolOf } from './instrument.ts'

export interface SymbolText {
  /** Letters and digits of the pair or of its coin: `BTC` or `BTCUSDT`. */
  readonly plain: string
  /** Whether it says that spot is meant. */
  readonly isSpot: boolean
}

export function readSymbol(text: string): SymbolText {
  const letters = text.toUpperCase().replace(/[/\-_:.]|PERP$/g, '')
  const plain = letters.replace(/^SPOT|SPOT$/g, '')
  return { plain, isSpot: letters !== plain }
}

/** How Ballast writes what was meant, where a coin without its quote is against USDT. */
export function spellingOf(text: string): string {
  const { plain, isSpot } = readSymbol(text)
  const pair = /.(USDT|USDC|USD)$/.test(plain) ? plain : `${plain}USDT`
  return isSpot ? spotSymbolOf(pair) : pair
}
