/**
 * Mark prices beside last prices: they trigger what goes by them and liquidate, and fills are at the last price.
 */
import { describe, expect, test } from 'vitest'
import { marketOrder } from '../../../test/support/venue/market-order.ts'
import { CASH_ONE, cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../core/units.ts'
import { Bars } from '../../market/bars.ts'
import { makeInstrument } from '../../market/instrument.ts'
import type { OrderFilled, SubmitOrder, VenueEvent } from '../../trading/event.ts'
import { lastWhere, markWhere, partOfWay } from './mark-way.ts'
import { SimVenue } from './sim-venue.ts'

describe('two prices on one stretch', () => {
  test.each([
    ['half of the way', 95, 100, 90, 102, 92, -1, 97],
    ['a third of it, rounded down for a sale', 97, 100, 91, 50, 60, -1, 53],
    ['and up for a buy', 97, 100, 91, 50, 60, 1, 54],
    ['one price that is both', 95, 100, 90, 100, 90, -1, 95],
    ['a level that was passed before', 105, 100, 90, 102, 92, -1, 102],
    ['a mark that stands still', 100, 100, 100, 102, 92, -1, 102],
  ] as const)('the last price where the mark is at a level: %s', (_, level, markFrom, markTo, lastFrom, lastTo, side, last) => {
    expect(lastWhere(level, markFrom, markTo, lastFrom, lastTo, side)).toBe(last)
  })

  test('the mark where the last price is at a level, and how far a level is', () => {
    expect(markWhere(97, 102, 92, 100, 90)).toBe(95)
    expect(markWhere(110, 102, 92, 100, 90)).toBe(100)
    expect([partOfWay(95, 100, 90), partOfWay(103, 100, 100)]).toEqual([0.5, 3])
  })
})

const I = instrumentIndex(0)
const unit = makeInstrument({ index: I, venue: 'sim', symbol: 'XUSDT', tickSize: '1', lotSize: '1', leverageMax: 100 })
type Prices = readonly [open: number, high: number, low: number, close: number]

function setup(held: number, money = 1_000_000) {
  const venue = new SimVenue([unit], cash(money * CASH_ONE), {
    makerRate: rate(0),
    takerRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    leverage: 100,
    maintenanceRate: rate(50_000_000),
    idPrefix: 'v',
    hasMarks: true,
  })
  const events: VenueEvent[] = []
  const into = (event: VenueEvent): void => void events.push(event)
  let sequence = 0
  const submit = (order: Partial<SubmitOrder>): void => {
    const command = marketOrder({ orderId: orderId(++sequence), clientOrderId: `c${sequence}`, instrument: I, lots: lots(1) }, order)
    expect(venue.accept(command, ts(1), into)).toBeUndefined()
  }
  const bar = (last: Prices, mark: Prices | undefined): void => {
    const [open, high, low, close] = last.map((n) => Float64Array.of(n)) as [Float64Array, Float64Array, Float64Array, Float64Array]
    venue.tellMark(mark === undefined ? undefined : { open: mark[0], high: mark[1], low: mark[2], close: mark[3] })
    venue.bar(I, new Bars(60_000, { ts: Float64Array.of(1), open, high, low, close, volume: Float64Array.of(1_000) }), into)
  }
  venue.tick(I, ticks(100), 0, ts(0), into)
  submit({ side: held > 0 ? 1 : -1, lots: lots(Math.abs(held)) })
  bar([100, 100, 100, 100], [100, 100, 100, 100])
  events.length = 0
  const fills = (): (readonly [side: number, price: number])[] =>
    events.filter((e): e is OrderFilled => e.type === 'order-filled').map((e) => [e.side, e.price])
  return { venue, submit, bar, fills }
}

describe('a position with a stop at 95', () => {
  test.each<readonly [string, 'mark' | 'last', Prices, Prices | undefined, readonly (readonly [number, number])[]]>([
    ['a wick of the last price alone triggers nothing by mark', 'mark', [100, 101, 90, 100], [100, 101, 97, 100], []],
    ['but what goes by the last price', 'last', [100, 101, 90, 100], [100, 101, 97, 100], [[-1, 95]]],
    ['a mark that gets there closes at the last price of that moment', 'mark', [102, 103, 92, 99], [100, 101, 90, 98], [[-1, 97]]],
    ['a mark that opens beyond closes at the open', 'mark', [98, 99, 96, 98], [94, 96, 93, 95], [[-1, 98]]],
    ['a mark that falls alone closes above the trigger', 'mark', [100, 100, 100, 100], [100, 100, 90, 96], [[-1, 100]]],
    ['a bar without a mark goes by the last price', 'mark', [100, 101, 90, 100], undefined, [[-1, 95]]],
  ])('mark: %s', (_, triggerBy, last, mark, expected) => {
    const sim = setup(10)
    sim.submit({ side: -1, kind: 'stop-market', trigger: ticks(95), triggerBy, reduceOnly: true, lots: lots(10) })
    sim.bar(last, mark)
    expect(sim.fills()).toEqual(expected)
  })
})

describe('liquidation goes by the mark', () => {
  // 1,000 lots at 100 with 2,000 coins behind them: at 98.4924… equity is the half percent that must be kept.
  test.each<readonly [string, Prices, Prices, readonly (readonly [number, number])[]]>([
    ['a wick of the last price liquidates nobody', [100, 101, 90, 100], [100, 101, 99, 100], []],
    ['a mark that falls alone does, at the last price', [100, 101, 100, 100], [100, 101, 97, 100], [[-1, 100]]],
    ['where both fall together, both are there', [100, 101, 94, 95], [100, 101, 94, 95], [[-1, 98]]],
  ])('mark: %s', (_, last, mark, expected) => {
    const sim = setup(1_000, 2_000)
    sim.bar(last, mark)
    expect(sim.fills()).toEqual(expected)
  })

  test('margin, value and equity are those of the mark', () => {
    const sim = setup(10)
    sim.bar([100, 100, 100, 100], [100, 104, 100, 104])
    expect(sim.venue.valueOf(I)).toBe(1_040 * CASH_ONE)
    expect(sim.venue.equity()).toBe(1_000_040 * CASH_ONE)
    expect(sim.venue.lastPrice(I)).toBe(100)
    sim.bar([100, 100, 100, 100], undefined)
    expect(sim.venue.valueOf(I)).toBe(1_000 * CASH_ONE)
  })
})
