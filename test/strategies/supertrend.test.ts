/**
 * supertrend against a loop by hand over real candles, and its rule at the edges.
 */
import { expect, test } from 'vitest'
import { type PriceBar, signalsOf } from '../../src/strategy/sdk.ts'
import { atrSeries } from '../support/by-hand/arithmetic.ts'
import { LOTS, SYMBOLS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { HandMarket } from '../support/by-hand/market.ts'

/** The published rule: bands around the middle of a bar that only tighten, until a close has left them. */
function byHand(symbol: string, period: number, multiplier: number, buffer: number): HandMarket {
  const candles = candlesOf(symbol)
  const atr = atrSeries(candles, period)
  const market = new HandMarket()
  let [upper, lower, direction] = [0, 0, 0]
  candles.forEach((candle, k) => {
    market.play(candle)
    const range = atr[k] as number
    if (Number.isNaN(range)) return
    const middle = (candle.high + candle.low) / 2
    const [basicUpper, basicLower] = [middle + multiplier * range, middle - multiplier * range]
    const before = candles[k - 1]?.close ?? 0
    const was = direction
    if (was === 0) {
      upper = basicUpper
      lower = basicLower
      direction = candle.close >= middle ? 1 : -1
      return
    }
    if (basicUpper < upper || before > upper) upper = basicUpper
    if (basicLower > lower || before < lower) lower = basicLower
    if (was === -1 && candle.close > upper) direction = 1
    if (was === 1 && candle.close < lower) direction = -1
    if (direction === was) return
    market.close()
    const stop = direction === 1 ? Math.floor(lower - buffer * range) : Math.ceil(upper + buffer * range)
    market.enter(direction, LOTS, { stop })
  })
  return market
}

test.each(SYMBOLS)('supertrend on three days of %s: the loop by hand gives the same fills', async (symbol) => {
  const run = await runFixed('supertrend', { period: 10, multiplier: 2, buffer: 0.25 }, [symbol])
  const hand = byHand(symbol, 10, 2, 0.25)
  expect(hand.fills.length).toBeGreaterThan(40)
  expect(new Set(hand.fills.map(({ name }) => name))).toEqual(new Set(['entry', 'exit', 'stop']))
  expect(fillsOf(run)).toEqual(unnamed(hand.fills))
})

const bar = (price: number): PriceBar => [price, price + 1, price - 1, price]
const rise = Array.from({ length: 10 }, (_, k) => bar(100 + k))
const fall = Array.from({ length: 8 }, (_, k) => bar(106 - 4 * k))

test.each<[string, PriceBar[], object, number, readonly (readonly [number, string])[]]>([
  ['the direction in which the series begins is no turn', rise, {}, 0, []],
  ['a close below the line turns short', [...rise, ...fall], {}, 0, [[-1, 'close below the line']]],
  ['without shorts it says nothing while flat', [...rise, ...fall], { short: 'false' }, 0, []],
  ['without shorts it closes what is held', [...rise, ...fall], { short: 'false' }, 3, [[0, 'close below the line']]],
  ['one price for ever has no range, and no turn', Array.from({ length: 40 }, (): PriceBar => [100, 100, 100, 100]), {}, 0, []],
])('supertrend: %s', (_, bars, params, position, expected) => {
  const said = signalsOf(builtIn('supertrend'), { period: 3, multiplier: 2, ...params }, bars, { position }).filter((s) => s !== undefined)
  expect(said.map(({ side, rule }) => [side, rule])).toEqual(expected)
})

test('supertrend: the stop is behind the line by the buffer, and never on the price', () => {
  const [said] = signalsOf(builtIn('supertrend'), { period: 3, multiplier: 2, buffer: 1 }, [...rise, ...fall]).filter(
    (s) => s !== undefined,
  )
  const figure = (name: string): number => Number(said?.values?.[name])
  expect(said?.stop).toBeCloseTo(figure('line') + figure('atr'), 1)
  expect(said?.stop).toBeGreaterThan(figure('close'))
})
