/**
 * Candles as they were read a moment ago, so that who looks again and again does not spend the exchange's requests.
 */
import type { CandleReader } from '../../api/ports/ports.ts'

/** Wall time. At 600 times the market's speed it is less than an hour. */
const KEPT_MS = 5_000

export function recentCandles(read: CandleReader, wallNow: () => number): CandleReader {
  const kept = new Map<string, { readonly at: number; readonly candles: ReturnType<CandleReader> }>()
  return async (symbol, interval, bars) => {
    const key = `${symbol} ${interval} ${bars}`
    const now = wallNow()
    for (const [old, { at }] of kept) if (now - at >= KEPT_MS || at > now) kept.delete(old)
    const found = kept.get(key)
    if (found !== undefined) return found.candles
    const candles = read(symbol, interval, bars)
    kept.set(key, { at: now, candles })
    const forget = (): void => {
      if (kept.get(key)?.candles === candles) kept.delete(key)
    }
    candles.then((rows) => rows === undefined && forget(), forget)
    return candles
  }
}
