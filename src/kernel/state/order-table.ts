/**
 * The kernel's own orders: the open ones by instrument, the lately finished ones for late events, and the one place where an order changes.
 */
import { growList } from '../../core/column.ts'
import { addSafe } from '../../core/decimal.ts'
import { type InstrumentIndex, type Lots, type OrderId, type Side, cash, lots, orderId } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { StepChange } from '../../market/instrument-terms.ts'
import type { OrderAdopted, OrderEvent, OrderFilled } from '../../trading/event.ts'
import { ORDER_TRANSITIONS, type Order, type OrderStatus, isOpenStatus, openLotsOf } from '../../trading/order.ts'
import { orderIn } from '../orders/convert-order.ts'

/** applied: something is new. duplicate: it was known. unknown: no such order. odd: the table does not allow it (S13). */
export type OrderOutcome = 'applied' | 'duplicate' | 'unknown' | 'odd'

const RECENT = 128

export interface OrderTableState {
  readonly nextOrderId: number
  readonly open: readonly Order[]
  readonly recent: readonly Order[]
  /** Executions and settlements that were booked and may be read again: id and time. */
  readonly booked: readonly (readonly [string, number])[]
}

export class OrderTable {
  private nextOrderId = 1
  private readonly openBy: Order[][]
  /** Rings of finished orders, newest overwriting the oldest, by instrument. */
  private readonly recentBy: Order[][]
  private readonly recentAt: number[]
  /** Outlives the orders: what an account read says again is booked once, however many orders came since. Undefined where nothing is read. */
  private readonly booked: Map<string, number> | undefined

  constructor(instrumentCount: number, isRead = false) {
    this.booked = isRead ? new Map() : undefined
    this.openBy = Array.from({ length: instrumentCount }, () => [])
    this.recentBy = Array.from({ length: instrumentCount }, () => [])
    this.recentAt = new Array<number>(instrumentCount).fill(0)
  }

  /** Instruments have joined: there are so many now. */
  grow(instrumentCount: number): void {
    growList(this.openBy, instrumentCount, () => [])
    growList(this.recentBy, instrumentCount, () => [])
    growList(this.recentAt, instrumentCount, () => 0)
  }

  /** Whether the account is read, so that what happened may be reported again, and late. */
  get isRead(): boolean {
    return this.booked !== undefined
  }

  peekOrderId(): OrderId {
    return orderId(this.nextOrderId)
  }

  open(i: InstrumentIndex): readonly Order[] {
    return this.openBy[i] as Order[]
  }

  /** Finished orders that are still remembered, in no order. */
  recent(i: InstrumentIndex): readonly Order[] {
    return this.recentBy[i] as Order[]
  }

  add(order: Order): void {
    this.nextOrderId = order.orderId + 1
    ;(this.openBy[order.instrument] as Order[]).push(order)
  }

  find(i: InstrumentIndex, id: OrderId | undefined, venueOrderId: string | undefined): Order | undefined {
    const open = this.openBy[i] as Order[]
    const recent = this.recentBy[i] as Order[]
    const newest = this.recentAt[i] as number
    return (
      search(open, 0, open.length, id, venueOrderId) ??
      search(recent, 0, newest, id, venueOrderId) ??
      search(recent, newest, recent.length, id, venueOrderId)
    )
  }

  /** Lots of open entries on a side that may still fill, whoever sent them (S8); a budget counts at the lots that its maker estimated (0 until it fills). */
  openEntryLots(i: InstrumentIndex, side: Side): Lots {
    const list = this.openBy[i] as Order[]
    let sum = 0
    for (let k = 0; k < list.length; k++) {
      const order = list[k] as Order
      if (order.class === 'entry' && order.side === side) sum += openLotsOf(order)
    }
    return lots(sum)
  }

  /** Takes an id of the sequence for a parent order, which is not sent itself. */
  reserve(id: OrderId): void {
    this.nextOrderId = id + 1
  }

  /** Orders that belong to an entry or an algorithm: open ones, and those that are remembered. */
  childrenOf(i: InstrumentIndex, parent: OrderId): Order[] {
    return [...(this.openBy[i] as Order[]), ...(this.recentBy[i] as Order[])].filter((order) => order.parentOrderId === parent)
  }

  /** Orders from an id on: open ones, and those that are remembered. */
  since(i: InstrumentIndex, id: OrderId | undefined): Order[] {
    return [...(this.openBy[i] as Order[]), ...(this.recentBy[i] as Order[])].filter((order) => id !== undefined && order.orderId >= id)
  }

  /** Makes room for an order that the venue made (an attached stop) or that somebody else sent. */
  adopt(event: OrderAdopted, strategy: Order['strategy'], intentClass: Order['class']): OrderOutcome {
    // Where nothing is read again nothing is reported twice: no need to look at each order that is remembered.
    if (this.isRead && this.find(event.instrument, undefined, event.venueOrderId) !== undefined) return 'duplicate'
    this.add({
      orderId: this.peekOrderId(),
      clientOrderId: event.clientOrderId,
      venueOrderId: event.venueOrderId,
      origin: event.origin,
      parentOrderId: event.parentOrderId,
      strategy,
      instrument: event.instrument,
      class: intentClass,
      side: event.side,
      kind: event.kind,
      lots: event.lots,
      budget: undefined,
      filled: lots(0),
      filledNotional: cash(0),
      limit: event.limit,
      trigger: event.trigger,
      triggerBy: event.triggerBy,
      stop: undefined,
      targets: undefined,
      timeInForce: 'gtc',
      reduceOnly: event.reduceOnly,
      reason: { rule: event.origin, values: {} },
      plannedLoss: undefined,
      status: 'accepted',
      tradeIds: [],
      cancelRequested: false,
      submittedTs: event.ts,
      updatedTs: event.ts,
      expiresAt: undefined,
    })
    return 'applied'
  }

  /** Orders of the instrument count in other steps from now on. */
  convert(change: StepChange): void {
    for (const lists of [this.openBy, this.recentBy]) {
      const list = lists[change.after.index] as Order[]
      list.forEach((order, at) => {
        list[at] = orderIn(change, order)
      })
    }
  }

  /** Applies what the venue reported. A fill's money is the caller's business; here only the order changes. */
  apply(order: Order, event: OrderEvent, instrument: Instrument): OrderOutcome {
    if (order.venueOrderId === undefined && event.venueOrderId !== undefined) {
      order.venueOrderId = event.venueOrderId
    }
    switch (event.type) {
      case 'order-accepted':
        return this.to(order, 'accepted', event.ts)
      case 'order-triggered':
        return this.to(order, 'triggered', event.ts)
      case 'order-rejected':
        return this.to(order, 'rejected', event.ts)
      case 'order-canceled':
        if (event.total === undefined || event.total <= order.filled || !isOpenStatus(order.status))
          return this.to(order, 'canceled', event.ts)
        return this.endLater(order, { lots: event.total, status: 'canceled' })
      case 'order-expired':
        return this.to(order, 'expired', event.ts)
      case 'order-never-arrived':
        return this.to(order, 'never-arrived', event.ts)
      case 'order-amended': {
        if (!isOpenStatus(order.status)) return 'duplicate'
        const isSame = order.lots === event.lots && order.limit === event.limit && order.trigger === event.trigger
        order.lots = event.lots
        order.limit = event.limit
        order.trigger = event.trigger
        order.updatedTs = event.ts
        order.amendedTs = event.ts
        if (event.isFinal === true)
          return order.filled >= event.lots
            ? this.to(order, 'filled', event.ts)
            : this.endLater(order, { lots: event.lots, status: 'filled' })
        return isSame ? 'duplicate' : 'applied'
      }
      case 'order-filled':
        return this.fill(order, event, instrument)
    }
  }

  isBooked(tradeId: string): boolean {
    return this.booked?.has(tradeId) === true
  }

  /** Notes a settlement as booked; false when it was. */
  book(id: string, at: number): boolean {
    if (this.isBooked(id)) return false
    this.booked?.set(id, at)
    return true
  }

  /** Executions before `at` are never read again. */
  forgetBooked(at: number): void {
    for (const [tradeId, bookedTs] of this.booked ?? []) if (bookedTs < at) this.booked?.delete(tradeId)
  }

  /** The end is known and executions of it are still to come: it stays open until they were reported, whatever their order. */
  private endLater(order: Order, ending: NonNullable<Order['ending']>): OrderOutcome {
    const isKnown = order.ending?.lots === ending.lots && order.ending.status === ending.status
    order.ending = ending
    return isKnown ? 'duplicate' : 'applied'
  }

  private fill(order: Order, event: OrderFilled, instrument: Instrument): OrderOutcome {
    if (order.tradeIds.includes(event.tradeId) || this.isBooked(event.tradeId)) return 'duplicate'
    const next: OrderStatus = event.isComplete ? 'filled' : 'partially-filled'
    if (order.status === 'filled' || (order.status !== next && !ORDER_TRANSITIONS[order.status].includes(next))) return 'odd'
    order.tradeIds.push(event.tradeId)
    this.booked?.set(event.tradeId, event.ts)
    order.filled = lots(addSafe(order.filled, event.lots))
    if (order.filled > order.lots) order.lots = order.filled
    order.filledNotional = cash(addSafe(order.filledNotional, notionalOf(instrument, event.price, event.lots, 'nearest')))
    order.filledFee = cash(addSafe(order.filledFee ?? 0, event.fee.amount))
    // An end that was reported with its total stands: the execution of a purchase that ended short says that nothing is left of it, too.
    if (event.isComplete && order.ending === undefined) order.ending = { lots: event.total ?? order.filled, status: 'filled' }
    const { ending } = order
    if (ending !== undefined && order.filled >= ending.lots) {
      order.ending = undefined
      // Canceled before its fills were reported: the order stays canceled, the fills count.
      return isOpenStatus(order.status) || ending.status === 'filled' ? this.to(order, ending.status, event.ts) : 'applied'
    }
    if (order.status === 'canceled' || order.status === 'expired') return 'applied'
    return this.to(order, 'partially-filled', event.ts)
  }

  private to(order: Order, status: OrderStatus, at: Order['updatedTs']): OrderOutcome {
    const before = order.status
    if (before === status) {
      order.updatedTs = at
      return status === 'partially-filled' ? 'applied' : 'duplicate'
    }
    if (!ORDER_TRANSITIONS[before].includes(status)) {
      // A late event of a state that the order has left behind changes nothing; a finished order that finishes otherwise is odd only
      // when a fill says so, and fills are judged before they come here.
      return 'duplicate'
    }
    order.status = status
    order.updatedTs = at
    if (isOpenStatus(before) && !isOpenStatus(status)) this.finish(order)
    else if (!isOpenStatus(before) && isOpenStatus(status)) this.reopen(order)
    return 'applied'
  }

  /** The venue knows an order that was given up as never arrived. */
  private reopen(order: Order): void {
    const ring = this.recentBy[order.instrument] as Order[]
    const at = ring.indexOf(order)
    if (at >= 0) ring.splice(at, 1)
    this.recentAt[order.instrument] = ring.length === RECENT ? (this.recentAt[order.instrument] as number) : ring.length % RECENT
    ;(this.openBy[order.instrument] as Order[]).push(order)
  }

  private finish(order: Order): void {
    const i = order.instrument
    const list = this.openBy[i] as Order[]
    if (list[list.length - 1] === order) list.pop()
    else list.splice(list.indexOf(order), 1)
    this.remember(i, order)
  }

  private remember(i: InstrumentIndex, order: Order): void {
    const ring = this.recentBy[i] as Order[]
    const at = this.recentAt[i] as number
    ring[at] = order
    this.recentAt[i] = at + 1 === RECENT ? 0 : at + 1
  }

  state(): OrderTableState {
    return {
      nextOrderId: this.nextOrderId,
      open: this.openBy.flat().map(copy),
      recent: this.recentBy.flatMap((ring, i) => inAge(ring, this.recentAt[i] as number)).map(copy),
      booked: [...(this.booked ?? [])],
    }
  }

  restore(state: OrderTableState): void {
    for (const list of [...this.openBy, ...this.recentBy]) list.length = 0
    this.recentAt.fill(0)
    for (const order of state.open) {
      ;(this.openBy[order.instrument] as Order[]).push(copy(order))
    }
    for (const order of state.recent) {
      const i = order.instrument
      this.remember(i, copy(order))
    }
    this.nextOrderId = state.nextOrderId
    this.booked?.clear()
    for (const [tradeId, at] of state.booked) this.booked?.set(tradeId, at)
  }
}

/** Oldest first, so that a restored ring forgets in the same order. */
const inAge = (ring: readonly Order[], at: number): Order[] => [...ring.slice(at), ...ring.slice(0, at)]

const copy = (order: Order): Order => ({ ...order, tradeIds: [...order.tradeIds] })

/** The newest first: what is asked for has mostly just come or just ended. */
function search(
  list: readonly Order[],
  from: number,
  to: number,
  id: OrderId | undefined,
  venueOrderId: string | undefined,
): Order | undefined {
  for (let k = to - 1; k >= from; k--) {
    const order = list[k] as Order
    if (id === undefined ? order.venueOrderId === venueOrderId : order.orderId === id) return order
  }
  return undefined
}
