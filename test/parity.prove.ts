/**
 * More strategies over the wire and in the backtest: those that come with Ballast, alone and together on one account; the same fills to the last digit.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planOf } from '../src/config/strategy-plan.ts'
import { MINUTES_5, SYMBOLS, compare, parityData, plan } from './support/kernel/parity-run.ts'

let dataDir = ''
let remove = (): void => {}
beforeAll(async () => {
  const made = await parityData()
  dataDir = made.dataDir
  remove = made.remove
}, 60_000)
afterAll(() => remove())

test.each([
  ['grid', 'BTCUSDT', { step: 0.2, levels: 3 }, '22:00'],
  ['dca', 'ETHUSDT', { startRsi: 100, step: 0.3, target: 0.3 }, '22:00'],
  // Quotes are written at each bar, and the exchange takes so many a second.
  ['market-making', 'SOLUSDT', { window: 12 }, '05:00'],
] as const)(
  'the orders of %s on %s: same fills live and backtested',
  async (strategy, symbol, params, until) => {
    const { backtest } = await compare({
      dataDir: join(dataDir, 'two'),
      symbols: [symbol],
      interval: '5m',
      intervalMs: MINUTES_5,
      plans: [plan(strategy, symbol, params)],
      from: Date.parse('2025-10-10T00:00:00Z'),
      to: Date.parse(`2025-10-10T${until}:00Z`),
      openingCash: '10000',
    })
    expect(backtest.result.failure).toBeUndefined()
    expect(backtest.result.fills.length).toBeGreaterThan(20)
  },
  90_000,
)

test('built-in strategies over several symbols and by votes, on one account: same fills live and backtested', async () => {
  const legs = planOf({ strategy: 'pairs', symbols: ['BTCUSDT', 'ETHUSDT'], params: { window: 60, entry: 1.5, correlation: 0.3 } })
  if (!legs.ok) throw new Error(legs.error)
  const { backtest } = await compare({
    dataDir: join(dataDir, 'two'),
    symbols: SYMBOLS,
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: [legs.value, plan('ensemble', 'SOLUSDT', { macdTrend: 0 })],
    from: Date.parse('2025-10-10T00:00:00Z'),
    to: Date.parse('2025-10-11T06:00:00Z'),
    openingCash: '10000',
  })
  expect(backtest.result.failure).toBeUndefined()
  for (const strategy of ['pairs', 'ensemble'])
    expect(backtest.result.fills.filter((fill) => fill.strategy === strategy).length).toBeGreaterThan(5)
}, 90_000)

test('built-in strategies of one symbol and a rotation of two, on one account: same fills live and backtested', async () => {
  const rotation = planOf({
    strategy: 'momentum-rotation',
    symbols: ['ETHUSDT', 'SOLUSDT'],
    params: { interval: '30m', lookback: 6, every: 2, hold: 1, atr: 5, stopAtr: 1, short: true },
  })
  if (!rotation.ok) throw new Error(rotation.error)
  const { backtest } = await compare({
    dataDir: join(dataDir, 'two'),
    symbols: SYMBOLS,
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: [plan('supertrend', 'BTCUSDT', { multiplier: 2 }), rotation.value],
    from: Date.parse('2025-10-10T00:00:00Z'),
    to: Date.parse('2025-10-11T06:00:00Z'),
    openingCash: '10000',
  })
  for (const strategy of ['supertrend', 'momentum-rotation'])
    expect(backtest.result.fills.filter((fill) => fill.strategy === strategy).length).toBeGreaterThan(5)
}, 90_000)
