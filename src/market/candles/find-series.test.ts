/**
 * Which series a command means.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type SeriesWish, findSeries } from './find-series.ts'
import { parseInterval } from './interval.ts'
import { type CandleStore, openStore } from './store.ts'

let root: string
let store: CandleStore
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'find-'))
  store = openStore(root)
  for (const [venue, symbol, interval] of [
    ['a', 'BTC', '1m'],
    ['a', 'BTC', '5m'],
    ['b', 'ETH', '5m'],
    ['a', 'SOL', '5m'],
    ['a', 'SOL', '1h'],
    ['a', 'XRP', '1m'],
    ['b', 'XRP', '1m'],
  ] as const) {
    const column = (): Float64Array => Float64Array.of(0)
    const columns = [column(), ...Array.from({ length: 5 }, () => Float64Array.of(1))]
    const appended = store.append({
      venue,
      symbol,
      interval,
      kind: 'last',
      intervalMs: parseInterval(interval) ?? 0,
      tickSize: '1',
      lotSize: '1',
      source: 'test',
      columns,
    })
    expect(appended.ok).toBe(true)
  }
})
afterEach(() => rmSync(root, { recursive: true }))

test.each<[string, SeriesWish, string]>([
  ['1m where it is stored', { symbol: 'BTC' }, 'a/BTC/1m'],
  ['the interval asked for', { symbol: 'BTC', interval: '5m' }, 'a/BTC/5m'],
  ['the same interval in other words', { symbol: 'SOL', interval: '60m' }, 'a/SOL/1h'],
  ['the only one stored', { symbol: 'ETH' }, 'b/ETH/5m'],
  ['the venue asked for', { symbol: 'XRP', venue: 'b' }, 'b/XRP/1m'],
  ['neither of two intervals', { symbol: 'SOL' }, 'Several series of SOL fit: a/SOL/1h, a/SOL/5m. Choose one with --interval.'],
  ['neither of two venues', { symbol: 'XRP' }, 'Several series of XRP fit: a/XRP/1m, b/XRP/1m. Choose one with --venue.'],
  ['nothing', { symbol: 'ETH', interval: '1m' }, 'There are no stored candles of ETH at 1m. Stored: b/'],
])('finds %s', (_name, wish, expected) => {
  const found = findSeries(store, wish)
  const text = found.ok
    ? `${found.value.venue}/${found.value.symbol}/${found.value.interval}`
    : `${found.error.sentence} ${found.error.next}`
  expect(text.slice(0, expected.length)).toBe(expected)
})
