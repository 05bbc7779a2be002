/**
 * market-making against a loop by hand over real candles, and its prices at the edges.
 */
import { expect, test } from 'vitest'
import type { PriceBar } from '../../src/strategy/sdk.ts'
import { windowAt } from '../support/by-hand/arithmetic.ts'
import { LOTS, SYMBOLS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { HandMarket } from '../support/by-hand/market.ts'
import { wishesOf } from '../support/by-hand/order-requests.ts'

const RULE = { window: 24, gamma: 0.01, kappa: 0.1, horizon: 1, minHalfBps: 5, maxOrders: 3, stop: 1, maxBars: 6 }

/** The formulas of Avellaneda and Stoikov in basis points of the close, one quote on each side, moved at each close. */
function byHand(symbol: string): HandMarket {
  const candles = candlesOf(symbol)
  const returns = candles.slice(1).map(({ close }, k) => (close / (candles[k]?.close ?? 1) - 1) * 10_000)
  const market = new HandMarket()
  let [held, since, stop] = [0, 0, 0]
  candles.forEach((candle, k) => {
    market.play(candle)
    let position = market.position - market.last.reduce((sum, fill) => sum + fill.side * fill.lots, 0)
    for (const fill of market.last) {
      const isEntry = fill.name === 'bid' || fill.name === 'ask'
      if (position === 0) since = candle.ts
      position += fill.side * fill.lots
      held = position === 0 ? 0 : isEntry ? held + 1 : held
      // The first of a pair takes the other off.
      if (isEntry) market.cancel(fill.name === 'bid' ? 'ask' : 'bid')
    }
    const window = windowAt(returns, k - 1, RULE.window)
    if (window === undefined) return
    market.cancel('out')
    const { close } = candle
    if (market.position !== 0 && (candle.ts + 300_000 - since) / 300_000 >= RULE.maxBars) {
      market.cancel('bid')
      market.cancel('ask')
      market.close()
      return
    }
    const side = Math.sign(market.position)
    const risk = RULE.gamma * window.deviation ** 2 * RULE.horizon
    const half = Math.max(RULE.minHalfBps, (risk + (2 / RULE.gamma) * Math.log(1 + RULE.gamma / RULE.kappa)) / 2)
    const shift = Math.sign(-side * held) * Math.min(half, held * risk)
    const bid = Math.min(close - 1, Math.floor(close * (1 + (shift - half) / 10_000)))
    const ask = Math.max(close + 1, Math.ceil(close * (1 + (shift + half) / 10_000)))
    // Quotes that are left from a position have its stop: where that is too near or too far for them, they begin anew at the next close.
    const isOff = market.resting.some((order) => {
      const away = (((order.side === 1 ? bid : ask) - (order.stop ?? 0)) * order.side * 100) / (order.side === 1 ? bid : ask)
      return side === 0 && (away < RULE.stop / 2 || away > RULE.stop * 2)
    })
    if (isOff) {
      market.cancel('bid')
      market.cancel('ask')
      return
    }
    if (side !== 0) market.rest({ name: 'out', side: -side, limit: side === 1 ? ask : bid, lots: Math.abs(market.position), isExit: true })
    for (const [name, at, limit] of [['bid', 1, bid] as const, ['ask', -1, ask] as const]) {
      const open = market.resting.find((order) => order.name === name)
      if ((side !== 0 && side !== at) || held >= RULE.maxOrders) {
        market.cancel(name)
        continue
      }
      stop = side === 0 ? (at === 1 ? Math.floor(limit * 0.99) : Math.ceil(limit * 1.01)) : (market.stop ?? 0)
      if ((limit - stop) * at <= 0) {
        market.cancel(name)
        continue
      }
      if (open === undefined) market.rest({ name, side: at, limit, lots: LOTS / RULE.maxOrders, stop, isExit: false, isPostOnly: true })
      else market.amend(name, limit)
    }
  })
  return market
}

test.each(SYMBOLS)('market-making on three days of %s: the loop by hand gives the same fills', async (symbol) => {
  const run = await runFixed('market-making', RULE, [symbol])
  const hand = byHand(symbol)
  expect(hand.fills.length).toBeGreaterThan(200)
  expect(new Set(hand.fills.map(({ name }) => name))).toEqual(new Set(['bid', 'ask', 'out', 'exit', 'stop']))
  expect(fillsOf(run)).toEqual(unnamed(hand.fills))
})

const bar = (price: number): PriceBar => [price, price, price, price]
const small = { window: 5, kappa: 0.1, gamma: 0.01, maxOrders: 2, stop: 1 }
const quotes = (params: object, closes: readonly number[]) =>
  (wishesOf(builtIn('market-making'), { ...small, ...params }, closes.map(bar)).at(-1) ?? []).map((request) =>
    request.type === 'enter'
      ? [request.entry.name.split('-')[0], request.entry.limit, request.entry.stop, request.entry.strength]
      : [request.type],
  )
const still = Array.from({ length: 6 }, () => 1_000)

test.each<[string, object, readonly number[], readonly unknown[]]>([
  // (2 / 0.01) ln(1 + 0.01 / 0.1) / 2 = 9.531 bp: 95.3 ticks of 100,000.
  [
    'without variance the spread is that of the fills alone',
    { minHalfBps: 0 },
    still,
    [
      ['bid', 99_904, 98_904, 0.5],
      ['ask', 100_096, 101_097, 0.5],
    ],
  ],
  [
    'the least distance holds where it is wider',
    { minHalfBps: 50 },
    still,
    [
      ['bid', 99_500, 98_505, 0.5],
      ['ask', 100_500, 101_505, 0.5],
    ],
  ],
  ['before the window is full it says nothing', {}, still.slice(1), []],
  [
    'a tick that is wider than the spread: one tick to each side',
    { minHalfBps: 0 },
    Array.from({ length: 6 }, () => 0.5),
    [
      ['bid', 49, 48, 0.5],
      ['ask', 51, 52, 0.5],
    ],
  ],
])('market-making: %s', (_, params, closes, expected) => {
  expect(quotes(params, closes)).toEqual(expected)
})

test('market-making: more variance is a wider spread, and the two quotes are a pair', () => {
  const wild = [1_000, 1_010, 1_000, 1_010, 1_000, 1_000]
  const [[, calmBid = 0] = [], [, wildBid = 0] = []] = [quotes({}, still)[0], quotes({}, wild)[0]]
  expect(Number(wildBid)).toBeLessThan(Number(calmBid))
  const said = wishesOf(builtIn('market-making'), small, still.map(bar)).at(-1) ?? []
  const [first, second] = said
  if (first?.type !== 'enter' || second?.type !== 'enter') throw new Error('two quotes are asked for')
  expect(second.entry.pairedWith).toBe(first.entry.name)
  expect([first.entry.postOnly, second.entry.postOnly]).toEqual([true, true])
})
