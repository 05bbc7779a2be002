/**
 * A public market in memory: two symbols, candles of every minute, a book and fundings, at an instant that a test sets.
 */
import type { MarketReads } from '../../../api/ports/market-ports.ts'
import { parseInterval } from '../../../src/market/candles/interval.ts'
import { err, ok } from '../../../src/core/result.ts'

const HOUR_MS = 3_600_000

/** Prices move by 1 a minute from 64,000 on; `down`: the exchange cannot be asked. */
export function memoryMarket(now: () => number, isDown: () => boolean = () => false): MarketReads {
  const away = err('the exchange does not answer')
  const price = (ts: number): string => String(64_000 + (Math.floor(ts / 60_000) % 1_000))
  const known = (symbol: string): boolean => symbol === 'BTCUSDT' || symbol === 'ETHUSDT'
  return {
    now: async () => (isDown() ? away : ok(now())),
    candles: async ({ symbol, interval, from, until = now(), count }) => {
      if (isDown() || !known(symbol)) return away
      const intervalMs = parseInterval(interval) ?? 60_000
      const last = Math.floor(Math.min(until, from === undefined ? until : from + (count + 1) * intervalMs) / intervalMs)
      const first = from === undefined ? Math.max(0, last - count) : Math.ceil(from / intervalMs)
      return ok(
        Array.from({ length: Math.max(0, Math.min(count, last - first)) }, (_, k) => (first + k) * intervalMs).map((ts) => ({
          ts,
          open: price(ts),
          high: price(ts + intervalMs),
          low: price(ts),
          close: price(ts + intervalMs),
          volume: '1',
        })),
      )
    },
    tickers: async (symbols) =>
      isDown()
        ? away
        : ok(
            symbols.filter(known).map((symbol) => ({
              symbol,
              last: price(now()),
              mark: price(now()),
              index: null,
              bid: null,
              bidQuantity: null,
              ask: null,
              askQuantity: null,
              change24h: '0.01',
              high24h: null,
              low24h: null,
              volume24h: null,
              turnover24h: null,
              openInterest: null,
              fundingRate: '0.0001',
              nextFundingTs: Math.ceil((now() + 1) / (8 * HOUR_MS)) * 8 * HOUR_MS,
            })),
          ),
    book: async (symbol, depth) =>
      isDown() || !known(symbol)
        ? away
        : ok({
            symbol,
            bids: Array.from({ length: Math.min(depth, 50) }, (_, k) => [String(63_999 - k), '1'] as const),
            asks: Array.from({ length: Math.min(depth, 50) }, (_, k) => [String(64_001 + k), '1'] as const),
            ts: now(),
          }),
    fundings: async (symbol, from, until) =>
      isDown() || !known(symbol)
        ? away
        : ok(
            Array.from({ length: Math.floor((until - 1) / (8 * HOUR_MS)) + 1 }, (_, k) => ({ ts: k * 8 * HOUR_MS, rate: '0.0001' }))
              .filter(({ ts }) => ts >= from && ts < until)
              .slice(-500),
          ),
  }
}
