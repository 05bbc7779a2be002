/**
 * momentum-rotation against a loop by hand over real candles, and its rule at the edges.
 */
import { expect, test } from 'vitest'
import { type PriceBar, marketSignalsOf } from '../../src/strategy/sdk.ts'
import { mean } from '../support/by-hand/arithmetic.ts'
import { LOTS, SYMBOLS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { type Candle, HandMarket } from '../support/by-hand/market.ts'

const HOUR_MS = 3_600_000
const RULE = { interval: '1h', lookback: 6, every: 2, hold: 1, minRise: 0.1, atr: 5, stopAtr: 1, short: true }

/** Hours that are over at the close of bar `k`: twelve bars each, from midnight on. */
function hoursOf(candles: readonly Candle[]): Candle[] {
  const hours = new Map<number, Candle[]>()
  for (const candle of candles) {
    const at = Math.floor(candle.ts / HOUR_MS)
    hours.set(at, [...(hours.get(at) ?? []), candle])
  }
  return [...hours.values()].map((part) => ({
    ts: part[0]?.ts ?? 0,
    open: part[0]?.open ?? 0,
    high: Math.max(...part.map(({ high }) => high)),
    low: Math.min(...part.map(({ low }) => low)),
    close: part.at(-1)?.close ?? 0,
  }))
}

function byHand(): HandMarket[] {
  const all = SYMBOLS.map(candlesOf)
  const hours = all.map(hoursOf)
  const markets = all.map(() => new HandMarket())
  all[0]?.forEach((_, k) => {
    for (const [m, market] of markets.entries()) market.play(all[m]?.[k] as Candle)
    const over = (k + 1) / 12
    // Begins when six hours lie before the newest one, at whatever hour that is; then at even hours.
    if (!Number.isInteger(over) || over < 7 || (over !== 7 && over % 2 !== 0)) return
    const rises = hours.map((of) => ((of[over - 1]?.close ?? 0) / (of[over - 7]?.close ?? 1) - 1) * 100)
    const best = rises.indexOf(Math.max(...rises))
    const worst = rises.indexOf(Math.min(...rises))
    markets.forEach((market, m) => {
      const rise = rises[m] as number
      const side = m === best && rise > RULE.minRise ? 1 : m === worst && rise < -RULE.minRise ? -1 : 0
      if (Math.sign(market.position) === side) return
      market.close()
      if (side === 0) return
      const of = hours[m] as Candle[]
      const ranges = [1, 2, 3, 4, 5].map((back) => {
        const [hour, before] = [of[over - back] as Candle, of[over - back - 1]?.close as number]
        return Math.max(hour.high - hour.low, Math.abs(hour.high - before), Math.abs(hour.low - before))
      })
      const stop = (all[m]?.[k]?.close ?? 0) - side * mean(ranges)
      market.enter(side, LOTS, { stop: side === 1 ? Math.floor(stop) : Math.ceil(stop) })
    })
  })
  return markets
}

test('momentum-rotation on three days of three symbols: the loop by hand gives the same fills of each', async () => {
  const run = await runFixed('momentum-rotation', RULE, SYMBOLS)
  const hand = byHand()
  const fills = hand.flatMap((market) => market.fills)
  expect(fills.length).toBeGreaterThan(50)
  expect(new Set(fills.map(({ name }) => name))).toEqual(new Set(['entry', 'exit', 'stop']))
  expect(SYMBOLS.map((_, at) => fillsOf(run, at))).toEqual(hand.map((market) => unnamed(market.fills)))
})

/** An hour of minutes that move in a straight line from one price to the other. */
const hour = (from: number, to: number): PriceBar[] =>
  Array.from({ length: 60 }, (_, k) => {
    const [open, close] = [from + ((to - from) * k) / 60, from + ((to - from) * (k + 1)) / 60]
    return [open, Math.max(open, close), Math.min(open, close), close]
  })
const rising = [...hour(100, 101), ...hour(101, 103), ...hour(103, 106)]
const slower = [...hour(50, 50.2), ...hour(50.2, 50.4), ...hour(50.4, 50.6)]
const falling = [...hour(80, 79), ...hour(79, 78), ...hour(78, 76)]
const still = [...hour(70, 70), ...hour(70, 70), ...hour(70, 70)]
const small = { interval: '1h', lookback: 2, every: 1, hold: 1, atr: 2 }

const lastOf = (params: object, series: readonly (readonly PriceBar[])[]) =>
  Object.fromEntries(
    Object.entries(marketSignalsOf(builtIn('momentum-rotation'), { ...small, ...params }, series).at(-1) ?? {}).map(([name, { side }]) => [
      name,
      side,
    ]),
  )

test.each<[string, object, readonly (readonly PriceBar[])[], object]>([
  ['the one that has risen most is bought, what is flat stays so', {}, [rising, slower, falling], { TESTUSDT: 1 }],
  ['two of three', { hold: 2 }, [rising, slower, falling], { TESTUSDT: 1, TEST2USDT: 1 }],
  ['what has fallen is not bought to fill the number', { hold: 3 }, [falling, still], {}],
  ['with shorts what has fallen most is sold', { short: 'true' }, [rising, slower, falling], { TESTUSDT: 1, TEST3USDT: -1 }],
  ['what has not risen enough stays out', { hold: 2, minRise: 2 }, [rising, slower], { TESTUSDT: 1 }],
  ['of equal ones the first is taken', {}, [rising, rising], { TESTUSDT: 1 }],
  ['before the last hour is over it says nothing', {}, [rising.slice(0, -1), slower.slice(0, -1)], {}],
])('momentum-rotation: %s', (_, params, series, expected) => {
  expect(lastOf(params, series)).toEqual(expected)
})

test('momentum-rotation: an interval that is none is refused', () => {
  expect(builtIn('momentum-rotation').params.safeParse({ interval: '7m' }).success).toBe(false)
})
