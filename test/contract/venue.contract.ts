/**
 * What a venue does with orders, whatever it is made of: the same commands and prices give the same events in the core's units.
 * Never compares with a venue's own output: each figure is worked out in the case.
 */
import { expect, test } from 'vitest'
import { type Lots, type Side, type Ticks, cash, instrumentIndex, lots, orderId, ticks } from '../../src/core/units.ts'
import { type Instrument, makeInstrument } from '../../src/market/instrument.ts'
import type { OrderCommand, SubmitOrder, VenueEvent } from '../../src/trading/event.ts'
import { clientOrderIdOf } from '../../src/trading/order.ts'

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
  /** Plays one bar, and waits until all that it did was told. */
  bar(prices: BarTicks): Promise<void>
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
    return this.harness.send({
      type: 'submit-order',
      orderId: id,
      clientOrderId: clientOrderIdOf(TAG, id),
      instrument: I,
      side: 1,
      kind: 'market',
      lots: lots(10),
      budget: undefined,
      limit: undefined,
      trigger: undefined,
      triggerBy: 'last',
      stop: undefined,
      targets: undefined,
      timeInForce: 'gtc',
      reduceOnly: false,
      ...order,
    })
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

  stop(at: number): Promise<Taken> {
    return this.harness.send({ type: 'set-position-stop', instrument: I, stop: ticks(at), triggerBy: 'last' })
  }

  bar(...prices: [number] | [number, number, number, number]): Promise<void> {
    const [open, high = open, low = open, close = open] = prices
    return this.harness.bar([open, high, low, close])
  }

  lines(): string[] {
    return this.harness.events().map((event) => lineOf(event, this.names))
  }

  /** Long 10 lots from 100,000, with what travels with the entry; what that said is taken off. */
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
      filled('attached-stop', -1, 10, taken(98_000, -1)),
      'attached-target canceled',
    ])
    expect(await harness.held()).toBe(0)
    const loss = (ENTRY - taken(98_000, -1)) * 10 * 50_000
    expect(await harness.wallet()).toBe(OPENING - loss - feeOf(ENTRY, 10, TAKER) - feeOf(taken(98_000, -1), 10, TAKER))
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

  test.each(['ioc', 'fok'] as const)('%s that crosses takes what stands there', async (timeInForce) => {
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

  test('the position’s stop is made, moved, and left alone when it stands there already', async () => {
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

  test('the fee that the cases reckon with is 0.055 % of 500 USDT: 0.275 USDT', () => {
    expect(feeOf(100_000, 10, TAKER)).toBe(27_500_000)
  })
}
