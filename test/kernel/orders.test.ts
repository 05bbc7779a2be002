/**
 * Manual orders, brackets and parent orders, input by input: state, input, and the whole factBuffer that follows.
 */
import { moneyLimit } from '../../src/core/money-limit.ts'
import { describe, expect, test } from 'vitest'
import { type Side, cash, lots, orderId, rate, strategyId, ticks, ts } from '../../src/core/units.ts'
import { parseExecution } from '../../src/trading/algorithms/execution.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { PlacedOrder } from '../../src/kernel/input.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { MANUAL_OWNER } from '../../src/trading/manual-owner.ts'
import { BTC, Bench, ETH, type Setup, brief, ordersOf, signal } from '../support/kernel/kernel-run.ts'

class Desk extends Bench {
  constructor(limits: Setup['limits'] = {}, more: Setup = {}) {
    super({ isManual: true, limits, ...more })
  }

  place(...orders: readonly Partial<PlacedOrder>[]): KernelFact[] {
    return this.give({
      type: 'place-orders',
      strategy: MANUAL_OWNER,
      instrument: ETH,
      orders: orders.map((o) => ({ side: 1, kind: 'market', lots: lots(10), timeInForce: 'gtc', stop: ticks(90), ...o })),
      actor: 'cli',
      ts: ts(this.now),
    })
  }

  work(
    how: string,
    over: { readonly lots?: number; readonly side?: Side; readonly class?: 'entry' | 'reduce'; readonly limit?: number } = {},
  ): KernelFact[] {
    const execution = parseExecution(how)
    if (typeof execution === 'string') throw new Error(execution)
    return this.give({
      type: 'start-algorithm',
      strategy: MANUAL_OWNER,
      instrument: ETH,
      class: over.class ?? 'entry',
      side: over.side ?? 1,
      lots: lots(over.lots ?? 40),
      execution,
      limit: over.limit === undefined ? undefined : ticks(over.limit),
      stop: ticks(90),
      actor: 'cli',
      ts: ts(this.now),
    })
  }

  steer(id: number, to: 'paused' | 'working' | 'ended'): KernelFact[] {
    return this.give({ type: 'steer-algorithm', id: orderId(id), to, actor: 'cli', ts: ts(this.now) })
  }

  later(ms: number): KernelFact[] {
    this.now += ms
    return this.give({ type: 'time-advanced', marks: [...this.prices], ts: ts(this.now) })
  }

  fillOrder(facts: readonly KernelFact[], quantity?: number): KernelFact[] {
    const [command] = ordersOf(facts)
    if (command === undefined) throw new Error(`no order in ${brief(facts).join('; ')}`)
    return this.give(this.fillOf(command, quantity))
  }

  gone(id: number): KernelFact[] {
    return this.give({
      type: 'order-canceled',
      instrument: ETH,
      orderId: orderId(id),
      venueOrderId: `v${id}`,
      cause: 'venue',
      ts: ts(this.now),
    })
  }

  heldEth(): number {
    return this.kernel.portfolio.positionLots(ETH)
  }
}

const target = (price: number, share: number) => ({ price: ticks(price), share })
const quiet = (facts: readonly KernelFact[]): string[] => brief(facts.filter((f) => f.type !== 'trade-opened'))

describe('entries by hand', () => {
  test.each<readonly [string, Partial<PlacedOrder>, string]>([
    ['market', {}, 'entry buy 10'],
    ['limit', { kind: 'limit', limit: ticks(98) }, 'entry buy 10 limit 98'],
    ['stop-limit', { kind: 'stop-limit', trigger: ticks(103), limit: ticks(104) }, 'entry buy 10 stop-limit 103/104'],
    ['no stop where one is required', { stop: undefined }, 'denied entry: stop-missing'],
    ['a stop on the wrong side', { stop: ticks(101) }, 'denied entry: stop-side'],
    ['more than an order may be worth', { lots: lots(200), kind: 'limit', limit: ticks(100) }, 'denied entry: order-notional'],
  ])('entries by hand: %s', (_, order, expected) => {
    const gateway = new Desk({ isStopRequired: true, orderMax: moneyLimit(cash(15_000e8)) })
    expect(brief(gateway.place(order))).toEqual([expected])
  })

  test('a symbol of a strategy is not entered by hand, and a hold denies', () => {
    const gateway = new Desk()
    const facts = gateway.give({
      type: 'place-orders',
      strategy: MANUAL_OWNER,
      instrument: BTC,
      orders: [{ side: 1, kind: 'market', lots: lots(1), timeInForce: 'gtc' }],
      actor: 'cli',
      ts: ts(gateway.now),
    })
    expect(brief(facts)).toEqual(['denied entry: symbol-owned'])
    gateway.hold()
    expect(brief(gateway.place({}))).toEqual(['denied entry: hold'])
  })

  test('against what is held it is denied: it would net, and its stop would stand on the wrong side', () => {
    const gateway = new Desk()
    gateway.fillOrder(gateway.place({}))
    expect(brief(gateway.place({ side: -1, stop: ticks(110) }))).toEqual(['denied entry: opposite-side'])
  })

  test('a pair of manual entries: the first fill cancels the other; a denied second cancels the first', () => {
    const gateway = new Desk()
    const pair = gateway.place({ kind: 'limit', limit: ticks(98) }, { kind: 'stop-market', trigger: ticks(103) })
    expect(brief(pair)).toEqual(['entry buy 10 limit 98', 'entry buy 10 stop-market 103'])
    expect(quiet(gateway.fillOrder(pair, 4))).toEqual(['cancel 2: #1 of its pair filled'])
    const other = new Desk()
    expect(brief(other.place({ kind: 'limit', limit: ticks(98) }, { lots: lots(0) }))).toEqual([
      'entry buy 10 limit 98',
      'denied entry: quantity',
      'cancel 1: the other order of its pair was denied',
    ])
  })

  test('an amended entry is judged as it would be, without counting itself twice', () => {
    const gateway = new Desk({ positionMax: moneyLimit(cash(2_000e8)) })
    gateway.place({ kind: 'limit', limit: ticks(98), lots: lots(15) })
    const change = (quantity: number): string[] =>
      brief(
        gateway.give({
          type: 'change-order',
          instrument: ETH,
          orderId: orderId(1),
          lots: lots(quantity),
          actor: 'cli',
          ts: ts(gateway.now),
        }),
      )
    expect(change(20)).toEqual(['amend 1: 20 lots'])
    expect(change(21)).toEqual(['denied entry: position-notional'])
    expect(gateway.kernel.orders.open(ETH)[0]?.lots).toBe(15)
  })
})

describe('stop and targets of an entry', () => {
  test('brackets: one target for all of it travels with the entry; several are orders of ours that follow its fills', () => {
    const gateway = new Desk()
    const [whole] = ordersOf(gateway.place({ targets: [target(110, 1)] }))
    expect(whole?.targets).toEqual([target(110, 1)])
    const other = new Desk()
    const facts = other.place({ lots: lots(9), targets: [target(104, 1 / 3), target(108, 1 / 3), target(112, 1 / 3)] })
    const [entry] = ordersOf(facts)
    expect(entry?.targets).toBeUndefined()
    expect(quiet(other.fillOrder(facts, 6))).toEqual([
      'protective sell 2 limit 104',
      'protective sell 2 limit 108',
      'protective sell 2 limit 112',
    ])
    expect(quiet(other.fillOrder(facts, 3))).toEqual(['amend 2: 3 lots', 'amend 3: 3 lots', 'amend 4: 3 lots'])
  })

  test('what a target has sold already is not asked for again', () => {
    const gateway = new Desk()
    const facts = gateway.place({ lots: lots(10), targets: [target(104, 0.5), target(108, 0.5)] })
    const targets = ordersOf(gateway.fillOrder(facts, 4))
    expect(targets.map((o) => o.lots)).toEqual([2, 2])
    gateway.give(gateway.fillOf(targets[0] as never))
    expect(quiet(gateway.fillOrder(facts, 6))).toEqual(['protective sell 3 limit 104', 'amend 3: 5 lots'])
  })

  test('targets give way when the position shrinks, the farthest first', () => {
    const gateway = new Desk()
    const facts = gateway.place({ lots: lots(10), targets: [target(104, 0.5), target(108, 0.5)] })
    gateway.fillOrder(facts)
    const close = gateway.give({ type: 'close-position', instrument: ETH, lots: lots(6), actor: 'cli', ts: ts(gateway.now) })
    expect(brief(close)).toEqual(['reduce sell 6'])
    expect(brief(gateway.fillOrder(close))).toEqual([
      'reduced by 6 for 0, 4 left',
      'cancel 3: the position is smaller now',
      'amend 2: 4 lots',
    ])
  })

  test('a stop is moved, a target set and removed; through the price both are refused', () => {
    const gateway = new Desk()
    const protect = (legs: object): string[] =>
      brief(gateway.give({ type: 'change-protection', instrument: ETH, actor: 'cli', ts: ts(gateway.now), ...legs }))
    expect(protect({ stop: ticks(95) })).toEqual(['denied protective: exit-not-verified'])
    gateway.fillOrder(gateway.place({}))
    expect(protect({ stop: ticks(95) })).toEqual(['stop at 95'])
    expect(gateway.kernel.portfolio.openTrade(ETH)?.stop).toBe(95)
    expect(protect({ stop: ticks(100) })).toEqual(['denied protective: stop-side'])
    expect(protect({ target: ticks(99) })).toEqual(['denied protective: stop-side'])
    expect(protect({ target: 'none' })).toEqual(['stop at undefined'])
    expect(gateway.kernel.portfolio.openTrade(ETH)?.stop).toBe(95)
  })
})

describe('executions in any order', () => {
  const parts = [
    { quantity: 2, isComplete: false },
    { quantity: 3, isComplete: false },
    { quantity: 5, isComplete: true },
  ]
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  test.each(orders)('%i, %i, %i: the order is open until all are reported, and all count', (...sequence) => {
    const gateway = new Desk()
    const [command] = ordersOf(gateway.place({}))
    if (command === undefined) throw new Error('denied')
    sequence.forEach((k, at) => {
      const part = parts[k] as (typeof parts)[number]
      gateway.give({
        ...gateway.fillOf(command, part.quantity, `e${k}`),
        isComplete: part.isComplete,
        ...(part.isComplete ? { total: lots(10) } : undefined),
      })
      expect(gateway.kernel.orders.open(ETH).length).toBe(at === 2 ? 0 : 1)
    })
    expect(gateway.heldEth()).toBe(10)
    expect(gateway.kernel.orders.find(ETH, command.orderId, undefined)?.status).toBe('filled')
  })

  test('a cancel that is reported before its fills: what it filled still counts against the limits, and a parent order does not send it again', () => {
    const gateway = new Desk()
    const start = gateway.work('twap:40s:1', { limit: 101 })
    const [child] = ordersOf(start)
    if (child === undefined) throw new Error('denied')
    const canceled = {
      type: 'order-canceled',
      instrument: ETH,
      orderId: child.orderId,
      venueOrderId: 'v2',
      cause: 'EC_NoImmediateQtyToFill',
      total: lots(15),
      ts: ts(gateway.now),
    } as const
    expect(brief(gateway.give(canceled))).toEqual([])
    expect(brief(gateway.give(canceled))).toEqual([])
    expect(gateway.kernel.orders.openEntryLots(ETH, 1)).toBe(15)
    expect(brief(gateway.later(10_000))).toEqual([])
    expect(quiet(gateway.give({ ...gateway.fillOf(child, 15), isComplete: false }))).toEqual(['entry buy 25 limit 101'])
    expect(gateway.kernel.orders.find(ETH, child.orderId, undefined)?.status).toBe('canceled')
  })
})

test('funding of an outage that is read after the next settlement was heard is booked, each once', () => {
  const gateway = new Desk()
  gateway.fillOrder(gateway.place({}))
  const settle = (hour: number, amount: number): void => {
    gateway.give({
      type: 'funding-settled',
      instrument: ETH,
      settlementId: `f${hour}`,
      rate: rate(1),
      amount: cash(amount),
      ts: ts(20_000 * 86_400_000 + hour * 3_600_000),
    })
  }
  settle(2, -300)
  settle(1, -500)
  settle(2, -300)
  settle(1, -500)
  expect(gateway.kernel.portfolio.ledger.funding).toBe(800)
})

describe('parent orders', () => {
  test('a twap starts with its first slice and continues with time', () => {
    const gateway = new Desk()
    const start = gateway.work('twap:40s:4')
    expect(brief(start)).toEqual(['work 1 twap 40', 'entry buy 10'])
    expect(ordersOf(start)[0]).toMatchObject({ orderId: 2, stop: 90 })
    expect(quiet(gateway.fillOrder(start))).toEqual([])
    expect(brief(gateway.later(9_000))).toEqual([])
    const second = gateway.later(1_000)
    expect(brief(second)).toEqual(['entry buy 10'])
    gateway.fillOrder(second)
    // Two slices were missed: they come at once.
    const rest = gateway.later(25_000)
    expect(brief(rest)).toEqual(['entry buy 20'])
    expect(brief(gateway.fillOrder(rest))).toEqual(['1 ended at 40: filled'])
    expect(gateway.heldEth()).toBe(40)
  })

  test('each child is judged by itself: denied it waits, and after ten denials it is over', () => {
    const gateway = new Desk({ ordersPerMinuteMax: 1 })
    gateway.fillOrder(gateway.work('twap:40s:4'))
    expect(brief(gateway.later(10_000))).toEqual(['denied entry: order-rate'])
    expect(brief(gateway.later(5_000))).toEqual([])
    const denials = Array.from({ length: 9 }, () => brief(gateway.later(15_000)))
    expect(denials[0]).toEqual(['denied entry: order-rate'])
    // The window of a minute lets one through now and then; a fill makes the count begin again.
    expect(denials.flat().filter((line) => line === 'entry buy 30').length).toBe(1)
  })

  test('the whole is judged before it starts', () => {
    const gateway = new Desk({ orderMax: moneyLimit(cash(3_000e8)) })
    expect(brief(gateway.work('twap:40s:4'))).toEqual(['denied entry: order-notional'])
    expect(gateway.kernel.parentOrders.active).toEqual([])
  })

  test('pause cancels the open child order; end completes after the child order’s final state', () => {
    const gateway = new Desk()
    expect(brief(gateway.work('iceberg:10', { limit: 98 }))).toEqual(['work 1 iceberg 40', 'entry buy 10 limit 98'])
    expect(brief(gateway.steer(1, 'paused'))).toEqual(['1 paused: by cli', 'cancel 2: by cli'])
    expect(brief(gateway.gone(2))).toEqual([])
    expect(brief(gateway.later(60_000))).toEqual([])
    expect(brief(gateway.steer(1, 'working'))).toEqual(['1 working: by cli', 'entry buy 10 limit 98'])
    expect(brief(gateway.steer(1, 'ended'))).toEqual(['1 ending: by cli', 'cancel 3: by cli'])
    expect(brief(gateway.gone(3))).toEqual(['1 ended at 0: by cli'])
  })

  test('a hold of a person pauses it for good (S1), a bad measurement only while it lasts', () => {
    const gateway = new Desk()
    gateway.fillOrder(gateway.work('twap:40s:4'))
    gateway.hold({ id: 'stale', cause: 'stale' })
    expect(brief(gateway.later(10_000))).toEqual([])
    gateway.give({ type: 'lift-hold', holdId: 'stale', actor: 'trader', ts: ts(gateway.now) })
    const second = gateway.later(1_000)
    expect(brief(second)).toEqual(['entry buy 10'])
    gateway.fillOrder(second)
    expect(brief(gateway.hold({ reason: 'news' }))).toEqual(['hold h no-entries', '1 paused: operator: news'])
    gateway.give({ type: 'lift-hold', holdId: 'h', actor: 'cli', ts: ts(gateway.now) })
    expect(brief(gateway.later(60_000))).toEqual([])
    expect(brief(gateway.steer(1, 'working'))).toEqual(['1 working: by cli', 'entry buy 20'])
  })

  test('a panic ends it and takes its child back before anything is closed (S7)', () => {
    const gateway = new Desk()
    gateway.fillOrder(gateway.work('iceberg:10', { limit: 98 }))
    const facts = brief(gateway.give({ type: 'panic', actor: 'cli', reason: '', ts: ts(gateway.now) }))
    expect(facts).toEqual([
      'hold panic no-orders',
      'P1 panic.started',
      '1 ending: panic by cli',
      'cancel 3: panic by cli',
      'flatten sell 10',
    ])
    expect(brief(gateway.gone(3))).toEqual(['1 ended at 10: panic by cli'])
  })

  test('an entry that fills after the panic is closed at once (S7)', () => {
    const gateway = new Desk()
    const entry = gateway.place({ kind: 'limit', limit: ticks(98) })
    expect(brief(gateway.give({ type: 'panic', actor: 'cli', reason: '', ts: ts(gateway.now) }))).toEqual([
      'hold panic no-orders',
      'P1 panic.started',
      'cancel 1: panic by cli',
    ])
    expect(quiet(gateway.fillOrder(entry, 4))).toEqual(['flatten sell 4'])
    expect(quiet(gateway.fillOrder(entry, 6))).toEqual(['flatten sell 6'])
  })

  test('a close is executed in parts, and ends when something else closed the position', () => {
    const gateway = new Desk()
    gateway.fillOrder(gateway.place({}))
    const start = gateway.work('twap:20s:2', { class: 'reduce', side: -1, lots: 10 })
    expect(brief(start)).toEqual(['work 2 twap 10', 'reduce sell 5'])
    gateway.fillOrder(start)
    gateway.fillOrder(gateway.give({ type: 'close-position', instrument: ETH, lots: undefined, actor: 'cli', ts: ts(gateway.now) }))
    expect(gateway.heldEth()).toBe(0)
    expect(brief(gateway.later(10_000))).toEqual(['2 ended at 5: the position is closed'])
  })

  test('a chase follows by amending its one child, then takes the rest', () => {
    const gateway = new Desk()
    expect(brief(gateway.work('chase:300bp:60s'))).toEqual(['work 1 chase 40', 'entry buy 40 limit 99'])
    gateway.prices[ETH] = 102
    expect(brief(gateway.later(5_000))).toEqual(['amend 2: at 101'])
    gateway.give({
      type: 'order-amended',
      instrument: ETH,
      orderId: orderId(2),
      venueOrderId: 'v2',
      lots: lots(40),
      limit: ticks(101),
      trigger: undefined,
      ts: ts(gateway.now),
    })
    expect(brief(gateway.later(55_000))).toEqual(['cancel 2: the chase is over'])
    expect(brief(gateway.gone(2))).toEqual(['entry buy 40'])
  })

  test('slices below the least order value wait until they are worth it, and none is denied', () => {
    // One lot is worth 100, the least order 300: a slice of one lot goes out with the next two.
    const gateway = new Desk({}, { notionalMin: '300' })
    const sent = gateway.work('twap:1h:12', { lots: 12 })
    for (let k = 0; k < 24; k++) {
      const news = gateway.later(150_000)
      sent.push(...news)
      for (const order of ordersOf(news)) sent.push(...gateway.give(gateway.fillOf(order)))
    }
    expect(sent.filter((fact) => fact.type === 'order-denied')).toEqual([])
    expect(ordersOf(sent).map((order) => order.lots)).toEqual([3, 3, 3, 3])
  })

  test('a parent above the largest order is taken, and its children are not above it', () => {
    const gateway = new Desk()
    const facts = gateway.work('twap:1m:1', { lots: 60 })
    expect(brief(facts)).toEqual(['work 1 twap 60', 'entry buy 50'])
  })

  test('a second execution algorithm on the symbol is denied, and an iceberg without a price too', () => {
    const gateway = new Desk()
    gateway.work('twap:40s:4')
    expect(brief(gateway.work('twap:40s:4'))).toEqual(['denied entry: execution'])
    expect(brief(new Desk().work('iceberg:10'))).toEqual(['denied entry: execution'])
  })

  test('a strategy’s entries use the execution algorithm of its configuration, and a signal that turns ends them', () => {
    const bench = new Bench()
    const execution = parseExecution('twap:40s:4')
    if (typeof execution === 'string') throw new Error(execution)
    const strategies = bench.config.strategies.map((s) => ({ ...s, execution }))
    const kernel = new Kernel({ ...bench.config, strategies })
    Object.assign(bench, { kernel })
    bench.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(10_000e8), cause: 'opening', ts: ts(bench.now) })
    bench.bar()
    const facts = bench.say(signal(1, 90))
    expect(brief(facts)).toEqual(['work 1 twap 10', 'entry buy 2'])
    expect(brief(bench.say(signal(1, 90)))).toEqual([])
    expect(brief(bench.say(signal(0)))).toEqual(['1 ending: signal has turned', 'cancel 2: signal has turned'])
    expect(kernel.parentOrders.active[0]).toMatchObject({ strategy: strategyId('s0'), status: 'ending' })
  })

  test('after a restart it continues from its facts: the same next step from a folded kernel', () => {
    const gateway = new Desk()
    const log: { readonly input: Parameters<Kernel['apply']>[0]; readonly facts: readonly KernelFact[] }[] = []
    const give = gateway.give.bind(gateway)
    gateway.give = (input) => {
      const facts = give(input)
      log.push(structuredClone({ input, facts }))
      return facts
    }
    const first = gateway.work('twap:40s:4')
    gateway.fillOrder(first)
    const restored = new Kernel(gateway.config)
    restored.restore(JSON.parse(JSON.stringify(new Desk().kernel.snapshot())))
    for (const { input, facts } of log) {
      restored.foldInput(input)
      for (const fact of facts) restored.foldFact(fact)
    }
    Object.assign(gateway, { kernel: restored })
    gateway.give = give
    expect(restored.parentOrders.find(orderId(1))).toMatchObject({ filled: 10, children: 1, status: 'working' })
    expect(brief(gateway.later(10_000))).toEqual(['entry buy 10'])
  })
})
