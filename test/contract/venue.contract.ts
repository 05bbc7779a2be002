/**
 * What a venue does with orders, whatever it is made of: the same commands and prices give the same events in the core's units.
 */
import { expect, test } from 'vitest'
import { type Lots, type Side, type Ticks, cash, instrumentIndex, lots, orderId, ticks } from '../../src/core/units.ts'
import { type Instrument, makeInstrument } from '../../src/market/instrument.ts'
import type { AmendOrder, OrderCommand, SetProtection, SubmitOrder, VenueEvent } from '../../src/trading/event.ts'
import { clientOrderIdOf } from '../../src/trading/order.ts'
import { marketOrder } from '../support/venue/market-order.ts'

export const TAG = 'venue1'
const I = instrumentIndex(0)

/** Tick 0.5, lot 0.001: one tick times one lot is 0.0005 USDT, 50,000 units of Cash. */
export const INSTRUMENT: Instrument = makeInstrument({
  index: I,
  venue: 'test',
  symbol: 'BTCUSDT',
  tickSize: '0.5',
  lotSize: '0.001',
  notionalMin: '5',
  leverageMax: 100,
})
export const OPENING = cash(10_000e8)
/** Last price before the first bar, in ticks: 50,000.0. */
export const FIRST_PRICE = 100_000

/** `unknown` with the kind of doubt, since venues say `gone` by more than one code; `refused` with Bybit's code. */
export type Taken = 'taken' | 'unchanged' | `refused ${string}` | `unknown ${string}`
export type BarTicks = readonly [open: number, high: number, low: number, close: number]

export interface VenueHarness {
  /** A flat account with the opening wallet, leverage 10, fees and slippage of `sim`. */
  fresh(): Promise<void>
  send(command: OrderCommand): Promise<Taken>
  /** Plays one bar, and waits until all that it did was reported. */
  bar(prices: BarTicks): Promise<void>
  /** What one order may take of a bar's volume from now on, as a part of it. */
  depth(share: number): void
  /** Events since the last time, in order. */
  events(): readonly VenueEvent[]
  /** Signed. */
  held(): Promise<number>
  wallet(): Promise<number>
}

const MAKER = 2_000_000n
const TAKER = 5_500_000n
/** Rounded up, on BigInt: price x quantity x value of a tick and a lot x rate. */
const feeOf = (price: number, quantity: number, feeRate: bigint): number => {
  const exact = BigInt(price) * BigInt(quantity) * 50_000n * feeRate
  return Number((exact + 9_999_999_999n) / 10_000_000_000n)
}
/** One basis point against the taker, on the next whole tick. */
const taken = (price: number, side: Side): number => price + side * Math.ceil(price / 10_000)
/** A stop gives away a tenth of what its bar goes beyond it, where that is more than the basis point of any taker. */
const stopped = (trigger: number, side: Side, end: number): number =>
  side === 1
    ? Math.max(taken(trigger, 1), trigger + Math.ceil((end - trigger) / 10))
    : Math.min(taken(trigger, -1), trigger - Math.ceil((trigger - end) / 10))

/** An event as a line: who, what, and the figures that decide money. */
function lineOf(event: VenueEvent, names: Map<string, string>): string {
  switch (event.type) {
    case 'order-adopted': {
      const name = event.origin
      names.set(event.venueOrderId, name)
      return `${name} adopted ${event.side > 0 ? 'buy' : 'sell'} ${event.lots} at ${event.trigger}${event.reduceOnly ? ' reduce-only' : ''}`
    }
    case 'order-accepted':
      if (event.venueOrderId !== undefined && event.orderId !== undefined) names.set(event.venueOrderId, `#${event.orderId}`)
      return `#${event.orderId} accepted`
    case 'order-filled': {
      const { side, lots: quantity, price, fee, liquidity, isComplete } = event
      return `${nameOf(event, names)} filled ${side > 0 ? 'buy' : 'sell'} ${quantity} at ${price} ${liquidity} fee ${fee.amount}${isComplete ? '' : ' in part'}`
    }
    case 'order-amended':
      return `${nameOf(event, names)} amended ${event.lots} at ${event.trigger ?? event.limit}`
    case 'order-triggered':
      return `${nameOf(event, names)} triggered`
    case 'order-canceled':
      return `${nameOf(event, names)} canceled`
    default:
      return event.type
  }
}
const nameOf = (event: { readonly venueOrderId: string | undefined; readonly orderId?: number | undefined }, names: Map<string, string>) =>
  names.get(event.venueOrderId ?? '') ?? `#${event.orderId}`

const filled = (name: string, side: Side, quantity: number, price: number, liquidity: 'maker' | 'taker' = 'taker'): string =>
  `${name} filled ${side > 0 ? 'buy' : 'sell'} ${quantity} at ${price} ${liquidity} fee ${feeOf(price, quantity, liquidity === 'maker' ? MAKER : TAKER)}`

class Desk {
  private readonly harness: VenueHarness
  private readonly names = new Map<string, string>()
  private sequence = 0

  constructor(harness: VenueHarness) {
    this.harness = harness
  }

  submit(order: Partial<SubmitOrder> = {}): Promise<Taken> {
    const id = orderId(++this.sequence)
    return this.harness.send(marketOrder({ orderId: id, clientOrderId: clientOrderIdOf(TAG, id), instrument: I, lots: lots(10) }, order))
  }

  cancel(n: number): Promise<Taken> {
    const id = orderId(n)
    return this.harness.send({
      type: 'cancel-order',
      orderId: id,
      clientOrderId: clientOrderIdOf(TAG, id),
      venueOrderId: undefined,
      instrument: I,
    })
  }

  amend(n: number, change: Partial<Pick<AmendOrder, 'lots' | 'limit' | 'trigger'>>): Promise<Taken> {
    const id = orderId(n)
    return this.harness.send({
      type: 'amend-order',
      orderId: id,
      clientOrderId: clientOrderIdOf(TAG, id),
      venueOrderId: undefined,
      instrument: I,
      lots: undefined,
      limit: undefined,
      trigger: undefined,
      ...change,
    })
  }

  protect(legs: Partial<Pick<SetProtection, 'stop' | 'target' | 'trail'>>): Promise<Taken> {
    return this.harness.send({ type: 'set-protection', instrument: I, stop: undefined, triggerBy: 'last', ...legs })
  }

  stop(at: number): Promise<Taken> {
    return this.harness.send({ type: 'set-protection', instrument: I, stop: ticks(at), triggerBy: 'last' })
  }

  bar(...prices: [number] | [number, number, number, number]): Promise<void> {
    const [open, high = open, low = open, close = open] = prices
    return this.harness.bar([open, high, low, close])
  }

  lines(): string[] {
    return this.harness.events().map((event) => lineOf(event, this.names))
  }

  /** Long 10 lots from 100,000, with what travels with the entry; what that said is removed. */
  async long(order: Partial<SubmitOrder> = {}): Promise<void> {
    expect(await this.submit(order)).toBe('taken')
    await this.bar(100_000)
    this.lines()
  }
}

const t = (n: number): Ticks => ticks(n)
const q = (n: number): Lots => lots(n)
const target = (price: number) => ({ price: t(price), share: 1 })
const ENTRY = taken(100_000, 1)

export function describeVenue(harness: VenueHarness): void {
  const venue = async (): Promise<Desk> => {
    await harness.fresh()
    return new Desk(harness)
  }

  test('a market entry is accepted, and filled at the next price with slippage and the taker fee rounded up', async () => {
    const desk = await venue()
    expect(await desk.submit({ lots: q(7) })).toBe('taken')
    expect(desk.lines()).toEqual(['#1 accepted'])
    await desk.bar(100_001)
    expect(desk.lines()).toEqual([filled('#1', 1, 7, taken(100_001, 1))])
    expect(await harness.held()).toBe(7)
    expect(await harness.wallet()).toBe(OPENING - feeOf(taken(100_001, 1), 7, TAKER))
  })

  test('stop and target appear with the fill, and both vanish when another order makes the position flat', async () => {
    const desk = await venue()
    await desk.submit({ stop: t(98_000), targets: [target(104_000)] })
    await desk.bar(100_000)
    expect(desk.lines()).toEqual([
      '#1 accepted',
      filled('#1', 1, 10, ENTRY),
      'attached-stop adopted sell 10 at 98000 reduce-only',
      'attached-target adopted sell 10 at 104000 reduce-only',
    ])
    await desk.submit({ side: -1, reduceOnly: true })
    await desk.bar(101_000)
    const [accepted, fill, ...ends] = desk.lines()
    expect([accepted, fill]).toEqual(['#2 accepted', filled('#2', -1, 10, taken(101_000, -1))])
    expect(ends.sort()).toEqual(['attached-stop canceled', 'attached-target canceled'])
    expect(await harness.held()).toBe(0)
  })

  test('a stop that is reached sells at its trigger, less slippage, and takes the target with it', async () => {
    const desk = await venue()
    await desk.long({ stop: t(98_000), targets: [target(104_000)] })
    await desk.bar(99_000, 99_500, 97_000, 97_500)
    expect(desk.lines()).toEqual([
      'attached-stop triggered',
      filled('attached-stop', -1, 10, stopped(98_000, -1, 97_000)),
      'attached-target canceled',
    ])
    expect(await harness.held()).toBe(0)
    const loss = (ENTRY - stopped(98_000, -1, 97_000)) * 10 * 50_000
    expect(await harness.wallet()).toBe(OPENING - loss - feeOf(ENTRY, 10, TAKER) - feeOf(stopped(98_000, -1, 97_000), 10, TAKER))
  })

  test('a stop that the open jumped over sells at the open', async () => {
    const desk = await venue()
    await desk.long({ stop: t(98_000) })
    await desk.bar(95_000)
    expect(desk.lines()).toEqual(['attached-stop triggered', filled('attached-stop', -1, 10, taken(95_000, -1))])
  })

  test('a target that is reached takes the profit and the stop with it', async () => {
    const desk = await venue()
    await desk.long({ stop: t(98_000), targets: [target(104_000)] })
    await desk.bar(103_000, 105_000, 102_500, 103_500)
    const said = desk.lines()
    expect(said[0]).toBe('attached-target triggered')
    expect(said[1]).toBe(filled('attached-target', -1, 10, taken(104_000, -1)))
    expect(said[2]).toBe('attached-stop canceled')
    expect(await harness.held()).toBe(0)
  })

  test('a limit that is only touched stands; traded through, it fills at its price as a maker', async () => {
    const desk = await venue()
    await desk.submit({ kind: 'limit', limit: t(99_000) })
    await desk.bar(100_000, 100_000, 99_000, 99_500)
    expect(desk.lines()).toEqual(['#1 accepted'])
    await desk.bar(99_500, 99_500, 98_999, 99_200)
    expect(desk.lines()).toEqual([filled('#1', 1, 10, 99_000, 'maker')])
  })

  test.each(['ioc', 'fok'] as const)('%s that does not cross at once is canceled', async (timeInForce) => {
    const desk = await venue()
    expect(await desk.submit({ kind: 'limit', limit: t(99_000), timeInForce })).toBe('taken')
    await desk.bar(100_000, 100_000, 98_000, 98_000)
    expect(desk.lines()).toEqual(['#1 accepted', '#1 canceled'])
    expect(await harness.held()).toBe(0)
  })

  test.each(['ioc', 'fok'] as const)('%s that crosses takes what is there', async (timeInForce) => {
    const desk = await venue()
    await desk.submit({ kind: 'limit', limit: t(101_000), timeInForce })
    await desk.bar(100_000)
    expect(desk.lines()).toEqual(['#1 accepted', filled('#1', 1, 10, ENTRY)])
  })

  test('post-only that would cross is canceled; one that rests becomes a maker', async () => {
    const desk = await venue()
    await desk.submit({ kind: 'limit', limit: t(101_000), timeInForce: 'post-only' })
    await desk.bar(100_000)
    expect(desk.lines()).toEqual(['#1 accepted', '#1 canceled'])
    await desk.submit({ kind: 'limit', limit: t(99_000), timeInForce: 'post-only' })
    await desk.bar(100_000)
    await desk.bar(98_999)
    expect(desk.lines()).toEqual(['#2 accepted', filled('#2', 1, 10, 99_000, 'maker')])
  })

  test('a cancel takes a standing order off, and what it would have done does not happen', async () => {
    const desk = await venue()
    await desk.submit({ kind: 'limit', limit: t(99_000) })
    expect(await desk.cancel(1)).toBe('taken')
    await desk.bar(98_000)
    expect(desk.lines()).toEqual(['#1 accepted', '#1 canceled'])
    expect(await harness.held()).toBe(0)
  })

  test('a cancel of an order that was filled changes nothing: it is gone', async () => {
    const desk = await venue()
    await desk.long()
    expect(await desk.cancel(1)).toBe('unknown gone')
    expect(desk.lines()).toEqual([])
    expect(await harness.held()).toBe(10)
  })

  test('the position’s stop is made, moved, and left alone when it is there already', async () => {
    const desk = await venue()
    await desk.long()
    expect(await desk.stop(97_000)).toBe('taken')
    expect(await desk.stop(98_000)).toBe('taken')
    expect(await desk.stop(98_000)).toBe('unchanged')
    expect(desk.lines()).toEqual(['attached-stop adopted sell 10 at 97000 reduce-only', 'attached-stop amended 10 at 98000'])
    await desk.bar(98_500, 98_500, 97_900, 98_000)
    expect(desk.lines()).toEqual(['attached-stop triggered', filled('attached-stop', -1, 10, taken(98_000, -1))])
  })

  test('a stop without a position, or on the wrong side of the price, is refused', async () => {
    const desk = await venue()
    expect(await desk.stop(97_000)).toBe('refused 10001')
    await desk.long()
    expect(await desk.stop(101_000)).toBe('refused 10001')
    expect(desk.lines()).toEqual([])
  })

  test('reduce-only is refused when flat and on the side that adds, and capped at what is held', async () => {
    const desk = await venue()
    expect(await desk.submit({ side: -1, reduceOnly: true })).toBe('refused 110017')
    await desk.long()
    expect(await desk.submit({ side: 1, reduceOnly: true })).toBe('refused 110017')
    expect(await desk.submit({ side: -1, reduceOnly: true, lots: q(25) })).toBe('taken')
    await desk.bar(100_000)
    expect(desk.lines().at(-1)).toBe(filled('#4', -1, 10, taken(100_000, -1)))
    expect(await harness.held()).toBe(0)
  })

  test.each([
    ['a symbol that is not there', { instrument: instrumentIndex(1) }, 'refused 10001'],
    ['no quantity', { lots: q(0) }, 'refused 10001'],
    ['a value below the minimum', { kind: 'limit', limit: t(9_000), lots: q(1) }, 'refused 110094'],
    ['more than the margin allows', { lots: q(2_100) }, 'refused 110007'],
    ['a trigger on the wrong side', { kind: 'stop-market', trigger: t(99_000) }, 'refused 110092'],
  ] as const)('%s is refused, and nothing happens', async (_, order, answer) => {
    const desk = await venue()
    expect(await desk.submit(order)).toBe(answer)
    await desk.bar(100_000)
    expect(desk.lines()).toEqual([])
    expect(await harness.wallet()).toBe(OPENING)
  })

  test('a stop-limit takes at its trigger, and never beyond its limit', async () => {
    const desk = await venue()
    expect(await desk.submit({ kind: 'stop-limit', trigger: t(101_000), limit: t(101_200) })).toBe('taken')
    await desk.bar(100_000, 100_900, 100_000, 100_900)
    expect(desk.lines()).toEqual(['#1 accepted'])
    await desk.bar(100_900, 102_000, 100_900, 102_000)
    expect(desk.lines()).toEqual(['#1 triggered', filled('#1', 1, 10, taken(101_000, 1))])
  })

  test('a stop-limit whose limit the open has jumped over waits at its limit as a maker', async () => {
    const desk = await venue()
    await desk.submit({ kind: 'stop-limit', trigger: t(101_000), limit: t(101_200) })
    await desk.bar(101_500)
    expect(desk.lines()).toEqual(['#1 accepted', '#1 triggered'])
    await desk.bar(101_400, 101_400, 101_100, 101_300)
    expect(desk.lines()).toEqual([filled('#1', 1, 10, 101_200, 'maker')])
  })

  test.each([
    ['post-only that would take at its trigger', 'post-only', 101_200],
    ['ioc that does not cross at its trigger', 'ioc', 100_800],
    ['fok that does not cross at its trigger', 'fok', 100_800],
  ] as const)('a stop-limit, %s, is canceled', async (_, timeInForce, limit) => {
    const desk = await venue()
    expect(await desk.submit({ kind: 'stop-limit', trigger: t(101_000), limit: t(limit), timeInForce })).toBe('taken')
    await desk.bar(100_000, 101_500, 100_000, 101_500)
    expect(desk.lines()).toEqual(['#1 accepted', '#1 triggered', '#1 canceled'])
    expect(await harness.held()).toBe(0)
  })

  test('a take-profit-limit on the way up sells what is held, at its limit or better', async () => {
    const desk = await venue()
    await desk.long()
    expect(await desk.submit({ kind: 'take-profit-limit', side: -1, trigger: t(104_000), limit: t(103_900), reduceOnly: true })).toBe(
      'taken',
    )
    await desk.bar(103_000, 104_500, 102_900, 104_200)
    expect(desk.lines()).toEqual(['#2 accepted', '#2 triggered', filled('#2', -1, 10, taken(104_000, -1))])
    expect(await harness.held()).toBe(0)
  })

  test('a trailing stop follows the best price at its distance and sells when the price comes back', async () => {
    const desk = await venue()
    await desk.long()
    expect(await desk.protect({ trail: { by: t(1_000), activation: undefined } })).toBe('taken')
    for (const price of [100_500, 101_300, 102_200]) await desk.bar(price, price + 800, price, price + 800)
    await desk.bar(102_500, 102_600, 102_100, 102_400)
    expect(desk.lines()).toEqual(['attached-stop adopted sell 10 at undefined reduce-only'])
    await desk.bar(102_400, 102_400, 101_000, 101_500)
    expect(desk.lines()).toEqual(['attached-stop triggered', filled('attached-stop', -1, 10, stopped(102_000, -1, 101_000))])
    expect(await harness.held()).toBe(0)
  })

  test('a trailing stop with an activation price does nothing before it, and the stop beside it removed with the position', async () => {
    const desk = await venue()
    await desk.long({ stop: t(95_000) })
    expect(await desk.protect({ trail: { by: t(500), activation: t(102_000) } })).toBe('taken')
    await desk.bar(100_000, 101_900, 99_000, 99_500)
    expect(desk.lines()).toEqual(['attached-stop adopted sell 10 at 102000 reduce-only'])
    await desk.bar(101_000, 102_100, 101_000, 102_100)
    await desk.bar(102_000, 102_000, 101_000, 101_200)
    expect(desk.lines()).toEqual([
      'attached-stop triggered',
      filled('attached-stop', -1, 10, stopped(101_600, -1, 101_000)),
      'attached-stop canceled',
    ])
  })

  test('the position’s target is made, moved and removed', async () => {
    const desk = await venue()
    await desk.long({ stop: t(98_000) })
    expect(await desk.protect({ target: t(104_000) })).toBe('taken')
    expect(await desk.protect({ target: t(105_000) })).toBe('taken')
    expect(await desk.protect({ target: t(105_000) })).toBe('unchanged')
    expect(await desk.protect({ target: t(99_000) })).toBe('refused 10001')
    expect(await desk.protect({ target: 'none' })).toBe('taken')
    expect(desk.lines()).toEqual([
      'attached-target adopted sell 10 at 104000 reduce-only',
      'attached-target amended 10 at 105000',
      'attached-target canceled',
    ])
  })

  test('a target that is a limit order covers what its entry filled, and sells at its limit', async () => {
    const desk = await venue()
    await desk.long({ stop: t(98_000), targets: [{ price: t(104_000), share: 1, limit: t(104_000) }] })
    await desk.submit({ lots: q(4), stop: t(98_000) })
    await desk.bar(100_000)
    expect(desk.lines().filter((line) => line.includes('attached'))).toEqual(['attached-stop amended 14 at 98000'])
    await desk.bar(103_000, 104_500, 102_900, 104_200)
    expect(desk.lines()).toEqual([
      'attached-target triggered',
      filled('attached-target', -1, 10, 104_000),
      'attached-stop amended 4 at 98000',
    ])
    expect(await harness.held()).toBe(4)
  })

  test('an amended limit is filled at its new price for its new quantity', async () => {
    const desk = await venue()
    await desk.submit({ kind: 'limit', limit: t(99_000) })
    expect(await desk.amend(1, { limit: t(98_500), lots: q(6) })).toBe('taken')
    expect(await desk.amend(1, { limit: t(98_500) })).toBe('refused 10001')
    await desk.bar(99_000, 99_000, 98_400, 98_700)
    expect(desk.lines()).toEqual(['#1 accepted', '#1 amended 6 at 98500', filled('#1', 1, 6, 98_500, 'maker')])
    expect(await desk.amend(1, { limit: t(98_000) })).toBe('unknown gone')
  })

  test('an amended trigger is met where it stands now, and never put on the wrong side', async () => {
    const desk = await venue()
    await desk.submit({ kind: 'stop-market', trigger: t(101_000) })
    expect(await desk.amend(1, { trigger: t(99_000) })).toBe('refused 110092')
    expect(await desk.amend(1, { trigger: t(103_000) })).toBe('taken')
    await desk.bar(101_000, 102_000, 101_000, 102_000)
    await desk.bar(102_000, 104_000, 102_000, 104_000)
    expect(desk.lines()).toEqual([
      '#1 accepted',
      '#1 amended 10 at 103000',
      '#1 triggered',
      filled('#1', 1, 10, stopped(103_000, 1, 104_000)),
    ])
  })

  // A bar trades ten coins, 10,000 lots: a part of 0.0004 is 4 lots for one order.

  test('a limit that the market fills in parts stays for the rest, and its stop grows with it', async () => {
    const desk = await venue()
    harness.depth(0.0004)
    await desk.submit({ kind: 'limit', limit: t(99_000), stop: t(97_000) })
    await desk.bar(99_500, 99_500, 98_900, 99_200)
    expect(desk.lines()).toEqual([
      '#1 accepted',
      `${filled('#1', 1, 4, 99_000, 'maker')} in part`,
      'attached-stop adopted sell 4 at 97000 reduce-only',
    ])
    await desk.bar(99_200, 99_300, 98_900, 99_000)
    expect(desk.lines()).toEqual([`${filled('#1', 1, 4, 99_000, 'maker')} in part`, 'attached-stop amended 8 at 97000'])
    expect(await desk.amend(1, { lots: q(8) })).toBe('refused 110064')
    expect(await desk.cancel(1)).toBe('taken')
    expect(desk.lines()).toEqual(['#1 canceled'])
    expect(await harness.held()).toBe(8)
    await desk.bar(98_000, 98_000, 96_500, 96_800)
    expect(desk.lines()).toEqual([
      'attached-stop triggered',
      `${filled('attached-stop', -1, 4, stopped(97_000, -1, 96_500))} in part`,
      filled('attached-stop', -1, 4, stopped(97_000, -1, 96_500) - 1),
    ])
    expect(await harness.held()).toBe(0)
  })

  test('a market order that is larger than the book’s first step walks on, a tick worse for each', async () => {
    const desk = await venue()
    harness.depth(0.0004)
    await desk.submit()
    await desk.bar(100_000)
    const first = taken(100_000, 1)
    expect(desk.lines()).toEqual([
      '#1 accepted',
      `${filled('#1', 1, 4, first)} in part`,
      `${filled('#1', 1, 4, first + 1)} in part`,
      filled('#1', 1, 2, first + 2),
    ])
  })

  test.each([
    ['ioc takes what its price allows and gives the rest up', 'ioc', 4],
    ['fok that would not get all takes nothing', 'fok', 0],
    ['gtc takes what its price allows and rests with what is left', 'gtc', 4],
  ] as const)('a crossing limit, %s', async (_, timeInForce, got) => {
    const desk = await venue()
    harness.depth(0.0004)
    await desk.submit({ kind: 'limit', limit: t(100_010), timeInForce })
    await desk.bar(100_000)
    const said = desk.lines()
    expect(said).toEqual([
      '#1 accepted',
      ...(got === 0 ? [] : [`${filled('#1', 1, 4, 100_010)} in part`]),
      ...(timeInForce === 'gtc' ? [] : ['#1 canceled']),
    ])
    expect(await harness.held()).toBe(got)
    if (timeInForce !== 'gtc') return
    await desk.bar(100_020, 100_020, 100_000, 100_000)
    expect(desk.lines()).toEqual([`${filled('#1', 1, 4, 100_010, 'maker')} in part`])
  })

  test('an account that does not cover its maintenance margin any more is taken over, orders and all', async () => {
    const desk = await venue()
    // 95,000 USDT long with 10,000 of margin: equity = maintenance (0.5 %) near a fall of 10 %.
    await desk.long({ lots: q(1_900) })
    await desk.submit({ kind: 'limit', limit: t(50_000) })
    await desk.bar(95_000, 95_000, 90_500, 91_000)
    expect(desk.lines()).toEqual(['#2 accepted'])
    await desk.bar(90_800, 90_800, 85_000, 86_000)
    const [canceled, adopted, fill, ...more] = desk.lines()
    expect([canceled, adopted]).toEqual(['#2 canceled', 'liquidation adopted sell 1900 at undefined reduce-only'])
    expect(more).toEqual([])
    const price = Number(/sell 1900 at (\d+)/.exec(fill ?? '')?.[1])
    // Worked out: 10,000 - fee - 1,900 x (entry - p) x 0.0005 = 0.005 x 1,900 x p x 0.0005, in USDT.
    const fee = feeOf(ENTRY, 1_900, TAKER) / 1e8
    const bust = (1_900 * ENTRY * 0.0005 - 10_000 + fee) / (1_900 * 0.0005 * 0.995)
    expect(Math.abs(price - bust)).toBeLessThan(1)
    expect(await harness.held()).toBe(0)
    const left = 10_000 - fee - (ENTRY - price) * 1_900 * 0.0005 - feeOf(price, 1_900, TAKER) / 1e8
    expect(Math.abs((await harness.wallet()) / 1e8 - left)).toBeLessThan(1e-6)
  })

  test('a fall that jumps over the bust price leaves nothing, and nothing owed', async () => {
    const desk = await venue()
    await desk.long({ lots: q(1_900) })
    await desk.bar(80_000)
    expect(desk.lines().filter((line) => line.includes('liquidation'))[0]).toBe('liquidation adopted sell 1900 at undefined reduce-only')
    expect(await harness.held()).toBe(0)
    expect(await harness.wallet()).toBe(0)
  })

  test('the fee that the cases reckon with is 0.055 % of 500 USDT: 0.275 USDT', () => {
    expect(feeOf(100_000, 10, TAKER)).toBe(27_500_000)
  })
}
