/**
 * Books order events: orders, positions and money.
 */
import { type BookedEvent, Booking } from '../booking.ts'
import type { KernelContext } from '../context.ts'
import { type InstrumentIndex, type Ticks, cash, lots } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import { nearerStop } from '../../risk/at-stake.ts'
import type { OrderAdopted, OrderEvent, OrderFilled, PositionAdjusted } from '../../trading/event.ts'
import { DELISTED, UNKNOWN_RESULT } from '../../trading/reading-difference.ts'
import { type IntentClass, type Order, isOperators, isOwnStop } from '../../trading/order.ts'
import type { ParentOrders } from '../state/parent-orders.ts'
import type { PendingCloses } from '../state/pending-closes.ts'
import type { DustLeft, ExternalAdopted } from '../fact.ts'
import type { OrderTable, OrderOutcome } from '../state/order-table.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

/** Of events that booked nothing: one for each outcome, so that none is made per event. */
const UNBOOKED: { readonly [O in OrderOutcome]: BookedEvent & { readonly outcome: O } } = {
  applied: { outcome: 'applied', booking: undefined },
  duplicate: { outcome: 'duplicate', booking: undefined },
  unknown: { outcome: 'unknown', booking: undefined },
  odd: { outcome: 'odd', booking: undefined },
}

export class Bookkeeper {
  private readonly instruments: readonly Instrument[]
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly parentOrders: ParentOrders
  private readonly closes: PendingCloses
  /** Of the last fill: one object for all of them, since a backtest books a million. It is read before the next is booked. */
  private readonly filled = { outcome: 'applied' as const, booking: new Booking() }

  constructor({ instruments, portfolio, orders, parentOrders, closes }: KernelContext) {
    this.closes = closes
    this.parentOrders = parentOrders
    this.instruments = instruments
    this.portfolio = portfolio
    this.orders = orders
  }

  /** Applies an order event once, and books its fill. */
  orderEvent(event: OrderEvent): BookedEvent {
    const order = this.orders.find(event.instrument, event.orderId, event.venueOrderId)
    if (order === undefined) return UNBOOKED.unknown
    const instrument = this.instruments[event.instrument] as Instrument
    const outcome = this.orders.apply(order, event, instrument)
    if (outcome !== 'applied') return UNBOOKED[outcome]
    if (order.parentOrderId !== undefined) this.parentOrders.noteEvent(order, event, instrument)
    if (event.type === 'order-rejected' && order.origin === 'ours') this.portfolio.quality.rejected(event.code, event.ts)
    if (event.type !== 'order-filled') return UNBOOKED.applied
    return this.bookFill(order, event, this.filled.booking.clear()) ? this.filled : UNBOOKED.applied
  }

  /** Answers whether it was booked. */
  private bookFill(order: Order, fill: OrderFilled, booking: Booking): boolean {
    // Reported late: the balance that the books were opened with has it.
    if (order.origin === 'external' && fill.ts < this.portfolio.openedTs) return false
    const openTrade = this.portfolio.openTrade(order.instrument)
    // A stop that is nearer stays: an entry never moves the stop of what is held away from it.
    if (order.class === 'entry' && openTrade?.side === order.side && order.stop !== undefined)
      openTrade.stop = openTrade.stop === undefined ? order.stop : nearerStop(openTrade.side, openTrade.stop, order.stop)
    this.portfolio.lastFillTs = fill.ts
    if (this.isSpot(order.instrument)) {
      this.portfolio.bookSpotFill(order, fill, exitReasonOf(order), booking)
      this.endCloses(order.instrument)
    } else {
      // Field by field: a spread of the event cost more than all of the booking.
      const { price, lots: quantity, ts: at, seq, offStep, fee } = fill
      const booked = { price, lots: quantity, fee: fee.amount, exitReason: exitReasonOf(order), ts: at, seq, offStep }
      this.portfolio.bookFill(order, booked, booking)
    }
    return true
  }

  private endCloses(i: InstrumentIndex): void {
    if (this.portfolio.positionLots(i) === 0) this.closes.clear(i)
  }

  private isSpot(i: InstrumentIndex): boolean {
    return this.instruments[i]?.category === 'spot'
  }

  /** An order that the venue made or that somebody else sent. */
  adopted(event: OrderAdopted): void {
    const owner = this.portfolio.ownerOrExternal(event.instrument)
    const isProtective = event.origin === 'attached-stop' || event.origin === 'attached-target'
    const intentClass: IntentClass = isProtective
      ? 'protective'
      : event.origin === 'panic-direct'
        ? 'flatten'
        : event.reduceOnly
          ? 'reduce'
          : 'entry'
    this.orders.adopt(event, owner, intentClass)
  }

  /** The venue's position is another than the records': external activity, at the price that came with it (S8). */
  adjusted(event: PositionAdjusted): Booking {
    const booking = new Booking()
    const difference = event.lots - this.portfolio.venueLots(event.instrument)
    // The account may hold more coins than Ballast bought: those are ignored.
    if (difference === 0 || (difference > 0 && this.isSpot(event.instrument))) return booking
    this.portfolio.rebaseFills(event.instrument)
    const order = this.bookingOrder(event, difference, event.cause)
    if (this.isSpot(event.instrument)) {
      this.portfolio.takeCoins(
        order,
        { price: event.price, lots: lots(-difference), fee: cash(0), exitReason: exitReasonOf(order), ts: event.ts },
        booking,
      )
      this.endCloses(event.instrument)
      booking.changedOutside = {
        instrument: this.instruments[event.instrument] as Instrument,
        taken: lots(-difference),
        added: lots(0),
      }
    } else
      this.portfolio.bookFill(
        order,
        { price: event.price, lots: lots(Math.abs(difference)), fee: cash(0), exitReason: exitReasonOf(order), ts: event.ts },
        booking,
      )
    this.portfolio.rebaseFills(event.instrument)
    return booking
  }

  /** Coins that are too few to be sold are nobody's position any more: they stay in the account. */
  dustLeft({ instrument: i, price, ts: at }: DustLeft): Booking {
    const booking = new Booking()
    const held: number = this.portfolio.positionLots(i)
    if (held <= 0) return booking
    const order = this.bookingOrder({ instrument: i, ts: at }, -held, 'dust')
    this.portfolio.takeCoins(order, { price, lots: lots(held), fee: cash(0), exitReason: 'dust', ts: at }, booking)
    this.endCloses(i)
    this.portfolio.rebaseFills(i)
    return booking
  }

  /** What was somebody else's becomes a trade of Ballast's (S8). */
  adoptExternal(fact: ExternalAdopted): Booking {
    const booking = new Booking()
    const order = this.bookingOrder(fact, fact.lots, 'adopted')
    this.portfolio.adopt({ ...order, strategy: fact.strategy, stop: fact.stop, orderId: fact.orderId }, fact.price, fact.ts, booking)
    this.orders.reserve(fact.orderId)
    return booking
  }

  ignoreExternal(i: InstrumentIndex): void {
    this.portfolio.ignoreExternal(i)
  }

  adoptStop(i: InstrumentIndex, stop: Ticks): void {
    const openTrade = this.portfolio.openTrade(i)
    if (openTrade !== undefined) openTrade.stop = stop
  }

  /** The pseudo order for bookings without an order of Ballast's. It never enters the order table. */
  private bookingOrder(event: Pick<PositionAdjusted, 'instrument' | 'ts'>, difference: number, cause: string): Order {
    return {
      orderId: this.orders.peekOrderId(),
      clientOrderId: '',
      venueOrderId: undefined,
      origin: 'external',
      parentOrderId: undefined,
      strategy: this.portfolio.ownerOrExternal(event.instrument),
      instrument: event.instrument,
      class: 'reduce',
      side: difference > 0 ? 1 : -1,
      kind: 'market',
      lots: lots(Math.abs(difference)),
      budget: undefined,
      filled: lots(0),
      filledNotional: cash(0),
      limit: undefined,
      trigger: undefined,
      triggerBy: 'mark',
      stop: undefined,
      targets: undefined,
      timeInForce: 'gtc',
      reduceOnly: false,
      reason: { rule: cause, values: {} },
      plannedLoss: undefined,
      status: 'filled',
      tradeIds: [],
      cancelRequested: false,
      submittedTs: event.ts,
      updatedTs: event.ts,
      expiresAt: undefined,
    }
  }
}

function exitReasonOf(order: Order): string {
  switch (order.origin) {
    case 'attached-stop':
      return 'stop'
    case 'attached-target':
      return 'take-profit'
    case 'liquidation':
      return 'liquidation'
    case 'adl':
      return 'adl'
    case 'delivery':
      return DELISTED
    // Somebody closed it outside Ballast: an operator's close (S8).
    case 'external':
      return order.reason.rule === UNKNOWN_RESULT || order.reason.rule === DELISTED ? order.reason.rule : 'operator'
    case 'panic-direct':
      return order.origin
    case 'ours':
      if (order.class === 'protective') return isOwnStop(order) ? 'stop' : 'take-profit'
      return order.class === 'flatten' ? 'flatten' : isOperators(order.reason) ? 'operator' : 'signal'
  }
}
