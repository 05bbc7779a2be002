/**
 * The Bybit adapter against the wire simulator keeps the venue's contract: what it reports, made into events as the trader makes them.
 */
import { describe, expect, test } from 'vitest'
import { type InstrumentIndex, type OrderId, cash, instrumentIndex, lots, orderId, strategyId, ts } from '../../src/core/units.ts'
import { type Instrument, makeInstrument } from '../../src/market/instrument.ts'
import type { OrderCommand, SubmitOrder, VenueEvent } from '../../src/trading/event.ts'
import { type Order, clientOrderIdOf } from '../../src/trading/order.ts'
import { type KnownState, eventsOf } from '../../src/trading/report-events.ts'
import { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import { Exchange } from '../../src/venue/sim/bybit-server/exchange.ts'
import { ReplaySource } from '../../src/venue/sim/bybit-server/market/replay-source.ts'
import { HiddenBars } from '../support/hidden-bars.ts'
import { SHAPED_PATHS, SHAPED_TOPICS, expectFrameShape } from '../support/wire/wire-schema.ts'
import { SHAPES_SEEN, WireTransport } from '../support/wire/wire-venue.ts'
import { FIRST_PRICE, INSTRUMENT, OPENING, TAG, type Taken, type VenueHarness, describeVenue } from './venue.contract.ts'
import { SPOT_INSTRUMENT, describeSpotVenue } from './spot.contract.ts'

/** What the trader would know: orders that were sent, and those that events named. */
class Known implements KnownState {
  readonly tag = TAG
  readonly money = cash(0)
  private readonly list: Order[] = []

  get nextOrderId(): OrderId {
    return orderId(1_000)
  }
  find(_i: InstrumentIndex, id: OrderId | undefined, venueOrderId: string | undefined): Order | undefined {
    return this.list.find((o) => (id !== undefined && o.orderId === id) || (venueOrderId !== undefined && o.venueOrderId === venueOrderId))
  }
  open(): readonly Order[] {
    return this.list
  }
  positionLots(): number {
    return 0
  }
  isBooked(): boolean {
    return false
  }

  sent(command: SubmitOrder): void {
    this.add({ ...command, venueOrderId: undefined, origin: 'ours', parentOrderId: undefined, submittedTs: ts(1), status: 'submitted' })
  }

  private add(
    order: Omit<SubmitOrder, 'type'> & Pick<Order, 'venueOrderId' | 'origin' | 'parentOrderId' | 'submittedTs' | 'status'>,
  ): void {
    this.list.push({
      ...order,
      strategy: strategyId('contract'),
      class: 'entry',
      filled: lots(0),
      filledNotional: cash(0),
      reason: { rule: 'contract', values: {} },
      plannedLoss: undefined,
      tradeIds: [],
      cancelRequested: false,
      updatedTs: order.submittedTs,
      expiresAt: undefined,
    })
  }

  apply(event: VenueEvent): void {
    if (event.type === 'order-adopted') {
      const { origin, parentOrderId, ts: submittedTs, ...rest } = event
      const id = orderId(500 + this.list.length)
      const plan = { budget: undefined, stop: undefined, targets: undefined, timeInForce: 'gtc' } as const
      this.add({ ...rest, ...plan, orderId: id, origin, parentOrderId, submittedTs, status: 'accepted' })
      return
    }
    if (!('orderId' in event)) return
    const order = this.find(event.instrument, event.orderId, event.venueOrderId)
    if (order === undefined) return
    order.venueOrderId ??= event.venueOrderId
    if (event.type === 'order-accepted') order.status = 'accepted'
    if (event.type === 'order-amended') Object.assign(order, { lots: event.lots, limit: event.limit, trigger: event.trigger })
    if (event.type === 'order-filled') {
      order.tradeIds.push(event.tradeId)
      order.status = 'filled'
    }
    if (event.type === 'order-canceled') order.status = 'canceled'
  }
}

/** A symbol that the exchange does not have, for the case that asks for it. */
const missingBeside = ({ category }: Instrument): Instrument =>
  makeInstrument({
    index: instrumentIndex(1),
    venue: 'test',
    symbol: category === 'spot' ? 'NONEUSDT-SPOT' : 'NONEUSDT',
    tickSize: '0.5',
    lotSize: '0.001',
  })

let told: VenueEvent[] = []
let known = new Known()
let bars: HiddenBars
let exchange: Exchange
let transport: WireTransport
let venue: BybitVenue
/** It passes by waiting alone, which a case does that sends more than the exchange takes in a second. */
let wallMs = 0
const sleep = async (ms: number): Promise<void> => {
  wallMs += ms
}

const play: VenueHarness['bar'] = async (prices) => {
  bars.next(prices)
  exchange.step(1, 0)
  transport.flush()
}

const send = async (command: OrderCommand): Promise<Taken> => {
  if (command.type === 'submit-order') known.sent(command)
  const outcome = await venue.send(command)
  switch (outcome.type) {
    case 'taken':
    case 'unchanged':
      return outcome.type
    case 'refused':
      return `refused ${outcome.error.code}`
    case 'unknown':
      return `unknown ${outcome.error.type}`
    case 'retry':
      throw new Error(`nothing here is to be tried again: ${outcome.error.detail}`)
  }
}

const harnessOf = (instrument: Instrument): VenueHarness => ({
  fresh: async () => {
    told = []
    known = new Known()
    bars = new HiddenBars(FIRST_PRICE)
    exchange = new Exchange({
      source: new ReplaySource([{ instrument, bars: bars.bars, fundings: [] }]),
      openingCash: OPENING,
      idPrefix: 'x-',
      speed: 1,
      isLockstep: true,
      createdWallMs: 0,
    })
    transport = new WireTransport(exchange)
    venue = new BybitVenue(transport, { intervalMs: 60_000, wallMs: () => wallMs, steadyMs: () => wallMs, sleep, simClock: undefined })
    const specs = await venue.instruments([instrument.symbol])
    if (!specs.ok) throw new Error(specs.error.detail)
    venue.use([...specs.value.map(makeInstrument), missingBeside(instrument)])
    venue.open({
      position: () => {},
      wallet: () => {},
      report: (report) => {
        for (const event of eventsOf(report, known)) {
          known.apply(event)
          told.push(event)
        }
      },
      bar: () => {},
      book: () => {},
      quote: () => {},
      stream: () => {},
      odd: (symbol, detail) => {
        throw new Error(`${symbol}: ${detail}`)
      },
    })
    await play([FIRST_PRICE, FIRST_PRICE, FIRST_PRICE, FIRST_PRICE])
  },
  send,
  bar: play,
  depth: (share) => exchange.venue.setDepth(share),
  events: () => told.splice(0),
  held: async () => {
    const reading = await venue.readAccount(ts(1))
    if (!reading.ok) throw new Error(reading.error.detail)
    const { holdings, positions } = reading.value
    return (instrument.category === 'spot' ? holdings : positions)[0]?.lots ?? 0
  },
  wallet: async () => {
    const reading = await venue.readAccount(ts(1))
    if (!reading.ok) throw new Error(reading.error.detail)
    return reading.value.walletBalance
  },
})

const linear = harnessOf(INSTRUMENT)
const spot = harnessOf(SPOT_INSTRUMENT)
describeVenue(linear)
describe('spot', () => describeSpotVenue(spot))

test.each([
  ['linear', linear, 10, 10],
  ['spot', spot, 10_000, 9_990],
] as const)('%s: an order id that was used is not taken again, and the answer is to look it up', async (_, harness, size, held) => {
  await harness.fresh()
  const order: SubmitOrder = {
    type: 'submit-order',
    orderId: orderId(1),
    clientOrderId: clientOrderIdOf(TAG, orderId(1)),
    instrument: instrumentIndex(0),
    side: 1,
    kind: 'market',
    lots: lots(size),
    budget: undefined,
    limit: undefined,
    trigger: undefined,
    triggerBy: 'last',
    stop: undefined,
    targets: undefined,
    timeInForce: 'gtc',
    reduceOnly: false,
  }
  expect(await send(order)).toBe('taken')
  await play([FIRST_PRICE, FIRST_PRICE, FIRST_PRICE, FIRST_PRICE])
  expect(await send(order)).toBe('unknown duplicate')
  await play([FIRST_PRICE, FIRST_PRICE, FIRST_PRICE, FIRST_PRICE])
  expect(await harness.held()).toBe(held)
  const found = await venue.lookUp(order.instrument, order.clientOrderId)
  expect(found.ok && found.value?.order.status).toBe('filled')
  expect(found.ok && found.value?.executions.length).toBe(1)
})

test('every message of all these cases had its documented shape', async () => {
  await linear.fresh()
  await venue.readAccount(ts(1))
  await venue.lookUp(instrumentIndex(0), 'never-sent')
  expect([...SHAPED_PATHS, ...SHAPED_TOPICS].filter((name) => !SHAPES_SEEN.has(name))).toEqual([])
  expect(() => expectFrameShape({ topic: 'wallet', data: [] } as { topic: string })).toThrow()
})
