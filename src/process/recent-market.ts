/**
 * The public market as it was read a moment ago: however many ask, the exchange is asked once.
 */
import type { MarketReads } from '../../api/ports/market-ports.ts'

/** Wall time. */
const KEPT_MS = 500
const KEYS_MAX = 500

export function recentMarket(market: MarketReads, wallNow: () => number): MarketReads {
  const kept = new Map<string, { readonly at: number; readonly found: Promise<unknown> }>()
  const once = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const now = wallNow()
    const known = kept.get(key)
    // The same key is the same kind of answer.
    if (known !== undefined && now - known.at < KEPT_MS && now >= known.at) return known.found as Promise<T>
    for (const [old, { at }] of kept) if (kept.size > KEYS_MAX || now - at >= KEPT_MS || at > now) kept.delete(old)
    const found = read()
    kept.set(key, { at: now, found })
    found.catch(() => kept.delete(key))
    return found
  }
  return {
    now: () => once('now', () => market.now()),
    candles: (query) => once(`candles ${JSON.stringify(query)}`, () => market.candles(query)),
    tickers: (symbols) => once(`tickers ${symbols.join()}`, () => market.tickers(symbols)),
    book: (symbol, depth) => once(`book ${symbol} ${depth}`, () => market.book(symbol, depth)),
    fundings: (symbol, from, until) => once(`fundings ${symbol} ${from} ${until}`, () => market.fundings(symbol, from, until)),
  }
}
