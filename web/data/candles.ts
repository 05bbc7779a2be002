/**
 * Candles of a chart: each once, in the order of their time, whatever comes when.
 */
import type { Candle } from './types.ts'

/** @param more in any order; one that is there already is replaced. Both sides are joined without sorting all where they do not overlap. */
export function mergeCandles(candles: readonly Candle[], more: readonly Candle[]): readonly Candle[] {
  const added = [...more].sort((a, b) => a.ts.localeCompare(b.ts))
  const [first, last] = [added[0], added.at(-1)]
  if (first === undefined || last === undefined) return candles
  if (candles.length === 0 || first.ts > (candles.at(-1) as Candle).ts) return [...candles, ...added]
  if (last.ts < (candles[0] as Candle).ts) return [...added, ...candles]
  const byTime = new Map([...candles, ...added].map((candle) => [candle.ts, candle]))
  return [...byTime.values()].sort((a, b) => a.ts.localeCompare(b.ts))
}
