/**
 * grid against a loop by hand over real candles, and its rule at the edges.
 */
import { expect, test } from 'vitest'
import type { PriceBar } from '../../src/strategy/sdk.ts'
import { instrumentIndex } from '../../src/core/units.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import { LOTS, SYMBOLS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { backtestFixture } from '../support/fixture-backtest.ts'
import { HandMarket } from '../support/by-hand/market.ts'
import { wishesOf } from '../support/by-hand/order-requests.ts'

interface Rule {
  readonly levels: number
  readonly step: number
  readonly stopSteps: number
  readonly recenter: number
  readonly cooldown: number
}

/** Lots of each level that are held, and whether they are offered: a buy rests where nothing is held, a sale where something is. */
function byHand(symbol: string, { levels, step, stopSteps, recenter, cooldown }: Rule): HandMarket {
  const market = new HandMarket()
  const below = (center: number, steps: number): number => center * (1 - step / 100) ** steps
  const numbers = Array.from({ length: levels }, (_, k) => k + 1)
  let [center, round, rest] = [0, 0, 0]
  let held = new Map<number, number>()
  let offered = new Set<number>()
  for (const candle of candlesOf(symbol)) {
    market.play(candle)
    for (const { name, lots } of market.last) {
      const level = Number(name.split('-')[2])
      if (name === 'stop') rest = cooldown + 1
      else if (name.startsWith('buy')) held.set(level, lots)
      else {
        held.delete(level)
        offered.delete(level)
      }
    }
    if (market.position === 0) {
      held = new Map()
      offered = new Set()
      if (rest > 0) {
        rest -= 1
        center = 0
      }
      if (center === 0 || candle.close >= center * (1 + (recenter * step) / 100)) {
        const hadBuys = market.resting.length > 0
        for (const { name } of [...market.resting]) market.cancel(name)
        if (hadBuys || rest > 0) continue
        round += 1
        center = candle.close
      }
    }
    for (const k of numbers) {
      if (!held.has(k) || offered.has(k)) continue
      offered.add(k)
      const buy = Math.floor(below(center, k))
      const limit = Math.ceil(Math.max(below(center, k - 1), buy + 1))
      market.rest({ name: `sell-${round}-${k}`, side: -1, limit, lots: held.get(k) ?? 0, isExit: true })
    }
    for (const k of numbers) {
      const name = `buy-${round}-${k}`
      const limit = Math.floor(below(center, k))
      if (held.has(k) || limit >= candle.close || market.resting.some((order) => order.name === name)) continue
      const stop = Math.floor(below(center, levels + stopSteps))
      market.rest({ name, side: 1, limit, lots: LOTS / levels, stop, isExit: false, isPostOnly: true })
    }
  }
  return market
}

test.each(SYMBOLS)('grid on three days of %s: the loop by hand gives the same fills', async (symbol) => {
  const rule = { levels: 4, step: 0.3, stopSteps: 2, recenter: 1, cooldown: 12 }
  const run = await runFixed('grid', rule, [symbol])
  const hand = byHand(symbol, rule)
  expect(hand.fills.length).toBeGreaterThan(100)
  expect(hand.fills.some(({ name }) => name === 'stop')).toBe(true)
  expect(fillsOf(run)).toEqual(unnamed(hand.fills))
})

const bar = (price: number): PriceBar => [price, price, price, price]

test('grid: buys stand in even steps below the close, whole ticks, one stop below the lowest, each with its part', () => {
  const said = wishesOf(builtIn('grid'), { levels: 3, step: 1, stopSteps: 2 }, [bar(100)])[0] ?? []
  expect(said.map((request) => request.type)).toEqual(['enter', 'enter', 'enter'])
  expect(said.map((request) => (request.type === 'enter' ? [request.entry.name, request.entry.limit, request.entry.stop] : []))).toEqual([
    ['buy-1-1', 9_900, 9_509],
    ['buy-1-2', 9_801, 9_509],
    ['buy-1-3', 9_702, 9_509],
  ])
  expect(said.every((request) => request.type === 'enter' && request.entry.strength === 1 / 3 && request.entry.postOnly === true)).toBe(
    true,
  )
})

test.each<[string, readonly number[], readonly number[]]>([
  ['the price stands still: the grid is what nothing fills, and is asked for again', [100, 100], [3, 3]],
  ['one step up: it moves', [100, 101], [3, 3]],
  ['the price is below all levels: no buy that would fill at once', [100, 96], [3, 0]],
])('grid while nothing is known to be open: %s', (_, closes, counts) => {
  const said = wishesOf(builtIn('grid'), { levels: 3, step: 1, stopSteps: 2 }, closes.map(bar))
  expect(said.map((requests) => requests.length)).toEqual(counts)
})

test('grid: steps finer than a tick leave no room between buy and stop: nothing is asked for', () => {
  expect(wishesOf(builtIn('grid'), { levels: 2, step: 0.05 }, [bar(0.5)])[0]).toEqual([])
})

test('grid: on spot it stops with a sentence', () => {
  const spot = makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT-SPOT', tickSize: '0.01', lotSize: '0.001' })
  expect(() => wishesOf(builtIn('grid'), {}, [bar(100)], spot)).toThrow('grid needs a perpetual, and BTCUSDT-SPOT is spot')
})

test('grid: what risk finds too far from the price is asked for again as the price comes nearer, not at each bar', async () => {
  const { result } = await backtestFixture(builtIn('grid'), { levels: 8, step: 1 }, ['BTCUSDT'], { risk: RISK_PROFILES.sim })
  const denied = result.denials.get('price-collar') ?? 0
  expect(denied).toBeGreaterThan(1)
  expect(denied).toBeLessThan(150)
})
