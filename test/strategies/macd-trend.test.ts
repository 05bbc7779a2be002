/**
 * macd-trend against a loop by hand over real candles, and its rule at the edges.
 */
import { expect, test } from 'vitest'
import { type PriceBar, signalsOf } from '../../src/strategy/sdk.ts'
import { atrSeries, emaSeries } from '../support/by-hand/arithmetic.ts'
import { LOTS, SYMBOLS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { HandMarket } from '../support/by-hand/market.ts'

/** Long at a cross above, short at one below, but only beyond EMA(trend); against it a position is closed. */
function byHand(symbol: string, trend: number, stopAtr: number): HandMarket {
  const candles = candlesOf(symbol)
  const closes = candles.map(({ close }) => close)
  const [fast, slow, long] = [emaSeries(closes, 12), emaSeries(closes, 26), emaSeries(closes, trend)]
  const line = closes.map((_, k) => (fast[k] as number) - (slow[k] as number))
  const signal = emaSeries(line, 9)
  const atr = atrSeries(candles, 14)
  const market = new HandMarket()
  let side = 0
  candles.forEach((candle, k) => {
    market.play(candle)
    const lead = (line[k] as number) - (signal[k] as number)
    if (Number.isNaN(lead + (long[k] as number) + (atr[k] as number))) return
    const before = side
    if (lead !== 0) side = Math.sign(lead)
    if (before === 0 || side === before) return
    if ((candle.close - (long[k] as number)) * side > 0) {
      if (market.position * side > 0) return
      market.close()
      const stop = candle.close - side * stopAtr * (atr[k] as number)
      market.enter(side, LOTS, { stop: side === 1 ? Math.floor(stop) : Math.ceil(stop) })
    } else if (market.position * side < 0) market.close()
  })
  return market
}

test.each(SYMBOLS)('macd-trend on three days of %s: the loop by hand gives the same fills', async (symbol) => {
  const run = await runFixed('macd-trend', { trend: 100, stopAtr: 2 }, [symbol])
  const hand = byHand(symbol, 100, 2)
  expect(hand.fills.length).toBeGreaterThan(30)
  expect(new Set(hand.fills.map(({ name }) => name))).toEqual(new Set(['entry', 'exit', 'stop']))
  expect(fillsOf(run)).toEqual(unnamed(hand.fills))
})

const flat = (price: number): PriceBar => [price, price + 1, price - 1, price]
/** Falls faster and faster, then rises: the line crosses its signal from below. */
const turn: PriceBar[] = [
  ...Array.from({ length: 24 }, (_, k) => flat(200 - k * k * 0.1)),
  ...Array.from({ length: 4 }, (_, k) => flat(148 + 3 * k)),
]
const down = turn.map(([, , , close]) => flat(400 - close))
const small = { fast: 2, slow: 4, signal: 2, atr: 2, stopAtr: 2 }

test.each<[string, PriceBar[], object, number, readonly (readonly [number, string])[]]>([
  ['a cross above without a trend filter is long', turn, { ...small, trend: 0 }, 0, [[1, 'macd crossed above its signal']]],
  ['a cross below is short', down, { ...small, trend: 0 }, 0, [[-1, 'macd crossed below its signal']]],
  ['a cross below without shorts says nothing while flat', down, { ...small, trend: 0, short: false }, 0, []],
  [
    'a cross below without shorts closes what is held',
    down,
    { ...small, trend: 0, short: false },
    5,
    [[0, 'macd crossed against the position']],
  ],
  ['a cross above under the long average is no entry', turn, { ...small, trend: 20 }, 0, []],
  ['a cross above under the long average closes a short', turn, { ...small, trend: 20 }, -5, [[0, 'macd crossed against the position']]],
  ['prices that stand still never cross', Array.from({ length: 60 }, () => flat(100)), { ...small, trend: 0 }, 0, []],
])('macd-trend: %s', (_, bars, params, position, expected) => {
  const said = signalsOf(builtIn('macd-trend'), { ...params }, bars, { position }).filter((signal) => signal !== undefined)
  expect(said.map(({ side, rule }) => [side, rule])).toEqual(expected)
  for (const { side, stop } of said) expect(stop === undefined).toBe(side === 0)
})

test('macd-trend: a fast average that is not faster is refused', () => {
  expect(builtIn('macd-trend').params.safeParse({ fast: 26, slow: 26 }).error?.issues[0]?.message).toBe('fast must be smaller than slow')
})
