/**
 * Fills that a share of each bar's volume bounds: what fills, what works on in the next bars, and what is canceled.
 */
import { describe, expect, test } from 'vitest'
import { marketOrder } from '../../../test/support/venue/market-order.ts'
import { CASH_ONE, cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../core/units.ts'
import { Bars } from '../../market/bars.ts'
import { makeInstrument } from '../../market/instrument.ts'
import type { OrderFilled, SubmitOrder, VenueEvent } from '../../trading/event.ts'
import { SimVenue } from './sim-venue.ts'

const I = instrumentIndex(0)
const unit = makeInstrument({ index: I, venue: 'sim', symbol: 'XUSDT', tickSize: '1', lotSize: '1', leverageMax: 100 })

type Bar = readonly [open: number, high: number, low: number, close: number, volume: number]
type Fill = readonly [bar: number, side: number, price: number, lots: number]

/** An account that may fill a tenth of each bar. */
function setup(held = 0) {
  const venue = new SimVenue([unit], cash(1_000_000 * CASH_ONE), {
    makerRate: rate(0),
    takerRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    leverage: 10,
    idPrefix: 'v',
    maxVolumeShare: 0.1,
  })
  let events: VenueEvent[] = []
  const into = (event: VenueEvent): void => void events.push(event)
  let sequence = 0
  const submit = (order: Partial<SubmitOrder>): void => {
    const command = marketOrder({ orderId: orderId(++sequence), clientOrderId: `c${sequence}`, instrument: I, lots: lots(1) }, order)
    expect(venue.accept(command, ts(1), into)).toBeUndefined()
  }
  let at = 0
  const bar = ([open, high, low, close, volume]: Bar): void => {
    at += 1
    const [ts, o, h, l, c, v] = [at, open, high, low, close, volume].map((n) => Float64Array.of(n)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    venue.bar(I, new Bars(60_000, { ts, open: o, high: h, low: l, close: c, volume: v }), into)
  }
  venue.tick(I, ticks(100), 0, ts(0), into)
  if (held !== 0) {
    submit({ side: held > 0 ? 1 : -1, lots: lots(Math.abs(held)) })
    bar([100, 100, 100, 100, 1_000_000])
  }
  events = []
  at = 0
  const fills = (): Fill[] => events.filter((e): e is OrderFilled => e.type === 'order-filled').map((e) => [e.ts, e.side, e.price, e.lots])
  const canceled = (): string[] => events.flatMap((e) => (e.type === 'order-canceled' ? [e.cause] : []))
  return { venue, submit, bar, fills, canceled }
}

const CALM = (open: number, volume = 1_000): Bar => [open, open + 1, open - 1, open, volume]

describe('a share of 10 % of the volume', () => {
  test.each<readonly [string, number, readonly Partial<SubmitOrder>[], readonly Bar[], readonly Fill[], readonly string[]]>([
    [
      'a market order fills what the bar has, and the rest at the next opens',
      0,
      [{ lots: lots(250) }],
      [CALM(100), CALM(101), CALM(102)],
      [
        [1, 1, 100, 100],
        [2, 1, 101, 100],
        [3, 1, 102, 50],
      ],
      [],
    ],
    ['what fits fills at once', 0, [{ lots: lots(100) }], [CALM(100)], [[1, 1, 100, 100]], []],
    ['a part of a lot is none', 0, [{ lots: lots(2) }], [CALM(100, 19)], [[1, 1, 100, 1]], []],
    ['a bar without volume fills nothing', 0, [{ lots: lots(5) }], [CALM(100, 0), CALM(101)], [[2, 1, 101, 5]], []],
    [
      'a limit that is traded through fills in parts, each at its price',
      0,
      [{ kind: 'limit', limit: ticks(95), lots: lots(150) }],
      [[100, 101, 94, 99, 1_000], CALM(99), [99, 99, 90, 95, 1_000]],
      [
        [1, 1, 95, 100],
        [3, 1, 95, 50],
      ],
      [],
    ],
    [
      'a limit above the price takes on at the next open, and not at its limit',
      0,
      [{ kind: 'limit', limit: ticks(105), lots: lots(150) }],
      [CALM(100), CALM(102)],
      [
        [1, 1, 100, 100],
        [2, 1, 102, 50],
      ],
      [],
    ],
    [
      'once the price is above that limit, it rests there',
      0,
      [{ kind: 'limit', limit: ticks(105), lots: lots(150) }],
      [CALM(100), CALM(108), [108, 109, 104, 106, 1_000]],
      [
        [1, 1, 100, 100],
        [3, 1, 105, 50],
      ],
      [],
    ],
    [
      'an IOC limit keeps what it got',
      0,
      [{ kind: 'limit', limit: ticks(105), lots: lots(150), timeInForce: 'ioc' }],
      [CALM(100), CALM(100)],
      [[1, 1, 100, 100]],
      ['EC_NoImmediateQtyToFill'],
    ],
    [
      'a fill-or-kill that does not get all gets nothing',
      0,
      [{ kind: 'limit', limit: ticks(105), lots: lots(101), timeInForce: 'fok' }],
      [CALM(100), CALM(100)],
      [],
      ['EC_CancelForNoFullFill'],
    ],
    [
      'and all where there is enough',
      0,
      [{ kind: 'limit', limit: ticks(105), lots: lots(100), timeInForce: 'fok' }],
      [CALM(100)],
      [[1, 1, 100, 100]],
      [],
    ],
    [
      'two orders share one bar, the older first',
      0,
      [{ lots: lots(70) }, { lots: lots(70) }],
      [CALM(100), CALM(101)],
      [
        [1, 1, 100, 70],
        [1, 1, 100, 30],
        [2, 1, 101, 40],
      ],
      [],
    ],
    [
      'a stop fills what it can at its trigger, and closes the rest at the next open',
      150,
      [{ side: -1, kind: 'stop-market', trigger: ticks(95), reduceOnly: true, lots: lots(150) }],
      [[100, 100, 90, 92, 1_000], CALM(91)],
      [
        [1, -1, 95, 100],
        [2, -1, 91, 50],
      ],
      [],
    ],
    [
      'what reduces is gone once nothing is left to reduce',
      150,
      [
        { side: -1, kind: 'stop-market', trigger: ticks(95), reduceOnly: true, lots: lots(150) },
        { side: -1, lots: lots(150), reduceOnly: true },
      ],
      [[94, 94, 93, 93, 1_000], CALM(93), CALM(93)],
      [
        [1, -1, 94, 100],
        [2, -1, 93, 50],
      ],
      ['CancelByReduceOnly'],
    ],
  ])('volume share: %s', (_, held, orders, bars, fills, canceled) => {
    const sim = setup(held)
    for (const order of orders) sim.submit(order)
    for (const each of bars) sim.bar(each)
    expect(sim.fills()).toEqual(fills)
    expect(sim.canceled()).toEqual(canceled)
  })

  test('what a budget has left buys at the later prices, and no more than it pays', () => {
    const sim = setup()
    sim.submit({ budget: cash(25_000 * CASH_ONE), lots: lots(0) })
    for (const price of [100, 200, 200]) sim.bar(CALM(price))
    // 100 at 100 leave 15,000 coins: 75 at 200.
    expect(sim.fills()).toEqual([
      [1, 1, 100, 100],
      [2, 1, 200, 75],
    ])
    expect(sim.venue.openOrders(I)).toEqual([])
  })

  test('what works on survives a restart of the exchange', () => {
    const sim = setup(150)
    sim.submit({ side: -1, kind: 'stop-market', trigger: ticks(95), reduceOnly: true, lots: lots(150) })
    sim.bar([100, 100, 90, 92, 1_000])
    sim.venue.restore(structuredClone(sim.venue.state()))
    sim.bar(CALM(91))
    expect(sim.fills().at(-1)).toEqual([2, -1, 91, 50])
  })
})
