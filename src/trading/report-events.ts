/**
 * From reports of the venue to events for the kernel, knowing which orders are known: what is known is not repeated, so that doing it twice
 * changes nothing.
 */
import { assertNever } from '../core/assert.ts'
import { type Cash, type InstrumentIndex, type OrderId, orderId } from '../core/units.ts'
import type { VenueEvent } from './event.ts'
import {
  type EarlierTag,
  type Fee,
  type Order,
  type OrderOrigin,
  isEmergencyOrderId,
  isOpenStatus,
  numbersBelow,
  ownerOfClientOrderId,
} from './order.ts'
import type { ExecutionReport, MoneyMovement, OrderReport, StreamReport } from './report.ts'

/** What reconciliation may ask of the kernel. */
export interface KnownState {
  readonly tag: string
  /** Tags of before restores. */
  readonly earlierTags?: readonly EarlierTag[] | undefined
  find(i: InstrumentIndex, id: OrderId | undefined, venueOrderId: string | undefined): Order | undefined
  open(i: InstrumentIndex): readonly Order[]
  /** Of the whole account: what is not ours too. */
  positionLots(i: InstrumentIndex): number
  /** Whether an execution is in the records, even if its order is forgotten. */
  isBooked(tradeId: string): boolean
  /** The id that the next order will get: all below it were ours to give. */
  readonly nextOrderId: OrderId
  /** Of the settle coin: what was paid for coins is not in it. */
  readonly money: Cash
}

type Tags = Pick<KnownState, 'tag' | 'earlierTags'>

/**
 * Our sequence number inside an id that we gave; undefined for ids of others, for those of `panic --direct`, which has none, and for those
 * that a restore has made unknown.
 */
export function orderIdOf(clientOrderId: string, { tag, earlierTags = [] }: Tags): OrderId | undefined {
  if (ownerOfClientOrderId(clientOrderId, tag, earlierTags) !== 'ours' || isEmergencyOrderId(clientOrderId)) return undefined
  const n = Number.parseInt(clientOrderId.slice(clientOrderId.lastIndexOf('-') + 1), 36)
  return Number.isSafeInteger(n) && n > 0 && n < numbersBelow(clientOrderId, earlierTags) ? orderId(n) : undefined
}

export function eventsOf(report: StreamReport, known: KnownState): VenueEvent[] {
  switch (report.type) {
    case 'order':
      return eventsOfOrder(report, known)
    case 'execution':
      return eventsOfExecution(report, known)
    case 'funding':
      return [
        {
          type: 'funding-settled',
          instrument: report.instrument,
          settlementId: report.settlementId,
          rate: report.rate,
          amount: report.amount,
          ts: report.ts,
        },
      ]
    default:
      return assertNever(report)
  }
}

function eventsOfOrder(report: OrderReport, known: KnownState): VenueEvent[] {
  const id = orderIdOf(report.clientOrderId, known)
  const order = known.find(report.instrument, id, report.venueOrderId)
  const head = { instrument: report.instrument, orderId: id ?? order?.orderId, venueOrderId: report.venueOrderId, ts: report.ts }
  const events: VenueEvent[] = []
  if (order === undefined) {
    // A finished order of somebody else does not concern Ballast; an open one counts against the limits (S8).
    // The end of a stop or target of Ballast's is kept even so: its beginning may be reported after it, and must not bring it back.
    const isOurEnd = report.status === 'canceled' && (report.origin === 'attached-stop' || report.origin === 'attached-target')
    if (report.status !== 'open' && report.status !== 'triggered' && !isOurEnd) return events
    events.push(adopted(report, known))
  }
  switch (report.status) {
    case 'open':
      if (order === undefined) return events
      if (order.status === 'submitted' || order.status === 'never-arrived') events.push({ type: 'order-accepted', ...head })
      // A reading may be older than what the stream has reported since: a stop of the venue's would seem to be moved back.
      if (order.origin !== 'ours' && report.ts < order.updatedTs) return events
      // And a change of an order of Ballast's undone. Its other times may be of this machine's clock.
      if (order.amendedTs !== undefined && report.ts < order.amendedTs) return events
      if (isOpenStatus(order.status) && order.budget === undefined && differs(order, report))
        events.push({ type: 'order-amended', ...head, lots: report.lots, limit: report.limit, trigger: report.trigger })
      return events
    case 'triggered':
      events.push({ type: 'order-triggered', ...head })
      return events
    case 'filled':
      // The execution reports the fill, with price and fee.
      if (order !== undefined && order.status === 'submitted') events.push({ type: 'order-accepted', ...head })
      // A reduce-only order that the venue made smaller ends with less than was asked for.
      if (
        order !== undefined &&
        isOpenStatus(order.status) &&
        order.budget === undefined &&
        report.filled > 0 &&
        report.filled < order.lots
      )
        events.push({ type: 'order-amended', ...head, lots: report.filled, isFinal: true, limit: report.limit, trigger: report.trigger })
      return events
    case 'canceled':
      events.push({ type: 'order-canceled', ...head, cause: report.cause, total: report.filled })
      return events
    case 'rejected':
      events.push({ type: 'order-rejected', ...head, code: 'stream', detail: report.cause })
      return events
    default:
      return assertNever(report.status)
  }
}

/**
 * Whether a row that was read differs from the records and is of the millisecond of their last change: a stop that grows with each fill
 * changes several times in one, and no time says which of the two is newer. Another reading does.
 */
export function isOfSameInstant(report: OrderReport, known: KnownState): boolean {
  const order = known.find(report.instrument, orderIdOf(report.clientOrderId, known), report.venueOrderId)
  return order !== undefined && report.status === 'open' && order.amendedTs === report.ts && differs(order, report)
}

const differs = (order: Order, report: OrderReport): boolean =>
  order.kind !== 'market' && (order.lots !== report.lots || order.limit !== report.limit || order.trigger !== report.trigger)

/** An id of Ballast's that we do not know is somebody else's doing, unless `panic --direct` sent it. */
function adoptedOrigin(
  report: { readonly origin: OrderOrigin; readonly clientOrderId: string },
  { tag, earlierTags }: Tags,
): Exclude<OrderOrigin, 'ours'> {
  if (report.origin !== 'ours') return report.origin
  const isOurs = ownerOfClientOrderId(report.clientOrderId, tag, earlierTags) === 'ours'
  return isOurs && isEmergencyOrderId(report.clientOrderId) ? 'panic-direct' : 'external'
}

function adopted(report: OrderReport, known: KnownState): VenueEvent {
  return {
    type: 'order-adopted',
    origin: adoptedOrigin(report, known),
    parentOrderId: orderIdOf(report.parentClientOrderId, known),
    instrument: report.instrument,
    venueOrderId: report.venueOrderId,
    clientOrderId: report.clientOrderId,
    side: report.side,
    kind: report.kind,
    lots: report.lots,
    limit: report.limit,
    trigger: report.trigger,
    triggerBy: report.triggerBy,
    reduceOnly: report.reduceOnly,
    ts: report.ts,
  }
}

function eventsOfExecution(report: ExecutionReport, known: KnownState): VenueEvent[] {
  const id = orderIdOf(report.clientOrderId, known)
  const order = known.find(report.instrument, id, report.venueOrderId)
  if (order?.tradeIds.includes(report.tradeId) === true || known.isBooked(report.tradeId)) return []
  // An order of Ballast's that is forgotten was finished long ago, and its fills are booked.
  if (order === undefined && id !== undefined && id < known.nextOrderId) return []
  const events: VenueEvent[] = []
  const origin = adoptedOrigin(report, known)
  if (order === undefined)
    events.push({
      type: 'order-adopted',
      origin,
      parentOrderId: undefined,
      instrument: report.instrument,
      venueOrderId: report.venueOrderId,
      clientOrderId: report.clientOrderId,
      side: report.side,
      kind: 'market',
      lots: report.orderLots,
      limit: undefined,
      trigger: undefined,
      triggerBy: 'last',
      reduceOnly: origin !== 'external',
      ts: report.ts,
    })
  events.push({
    type: 'order-filled',
    instrument: report.instrument,
    orderId: id !== undefined && order !== undefined ? id : order?.orderId,
    venueOrderId: report.venueOrderId,
    tradeId: report.tradeId,
    ...(report.seq === undefined ? undefined : { seq: report.seq }),
    side: report.side,
    price: report.price,
    lots: report.lots,
    ...(report.offStep === undefined ? undefined : { offStep: report.offStep }),
    fee: feeOf(report),
    liquidity: report.liquidity,
    isComplete: report.leaves === 0,
    total: report.leaves === 0 ? report.orderLots : undefined,
    ts: report.ts,
  })
  return events
}

/** Nothing for what is booked: the venue's log is read over and over. */
export const flowsOf = (movement: MoneyMovement, known: Pick<KnownState, 'isBooked'>): VenueEvent[] =>
  known.isBooked(movement.id)
    ? []
    : [
        {
          type: 'wallet-adjusted',
          coin: movement.coin,
          amount: movement.amount,
          cause: movement.kind,
          flowId: movement.id,
          change: movement.change,
          ...(movement.symbol === '' ? undefined : { symbol: movement.symbol }),
          ...(movement.kind === 'other' ? { told: movement.told } : undefined),
          ts: movement.ts,
        },
      ]

const feeOf = ({ feeCoin, fee, feeRate, feeLotParts }: ExecutionReport): Fee => ({
  coin: feeCoin,
  amount: fee,
  rate: feeRate,
  ...(feeLotParts === undefined ? undefined : { lotParts: feeLotParts }),
})
