/**
 * dca against a loop by hand over real candles, and its rule at the edges.
 */
import { expect, test } from 'vitest'
import type { PriceBar } from '../../src/strategy/sdk.ts'
import { LOTS, SYMBOLS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { HandMarket } from '../support/by-hand/market.ts'
import { rsiSeries } from '../support/by-hand/arithmetic.ts'
import { wishesOf } from '../support/by-hand/order-requests.ts'

const RULE = { startRsi: 45, safety: 3, step: 0.4, stepScale: 1.5, volume: 1, volumeScale: 1.5, target: 0.35, stop: 3, cooldown: 6 }

/** Deviations 0.4, 1 and 1.9 %; the quantity of each order is its part of one planned loss, at what a unit of it loses at the stop. */
function byHand(symbol: string, side: 1 | -1): HandMarket {
  const candles = candlesOf(symbol)
  const rsi = rsiSeries(
    candles.map(({ close }) => close),
    14,
  )
  const deviations = [0, 0.4, 1, 1.9]
  const values = [1, 1, 1.5, 2.25]
  const risks = deviations.map((deviation, k) => {
    const price = 100 - side * deviation
    return ((values[k] as number) * Math.abs(price - (100 - side * 3))) / price
  })
  const all = risks.reduce((sum, risk) => sum + risk, 0)
  const lots = risks.map((risk) => Math.floor((LOTS * risk) / all))
  const away = (price: number): number => (side === 1 ? Math.floor(price) : Math.ceil(price))
  const targetOf = (price: number): number => (side === 1 ? Math.ceil(price * 1.0035) : Math.floor(price * 0.9965))
  const market = new HandMarket()
  let [wasHeld, rest, known, hasSafety, stop] = [false, 0, 0, false, 0]
  let paid = 0
  candles.forEach((candle, k) => {
    market.play(candle)
    for (const fill of market.last) paid = market.position === 0 ? 0 : paid + fill.price * fill.lots
    if (market.position === 0) {
      if (wasHeld) rest = RULE.cooldown
      wasHeld = false
      const hadOrders = market.resting.length > 0
      for (const { name } of [...market.resting]) market.cancel(name)
      if (hadOrders) return
      if (rest > 0) {
        rest -= 1
        return
      }
      const value = rsi[k] as number
      if (!(side === 1 ? value < RULE.startRsi : value > 100 - RULE.startRsi)) return
      stop = away(candle.close - (side * candle.close * 3) / 100)
      market.enter(side, lots[0] ?? 0, { stop, target: targetOf(candle.close) }, 'base')
      hasSafety = false
      known = 0
      paid = 0
      return
    }
    wasHeld = true
    const average = paid / Math.abs(market.position)
    if (!hasSafety)
      for (const n of [1, 2, 3])
        market.rest({
          name: `safety-${n}`,
          side,
          limit: away(average * (1 - (side * (deviations[n] as number)) / 100)),
          lots: lots[n] as number,
          stop,
          isExit: false,
        })
    hasSafety = true
    if (known === Math.abs(market.position)) return
    known = Math.abs(market.position)
    const target = targetOf(average)
    if ((candle.close - target) * side >= 0) market.close()
    else market.target = target
  })
  return market
}

test.each(SYMBOLS.flatMap((symbol) => [[symbol, 'long', 1] as const, [symbol, 'short', -1] as const]))(
  'dca on three days of %s, %s: the loop by hand gives the same fills',
  async (symbol, direction, side) => {
    const run = await runFixed('dca', { ...RULE, direction }, [symbol])
    const hand = byHand(symbol, side)
    expect(hand.fills.length).toBeGreaterThan(25)
    const names = new Set(hand.fills.map(({ name }) => name))
    for (const name of ['base', 'safety-1', 'target']) expect(names).toContain(name)
    expect(fillsOf(run)).toEqual(unnamed(hand.fills))
  },
)

const bar = (price: number): PriceBar => [price, price, price, price]
const fall = Array.from({ length: 20 }, (_, k) => bar(200 - k))
const basesOf = (params: object, bars: readonly PriceBar[]) =>
  wishesOf(builtIn('dca'), params, bars).flatMap((requests) =>
    requests.flatMap((request) =>
      request.type === 'enter' ? [[request.entry.side, request.entry.stop, request.entry.targets?.[0]?.price]] : [],
    ),
  )

test.each<[string, object, readonly PriceBar[], readonly unknown[]]>([
  // RSI(2) of a falling price is 0 from the third close (198) on.
  [
    'a falling price starts a deal: stop 8 % below, target 1 % above, in whole ticks',
    { rsi: 2, target: 1 },
    fall.slice(0, 3),
    [[1, 18_216, 19_998]],
  ],
  ['a falling price starts no short', { rsi: 2, direction: 'short' }, fall.slice(0, 3), []],
  ['at once, whatever the RSI is', { rsi: 2, direction: 'short', startRsi: 100, target: 1 }, fall.slice(0, 3), [[-1, 21_384, 19_602]]],
  ['prices that stand still are no start', { rsi: 2 }, Array.from({ length: 9 }, () => bar(100)), []],
])('dca: %s', (_, params, bars, expected) => {
  expect(basesOf(params, bars)).toEqual(expected)
})

test.each<[object, string | undefined]>([
  [{}, undefined],
  [{ safety: 0, stop: 0.5 }, undefined],
  [{ safety: 4, step: 2, stepScale: 1, stop: 8 }, 'the stop must be beyond the last safety order'],
  [{ safety: 4, step: 2, stepScale: 1, stop: 8.1 }, undefined],
])('dca: parameters %j', (given, message) => {
  expect(builtIn('dca').params.safeParse(given).error?.issues[0]?.message).toBe(message)
})
