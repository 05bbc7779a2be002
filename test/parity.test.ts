/**
 * Parity: the same candles traded live over the wire and backtested give the same fills, in the same order, to the last digit.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planOf } from '../src/config/strategy-plan.ts'
import { importFiles } from '../src/market/candles/import.ts'
import { openStore } from '../src/market/candles/store.ts'
import { generatedCandles } from './support/generated-candles.ts'
import { CANDLES, MINUTES_5, SYMBOLS, compare, parityData, plan } from './support/kernel/parity-run.ts'
import { rateFollower } from './support/rate-follower.ts'

let dataDir = ''
let remove = (): void => {}
beforeAll(async () => {
  const made = await parityData()
  dataDir = made.dataDir
  remove = made.remove
}, 60_000)
afterAll(() => remove())

const PLANS = [plan('ema-cross', 'BTCUSDT'), plan('donchian-breakout', 'ETHUSDT'), plan('rsi-reversion', 'SOLUSDT')]

test('generated candles with a crash: same fills live and backtested', async () => {
  const store = openStore(join(dataDir, 'candles'))
  const first = Date.parse('2026-01-05T00:00:00Z')
  SYMBOLS.forEach((symbol, k) => {
    const appended = store.append({
      venue: 'bybit',
      symbol,
      interval: '5m',
      kind: 'last',
      intervalMs: MINUTES_5,
      tickSize: ['0.1', '0.01', '0.01'][k] as string,
      lotSize: ['0.001', '0.01', '0.1'][k] as string,
      source: 'generated',
      columns: generatedCandles({
        seed: 11 + k,
        bars: 420,
        first,
        intervalMs: MINUTES_5,
        price: [640_000, 300_000, 14_000][k] as number,
        crashAt: 300,
      }),
    })
    expect(appended.ok).toBe(true)
  })
  const { backtest } = await compare({
    dataDir,
    symbols: SYMBOLS,
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: PLANS,
    openingCash: '10000',
  })
  expect(backtest.result.fills.length).toBeGreaterThan(20)
  expect(new Set(backtest.result.trades.map((t) => t.exitReason))).toContain('stop')
}, 60_000)

test('real candles, the crash of 2025-10-10 21:15 UTC: same fills live and backtested, stops filled, no position bare', async () => {
  const store = openStore(join(dataDir, 'real', 'candles'))
  for (const symbol of SYMBOLS) {
    for (const file of [`bybit-${symbol}-5m.csv`, `bybit-${symbol}-funding.csv`]) {
      const imported = await importFiles(store, {
        files: [join(CANDLES, file)],
        venue: 'bybit',
        symbol,
        wishes: file.includes('funding') ? {} : { interval: '5m' },
      })
      expect(imported.ok).toBe(true)
    }
  }
  const { live } = await compare({
    dataDir: join(dataDir, 'real'),
    symbols: SYMBOLS,
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: PLANS,
    from: Date.parse('2025-10-10T00:00:00Z'),
    to: Date.parse('2025-10-11T06:00:00Z'),
    openingCash: '10000',
  })
  expect(live.facts.filter((f) => f.type === 'alert-raised' && f.alert === 'position.unprotected')).toEqual([])
  expect(live.facts.some((f) => f.type === 'trade-closed' && f.trade.exitReason === 'stop')).toBe(true)
}, 90_000)

test('funding settlements: seen at the same closes with the same rates live and backtested, and the same fills follow', async () => {
  const states: object[] = []
  const init = (params: unknown) => {
    const state = rateFollower.init(params)
    states.push(state)
    return state
  }
  const follower = planOf(
    { strategy: 'rate-follower', symbols: ['BTCUSDT', 'SOLUSDT'] },
    new Map([['rate-follower', { ...rateFollower, init }]]),
  )
  if (!follower.ok) throw new Error(follower.error)
  const store = openStore(join(dataDir, 'two', 'candles'))
  for (const symbol of ['BTCUSDT', 'SOLUSDT']) {
    const files = [join(CANDLES, `bybit-${symbol}-funding.csv`)]
    expect((await importFiles(store, { files, venue: 'bybit', symbol, wishes: {} })).ok).toBe(true)
  }
  const { backtest, live } = await compare({
    dataDir: join(dataDir, 'two'),
    symbols: ['BTCUSDT', 'SOLUSDT'],
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: [follower.value],
    from: Date.parse('2025-10-10T03:00:00Z'),
    to: Date.parse('2025-10-11T09:00:00Z'),
    openingCash: '10000',
  })
  expect(backtest.result.failure).toBeUndefined()
  expect(backtest.result.fills.length).toBeGreaterThan(8)
  const kept = live.facts.filter((fact) => fact.type === 'strategy-state').at(-1)
  expect(kept?.state).toEqual(states[0])
  // The one of 00:00 is known when the bar of 00:05 closes, and the one before the first bar at once.
  const seen = (states[0] as { seen: readonly (readonly [number, string, number, number])[] }).seen.filter(([, name]) => name === 'BTCUSDT')
  const at = (text: string): number => Date.parse(`2025-10-${text}:00Z`)
  expect(seen.map(([now, , settled, paid]) => [now, settled, paid])).toEqual([
    [at('10T03:05'), at('10T00:00'), expect.any(Number)],
    [at('10T08:05'), at('10T08:00'), expect.any(Number)],
    [at('10T16:05'), at('10T16:00'), expect.any(Number)],
    [at('11T00:05'), at('11T00:00'), expect.any(Number)],
    [at('11T08:05'), at('11T08:00'), expect.any(Number)],
  ])
}, 90_000)
