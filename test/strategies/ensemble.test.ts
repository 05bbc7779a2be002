/**
 * ensemble against a loop by hand over real candles, in which each member is written out again, and its count of votes at the edges.
 */
import { expect, test } from 'vitest'
import { type PriceBar, signalsOf } from '../../src/strategy/sdk.ts'
import { atrSeries, emaSeries } from '../support/by-hand/arithmetic.ts'
import { LOTS, SYMBOLS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { type Candle, HandMarket } from '../support/by-hand/market.ts'

/** What a member would hold after each bar: it turns at closes, and is out where a bar has reached its stop or target. */
function votesOf(
  candles: readonly Candle[],
  decide: (k: number, side: number) => { side: number; stop?: number; target?: number } | undefined,
) {
  let held: { side: number; stop?: number; target?: number } = { side: 0 }
  return candles.map(({ high, low }, k) => {
    const { side, stop, target } = held
    if (side > 0 && ((stop !== undefined && low <= stop) || (target !== undefined && high >= target))) held = { side: 0 }
    if (side < 0 && ((stop !== undefined && high >= stop) || (target !== undefined && low <= target))) held = { side: 0 }
    const turn = decide(k, held.side)
    if (turn !== undefined && turn.side !== held.side) held = turn
    return held.side
  })
}

function emaCrossVotes(candles: readonly Candle[]): number[] {
  const closes = candles.map(({ close }) => close)
  const [fast, slow, atr] = [emaSeries(closes, 12), emaSeries(closes, 26), atrSeries(candles, 14)]
  const above = (k: number): boolean => (fast[k] as number) > (slow[k] as number)
  return votesOf(candles, (k) => {
    if (k < 26 || above(k) === above(k - 1)) return undefined
    const [side, close, range] = [above(k) ? 1 : -1, closes[k] as number, atr[k] as number]
    const stop = close - side * 3 * range
    return { side, stop: side === 1 ? Math.floor(stop) : Math.ceil(stop), target: Math.round(close + side * 6 * range) }
  })
}

function donchianVotes(candles: readonly Candle[]): number[] {
  const atr = atrSeries(candles, 14)
  return votesOf(candles, (k, side) => {
    if (k < 20) return undefined
    const [entry, exit] = [candles.slice(k - 20, k), candles.slice(k - 10, k)]
    const { close } = candles[k] as Candle
    const reach = 3 * (atr[k] as number)
    if (close > Math.max(...entry.map(({ high }) => high)) && side <= 0) return { side: 1, stop: Math.floor(close - reach) }
    if (close < Math.min(...entry.map(({ low }) => low)) && side >= 0) return { side: -1, stop: Math.ceil(close + reach) }
    if (side > 0 && close < Math.min(...exit.map(({ low }) => low))) return { side: 0 }
    if (side < 0 && close > Math.max(...exit.map(({ high }) => high))) return { side: 0 }
    return undefined
  })
}

function supertrendVotes(candles: readonly Candle[]): number[] {
  const atr = atrSeries(candles, 10)
  let [upper, lower, direction] = [0, 0, 0]
  return votesOf(candles, (k) => {
    const { high, low, close } = candles[k] as Candle
    const range = atr[k] as number
    if (Number.isNaN(range)) return undefined
    const [middle, before, was] = [(high + low) / 2, candles[k - 1]?.close as number, direction]
    if (was === 0 || middle + 3 * range < upper || before > upper) upper = middle + 3 * range
    if (was === 0 || middle - 3 * range > lower || before < lower) lower = middle - 3 * range
    if (was === 0) direction = close >= middle ? 1 : -1
    else if (was === -1 && close > upper) direction = 1
    else if (was === 1 && close < lower) direction = -1
    if (was === 0 || direction === was) return undefined
    const stop = direction === 1 ? Math.floor(lower - range / 2) : Math.ceil(upper + range / 2)
    return { side: direction, stop }
  })
}

const WEIGHTS = { emaCross: 1, donchianBreakout: 2, supertrend: 1.5 }
const RULE = { ...WEIGHTS, macdTrend: 0, enter: 0.7, leave: 0.3, stopAtr: 2 }

function byHand(symbol: string): HandMarket {
  const candles = candlesOf(symbol)
  const [ema, donchian, trend] = [emaCrossVotes(candles), donchianVotes(candles), supertrendVotes(candles)]
  const atr = atrSeries(candles, 14)
  const market = new HandMarket()
  candles.forEach((candle, k) => {
    market.play(candle)
    if (k < 14) return
    const votes = ((ema[k] as number) + 2 * (donchian[k] as number) + 1.5 * (trend[k] as number)) / 4.5
    const side = Math.abs(votes) < 0.7 ? 0 : Math.sign(votes)
    if (side !== 0 && market.position * side <= 0) {
      market.close()
      const stop = candle.close - side * 2 * (atr[k] as number)
      market.enter(side, LOTS, { stop: side === 1 ? Math.floor(stop) : Math.ceil(stop) })
    } else if (market.position !== 0 && votes * Math.sign(market.position) < 0.3) market.close()
  })
  return market
}

test.each(SYMBOLS)('ensemble on three days of %s: the loop by hand gives the same fills', async (symbol) => {
  const run = await runFixed('ensemble', RULE, [symbol])
  const hand = byHand(symbol)
  expect(hand.fills.length).toBeGreaterThan(20)
  expect(new Set(hand.fills.map(({ name }) => name))).toEqual(new Set(['entry', 'exit', 'stop']))
  expect(fillsOf(run)).toEqual(unnamed(hand.fills))
})

const bar = (price: number): PriceBar => [price, price + 1, price - 1, price]
/** Swings, then rises: breakout and cross agree. */
const rise = [
  ...Array.from({ length: 60 }, (_, k) => bar(100 + 3 * Math.sin(k / 4))),
  ...Array.from({ length: 20 }, (_, k) => bar(103 + 2 * k)),
]
const only = { emaCross: 0, macdTrend: 0, donchianBreakout: 0, supertrend: 0 }
const first = (params: object) => signalsOf(builtIn('ensemble'), { ...only, ...params }, rise).find((signal) => signal !== undefined)

test('ensemble: one member alone is that member: the same bars, with a stop of the ensemble', () => {
  const said = signalsOf(builtIn('ensemble'), { ...only, donchianBreakout: 1, enter: 1 }, rise)
  const alone = signalsOf(builtIn('donchian-breakout'), {}, rise)
  const at = alone.findIndex((signal) => signal?.side === 1)
  expect(said.findIndex((signal) => signal !== undefined)).toBe(at)
  expect(said[at]).toMatchObject({ side: 1, rule: 'enough votes for long', values: { votes: 1, 'donchian-breakout': 'long' } })
})

test.each<[string, object, boolean]>([
  ['a third of the weight is not enough', { donchianBreakout: 1, smaCross: 2, bollingerReversion: 3, enter: 0.9 }, false],
  ['two that agree are', { donchianBreakout: 1, emaCross: 1, enter: 1 }, true],
])('ensemble: %s', (_, params, isLong) => {
  expect(first(params)?.side === 1).toBe(isLong)
})

test.each<[object, string]>([
  [only, 'at least one member needs a weight above 0'],
  [{ enter: 0.3, leave: 0.3 }, 'leave must be smaller than enter'],
])('ensemble: parameters %j are refused', (given, message) => {
  expect(builtIn('ensemble').params.safeParse(given).error?.issues[0]?.message).toBe(message)
})
