/**
 * The matching engine case by case: what fills, at which price, what follows the position, and what is refused.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASH_ONE, type Ticks, cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../core/units.ts'
import { Bars } from '../../market/bars.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { ledgerSum } from '../../portfolio/ledger.ts'
import type { OrderFilled, SubmitOrder, VenueEvent } from '../../trading/event.ts'
import { MAKER_RATE, TAKER_RATE } from './models/costs.ts'
import type { SimOptions } from './sim-order.ts'
import { SimVenue } from './sim-venue.ts'
import { marketOrder } from '../../../test/support/venue/market-order.ts'

const I = instrumentIndex(0)
/** Tick 1 and lot 1 of a coin: one tick times one lot is one coin of settlement. */
const unit = makeInstrument({ index: I, venue: 'sim', symbol: 'XUSDT', tickSize: '1', lotSize: '1', leverageMax: 100 })

function setup(options: Partial<SimOptions> = {}, start = 100) {
  const venue = new SimVenue([unit], cash(100_000 * CASH_ONE), {
    makerRate: rate(0),
    takerRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    leverage: 10,
    idPrefix: 'v',
    ...options,
  })
  const events: VenueEvent[] = []
  const into = (event: VenueEvent): void => void events.push(event)
  venue.tick(I, ticks(start), 0, ts(0), into)
  let sequence = 0
  const submit = (order: Partial<SubmitOrder>) =>
    venue.accept(
      marketOrder({ orderId: orderId(++sequence), clientOrderId: `c${sequence}`, instrument: I, lots: lots(1) }, order),
      ts(1),
      into,
    )
  /** Plays one bar [open, high, low, close]. */
  const bar = (...[open, high, low, close]: [number, number, number, number]): void => {
    const column = (n: number): Float64Array => Float64Array.of(n)
    const columns = {
      ts: column(60_000),
      open: column(open),
      high: column(high),
      low: column(low),
      close: column(close),
      volume: column(1_000),
    }
    venue.bar(I, new Bars(60_000, columns), into)
  }
  const tick = (price: number): void => venue.tick(I, ticks(price), 1, ts(2), into)
  const fills = (): (readonly [side: number, price: number, lots: number])[] =>
    events.filter((e): e is OrderFilled => e.type === 'order-filled').map((e) => [e.side, e.price, e.lots])
  const types = (): string[] => events.map((e) => (e.type === 'order-canceled' ? `${e.type} ${e.cause}` : e.type))
  return { venue, events, submit, bar, tick, fills, types, held: () => venue.positions[0]?.lots as number }
}
const t = (n: number): Ticks => ticks(n)

describe('fills inside a bar', () => {
  test.each([
    ['a market order fills at the next open', { kind: 'market' }, [105, 110, 101, 108], [[1, 105, 1]]],
    ['a buy limit fills at its price when traded through', { kind: 'limit', limit: t(95) }, [100, 101, 94, 99], [[1, 95, 1]]],
    ['a buy limit that is only touched waits', { kind: 'limit', limit: t(95) }, [100, 101, 95, 99], []],
    ['a buy limit above the open takes the open', { kind: 'limit', limit: t(103) }, [101, 104, 99, 100], [[1, 101, 1]]],
    ['a buy stop fills at its trigger on the way', { kind: 'stop-market', trigger: t(105) }, [100, 110, 99, 109], [[1, 105, 1]]],
    [
      'a buy stop that the open jumped over fills at the open',
      { kind: 'stop-market', trigger: t(105) },
      [108, 110, 107, 109],
      [[1, 108, 1]],
    ],
    [
      'a buy take-profit fills when the price falls to it',
      { kind: 'take-profit-market', trigger: t(95) },
      [100, 101, 95, 99],
      [[1, 95, 1]],
    ],
    ['an order that the bar does not reach stands', { kind: 'stop-market', trigger: t(120) }, [100, 110, 90, 105], []],
  ] as const)('fills inside a bar: %s', (_, order, prices, expected) => {
    const sim = setup()
    expect(sim.submit(order)).toBeUndefined()
    sim.bar(...(prices as readonly number[] as [number, number, number, number]))
    expect(sim.fills()).toEqual(expected)
  })

  // Open 1000, high 1030, low 980, close 985 unless said otherwise: what a bar allows, the worst of it.
  test.each([
    [
      'a limit: the target may have come before the entry',
      { kind: 'limit', limit: t(990), stop: t(970), targets: [{ price: t(1025), share: 1 }] },
      [1000, 1030, 980, 985],
      [[1, 990, 1]],
    ],
    [
      'a limit: a close beyond the target came after the entry',
      { kind: 'limit', limit: t(990), stop: t(970), targets: [{ price: t(1005), share: 1 }] },
      [1000, 1030, 980, 1010],
      [
        [1, 990, 1],
        [-1, 1005, 1],
      ],
    ],
    [
      'a limit: the stop below the entry is met on the same way',
      { kind: 'limit', limit: t(990), stop: t(985), targets: [{ price: t(1005), share: 1 }] },
      [1000, 1030, 980, 1010],
      [
        [1, 990, 1],
        [-1, 985, 1],
      ],
    ],
    [
      'a stop entry: the fall comes after it, the target waits',
      { kind: 'stop-market', trigger: t(1010), stop: t(990), targets: [{ price: t(1025), share: 1 }] },
      [1000, 1030, 980, 985],
      [
        [1, 1010, 1],
        [-1, 990, 1],
      ],
    ],
    [
      'a stop entry: the target may be beyond the close',
      { kind: 'stop-market', trigger: t(1010), stop: t(970), targets: [{ price: t(1025), share: 1 }] },
      [1000, 1030, 980, 1015],
      [[1, 1010, 1]],
    ],
    [
      'a stop entry: a close beyond the target came after it',
      { kind: 'stop-market', trigger: t(1010), stop: t(970), targets: [{ price: t(1015), share: 1 }] },
      [1000, 1030, 980, 1020],
      [
        [1, 1010, 1],
        [-1, 1015, 1],
      ],
    ],
    [
      'at the open: the whole bar comes after it',
      { kind: 'market', stop: t(970), targets: [{ price: t(1025), share: 1 }] },
      [1000, 1030, 980, 985],
      [
        [1, 1000, 1],
        [-1, 1025, 1],
      ],
    ],
  ] as const)('an entry and its target in one bar: %s', (_, order, prices, expected) => {
    const sim = setup({}, 1000)
    expect(sim.submit(order)).toBeUndefined()
    sim.bar(...(prices as readonly number[] as [number, number, number, number]))
    expect(sim.fills()).toEqual(expected)
  })

  test('a trailing stop inside a bar follows the peak before the fall', () => {
    const sim = setup({}, 1000)
    sim.submit({})
    sim.tick(1000)
    sim.venue.accept(
      {
        type: 'set-protection',
        instrument: I,
        stop: undefined,
        target: undefined,
        trail: { by: t(30), activation: undefined },
        triggerBy: 'last',
      },
      ts(3),
      () => {},
    )
    sim.bar(1000, 1100, 990, 1080)
    expect(sim.fills()).toEqual([
      [1, 1000, 1],
      [-1, 1070, 1],
    ])
  })

  test.each([
    [0, 950],
    [0.1, 945],
    [0.33, 933],
    [1, 900],
  ])('a stop gives away the share %d of what the bar goes beyond it', (stopShare, price) => {
    const sim = setup({ stopShare }, 1000)
    sim.submit({ stop: t(950) })
    sim.tick(1000)
    sim.bar(990, 995, 900, 940)
    expect(sim.fills().at(-1)).toEqual([-1, price, 1])
  })

  test('a stop lies between its trigger and the end of the bar, whatever the share, and a jump fills where it landed', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 500, max: 949 }), fc.boolean(), (stopShare, low, isGap) => {
        const sim = setup({ stopShare }, 1000)
        sim.submit({ stop: t(950) })
        sim.tick(1000)
        const open = isGap ? Math.max(low, 940) : 1000
        sim.bar(open, 1001, low, 970)
        const price = sim.fills().at(-1)?.[1] ?? 0
        if (isGap && open < 950) expect(price).toBe(open)
        else {
          expect(price).toBeLessThanOrEqual(950)
          expect(price).toBeGreaterThanOrEqual(low)
        }
      }),
    )
  })

  test('exits whose bar held the target, too, are counted', () => {
    const sim = setup({}, 1000)
    sim.submit({ stop: t(950), targets: [{ price: t(1020), share: 1 }] })
    sim.tick(1000)
    sim.bar(1000, 1030, 940, 1000)
    expect([sim.venue.ambiguousExits, sim.fills().at(-1)]).toEqual([1, [-1, 950, 1]])
    sim.submit({ stop: t(950), targets: [{ price: t(1080), share: 1 }] })
    sim.tick(1000)
    sim.bar(1000, 1030, 940, 1000)
    expect(sim.venue.ambiguousExits).toBe(1)
    // Sold at 950, and at 1,020 had the target come first.
    expect(sim.venue.ambiguousGain).toBe(70 * CASH_ONE)
  })

  test('what they would have made more is counted for shorts and for targets in parts as well', () => {
    const sim = setup({}, 1000)
    sim.submit({
      side: -1,
      lots: lots(4),
      stop: t(1050),
      targets: [
        { price: t(980), share: 0.5 },
        { price: t(900), share: 0.5 },
      ],
    })
    sim.tick(1000)
    // The second target is beyond the bar: its half would have been stopped.
    sim.bar(1000, 1060, 970, 1000)
    expect([sim.venue.ambiguousExits, sim.venue.ambiguousGain]).toEqual([1, 2 * 70 * CASH_ONE])
  })

  test('fills inside a bar: with limitFill touch, a touch is enough', () => {
    const sim = setup({ limitFill: 'touch' })
    sim.submit({ kind: 'limit', limit: t(95) })
    sim.bar(100, 101, 95, 99)
    expect(sim.fills()).toEqual([[1, 95, 1]])
  })

  test.each([
    ['post-only', 'order-canceled EC_PostOnlyWillTakeLiquidity'],
    ['gtc', 'order-filled'],
  ] as const)('a crossing limit with %s ends as %s', (timeInForce, expected) => {
    const sim = setup()
    sim.submit({ kind: 'limit', limit: t(103), timeInForce })
    sim.bar(101, 104, 99, 100)
    expect(sim.types()).toEqual(['order-accepted', expected])
  })

  test.each([
    ['ioc', 'order-canceled EC_NoImmediateQtyToFill'],
    ['fok', 'order-canceled EC_CancelForNoFullFill'],
  ] as const)('an %s limit that finds nothing is %s at once', (timeInForce, expected) => {
    const sim = setup()
    sim.submit({ kind: 'limit', limit: t(95), timeInForce })
    sim.bar(100, 101, 90, 99)
    expect(sim.types()).toEqual(['order-accepted', expected])
  })
})

describe('attached stop and targets', () => {
  const entry = { kind: 'market', stop: t(90), targets: [{ price: t(120), share: 1 }] } as const

  test('the stop comes before the target when one bar reaches both', () => {
    const sim = setup()
    sim.submit(entry)
    sim.bar(100, 130, 85, 125)
    expect(sim.fills()).toEqual([
      [1, 100, 1],
      [-1, 90, 1],
    ])
    expect(sim.types()).toContain('order-canceled CancelByTpSlTsClear')
    expect(sim.venue.openOrders(I)).toEqual([])
  })

  test('a short meets its stop above before its target below', () => {
    const sim = setup()
    sim.submit({ side: -1, stop: t(110), targets: [{ price: t(80), share: 1 }] })
    sim.bar(100, 130, 70, 75)
    expect(sim.fills()).toEqual([
      [-1, 100, 1],
      [1, 110, 1],
    ])
  })

  test('a gap through the stop fills at the gap, not at the stop', () => {
    const sim = setup()
    sim.submit(entry)
    sim.bar(100, 101, 99, 100)
    sim.bar(80, 82, 79, 81)
    expect(sim.fills()[1]).toEqual([-1, 80, 1])
  })

  test('a target is not met by a price that was seen before the entry', () => {
    // The bar falls from 105 to the limit at 100 and on to 94: 103 was passed before there was a position.
    const sim = setup({}, 105)
    sim.submit({ kind: 'limit', limit: t(100), stop: t(95), targets: [{ price: t(103), share: 1 }] })
    sim.bar(105, 105, 94, 96)
    expect(sim.fills()).toEqual([
      [1, 100, 1],
      [-1, 95, 1],
    ])
  })

  test('a stop that the entry price has passed already fills there, not at its better trigger', () => {
    const sim = setup({}, 105)
    sim.submit({ kind: 'limit', limit: t(100), stop: t(102) })
    sim.bar(105, 105, 94, 96)
    expect(sim.fills()).toEqual([
      [1, 100, 1],
      [-1, 100, 1],
    ])
  })

  test('the stop grows and shrinks with the position, and targets take their share', () => {
    const sim = setup()
    sim.submit({
      lots: lots(4),
      stop: t(90),
      targets: [
        { price: t(110), share: 0.5 },
        { price: t(120), share: 0.5 },
      ],
    })
    sim.tick(100)
    expect(sim.venue.openOrders(I).map((o) => [o.attached, o.lots, o.trigger])).toEqual([
      ['stop', 4, 90],
      ['target', 2, 110],
      ['target', 2, 120],
    ])
    sim.tick(112)
    expect(sim.held()).toBe(2)
    expect(sim.venue.openOrders(I).map((o) => [o.attached, o.lots])).toEqual([
      ['stop', 2],
      ['target', 2],
    ])
    sim.submit({ lots: lots(3) })
    sim.tick(112)
    expect(sim.venue.openOrders(I).find((o) => o.attached === 'stop')?.lots).toBe(5)
    sim.tick(85)
    expect(sim.held()).toBe(0)
  })

  test('a flip takes the old side’s stop away and sets the new one on the right side', () => {
    const sim = setup()
    sim.submit({ ...entry, lots: lots(1) })
    sim.tick(100)
    sim.submit({ side: -1, lots: lots(3), stop: t(110) })
    sim.tick(100)
    expect(sim.held()).toBe(-2)
    expect(sim.venue.openOrders(I).map((o) => [o.attached, o.side, o.trigger, o.lots])).toEqual([['stop', 1, 110, 2]])
    sim.tick(111)
    expect(sim.held()).toBe(0)
  })

  test('set-protection makes, moves, and refuses what changes nothing or stands on the wrong side', () => {
    const sim = setup()
    const set = (stop: number) =>
      sim.venue.accept({ type: 'set-protection', instrument: I, stop: t(stop), triggerBy: 'last' }, ts(3), (e) => void sim.events.push(e))
    expect(set(90)?.code).toBe(10001)
    sim.submit({})
    sim.tick(100)
    expect(set(90)).toBeUndefined()
    expect(set(90)?.code).toBe(34040)
    expect(set(101)?.code).toBe(10001)
    expect(set(95)).toBeUndefined()
    expect(sim.venue.openOrders(I).map((o) => o.trigger)).toEqual([95])
  })
})

describe('reduce-only', () => {
  test('reduce-only is refused without a position, and on the side that adds', () => {
    const sim = setup()
    expect(sim.submit({ side: -1, reduceOnly: true })?.code).toBe(110017)
    sim.submit({})
    sim.tick(100)
    expect(sim.submit({ side: 1, reduceOnly: true })?.code).toBe(110017)
  })

  test('reduce-only is cut to the position and never flips it', () => {
    const sim = setup()
    sim.submit({ lots: lots(2) })
    sim.tick(100)
    expect(sim.submit({ side: -1, lots: lots(5), reduceOnly: true })).toBeUndefined()
    sim.tick(100)
    expect(sim.fills()[1]).toEqual([-1, 100, 2])
    expect(sim.held()).toBe(0)
  })

  test('reduce-only that still waits when the position is gone is canceled', () => {
    const sim = setup()
    sim.submit({ lots: lots(2) })
    sim.tick(100)
    sim.submit({ side: -1, kind: 'limit', limit: t(150), lots: lots(2), reduceOnly: true })
    sim.submit({ side: -1, lots: lots(2) })
    sim.tick(100)
    expect(sim.types().at(-1)).toBe('order-canceled CancelByReduceOnly')
  })
})

describe('refusals', () => {
  test.each([
    ['a limit without a price', { kind: 'limit' }, 110003],
    ['a conditional without a trigger', { kind: 'stop-market' }, 10001],
    ['a buy stop below the price', { kind: 'stop-market', trigger: t(99) }, 110092],
    ['a sell stop above the price', { kind: 'stop-market', side: -1, trigger: t(101) }, 110093],
    ['a buy take-profit above the price', { kind: 'take-profit-market', trigger: t(101) }, 110093],
    ['more than the margin carries', { lots: lots(10_001) }, 110007],
    ['nothing at all', { lots: lots(0) }, 10001],
    ['a kind that is not simulated', { kind: 'trailing-stop' }, 10001],
  ] as const)('refusals: %s', (_, order, code) => {
    expect(setup().submit(order)?.code).toBe(code)
  })

  test('exactly what the margin carries is taken', () => {
    expect(setup().submit({ lots: lots(10_000) })).toBeUndefined()
  })

  test('a lower leverage of the instrument carries less', () => {
    const sim = setup()
    sim.venue.setLeverage(I, 5)
    expect(sim.submit({ lots: lots(5_001) })?.code).toBe(110007)
    expect(sim.submit({ lots: lots(5_000) })).toBeUndefined()
  })

  test('canceling what does not exist', () => {
    const sim = setup()
    const refusal = sim.venue.accept(
      { type: 'cancel-order', orderId: orderId(9), clientOrderId: 'c9', venueOrderId: undefined, instrument: I },
      ts(3),
      () => undefined,
    )
    expect(refusal?.code).toBe(110001)
  })
})

describe('money', () => {
  test('budget: notional and fee fit, and one lot more would not', () => {
    const coin = makeInstrument({ index: I, venue: 'sim', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.000001', leverageMax: 100 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.integer({ min: 1_000_000, max: 2e14 }), (price, budget) => {
        const venue = new SimVenue([coin], cash(1e15), {
          makerRate: MAKER_RATE,
          takerRate: TAKER_RATE,
          slippage: { type: 'none' },
          limitFill: 'through',
          leverage: 10,
          idPrefix: 'v',
        })
        let filled = 0n
        let fee = 0n
        const into = (e: VenueEvent): void => {
          if (e.type !== 'order-filled') return
          filled = BigInt(e.lots)
          fee = BigInt(e.fee.amount)
        }
        const order: SubmitOrder = {
          type: 'submit-order',
          orderId: orderId(1),
          clientOrderId: 'c',
          instrument: I,
          side: 1,
          kind: 'market',
          lots: lots(0),
          budget: cash(budget),
          limit: undefined,
          trigger: undefined,
          triggerBy: 'last',
          stop: undefined,
          targets: undefined,
          timeInForce: 'gtc',
          reduceOnly: false,
        }
        expect(venue.accept(order, ts(1), into)).toBeUndefined()
        venue.tick(I, ticks(price), 1, ts(2), into)
        // One tick times one lot: 0.1 x 1e-6 = 1e-7 coins = 10 units of Cash. Fee: 0.055 % = 55 / 100,000, up.
        const cost = (n: bigint): bigint => {
          const notional = n * BigInt(price) * 10n
          return notional + (notional * 55n + 99_999n) / 100_000n
        }
        if (filled > 0n) {
          expect(fee).toBe(cost(filled) - filled * BigInt(price) * 10n)
          expect(cost(filled) <= BigInt(budget)).toBe(true)
        }
        expect(cost(filled + 1n) > BigInt(budget)).toBe(true)
      }),
    )
  })

  test('a maker pays the maker rate, a taker the taker rate and the slippage, both rounded up', () => {
    const sim = setup({ makerRate: rate(2_000_000), takerRate: rate(5_500_000), slippage: { type: 'fixed', bps: 100 } })
    sim.submit({ kind: 'limit', limit: t(95), lots: lots(3) })
    sim.tick(100)
    sim.tick(94)
    sim.submit({ side: -1, lots: lots(3) })
    sim.tick(100)
    const [maker, taker] = sim.events.filter((e): e is OrderFilled => e.type === 'order-filled')
    expect([maker?.liquidity, maker?.price, maker?.fee.amount]).toEqual(['maker', 95, 5_700_000]) // 285 x 0.0002
    expect([taker?.liquidity, taker?.price, taker?.fee.amount]).toEqual(['taker', 99, 16_335_000]) // 297 x 0.00055
    expect(sim.venue.ledger.wallet).toBe(100_000 * CASH_ONE + 12 * CASH_ONE - 5_700_000 - 16_335_000)
    expect(ledgerSum(sim.venue.ledger)).toBe(0)
  })

  test.each([
    ['a long pays a positive rate', 1, 1_000_000, -100_000_000 * 0.0001 * 100],
    ['a short receives it', -1, 1_000_000, 100_000_000 * 0.0001 * 100],
    ['a long receives a negative rate', 1, -1_000_000, 100_000_000 * 0.0001 * 100],
  ] as const)('money: funding: %s', (_, side, fundingRate, amount) => {
    const sim = setup()
    sim.submit({ side })
    sim.tick(100)
    sim.venue.funding(I, rate(fundingRate), t(100), ts(5), (e) => void sim.events.push(e))
    expect(sim.events.at(-1)).toMatchObject({ type: 'funding-settled', amount })
    expect(sim.venue.ledger.wallet - 100_000 * CASH_ONE).toBe(amount)
  })

  test('flat positions settle nothing', () => {
    const sim = setup()
    const before = sim.events.length
    sim.venue.funding(I, rate(1_000_000), t(100), ts(5), (e) => void sim.events.push(e))
    expect(sim.events.length).toBe(before)
  })
})

const named = (n: number) => ({ orderId: orderId(n), clientOrderId: `c${n}` })

test('a restored venue continues exactly as the one it was saved from', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 60, max: 140 }), { minLength: 2, maxLength: 30 }), fc.nat(29), (path, cut) => {
      const whole = setup()
      const first = setup()
      let second = first
      path.forEach((price, k) => {
        if (k === cut % path.length) {
          second = setup()
          second.venue.restore(JSON.parse(JSON.stringify(first.venue.state())))
        }
        for (const sim of new Set([whole, second])) {
          if (k % 3 === 0)
            sim.submit({ side: k % 2 === 0 ? 1 : -1, stop: t(k % 2 === 0 ? 70 : 130), lots: lots(1 + (k % 4)), ...named(2 * k) })
          if (k % 5 === 0) sim.submit({ kind: 'limit', limit: t(price - 3), ...named(2 * k + 1) })
          sim.tick(price)
        }
      })
      expect(JSON.parse(JSON.stringify(second.venue.state()))).toEqual(JSON.parse(JSON.stringify(whole.venue.state())))
      expect(ledgerSum(whole.venue.ledger)).toBe(0)
    }),
  )
})

describe('margin (110007)', () => {
  /** 10,000 coins at 10x and a fee of 0.1 %: 100 at a price of 100 is 1,000 of margin with 10 of fee to open. */
  const poor = (options: Partial<SimOptions> = {}) => {
    const sim = setup({ takerRate: rate(10_000_000), ...options })
    sim.venue.deposit(cash(-90_000 * CASH_ONE), 'USDT', ts(0), () => {})
    return sim
  }

  test('an order against a position is asked for what goes beyond flat, as the same order on a flat account is', () => {
    const sim = poor()
    expect(sim.submit({ lots: lots(1) })).toBeUndefined()
    sim.tick(100)
    expect(sim.submit({ side: -1, lots: lots(10_000) })?.code).toBe(110007)
    expect(poor().submit({ side: -1, lots: lots(10_000) })?.code).toBe(110007)
    // What it closes is free, and reversing needs no more than the new position does.
    expect(sim.submit({ side: -1, lots: lots(900) })).toBeUndefined()
  })

  test('a position that holds all the margin may be turned around', () => {
    const sim = poor()
    expect(sim.submit({ lots: lots(980) })).toBeUndefined()
    sim.tick(100)
    expect(sim.submit({ lots: lots(20) })?.code).toBe(110007)
    expect(sim.submit({ side: -1, lots: lots(1_960) })).toBeUndefined()
    expect(sim.submit({ side: -1, lots: lots(30) })?.code).toBe(110007)
  })

  test('resting limits reserve margin and fee, until they are canceled; the side that needs more counts', () => {
    const sim = poor()
    const limit = { kind: 'limit', limit: t(90), lots: lots(400) } as const
    // 36,000 of value: 3,600 and 36 of fee.
    expect(sim.submit(limit)).toBeUndefined()
    expect(sim.venue.orderMargin()).toBe(3_636 * CASH_ONE)
    expect(sim.submit(limit)).toBeUndefined()
    expect(sim.submit(limit)?.code).toBe(110007)
    // 70,000 of value: 7,070, which is less than the 7,272 of the other side.
    expect(sim.submit({ side: -1, kind: 'limit', limit: t(100), lots: lots(700) })).toBeUndefined()
    expect(sim.venue.orderMargin()).toBe(7_272 * CASH_ONE)
    expect(sim.submit({ side: -1, kind: 'limit', limit: t(100), lots: lots(300) })?.code).toBe(110007)
    sim.venue.accept(
      { type: 'cancel-order', orderId: orderId(1), clientOrderId: 'c1', venueOrderId: undefined, instrument: I },
      ts(2),
      () => {},
    )
    expect(sim.submit({ ...limit, lots: lots(300) })).toBeUndefined()
  })

  test('an amend is checked for its margin, and one that needs less is taken', () => {
    const sim = poor()
    expect(sim.submit({ kind: 'limit', limit: t(90), lots: lots(10) })).toBeUndefined()
    const amend = (more: { readonly lots?: number; readonly limit?: number }) =>
      sim.venue.accept(
        {
          type: 'amend-order',
          orderId: orderId(1),
          clientOrderId: 'c1',
          venueOrderId: undefined,
          instrument: I,
          lots: more.lots === undefined ? undefined : lots(more.lots),
          limit: more.limit === undefined ? undefined : t(more.limit),
          trigger: undefined,
        },
        ts(3),
        () => {},
      )
    expect(amend({ lots: 100_000 })?.code).toBe(110007)
    expect(amend({ lots: 1_080, limit: 99 })?.code).toBe(110007)
    expect(amend({ lots: 1_000 })).toBeUndefined()
    expect(amend({ lots: 500 })).toBeUndefined()
  })
})
