/**
 * bollinger-reversion against a loop by hand over real candles, and its rule at the edges.
 */
import { expect, test } from 'vitest'
import { type PriceBar, signalsOf } from '../../src/strategy/sdk.ts'
import { atrSeries, windowAt } from '../support/by-hand/arithmetic.ts'
import { LOTS, SYMBOLS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { HandMarket } from '../support/by-hand/market.ts'

function byHand(symbol: string, reachBps: number, stopAtr: number, maxBars: number): HandMarket {
  const candles = candlesOf(symbol)
  const closes = candles.map(({ close }) => close)
  const atr = atrSeries(candles, 14)
  const market = new HandMarket()
  let bars = 0
  const sideOf = (k: number): number => {
    const window = windowAt(closes, k, 20)
    if (window === undefined) return 0
    const close = closes[k] as number
    return close < window.mean - 2 * window.deviation ? -1 : close > window.mean + 2 * window.deviation ? 1 : 0
  }
  candles.forEach((candle, k) => {
    market.play(candle)
    bars = market.position === 0 ? 0 : bars + 1
    const window = windowAt(closes, k, 20)
    if (window === undefined || Number.isNaN(atr[k])) return
    if (market.position !== 0) {
      if ((candle.close - window.mean) * market.position >= 0 || bars >= maxBars) market.close()
      return
    }
    const side = -sideOf(k - 1)
    if (side === 0 || sideOf(k) !== 0) return
    if ((((window.mean - candle.close) * side) / candle.close) * 10_000 < reachBps) return
    const stop = candle.close - side * stopAtr * (atr[k] as number)
    market.enter(side, LOTS, { stop: side === 1 ? Math.floor(stop) : Math.ceil(stop) })
  })
  return market
}

test.each(SYMBOLS)('bollinger-reversion on three days of %s: the loop by hand gives the same fills', async (symbol) => {
  const run = await runFixed('bollinger-reversion', { minReachBps: 10, stopAtr: 1.5, maxBars: 12 }, [symbol])
  const hand = byHand(symbol, 10, 1.5, 12)
  expect(hand.fills.length).toBeGreaterThan(30)
  expect(new Set(hand.fills.map(({ name }) => name))).toEqual(new Set(['entry', 'exit', 'stop']))
  expect(fillsOf(run)).toEqual(unnamed(hand.fills))
})

const bar = (price: number): PriceBar => [price, price + 0.5, price - 0.5, price]
const calm = Array.from({ length: 10 }, (_, k) => bar(100 + (k % 2)))
const dip = [...calm, bar(90), bar(97)]
const small = { period: 8, multiplier: 2, atr: 3, minReachBps: 0, maxBars: 0 }

test.each<[string, PriceBar[], object, number, readonly (readonly [number, string])[]]>([
  ['a close back above the lower band is long', dip, {}, 0, [[1, 'close back above the lower band']]],
  ['a close that is still outside is nothing yet', [...calm, bar(90)], {}, 0, []],
  [
    'a close back below the upper band is short',
    dip.map(([, , , close]) => bar(200 - close)),
    {},
    0,
    [[-1, 'close back below the upper band']],
  ],
  ['without shorts that is nothing', dip.map(([, , , close]) => bar(200 - close)), { short: 'false' }, 0, []],
  ['a way back that is too short to pay is no entry', dip, { minReachBps: 2_000 }, 0, []],
  [
    'held at or above the middle it leaves, again at each close',
    [...Array.from({ length: 8 }, () => bar(100)), bar(99), bar(100)],
    {},
    5,
    [
      [0, 'close back at the middle'],
      [0, 'close back at the middle'],
    ],
  ],
  ['prices that stand still are never outside', Array.from({ length: 40 }, () => bar(100)), {}, 0, []],
])('bollinger-reversion: %s', (_, bars, params, position, expected) => {
  const said = signalsOf(builtIn('bollinger-reversion'), { ...small, ...params }, bars, { position }).filter((s) => s !== undefined)
  expect(said.map(({ side, rule }) => [side, rule])).toEqual(expected)
})

test('bollinger-reversion: gives up after its bars', () => {
  const falling = Array.from({ length: 20 }, (_, k) => bar(100 - k))
  const said = signalsOf(builtIn('bollinger-reversion'), { ...small, maxBars: 15 }, falling, { position: 5 })
  expect(said.findIndex((signal) => signal !== undefined)).toBe(14)
  expect(said[14]).toMatchObject({ side: 0, rule: 'held long enough', values: { bars: 15 } })
})
