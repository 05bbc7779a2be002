/**
 * More strategies over the wire and in the backtest: those that come with Ballast, alone and together on one account, universes, and a day of orders
 * by name; the same fills to the last digit.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planOf } from '../src/config/strategy-plan.ts'
import { importFiles } from '../src/market/candles/import.ts'
import { openStore } from '../src/market/candles/store.ts'
import { keptOf } from '../src/strategy/kept-state.ts'
import { mlWith, savedModel } from './support/fitted-model.ts'
import { CANDLES, MINUTES_5, SYMBOLS, compare, parityData, plan } from './support/kernel/parity-run.ts'
import { orderTalker } from './support/order-talker.ts'
import { twoMarkets } from './support/two-markets.ts'

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

test('the champion of a line of models with a challenger beside it: same fills live and backtested, and the same is known of them', async () => {
  const states: object[] = []
  const champion = await savedModel({ kind: 'gbdt', symbols: ['ETHUSDT', 'SOLUSDT'] })
  const definition = mlWith(champion, [await savedModel({ symbols: ['ETHUSDT', 'SOLUSDT'], more: { version: 2 } })])
  const init = (params: unknown) => {
    const state = definition.init(params)
    states.push(state)
    return state
  }
  const ml = planOf(
    { strategy: 'ml', symbols: ['ETHUSDT', 'SOLUSDT'], params: { costBps: 4, margin: 1, stopAtr: 1.5, calm: 2 } },
    new Map([['ml', { ...definition, init, bind: () => ({ ...definition, init }) }]]),
  )
  if (!ml.ok) throw new Error(ml.error)
  const { backtest, live } = await compare({
    dataDir: join(dataDir, 'two'),
    symbols: SYMBOLS,
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: [ml.value],
    from: Date.parse('2025-10-10T00:00:00Z'),
    to: Date.parse('2025-10-11T06:00:00Z'),
    openingCash: '10000',
  })
  expect(backtest.result.failure).toBeUndefined()
  expect(backtest.result.fills.length).toBeGreaterThan(20)
  const kept = live.facts.filter((fact) => fact.type === 'strategy-state').at(-1)
  expect(kept?.state).toEqual(keptOf(states[0] as object))
}, 90_000)

test('a day of orders by name of every kind, changed, canceled, paired, expired: same fills live and backtested, and the same is heard of them', async () => {
  // The one of the backtest is the first that begins; it is changed in place.
  const states: object[] = []
  const init = (params: unknown) => {
    const state = orderTalker.init(params)
    states.push(state)
    return state
  }
  const talker = planOf(
    { strategy: 'order-talker', symbols: ['BTCUSDT', 'SOLUSDT'], params: { seed: 3 } },
    new Map([['order-talker', { ...orderTalker, init }]]),
  )
  if (!talker.ok) throw new Error(talker.error)
  const { backtest, live } = await compare({
    dataDir: join(dataDir, 'two'),
    symbols: ['BTCUSDT', 'SOLUSDT'],
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: [talker.value],
    from: Date.parse('2025-10-10T00:00:00Z'),
    to: Date.parse('2025-10-10T22:00:00Z'),
    openingCash: '10000',
  })
  expect(backtest.result.failure).toBeUndefined()
  expect(backtest.result.fills.length).toBeGreaterThan(50)
  const kept = live.facts.filter((fact) => fact.type === 'strategy-state').at(-1)
  expect(kept?.state).toEqual(states[0])
  expect(kept?.state).toMatchObject({
    ends: { canceled: expect.any(Number), denied: expect.any(Number), expired: expect.any(Number), filled: expect.any(Number) },
  })
}, 90_000)

test('spot against the perpetual of the same coin by funding rates: same fills live and backtested', async () => {
  const store = openStore(join(dataDir, 'carry', 'candles'))
  const rows = { 'SOLUSDT-SPOT': '5m', SOLUSDT: '5m', funding: undefined }
  for (const [name, interval] of Object.entries(rows)) {
    const files = [join(CANDLES, interval === undefined ? 'bybit-SOLUSDT-funding.csv' : 'bybit-SOLUSDT-5m.csv')]
    const symbol = interval === undefined ? 'SOLUSDT' : name
    const wishes = interval === undefined ? {} : { interval }
    expect((await importFiles(store, { files, venue: 'bybit', symbol, wishes })).ok).toBe(true)
  }
  const carry = planOf({
    strategy: 'funding-carry',
    symbols: ['SOLUSDT-SPOT', 'SOLUSDT'],
    params: { settlements: 1, costs: 1, days: 1, keep: 0.5, stop: 4 },
  })
  if (!carry.ok) throw new Error(carry.error)
  const { backtest } = await compare({
    dataDir: join(dataDir, 'carry'),
    symbols: ['SOLUSDT-SPOT', 'SOLUSDT'],
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: [carry.value],
    from: Date.parse('2025-10-09T03:00:00Z'),
    to: Date.parse('2025-10-11T06:00:00Z'),
    openingCash: '10000',
  })
  expect(backtest.result.failure).toBeUndefined()
  expect(new Set(backtest.result.fills.map(({ instrument, side }) => `${instrument} ${side}`)).size).toBe(4)
}, 90_000)

test.each([
  ['donchian-breakout', { entry: 12, exit: 6 }, true],
  // Decides for all of its symbols at once, and looks which of them are in.
  ['momentum-rotation', { interval: '30m', lookback: 6, every: 2, hold: 1, atr: 5, stopAtr: 1, short: true }, false],
] as const)(
  '%s over a universe that changes each hour: same fills live and backtested',
  async (strategy, params, isDenied) => {
    const universe = { take: 2, by: 'volatility', over: '3h', every: '1h', minAge: '2h', maxVolatility: 4, cooldown: '2h' } as const
    const moving = planOf({ strategy, symbols: SYMBOLS, params, universe })
    if (!moving.ok) throw new Error(moving.error)
    const { backtest, live } = await compare({
      dataDir: join(dataDir, 'two'),
      symbols: SYMBOLS,
      interval: '5m',
      intervalMs: MINUTES_5,
      plans: [moving.value],
      from: Date.parse('2025-10-10T00:00:00Z'),
      to: Date.parse('2025-10-11T06:00:00Z'),
      openingCash: '10000',
    })
    expect(backtest.result.failure).toBeUndefined()
    const denials = live.facts.filter((fact) => fact.type === 'order-denied' && fact.rule === 'universe').length
    expect(denials).toBe(backtest.result.denials.get('universe') ?? 0)
    expect(denials > 0).toBe(isDenied)
    expect(new Set(backtest.result.fills.map(({ instrument }) => instrument)).size).toBe(3)
  },
  90_000,
)

test('one strategy over two symbols and three intervals, beside one of its own: same fills live and backtested', async () => {
  const two = planOf({ strategy: 'two-markets', symbols: ['BTCUSDT', 'SOLUSDT'] }, new Map([['two-markets', twoMarkets]]))
  if (!two.ok) throw new Error(two.error)
  const { backtest } = await compare({
    dataDir: join(dataDir, 'two'),
    symbols: ['BTCUSDT', 'SOLUSDT', 'ETHUSDT'],
    interval: '5m',
    intervalMs: MINUTES_5,
    plans: [two.value, plan('donchian-breakout', 'ETHUSDT')],
    from: Date.parse('2025-10-10T00:00:00Z'),
    to: Date.parse('2025-10-11T06:00:00Z'),
    openingCash: '10000',
  })
  const { fills } = backtest.result
  expect(fills.filter(({ strategy }) => strategy === 'two-markets').length).toBeGreaterThan(20)
  expect(new Set(fills.map(({ instrument }) => instrument)).size).toBe(3)
}, 90_000)
