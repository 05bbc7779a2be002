/**
 * From reports to events: each report against each state of the order, ids, strangers; and twice is once.
 */
import { describe, expect, test } from 'vitest'
import { type Lots, cash, instrumentIndex, lots, orderId, rate, strategyId, ticks, ts } from '../core/units.ts'
import { Kernel } from '../kernel/kernel.ts'
import { BTC, Bench, ETH, signal } from '../../test/support/kernel/kernel-run.ts'
import type { VenueEvent } from './event.ts'
import { clientOrderIdOf, emergencyOrderIdOf } from './order.ts'
import { adjustmentsOf, differenceOf, isClean } from './reading-difference.ts'
import { type KnownState, eventsOf, isOfSameInstant, orderIdOf } from './report-events.ts'
import type { AccountReading, ExecutionReport, OrderReport, StreamReport } from './report.ts'

const knownOf = (kernel: Kernel): KnownState => ({
  tag: 'tests1',
  find: (i, id, venueOrderId) => kernel.orders.find(i, id, venueOrderId),
  open: (i) => kernel.orders.open(i),
  positionLots: (i) => kernel.portfolio.venueLots(i),
  isBooked: (tradeId) => kernel.orders.isBooked(tradeId),
  nextOrderId: kernel.orders.peekOrderId(),
  money: kernel.portfolio.money,
})

const order = (part: Partial<OrderReport> = {}): OrderReport => ({
  type: 'order',
  instrument: BTC,
  venueOrderId: 'v1',
  clientOrderId: 'b1-tests1-1',
  parentClientOrderId: '',
  side: 1,
  kind: 'market',
  origin: 'ours',
  lots: lots(10),
  filled: lots(0),
  limit: undefined,
  trigger: undefined,
  triggerBy: 'mark',
  reduceOnly: false,
  status: 'open',
  cause: '',
  ts: ts(1),
  ...part,
})
const execution = (part: Partial<ExecutionReport> = {}): ExecutionReport => ({
  type: 'execution',
  instrument: BTC,
  tradeId: 'e1',
  venueOrderId: 'v1',
  clientOrderId: 'b1-tests1-1',
  origin: 'ours',
  side: 1,
  price: ticks(100),
  lots: lots(10),
  orderLots: lots(10),
  leaves: lots(0),
  fee: cash(0),
  feeCoin: 'USDT',
  feeRate: rate(0),
  liquidity: 'taker',
  ts: ts(1),
  ...part,
})

/** Events of the reports, applied one after the other; answers their types. */
function hear(bench: Bench, ...reports: readonly StreamReport[]): string[] {
  return reports.flatMap((report) => {
    const events = eventsOf(report, knownOf(bench.kernel))
    for (const event of events) bench.give(event)
    return events.map((event) => event.type)
  })
}
const sent = (): Bench => {
  const bench = new Bench()
  bench.say(signal(1))
  return bench
}

describe('order ids', () => {
  test.each([
    ['b1-tests1-1', 1],
    ['b1-tests1-zz', 1_295],
    ['b1-others-1', undefined],
    ['web-123', undefined],
    ['', undefined],
    ['b1-tests1-', undefined],
  ])('order id %s is ours as %s', (clientOrderId, expected) => {
    expect(orderIdOf(clientOrderId, { tag: 'tests1' })).toBe(expected)
  })

  test('S6 the id on the wire says the order, and stays within 36 characters', () => {
    const bench = sent()
    const [open] = bench.kernel.orders.open(BTC)
    expect(orderIdOf(open?.clientOrderId ?? '', { tag: 'tests1' })).toBe(open?.orderId)
    const largest = clientOrderIdOf('abcdef', orderId(Number.MAX_SAFE_INTEGER))
    expect(largest.length).toBeLessThanOrEqual(36)
  })
})

describe('a report becomes what is new about it, and nothing the second time', () => {
  test.each<readonly [string, readonly StreamReport[], readonly string[]]>([
    ['open', [order()], ['order-accepted']],
    ['filled, execution first', [execution(), order({ status: 'filled' })], ['order-filled']],
    ['filled, order first', [order({ status: 'filled' }), execution()], ['order-accepted', 'order-filled']],
    [
      'in two parts',
      [execution({ lots: lots(4), leaves: lots(6) }), execution({ tradeId: 'e2', lots: lots(6) })],
      ['order-filled', 'order-filled'],
    ],
    [
      'in two parts, the last one first',
      [execution({ tradeId: 'e2', lots: lots(6) }), execution({ lots: lots(4), leaves: lots(6) })],
      ['order-filled', 'order-filled'],
    ],
    ['canceled', [order({ status: 'canceled' })], ['order-canceled']],
    [
      'canceled after a part, the cancel first',
      [order({ status: 'canceled', filled: lots(4) }), execution({ lots: lots(4), leaves: lots(6) })],
      ['order-canceled', 'order-filled'],
    ],
    ['rejected', [order({ status: 'rejected' })], ['order-rejected']],
  ])('a report becomes what is new about it, and nothing the second time: %s', (_, reports, expected) => {
    const bench = sent()
    expect(hear(bench, ...reports)).toEqual(expected)
    const before = bench.kernel.snapshot()
    for (const report of reports) for (const event of eventsOf(report, knownOf(bench.kernel))) expect(bench.give(event)).toEqual([])
    expect(bench.kernel.snapshot()).toEqual({ ...before, now: expect.any(Number) as number })
  })

  test('a reading that is older than a change of an order does not undo it', () => {
    const { kernel } = sent()
    const known = knownOf(kernel)
    const [sentOrder] = kernel.orders.open(BTC)
    const limit = { ...sentOrder, kind: 'limit', limit: ticks(90), status: 'accepted' } as NonNullable<ReturnType<typeof known.find>>
    const open = order({ kind: 'limit', limit: ticks(90), ts: ts(5) })
    const typesOf = (report: StreamReport): string[] =>
      eventsOf(report, { ...known, tag: known.tag, find: () => limit }).map(({ type }) => type)
    expect(typesOf({ ...open, limit: ticks(91), ts: ts(10) })).toEqual(['order-amended'])
    Object.assign(limit, { limit: ticks(91), amendedTs: ts(10) })
    expect(typesOf(open)).toEqual([])
    // Of the millisecond of the change it may be older or newer.
    const isDoubtful = (report: StreamReport): boolean =>
      report.type === 'order' && isOfSameInstant(report, { ...known, tag: known.tag, find: () => limit })
    expect([isDoubtful({ ...open, ts: ts(10) }), isDoubtful({ ...open, limit: ticks(91), ts: ts(10) }), isDoubtful(open)]).toEqual([
      true,
      false,
      false,
    ])
    expect(typesOf({ ...open, limit: ticks(92), ts: ts(11) })).toEqual(['order-amended'])
  })

  test('the end of an attached stop that is reported before its beginning stays its end', () => {
    const bench = new Bench()
    bench.enter(1, 90)
    const stop = order({ venueOrderId: 's1', clientOrderId: '', origin: 'attached-stop', side: -1, kind: 'stop-market', reduceOnly: true })
    expect(hear(bench, { ...stop, status: 'canceled' }, stop)).toEqual(['order-adopted', 'order-canceled'])
    expect(bench.kernel.orders.open(BTC)).toEqual([])
    const stranger = order({ venueOrderId: 'w1', clientOrderId: 'web', origin: 'external', status: 'canceled' })
    expect(hear(bench, stranger)).toEqual([])
  })

  test('an attached stop is adopted once, follows its size, and its fill closes the position', () => {
    const bench = new Bench()
    bench.enter(1, 90)
    const stop = order({
      venueOrderId: 's1',
      clientOrderId: '',
      parentClientOrderId: 'b1-tests1-1',
      origin: 'attached-stop',
      side: -1,
      kind: 'stop-market',
      trigger: ticks(90),
      reduceOnly: true,
    })
    expect(hear(bench, stop, stop)).toEqual(['order-adopted'])
    expect(hear(bench, { ...stop, lots: lots(6) }, { ...stop, lots: lots(6) })).toEqual(['order-amended'])
    const fill = execution({ tradeId: 'e9', venueOrderId: 's1', clientOrderId: '', origin: 'attached-stop', side: -1 })
    expect(hear(bench, { ...stop, status: 'triggered' }, fill, fill)).toEqual(['order-triggered', 'order-filled'])
    expect(bench.held).toBe(0)
  })

  test('an execution that comes before its attached order brings the order along', () => {
    const bench = new Bench()
    bench.enter(1, 90)
    expect(hear(bench, execution({ tradeId: 'e9', venueOrderId: 's1', clientOrderId: '', origin: 'attached-stop', side: -1 }))).toEqual([
      'order-adopted',
      'order-filled',
    ])
    expect(bench.kernel.portfolio.openTrades()).toEqual([])
  })

  test('S8 an open order of somebody else is adopted as external; a finished one is no business of ours', () => {
    const bench = new Bench()
    expect(hear(bench, order({ clientOrderId: 'app', status: 'canceled' }))).toEqual([])
    expect(hear(bench, order({ clientOrderId: 'app', kind: 'limit', limit: ticks(99) }))).toEqual(['order-adopted'])
    expect(bench.kernel.orders.open(BTC)[0]).toMatchObject({ origin: 'external', class: 'entry' })
  })

  test('S6 an order that was given up as never arrived is taken back when the venue speaks of it', () => {
    const bench = sent()
    const [open] = bench.kernel.orders.open(BTC)
    bench.give({
      type: 'order-never-arrived',
      instrument: BTC,
      orderId: open?.orderId,
      venueOrderId: undefined,
      ts: ts(bench.now),
    } as VenueEvent)
    expect(hear(bench, order(), execution())).toEqual(['order-accepted', 'order-filled'])
    expect(bench.held).toBe(10)
  })

  test('funding is booked once, whatever is read again', () => {
    const bench = new Bench()
    const funding = { type: 'funding', instrument: BTC, settlementId: 'f1', rate: rate(1), amount: cash(-500), ts: ts(5) } as const
    hear(bench, funding, funding)
    expect(bench.kernel.portfolio.ledger.wallet).toBe(10_000e8 - 500)
  })
})

describe('what still differs', () => {
  const reading = (part: Partial<AccountReading> = {}): AccountReading => ({
    openOrders: [],
    executions: [],
    positions: [],
    holdings: [],
    walletBalance: cash(10_000e8),
    coin: 'USDT',
    ...part,
  })
  const position = (quantity: Lots) => ({
    instrument: BTC,
    lots: quantity,
    entry: ticks(100),
    mark: ticks(100),
    stop: undefined,
    target: undefined,
    leverage: '10',
    liquidation: undefined,
    maintenance: cash(0),
    adlRank: 0,
    isHedge: false,
    isReduceOnly: false,
    autoAddsMargin: false,
  })
  const differ = (bench: Bench, of: AccountReading) => differenceOf(of, [BTC, ETH], knownOf(bench.kernel))

  test('nothing, when both sides agree', () => {
    const bench = new Bench()
    bench.enter()
    expect(isClean(differ(bench, reading({ positions: [position(lots(10))] })))).toBe(true)
  })

  test('positions, wallet, orders that the venue does not list, and another Ballast', () => {
    const bench = sent()
    const difference = differ(
      bench,
      reading({
        positions: [position(lots(-3))],
        walletBalance: cash(9_999e8),
        openOrders: [order({ venueOrderId: 'x', clientOrderId: 'b1-others-7' })],
      }),
    )
    expect(difference.positions).toEqual([{ instrument: BTC, ours: 0, venue: -3 }])
    expect(difference.wallet).toBe(-1e8)
    expect(difference.missing.map((o) => o.clientOrderId)).toEqual(['b1-tests1-1'])
    expect(difference.otherBallast.map((o) => o.clientOrderId)).toEqual(['b1-others-7'])
    expect(isClean(difference)).toBe(false)
  })

  test('an order is listed by either id', () => {
    const bench = sent()
    expect(differ(bench, reading({ openOrders: [order({ venueOrderId: 'other' })] })).missing).toEqual([])
  })

  test('S8 booking a difference twice changes nothing the second time', () => {
    const bench = new Bench()
    bench.enter()
    const of = reading({ positions: [position(lots(4))] })
    const book = () =>
      adjustmentsOf(
        differ(bench, of),
        () => ticks(100),
        () => 'external',
        ts(bench.now),
      ).map((event) => bench.give(event).length)
    expect(book()).toHaveLength(1)
    expect(bench.held).toBe(4)
    expect(book()).toEqual([])
  })
})

test('a kernel that restarts knows the same orders', () => {
  const bench = sent()
  const again = new Kernel(bench.config)
  again.restore(bench.kernel.snapshot())
  expect(eventsOf(order(), knownOf(again))).toEqual(eventsOf(order(), knownOf(bench.kernel)))
  expect(again.orders.find(instrumentIndex(0), orderIdOf('b1-tests1-1', { tag: 'tests1' }), undefined)?.strategy).toBe(strategyId('s0'))
})

describe('S7 orders of panic --direct', () => {
  const id = emergencyOrderIdOf('tests1', 1_750_000_000_000, 1)

  test('orders of panic --direct: their number is not one of our order ids', () => {
    expect(id).toMatch(/^b1-tests1-e[a-z0-9]{8}-1$/)
    expect(id.length).toBeLessThanOrEqual(36)
    expect(orderIdOf(id, { tag: 'tests1' })).toBeUndefined()
    // An order id of Ballast's in base 36 may begin with an e as well.
    expect(orderIdOf('b1-tests1-e1', { tag: 'tests1' })).toBe(14 * 36 + 1)
  })

  test('an exit of it closes the trade as panic-direct, halts once, and quarantines nothing', () => {
    const bench = new Bench()
    const { kernel } = bench
    bench.enter()
    const report = execution({ clientOrderId: id, venueOrderId: 'v9', tradeId: 'x9', side: -1, ts: ts(2) })
    kernel.factBuffer.reset()
    for (const event of eventsOf(report, knownOf(kernel))) kernel.apply(event)
    const facts = Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
    expect(kernel.portfolio.positionLots(BTC)).toBe(0)
    expect(facts.find((f) => f.type === 'trade-closed')).toMatchObject({ trade: { exitReason: 'panic-direct' } })
    expect(kernel.holds.filter((h) => h.id === 'panic')).toMatchObject([{ effect: 'no-orders', cause: 'panic' }])
    expect(kernel.holds.some((h) => h.id.startsWith('odd-'))).toBe(false)
    expect(eventsOf(report, knownOf(kernel))).toEqual([])
  })

  test('the same id with another tag stays a stranger’s', () => {
    const bench = new Bench()
    const foreign = execution({ clientOrderId: emergencyOrderIdOf('other1', 1, 1), venueOrderId: 'v8' })
    expect(eventsOf(foreign, knownOf(bench.kernel))[0]).toMatchObject({ type: 'order-adopted', origin: 'external' })
  })
})
