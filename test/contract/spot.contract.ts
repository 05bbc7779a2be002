/**
 * What a venue does with spot orders, whatever it is made of: coins and money to the last part of a lot, and orders that wait for a trigger.
 */
import { expect, test } from 'vitest'
import { type InstrumentIndex, type Lots, type Side, type Ticks, instrumentIndex, lots, orderId, ticks } from '../../src/core/units.ts'
import { type Instrument, makeInstrument } from '../../src/market/instrument.ts'
import type { AmendOrder, SubmitOrder, VenueEvent } from '../../src/trading/event.ts'
import { clientOrderIdOf } from '../../src/trading/order.ts'
import { OPENING, TAG, type Taken, type VenueHarness } from './venue.contract.ts'
import { marketOrder } from '../support/venue/market-order.ts'

const I: InstrumentIndex = instrumentIndex(0)

/** Tick 0.5, lot 0.000001: one tick times one lot is 0.0000005 USDT, 50 units of Cash. */
export const SPOT_INSTRUMENT: Instrument = makeInstrument({
  index: I,
  venue: 'test',
  symbol: 'BTCUSDT-SPOT',
  tickSize: '0.5',
  lotSize: '0.000001',
  quantityMax: '83',
  quantityMarketMax: '41.5',
  notionalMin: '5',
})

/** Of spot `held` are the coins in whole lots, and `wallet` is the money that is there. */
export type SpotHarness = VenueHarness

const CASH_OF_ONE = 50n
const PARTS = 1_000_000n
const up = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor
/** 0.1 % of the value, for whoever sells. */
const moneyFee = (price: number, quantity: number): bigint => up(BigInt(price) * BigInt(quantity) * CASH_OF_ONE, 1_000n)
/** 0.1 % of the coins, for whoever buys, in millionths of a lot. */
const coinFee = (quantity: number): bigint => up(BigInt(quantity) * PARTS, 1_000n)
/** One basis point against the taker, on the next whole tick. */
const taken = (price: number, side: Side): number => price + side * Math.ceil(price / 10_000)
/** A stop gives away a tenth of what its bar goes beyond it, where that is more than the basis point of any taker. */
const stopped = (trigger: number, side: Side, end: number): number =>
  side === 1
    ? Math.max(taken(trigger, 1), trigger + Math.ceil((end - trigger) / 10))
    : Math.min(taken(trigger, -1), trigger - Math.ceil((trigger - end) / 10))

/** An event as a line: who, what, and the figures that decide coins and money. */
function lineOf(event: VenueEvent): string {
  const name = 'orderId' in event ? `#${event.orderId}` : ''
  switch (event.type) {
    case 'order-accepted':
      return `${name} accepted`
    case 'order-filled': {
      const { side, lots: quantity, price, fee, liquidity, isComplete } = event
      const paid = `${fee.amount}${fee.lotParts === undefined ? '' : ` in ${fee.lotParts} parts`} ${fee.coin}`
      return `${name} filled ${side > 0 ? 'buy' : 'sell'} ${quantity} at ${price} ${liquidity} fee ${paid}${isComplete ? '' : ', not all'}`
    }
    case 'order-amended':
      return `${name} amended ${event.lots} at ${event.trigger ?? ''}/${event.limit ?? ''}`
    default:
      return `${name} ${event.type.replace('order-', '')}`
  }
}
const filled = (n: number, side: Side, quantity: number, price: number, liquidity: 'maker' | 'taker' = 'taker'): string => {
  const fee = side > 0 ? `${moneyFee(price, quantity)} in ${coinFee(quantity)} parts BTC` : `${moneyFee(price, quantity)} USDT`
  return `#${n} filled ${side > 0 ? 'buy' : 'sell'} ${quantity} at ${price} ${liquidity} fee ${fee}`
}

class SpotDesk {
  private readonly harness: SpotHarness
  private sequence = 0
  /** What should be there. */
  private money = BigInt(OPENING)
  private parts = 0n

  constructor(harness: SpotHarness) {
    this.harness = harness
  }

  submit(order: Partial<SubmitOrder> = {}): Promise<Taken> {
    const id = orderId(++this.sequence)
    return this.harness.send(
      marketOrder({ orderId: id, clientOrderId: clientOrderIdOf(TAG, id), instrument: I, lots: lots(10_000) }, order),
    )
  }

  /** A sale of Ballast's says reduce-only, which the exchange does not know. */
  sell(order: Partial<SubmitOrder> = {}): Promise<Taken> {
    return this.submit({ side: -1, lots: lots(9_990), reduceOnly: true, ...order })
  }

  private named(n: number) {
    const id = orderId(n)
    return { orderId: id, clientOrderId: clientOrderIdOf(TAG, id), venueOrderId: undefined, instrument: I }
  }

  cancel(n: number): Promise<Taken> {
    return this.harness.send({ type: 'cancel-order', ...this.named(n) })
  }

  amend(n: number, change: Partial<Pick<AmendOrder, 'lots' | 'limit' | 'trigger'>>): Promise<Taken> {
    return this.harness.send({
      type: 'amend-order',
      ...this.named(n),
      lots: undefined,
      limit: undefined,
      trigger: undefined,
      ...change,
    })
  }

  bar(...prices: [number] | [number, number, number, number]): Promise<void> {
    const [open, high = open, low = open, close = open] = prices
    return this.harness.bar([open, high, low, close])
  }

  lines(): string[] {
    return this.harness.events().map(lineOf)
  }

  /** Books by hand what a fill should do: of a buy the fee is paid in coins, of a sale in money. */
  did(side: Side, quantity: number, price: number): void {
    this.money -= BigInt(side) * BigInt(price) * BigInt(quantity) * CASH_OF_ONE
    this.parts += BigInt(side) * BigInt(quantity) * PARTS
    if (side > 0) this.parts -= coinFee(quantity)
    else this.money -= moneyFee(price, quantity)
  }

  /** Coins and money are there to the last unit, and in whole lots of coins. */
  async settles(): Promise<void> {
    expect(BigInt(await this.harness.held())).toBe(this.parts / PARTS)
    expect(BigInt(await this.harness.wallet())).toBe(this.money)
  }

  /** 9,990 lots at {@link ENTRY}; what that said is removed. */
  async long(): Promise<void> {
    expect(await this.submit()).toBe('taken')
    await this.bar(100_000)
    this.did(1, 10_000, ENTRY)
    this.lines()
  }
}

const t = (n: number): Ticks => ticks(n)
const q = (n: number): Lots => lots(n)
const ENTRY = taken(100_000, 1)

export function describeSpotVenue(harness: SpotHarness): void {
  const venue = async (): Promise<SpotDesk> => {
    await harness.fresh()
    return new SpotDesk(harness)
  }

  test('the fees that the cases reckon with: 0.01 BTC at 50,000 pay 0.00001 BTC, or 0.5 USDT', () => {
    expect([coinFee(10_000), moneyFee(100_000, 10_000)]).toEqual([10n * PARTS, 50_000_000n])
  })

  test('a market buy pays its fee in coins, and what is no whole lot counts with the next', async () => {
    const desk = await venue()
    for (const [n, held] of [
      [1, 12_332],
      [2, 24_665],
    ] as const) {
      // 12,345 lots less 12.345.
      expect(await desk.submit({ lots: q(12_345) })).toBe('taken')
      await desk.bar(100_001)
      desk.did(1, 12_345, taken(100_001, 1))
      expect(desk.lines()).toEqual([`#${n} accepted`, filled(n, 1, 12_345, taken(100_001, 1))])
      expect(await harness.held()).toBe(held)
      await desk.settles()
    }
  })

  test('a market sale pays its fee in money, and nothing is left', async () => {
    const desk = await venue()
    await desk.long()
    expect(await desk.sell()).toBe('taken')
    await desk.bar(100_001)
    desk.did(-1, 9_990, taken(100_001, -1))
    expect(desk.lines()).toEqual(['#2 accepted', filled(2, -1, 9_990, taken(100_001, -1))])
    expect(await harness.held()).toBe(0)
    await desk.settles()
  })

  test('limits that are only touched stand; traded through, they fill at their price as makers at the same rate', async () => {
    const desk = await venue()
    await desk.submit({ kind: 'limit', limit: t(99_000) })
    await desk.bar(100_000, 100_000, 99_000, 99_500)
    expect(desk.lines()).toEqual(['#1 accepted'])
    await desk.bar(99_500, 99_500, 98_999, 99_200)
    desk.did(1, 10_000, 99_000)
    expect(desk.lines()).toEqual([filled(1, 1, 10_000, 99_000, 'maker')])
    await desk.sell({ kind: 'limit', limit: t(101_000) })
    await desk.bar(99_200, 101_000, 99_200, 100_000)
    expect(desk.lines()).toEqual(['#2 accepted'])
    await desk.bar(100_000, 101_001, 100_000, 100_500)
    desk.did(-1, 9_990, 101_000)
    expect(desk.lines()).toEqual([filled(2, -1, 9_990, 101_000, 'maker')])
    await desk.settles()
  })

  test.each([
    ['ioc', 1, 99_000],
    ['fok', 1, 99_000],
    ['ioc', -1, 101_000],
    ['fok', -1, 101_000],
  ] as const)('%s on side %i that does not cross at once is canceled', async (timeInForce, side, limit) => {
    const desk = await venue()
    await desk.long()
    expect(await desk.submit({ kind: 'limit', side, limit: t(limit), lots: q(5_000), timeInForce })).toBe('taken')
    await desk.bar(100_000, 102_000, 98_000, 98_000)
    expect(desk.lines()).toEqual(['#2 accepted', '#2 canceled'])
    await desk.settles()
  })

  test.each([
    ['gtc', 1, 101_000],
    ['ioc', 1, 101_000],
    ['fok', 1, 101_000],
    ['gtc', -1, 99_000],
    ['ioc', -1, 99_000],
    ['fok', -1, 99_000],
  ] as const)('%s on side %i that crosses takes what is there', async (timeInForce, side, limit) => {
    const desk = await venue()
    await desk.long()
    await desk.submit({ kind: 'limit', side, limit: t(limit), lots: q(5_000), timeInForce })
    await desk.bar(100_000)
    desk.did(side, 5_000, taken(100_000, side))
    expect(desk.lines()).toEqual(['#2 accepted', filled(2, side, 5_000, taken(100_000, side))])
    await desk.settles()
  })

  test.each([
    [1, 101_000, 99_000, 98_999],
    [-1, 99_000, 101_000, 101_001],
  ] as const)('post-only on side %i that would cross is canceled; one that rests becomes a maker', async (side, crossing, resting, to) => {
    const desk = await venue()
    await desk.long()
    await desk.submit({ kind: 'limit', side, limit: t(crossing), lots: q(5_000), timeInForce: 'post-only' })
    await desk.bar(100_000)
    expect(desk.lines()).toEqual(['#2 accepted', '#2 canceled'])
    await desk.submit({ kind: 'limit', side, limit: t(resting), lots: q(5_000), timeInForce: 'post-only' })
    await desk.bar(100_000)
    await desk.bar(to)
    desk.did(side, 5_000, resting)
    expect(desk.lines()).toEqual(['#3 accepted', filled(3, side, 5_000, resting, 'maker')])
    await desk.settles()
  })

  test.each([
    ['stop-market', { trigger: t(98_000) }, [99_000, 99_500, 97_000, 97_500], stopped(98_000, -1, 97_000), 'taker'],
    ['stop-limit', { trigger: t(98_000), limit: t(97_500) }, [99_000, 99_500, 97_000, 97_500], taken(98_000, -1), 'taker'],
    ['take-profit-market', { trigger: t(104_000) }, [103_000, 105_000, 102_500, 103_500], taken(104_000, -1), 'taker'],
    ['take-profit-limit', { trigger: t(104_000), limit: t(103_900) }, [103_000, 105_000, 102_500, 103_500], taken(104_000, -1), 'taker'],
    // Its limit is above its trigger: it goes into the book, and the rise that triggered it fills it there.
    ['take-profit-limit', { trigger: t(104_000), limit: t(104_500) }, [103_000, 105_000, 102_500, 103_500], 104_500, 'maker'],
  ] as const)('a %s waits without holding coins, and sells what is held when it is reached', async (kind, prices, bar, at, liquidity) => {
    const desk = await venue()
    await desk.long()
    expect(await desk.sell({ kind, ...prices })).toBe('taken')
    await desk.bar(100_000)
    expect(desk.lines()).toEqual(['#2 accepted'])
    await desk.settles()
    await desk.bar(...bar)
    if (liquidity === 'maker') await desk.bar(103_500, 105_000, 102_500, 103_500)
    desk.did(-1, 9_990, at)
    expect(desk.lines()).toEqual(['#2 triggered', filled(2, -1, 9_990, at, liquidity)])
    await desk.settles()
  })

  test('a stop that the open jumped over sells at the open, and a stop-limit waits at its limit', async () => {
    const desk = await venue()
    await desk.long()
    await desk.sell({ kind: 'stop-market', trigger: t(98_000), lots: q(5_000) })
    await desk.sell({ kind: 'stop-limit', trigger: t(98_000), limit: t(97_000), lots: q(4_990) })
    await desk.bar(95_000)
    desk.did(-1, 5_000, taken(95_000, -1))
    expect(desk.lines().sort()).toEqual([
      '#2 accepted',
      filled(2, -1, 5_000, taken(95_000, -1)),
      '#2 triggered',
      '#3 accepted',
      '#3 triggered',
    ])
    await desk.bar(95_500, 97_001, 95_000, 96_000)
    desk.did(-1, 4_990, 97_000)
    expect(desk.lines()).toEqual([filled(3, -1, 4_990, 97_000, 'maker')])
    await desk.settles()
  })

  test('stop and target wait for the same coins: the second finds none at its trigger and is canceled, nothing is sold short', async () => {
    const desk = await venue()
    await desk.long()
    expect(await desk.sell({ kind: 'stop-market', trigger: t(98_000) })).toBe('taken')
    expect(await desk.sell({ kind: 'take-profit-market', trigger: t(104_000) })).toBe('taken')
    await desk.bar(104_000)
    desk.did(-1, 9_990, taken(104_000, -1))
    expect(desk.lines()).toEqual(['#2 accepted', '#3 accepted', '#3 triggered', filled(3, -1, 9_990, taken(104_000, -1))])
    await desk.bar(97_000)
    expect(desk.lines()).toEqual(['#2 triggered', '#2 canceled'])
    expect(await harness.held()).toBe(0)
    await desk.settles()
  })

  test.each([
    ['post-only that would take at its trigger', 'post-only', 97_500],
    ['ioc that does not cross at its trigger', 'ioc', 98_500],
    ['fok that does not cross at its trigger', 'fok', 98_500],
  ] as const)('a stop-limit, %s, is canceled', async (_, timeInForce, limit) => {
    const desk = await venue()
    await desk.long()
    expect(await desk.sell({ kind: 'stop-limit', trigger: t(98_000), limit: t(limit), timeInForce })).toBe('taken')
    await desk.bar(99_000, 99_000, 97_000, 97_000)
    expect(desk.lines()).toEqual(['#2 accepted', '#2 triggered', '#2 canceled'])
    await desk.settles()
  })

  test.each([
    ['a plain order', { side: 1, kind: 'limit', limit: t(99_000) }],
    ['a conditional order', { side: -1, kind: 'stop-market', trigger: t(98_000), lots: q(9_990), reduceOnly: true }],
    ['a limit that has been triggered', { side: -1, kind: 'stop-limit', trigger: t(99_900), limit: t(100_500), lots: q(9_990) }],
  ] as const)('a cancel takes %s off, and a second one finds it gone', async (what, order) => {
    const desk = await venue()
    await desk.long()
    await desk.submit(order)
    if (what.includes('triggered')) await desk.bar(99_900)
    expect(await desk.cancel(2)).toBe('taken')
    expect(await desk.cancel(2)).toBe('unknown gone')
    await desk.bar(97_000)
    await desk.bar(103_000)
    expect(desk.lines().filter((line) => !line.includes('triggered'))).toEqual(['#2 accepted', '#2 canceled'])
    await desk.settles()
  })

  test('an amended limit is filled at its new price for its new quantity, and is gone then', async () => {
    const desk = await venue()
    await desk.submit({ kind: 'limit', limit: t(99_000) })
    expect(await desk.amend(1, { limit: t(98_500), lots: q(6_000) })).toBe('taken')
    expect(await desk.amend(1, { limit: t(98_500) })).toBe('refused 10001')
    await desk.bar(99_000, 99_000, 98_400, 98_700)
    desk.did(1, 6_000, 98_500)
    expect(desk.lines()).toEqual(['#1 accepted', '#1 amended 6000 at /98500', filled(1, 1, 6_000, 98_500, 'maker')])
    expect(await desk.amend(1, { limit: t(98_000) })).toBe('unknown gone')
    await desk.settles()
  })

  test('a conditional order is moved and cut, by one amend or by two, and is met where it stands then', async () => {
    const desk = await venue()
    await desk.long()
    await desk.sell({ kind: 'stop-market', trigger: t(97_000) })
    await desk.sell({ kind: 'take-profit-limit', trigger: t(104_000), limit: t(104_000) })
    expect(await desk.amend(2, { trigger: t(98_000) })).toBe('taken')
    expect(await desk.amend(2, { lots: q(4_000) })).toBe('taken')
    expect(await desk.amend(3, { trigger: t(105_000), limit: t(104_900), lots: q(3_000) })).toBe('taken')
    expect(await desk.amend(2, { trigger: t(98_000), lots: q(4_000) })).toBe('refused 10001')
    expect(desk.lines()).toEqual([
      '#2 accepted',
      '#3 accepted',
      '#2 amended 9990 at 98000/',
      '#2 amended 4000 at 98000/',
      '#3 amended 3000 at 105000/104900',
    ])
    await desk.bar(100_000, 104_500, 98_500, 104_500)
    expect(desk.lines()).toEqual([])
    await desk.bar(104_500, 105_500, 104_500, 105_500)
    desk.did(-1, 3_000, taken(105_000, -1))
    expect(desk.lines()).toEqual(['#3 triggered', filled(3, -1, 3_000, taken(105_000, -1))])
    await desk.bar(100_000, 100_000, 97_500, 97_500)
    desk.did(-1, 4_000, stopped(98_000, -1, 97_500))
    expect(desk.lines()).toEqual(['#2 triggered', filled(2, -1, 4_000, stopped(98_000, -1, 97_500))])
    expect(await harness.held()).toBe(2_990)
    await desk.settles()
  })

  test('a trigger is not moved past the price, up or down', async () => {
    const desk = await venue()
    await desk.long()
    await desk.sell({ kind: 'stop-market', trigger: t(97_000) })
    await desk.sell({ kind: 'take-profit-market', trigger: t(104_000) })
    expect(await desk.amend(2, { trigger: t(101_000) })).toBe('refused 110093')
    expect(await desk.amend(3, { trigger: t(99_000) })).toBe('refused 110092')
    expect(desk.lines()).toEqual(['#2 accepted', '#3 accepted'])
  })

  test.each([
    ['stop-market', 101_000, 'refused 110093'],
    ['take-profit-market', 99_000, 'refused 110092'],
  ] as const)('a %s on the wrong side of the price does not stand there as the other', async (kind, trigger, refusal) => {
    const desk = await venue()
    await desk.long()
    // The wire takes the direction from the price and says no word of it: there it is removed again.
    expect([refusal, 'taken']).toContain(await desk.sell({ kind, trigger: t(trigger) }))
    await desk.bar(100_000, 102_000, 98_000, 100_000)
    expect(desk.lines().filter((line) => !/accepted|canceled/.test(line))).toEqual([])
    expect(await desk.cancel(2)).toMatch(/unknown gone|refused 170213/)
    await desk.settles()
  })

  test.each([
    ['a symbol that is not there', { instrument: instrumentIndex(1) }, 'refused 10001'],
    ['no quantity', { lots: q(0) }, 'refused 170136'],
    ['a value below the minimum', { kind: 'limit', limit: t(99_000), lots: q(100) }, 'refused 170140'],
    ['a market order below the minimum', { lots: q(99) }, 'refused 170140'],
    ['a conditional below the minimum', { side: -1, kind: 'stop-market', trigger: t(98_000), lots: q(100) }, 'refused 170140'],
    ['more than the money pays for', { lots: q(200_000) }, 'refused 170131'],
    ['a limit that the money does not pay for', { kind: 'limit', limit: t(99_000), lots: q(210_000) }, 'refused 170131'],
    ['a sale of coins that are not there', { side: -1, reduceOnly: true }, 'refused 170131'],
    ['a limit sale of coins that are not there', { side: -1, kind: 'limit', limit: t(101_000) }, 'refused 170131'],
    ['more than a market order may have', { lots: q(41_500_001) }, 'refused 170124'],
    ['more than a limit may have', { kind: 'limit', limit: t(99_000), lots: q(83_000_001) }, 'refused 170124'],
    ['a stop that would travel with its entry', { stop: t(98_000) }, 'refused 10001'],
    ['a target that would travel with its entry', { targets: [{ price: t(104_000), share: 1 }] }, 'refused 10001'],
    ['a trailing stop', { side: -1, kind: 'trailing-stop' }, 'refused 10001'],
  ] as const)('%s is refused, and nothing happens', async (_, order, answer) => {
    const desk = await venue()
    expect(await desk.submit(order)).toBe(answer)
    await desk.bar(100_000)
    expect(desk.lines()).toEqual([])
    await desk.settles()
  })

  test('spot has no position to set a stop on', async () => {
    const desk = await venue()
    await desk.long()
    expect(await harness.send({ type: 'set-protection', instrument: I, stop: t(98_000), triggerBy: 'last' })).toBe('refused 10001')
    expect(desk.lines()).toEqual([])
  })

  test('coins and money that open orders hold are not there for others, and a change asks for what it needs more', async () => {
    const desk = await venue()
    await desk.long()
    expect(await desk.sell({ kind: 'limit', limit: t(101_000), lots: q(6_000) })).toBe('taken')
    expect(await desk.sell({ lots: q(3_991) })).toBe('refused 170131')
    expect(await desk.amend(2, { lots: q(9_991) })).toBe('refused 170131')
    expect(await desk.amend(2, { lots: q(9_990) })).toBe('taken')
    // 0.19 x 49,500 = 9,405 of 9,499.95.
    expect(await desk.submit({ kind: 'limit', limit: t(99_000), lots: q(190_000) })).toBe('taken')
    expect(await desk.submit({ lots: q(2_000) })).toBe('refused 170131')
    expect(await desk.amend(4, { lots: q(192_000) })).toBe('refused 170131')
    expect(await desk.cancel(4)).toBe('taken')
    expect(await desk.submit({ lots: q(2_000) })).toBe('taken')
    await desk.bar(100_000)
    desk.did(1, 2_000, ENTRY)
    await desk.settles()
  })

  // A bar trades ten coins, 10,000,000 lots: a part of 0.0004 is 4,000 lots for one order.

  test('a limit that the market fills in parts pays a fee for each, and what a cancel leaves is reported', async () => {
    const desk = await venue()
    harness.depth(0.0004)
    await desk.submit({ kind: 'limit', limit: t(99_000) })
    for (const bar of [
      [99_500, 99_500, 98_900, 99_200],
      [99_200, 99_300, 98_900, 99_000],
    ] as const) {
      await desk.bar(...bar)
      desk.did(1, 4_000, 99_000)
    }
    const part = `${filled(1, 1, 4_000, 99_000, 'maker')}, not all`
    expect(desk.lines()).toEqual(['#1 accepted', part, part])
    expect(await desk.amend(1, { lots: q(8_000) })).toBe('refused 110064')
    expect(await desk.cancel(1)).toBe('taken')
    expect(desk.lines()).toEqual(['#1 canceled'])
    expect(await harness.held()).toBe(7_992)
    await desk.settles()
  })

  test('a stop that is larger than the book’s first step walks on, a tick worse for each part', async () => {
    const desk = await venue()
    await desk.long()
    harness.depth(0.0004)
    await desk.sell({ kind: 'stop-market', trigger: t(98_000) })
    await desk.bar(99_000, 99_000, 97_000, 97_000)
    const first = stopped(98_000, -1, 97_000)
    desk.did(-1, 4_000, first)
    desk.did(-1, 4_000, first - 1)
    desk.did(-1, 1_990, first - 2)
    expect(desk.lines()).toEqual([
      '#2 accepted',
      '#2 triggered',
      `${filled(2, -1, 4_000, first)}, not all`,
      `${filled(2, -1, 4_000, first - 1)}, not all`,
      filled(2, -1, 1_990, first - 2),
    ])
    await desk.settles()
  })

  test.each([
    ['ioc takes what its price allows and gives the rest up', 'ioc', 4_000],
    ['fok that would not get all takes nothing', 'fok', 0],
    ['gtc takes what its price allows and rests with what is left', 'gtc', 4_000],
  ] as const)('a crossing limit, %s', async (_, timeInForce, got) => {
    const desk = await venue()
    harness.depth(0.0004)
    await desk.submit({ kind: 'limit', limit: t(100_010), timeInForce })
    await desk.bar(100_000)
    if (got > 0) desk.did(1, got, 100_010)
    expect(desk.lines()).toEqual([
      '#1 accepted',
      ...(got === 0 ? [] : [`${filled(1, 1, 4_000, 100_010)}, not all`]),
      ...(timeInForce === 'gtc' ? [] : ['#1 canceled']),
    ])
    await desk.settles()
    if (timeInForce !== 'gtc') return
    await desk.bar(100_020, 100_020, 100_000, 100_000)
    desk.did(1, 4_000, 100_010)
    expect(desk.lines()).toEqual([`${filled(1, 1, 4_000, 100_010, 'maker')}, not all`])
    await desk.settles()
  })

  test('a market buy whose money falls short at its fill gets what is paid for, and the rest is canceled', async () => {
    const desk = await venue()
    // 0.19 x 50,005 = 9,500.95 of 10,000; at 60,006 they pay for 0.166650.
    expect(await desk.submit({ lots: q(190_000) })).toBe('taken')
    await desk.bar(120_000)
    const at = taken(120_000, 1)
    const paid = Number(BigInt(OPENING) / (BigInt(at) * CASH_OF_ONE))
    desk.did(1, paid, at)
    expect(desk.lines()).toEqual(['#1 accepted', `${filled(1, 1, paid, at)}, not all`, '#1 canceled'])
    await desk.settles()
  })
}
