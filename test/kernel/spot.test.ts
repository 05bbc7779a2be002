/**
 * Spot, input by input: stops and targets are orders of Ballast's, coins pay fees, and nothing that is not ours is sold or counted.
 */
import { describe, expect, test } from 'vitest'
import { cash, lots, orderId, rate, ticks, ts } from '../../src/core/units.ts'
import { LOT_PARTS } from '../../src/market/instrument.ts'
import type { OrderFilled, SubmitOrder } from '../../src/trading/event.ts'
import { parseExecution } from '../../src/trading/algorithms/execution.ts'
import type { ChangeProtection, KernelInput } from '../../src/kernel/input.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import { commandOfFact } from '../../src/kernel/fact-command.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { BTC, Bench, type Setup, brief, ordersOf, signal } from '../support/kernel/kernel-run.ts'

class Spot extends Bench {
  readonly journal: (KernelInput | KernelFact)[] = []

  constructor(limits: Setup['limits'] = {}) {
    super({ isSpot: true, limits })
  }

  override give(input: KernelInput): KernelFact[] {
    const facts = super.give(input)
    // The base class gives its first inputs before this one is made.
    this.journal?.push(input, ...facts)
    return facts
  }

  /** A position of 10 lots at 100 with its stop at 90 at the venue, as order #2. */
  static held(limits: Setup['limits'] = {}): Spot {
    const bench = new Spot(limits)
    const [entry] = ordersOf(bench.say(signal(1, 90)))
    const [stop] = ordersOf(bench.give(bench.fillOf(entry as SubmitOrder)))
    bench.accepted(stop as SubmitOrder)
    return bench
  }

  order(id: number): SubmitOrder {
    const order = [...this.kernel.orders.open(BTC), ...this.kernel.orders.recent(BTC)].find((o) => o.orderId === id)
    if (order === undefined) throw new Error(`#${id} is not known`)
    return { ...order, type: 'submit-order' }
  }

  filled(id: number, quantity?: number, fee?: OrderFilled['fee']): KernelFact[] {
    const fill = this.fillOf(this.order(id), quantity)
    return this.give(fee === undefined ? fill : { ...fill, fee })
  }

  /** The venue reports that the stop has changed. */
  amended(quantity: number, trigger = 90): KernelFact[] {
    return this.give({
      type: 'order-amended',
      instrument: BTC,
      orderId: orderId(2),
      venueOrderId: 'v2',
      lots: lots(quantity),
      limit: undefined,
      trigger: ticks(trigger),
      ts: ts(this.now),
    })
  }

  protect(legs: Partial<ChangeProtection>): KernelFact[] {
    return this.give({ type: 'change-protection', instrument: BTC, actor: 'cli', ts: ts(this.now), ...legs })
  }

  bare(bareMs: number): KernelFact[] {
    return this.give({ type: 'protection-missing', instrument: BTC, bareMs, ts: ts(this.now) })
  }

  close(quantity?: number): KernelFact[] {
    return this.give({
      type: 'close-position',
      instrument: BTC,
      lots: quantity === undefined ? undefined : lots(quantity),
      actor: 'cli',
      ts: ts(this.now),
    })
  }

  /** Somebody sells or buys in the app. */
  outsideFill(side: 1 | -1, quantity: number): KernelFact[] {
    const head = { instrument: BTC, venueOrderId: `app-${side}-${quantity}`, ts: ts(this.now) } as const
    const adopted = this.give({
      ...head,
      type: 'order-adopted',
      origin: 'external',
      parentOrderId: undefined,
      clientOrderId: '',
      side,
      kind: 'market',
      lots: lots(quantity),
      limit: undefined,
      trigger: undefined,
      triggerBy: 'last',
      reduceOnly: side === -1,
    })
    const filled = this.give({
      ...head,
      type: 'order-filled',
      orderId: undefined,
      tradeId: `app-${side}-${quantity}`,
      side,
      price: ticks(this.prices[BTC] as number),
      lots: lots(quantity),
      fee: { coin: 'USDT', amount: cash(1e8), rate: rate(0) },
      liquidity: 'taker',
      isComplete: true,
    })
    return [...adopted, ...filled]
  }

  get money(): number {
    return this.kernel.portfolio.money / 1e8
  }
  get equity(): number {
    return this.kernel.portfolio.equity / 1e8
  }
}

describe('stops of our own', () => {
  test('the entry carries none; one of ours follows each fill, and is cut and taken off with the position', () => {
    const bench = new Spot()
    const [entry] = ordersOf(bench.say(signal(1, 90)))
    expect([entry?.stop, entry?.targets]).toEqual([undefined, undefined])
    expect(brief(bench.filled(1, 4))).toEqual(['trade-opened', 'protective sell 4 stop-market 90'])
    bench.accepted(bench.order(2))
    expect(brief(bench.give({ ...bench.fillOf(bench.order(1), 6), isComplete: true }))).toEqual(['amend 2: 10 lots'])
    bench.amended(10)
    // A close waits until the stop leaves it the coins: two sales never stand for the same ones.
    expect(brief(bench.close(5))).toEqual(['close-wanted', 'amend 2: 5 lots'])
    expect(brief(bench.amended(5))).toEqual(['reduce sell 5'])
    expect(brief(bench.filled(3))).toEqual(['reduced by 5 for 0, 5 left'])
    expect(brief(bench.close())).toEqual(['close-wanted', 'cancel 2: it is being closed'])
    expect(brief(bench.canceled(orderId(2)))).toEqual(['reduce sell 5'])
    expect(brief(bench.filled(4))).toEqual(['closed 0'])
  })

  test('stops of our own: one that fills ends the trade as a stop and takes the rest of the entry off', () => {
    const bench = new Spot()
    bench.say(signal(1, 90))
    bench.filled(1, 4)
    bench.accepted(bench.order(2))
    bench.prices[BTC] = 89
    const facts = bench.filled(2)
    expect(brief(facts)).toEqual(['closed -44', 'cancel 1: its stop was reached'])
    expect(facts.flatMap((f) => (f.type === 'trade-closed' ? [f.trade.exitReason] : []))).toEqual(['stop'])
  })

  test('a spot stop is moved as an order, and nothing is asked of a position that the venue does not have', () => {
    const bench = Spot.held()
    const facts = bench.protect({ stop: ticks(95) })
    expect(brief(facts)).toEqual(['stop at 95', 'amend 2: from 95'])
    expect(facts.map(commandOfFact).map((command) => command?.type)).toEqual([undefined, 'amend-order'])
    expect(bench.kernel.portfolio.openTrade(BTC)?.stop).toBe(95)
  })

  test('a spot stop is neither amended as an order nor loosened by one, and trails do not exist', () => {
    const bench = Spot.held()
    const asked = { type: 'change-order', instrument: BTC, orderId: orderId(2), actor: 'cli', ts: ts(bench.now) } as const
    expect(brief(bench.give({ ...asked, trigger: ticks(50) }))).toEqual(['denied protective: spot-order'])
    expect(brief(bench.protect({ trail: { by: ticks(5), activation: undefined } }))).toEqual(['denied protective: spot-order'])
    expect(brief(bench.protect({ stop: ticks(101) }))).toEqual(['denied protective: stop-side'])
  })

  test('removed in the app is set again, and closed for after 30 s; an exit that is unanswered is not doubled', () => {
    const bench = Spot.held()
    expect(brief(bench.canceled(orderId(2)))).toEqual([])
    expect(brief(bench.bare(800))).toEqual(['P2 stop.moved_outside', 'stop at 90', 'protective sell 10 stop-market 90'])
    expect(brief(bench.bare(5_000))).toEqual(['P1 position.unprotected', 'stop at 90'])
    // The one that was set again was never answered for: it goes first.
    expect(brief(bench.bare(30_000))).toEqual([
      'P1 position.unprotected',
      'close-wanted',
      'cancel 3: it is being closed',
      'cancel 3: it is being closed',
    ])
    expect(brief(bench.canceled(orderId(3)))).toEqual(['flatten sell 10'])
    expect(brief(bench.bare(60_000))).toEqual(['P1 position.unprotected'])
  })

  test('moved in the app: tighter counts, looser is set back', () => {
    const bench = Spot.held()
    const moved = (trigger: number): KernelFact[] => bench.amended(10, trigger)
    expect(brief(moved(95))).toEqual(['stop-adopted', 'P3 stop.moved_outside'])
    expect(brief(moved(80))).toEqual(['P2 stop.moved_outside', 'stop at 95', 'amend 2: from 95'])
  })

  test('price through a missing one: closed at market', () => {
    const bench = Spot.held()
    bench.canceled(orderId(2))
    bench.prices[BTC] = 85
    bench.bar()
    expect(brief(bench.bare(800))).toEqual(['P1 position.unprotected', 'close-wanted', 'flatten sell 10'])
  })

  test('a crash between fill and stop is mended when the account was read', () => {
    const bench = new Spot()
    bench.say(signal(1, 90))
    const { factBuffer } = bench.kernel
    factBuffer.reset()
    bench.kernel.foldInput(bench.fillOf(bench.order(1)))
    expect(brief(bench.give({ type: 'reconciled', upTo: ts(bench.now), ts: ts(bench.now) }))).toEqual(['protective sell 10 stop-market 90'])
  })
})

describe('targets of our own', () => {
  test('wait for their trigger, so that the stop can sell all; the stop is cut when one has filled', () => {
    const bench = new Spot()
    bench.say({ ...signal(1, 90), targets: [{ price: ticks(110), share: 0.5 }] })
    expect(brief(bench.filled(1))).toEqual([
      'trade-opened',
      'protective sell 10 stop-market 90',
      'protective sell 5 take-profit-market 110',
    ])
    bench.accepted(bench.order(2))
    bench.accepted(bench.order(3))
    bench.prices[BTC] = 110
    expect(brief(bench.filled(3))).toEqual(['reduced by 5 for 50, 5 left', 'amend 2: 5 lots'])
    expect(brief(bench.protect({ target: ticks(120) }))).toEqual([
      'stop at undefined',
      'amend 2: 5 lots',
      'protective sell 5 take-profit-market 120',
    ])
    expect(brief(bench.protect({ target: 'none' }))).toEqual(['stop at undefined', 'amend 2: 5 lots', 'cancel 4: the target is moved'])
  })
})

describe('what is ours', () => {
  test('a short signal opens nothing and closes what is held', () => {
    const bench = new Spot()
    expect(brief(bench.say(signal(-1, 110)))).toEqual([])
    const held = Spot.held()
    expect(brief(held.say(signal(-1, 110)))).toEqual(['close-wanted', 'cancel 2: it is being closed'])
    // Asked again while it waits, nothing is added.
    expect(brief(held.say(signal(-1, 110)))).toEqual([])
    expect(brief(held.canceled(orderId(2)))).toEqual(['reduce sell 10'])
  })

  test('bought coins pay their fee: the position and its stop are what is left', () => {
    const bench = new Spot()
    bench.say(signal(1, 90))
    const fee = { coin: 'BTC', amount: cash(50e8), rate: rate(0), lotParts: LOT_PARTS / 2 }
    expect(brief(bench.filled(1, undefined, fee))).toEqual(['trade-opened', 'protective sell 9 stop-market 90'])
    // 10 lots were paid for; the half lot that is left over pays for the next fee.
    expect([bench.held, bench.money, bench.equity, bench.kernel.portfolio.ledger.fees / 1e8]).toEqual([9, 9_000, 9_900, 100])
  })

  test('coins count their whole price as margin: leverage does not buy them', () => {
    const bench = new Spot({ leverage: 10 })
    expect(bench.kernel.portfolio.marginUsed).toBe(0)
    bench.enter(1, 90)
    expect(bench.kernel.portfolio.marginUsed / 1e8).toBe(1_000)
  })

  test('what others trade in the symbol moves money, and nothing of ours', () => {
    const bench = Spot.held()
    expect(brief(bench.outsideFill(-1, 7))).toEqual([])
    expect([bench.held, bench.money, bench.kernel.portfolio.dayLoss]).toEqual([10, 9_000 + 700 - 1, 0])
    expect(brief(bench.outsideFill(1, 3))).toEqual([])
    expect([bench.held, bench.money]).toEqual([10, 9_000 + 700 - 1 - 300 - 1])
  })

  test('coins of ours that are gone are a close of theirs at the price, and no money came of it', () => {
    const bench = Spot.held()
    bench.prices[BTC] = 120
    bench.bar()
    expect(brief(bench.outside(4))).toEqual([
      'amend 2: 4 lots',
      'hold external-close-BTCUSDT-SPOT no-entries',
      'hold external-close-s0 no-entries',
      'P1 external.reduced',
    ])
    expect([bench.held, bench.money, bench.equity]).toEqual([4, 9_000, 9_480])
    expect(bench.kernel.portfolio.dayLoss).toBe(0)
    // More than ours in the account is nobody's business.
    expect(brief(bench.outside(50))).toEqual([])
  })

  test('a stop that fills while a close waits for it is the close', () => {
    const bench = Spot.held()
    bench.close()
    expect(brief(bench.filled(2))).toEqual(['closed 0'])
    expect(bench.kernel.snapshot().closes).toEqual([null, null])
    const half = Spot.held()
    half.close()
    expect(brief(half.give({ ...half.fillOf(half.order(2), 4), isComplete: false }))).toEqual([])
    expect(brief(half.canceled(orderId(2)))).toEqual(['reduced by 4 for 0, 6 left', 'reduce sell 6'])
  })

  test('a close waits for a stop that is selling, and goes with what it leaves', () => {
    const bench = Spot.held()
    bench.give({ type: 'order-triggered', instrument: BTC, orderId: orderId(2), venueOrderId: 'v2', ts: ts(bench.now) })
    expect(brief(bench.close())).toEqual([])
  })

  test('a cancel that is lost is asked for again, and the close goes when it is answered', () => {
    const bench = Spot.held()
    bench.close()
    expect(brief(bench.bare(4_000))).toEqual(['stop at 90', 'cancel 2: it is being closed'])
    expect(brief(bench.give({ type: 'reconciled', upTo: ts(bench.now), ts: ts(bench.now) }))).toEqual(['cancel 2: it is being closed'])
    expect(brief(bench.canceled(orderId(2)))).toEqual(['reduce sell 10'])
  })

  test('more than was held is never booked as ours: it is reported, and its money is not ours', () => {
    const bench = Spot.held()
    bench.give(bench.fillOf(bench.order(2)))
    const again = { ...bench.fillOf(bench.order(1)), side: -1 as const, tradeId: 'late' }
    bench.adopted({ origin: 'panic-direct', venueOrderId: 'p', clientOrderId: 'p', side: -1 })
    expect(brief(bench.give({ ...again, orderId: undefined, venueOrderId: 'p' }))).toEqual(['P1 position.oversold'])
    expect([bench.held, bench.money, bench.kernel.portfolio.ledger.external / 1e8]).toEqual([0, 11_000, -1_000])
  })

  test('a target that is set while all is being closed stands against nothing', () => {
    const bench = Spot.held()
    bench.close()
    expect(brief(bench.protect({ target: ticks(120) }))).toEqual(['stop at undefined'])
    expect(brief(bench.canceled(orderId(2)))).toEqual(['reduce sell 10'])
  })

  test('a close that would leave what cannot be sold closes all of it', () => {
    expect(brief(Spot.held().close(8))).toEqual(['close-wanted', 'cancel 2: it is being closed'])
  })

  test('coins that are too few to be sold are given up as a position after 5 s', () => {
    const bench = new Spot()
    bench.say(signal(1, 90))
    expect(brief(bench.filled(1, 2))).toEqual(['trade-opened'])
    expect(brief(bench.bare(6_000))).toEqual([])
    bench.canceled(orderId(1))
    expect(brief(bench.bare(800))).toEqual([])
    expect(brief(bench.bare(6_000))).toEqual(['dust-left', 'P3 position.dust', 'closed 0'])
    expect([bench.held, bench.money, bench.equity]).toEqual([0, 9_800, 9_800])
    expect(bench.kernel.portfolio.dayLoss).toBe(0)
  })

  test('S7 a panic sends no order for coins that are too few to be sold, however often more of them come', () => {
    const bench = new Spot()
    bench.say(signal(1, 90))
    bench.filled(1, 1)
    expect(brief(bench.give({ type: 'panic', actor: 'cli', reason: 'drill', ts: ts(bench.now) }))).toEqual([
      'hold panic no-orders',
      'P1 panic.started',
      'cancel 1: panic by cli',
    ])
    expect(brief(bench.filled(1, 1))).toEqual([])
    bench.canceled(orderId(1))
    expect(brief(bench.bare(6_000))).toEqual(['dust-left', 'P3 position.dust', 'closed 0'])
  })

  test('an operator who closes coins that are too few to be sold reads why it is not done', () => {
    const bench = new Spot()
    bench.say(signal(1, 90))
    bench.filled(1, 2)
    expect(brief(bench.close())).toEqual(['denied reduce: notional-min'])
  })

  test('a close is not worked: its parts and the stop would sell the same coins', () => {
    const bench = Spot.held()
    const execution = parseExecution('twap:10m:2')
    if (typeof execution === 'string') throw new Error(execution)
    const size = { class: 'reduce', side: -1, lots: lots(10), execution } as const
    const who = { strategy: bench.kernel.portfolio.ownerOrExternal(BTC), instrument: BTC, actor: 'cli', ts: ts(bench.now) }
    expect(brief(bench.give({ type: 'start-algorithm', ...size, ...who }))).toEqual(['denied reduce: spot-order'])
  })
})

test('an exit of panic --direct is waited for: the trader does not sell the same coins beside it', () => {
  const bench = Spot.held()
  bench.canceled(orderId(2))
  const head = { instrument: BTC, venueOrderId: 'p1', side: -1, lots: lots(10), ts: ts(bench.now) } as const
  const adopted = bench.adopted({ ...head, origin: 'panic-direct', clientOrderId: 'b1-tests1-e1-1' })
  expect(brief(adopted)).toEqual(['hold panic no-orders', 'P1 panic.started'])
  expect(brief(bench.close())).toEqual([])
  expect(brief(bench.bare(800))).toEqual(['P2 stop.moved_outside', 'stop at 90'])
  const filled = bench.give({
    ...head,
    type: 'order-filled',
    orderId: undefined,
    tradeId: 'p1',
    price: ticks(100),
    fee: { coin: 'USDT', amount: cash(0), rate: rate(0) },
    liquidity: 'taker',
    isComplete: true,
  })
  expect(brief(filled)).toEqual(['closed 0'])
})

test.each(['before', 'after'] as const)(
  'what others sold before the records were opened is in the balance, reported %s the opening',
  (told) => {
    const kernel = new Kernel(new Spot().config)
    const sold = { instrument: BTC, venueOrderId: 'app', side: -1, lots: lots(7), ts: ts(1_000) } as const
    const sale: KernelInput[] = [
      {
        ...sold,
        type: 'order-adopted',
        origin: 'external',
        parentOrderId: undefined,
        clientOrderId: '',
        kind: 'market',
        limit: undefined,
        trigger: undefined,
        triggerBy: 'last',
        reduceOnly: true,
      },
      {
        ...sold,
        type: 'order-filled',
        orderId: undefined,
        tradeId: 'app1',
        price: ticks(100),
        fee: { coin: 'USDT', amount: cash(0), rate: rate(0) },
        liquidity: 'taker',
        isComplete: true,
      },
    ]
    const opening: KernelInput = { type: 'wallet-adjusted', coin: 'USDT', amount: cash(5_700e8), cause: 'opening', ts: ts(2_000) }
    for (const input of told === 'before' ? [...sale, opening] : [opening, ...sale]) kernel.apply(input)
    expect([kernel.portfolio.money, kernel.portfolio.equity, kernel.portfolio.dayLoss]).toEqual([5_700e8, 5_700e8, 0])
  },
)

test('a panic takes the stop off and closes the position', () => {
  const bench = Spot.held()
  const facts = brief(bench.give({ type: 'panic', actor: 'cli', reason: '', ts: ts(bench.now) }))
  expect(facts).toEqual(['hold panic no-orders', 'P1 panic.started', 'close-wanted', 'cancel 2: it is being closed'])
  expect(brief(bench.canceled(orderId(2)))).toEqual(['flatten sell 10'])
  expect(brief(bench.filled(3))).toEqual(['closed 0'])
})

test('the journal gives the same state again, whatever happened', () => {
  const bench = Spot.held()
  bench.protect({ stop: ticks(95) })
  bench.amended(10, 95)
  bench.close(5)
  bench.amended(5, 95)
  bench.filled(3)
  bench.close()
  bench.outsideFill(-1, 7)
  bench.outside(4)
  bench.bare(800)
  bench.outside(2)
  bench.canceled(orderId(2))
  bench.bare(6_000)
  const again = new Kernel(bench.config)
  // What the bench gave before it could be written down.
  const first = new Spot()
  again.restore(structuredClone(first.kernel.snapshot()))
  for (const entry of bench.journal) {
    if (isFact(entry)) again.foldFact(entry)
    else again.foldInput(entry)
  }
  expect(again.snapshot()).toEqual(bench.kernel.snapshot())
  expect(bench.held).toBe(0)
})

const INPUTS = new Set([
  'bars-closed',
  'order-filled',
  'order-accepted',
  'order-canceled',
  'order-adopted',
  'order-amended',
  'position-adjusted',
  'protection-missing',
  'change-protection',
  'close-position',
])
const isFact = (entry: KernelInput | KernelFact): entry is KernelFact => !INPUTS.has(entry.type)
