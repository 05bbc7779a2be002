/**
 * Reactions to order events: brackets, algorithms, trades, doubts, external changes.
 */
import type { BookedEvent, Booking } from '../booking.ts'
import type { KernelContext } from '../context.ts'
import type { PositionCloser } from '../orders/position-closer.ts'
import { mulDiv } from '../../core/decimal.ts'
import { type Side, cash, lots } from '../../core/units.ts'
import type { Position } from '../../portfolio/position.ts'
import type { OrderAdopted, OrderEvent, OrderRejected } from '../../trading/event.ts'
import { type Order, isOpenStatus, isPositionStop } from '../../trading/order.ts'
import type { Algorithms } from '../orders/algorithms.ts'
import type { Brackets } from '../orders/brackets.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import type { ExternalActivity } from './external-activity.ts'
import type { SafetyControls } from './safety-controls.ts'
import { REDUCES_NOTHING } from '../state/holds.ts'
import type { OrderTable } from '../state/order-table.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

export interface OrderEventParts {
  readonly gateway: OrderGateway
  readonly closer: PositionCloser
  readonly brackets: Brackets
  readonly algorithms: Algorithms
  readonly safety: SafetyControls
  readonly external: ExternalActivity
}

export class OrderEventHandler {
  private readonly isJournaled: boolean
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly factBuffer: FactBuffer
  private readonly gateway: OrderGateway
  private readonly closer: PositionCloser
  private readonly brackets: Brackets
  private readonly algorithms: Algorithms
  private readonly safety: SafetyControls
  private readonly external: ExternalActivity

  constructor(
    { config, portfolio, orders, factBuffer }: KernelContext,
    { gateway, closer, brackets, algorithms, safety, external }: OrderEventParts,
  ) {
    this.isJournaled = config.isJournaled
    this.portfolio = portfolio
    this.orders = orders
    this.factBuffer = factBuffer
    this.gateway = gateway
    this.closer = closer
    this.brackets = brackets
    this.algorithms = algorithms
    this.safety = safety
    this.external = external
  }

  handle(event: OrderEvent, { outcome, booking }: BookedEvent): void {
    if (outcome === 'applied') {
      if (booking !== undefined) this.gateway.tradeFacts(booking)
      if (this.isJournaled) this.emitReducedFact(event)
      if (booking !== undefined) this.afterBooking(event, booking)
      this.closer.afterOrderEvent(event, this.safety.isFlattening(event.instrument))
      this.followOrder(event)
      if (event.type === 'order-rejected' && this.isJournaled) this.doubtAfter(event)
      return
    }
    if (outcome === 'duplicate') return
    this.safety.quarantine(event, outcome)
  }

  /** Brackets and algorithms continue from what an order of theirs has become. */
  private followOrder(event: OrderEvent): void {
    const order = this.orders.find(event.instrument, event.orderId, event.venueOrderId)
    if (order === undefined) return
    if (event.type === 'order-filled') {
      this.brackets.afterFill(order)
      this.keepNearerStop(order)
      // It was on its way when everything was flattened: it goes the same way.
      if (order.class === 'entry' && order.origin === 'ours' && this.safety.isFlattening(event.instrument))
        this.closer.close(order.instrument, undefined, 'flatten', {
          rule: 'filled after the panic',
          values: { order: order.orderId },
        })
      if (isPositionStop(order) || order.kind === 'trailing-stop' || isByVenue(order.origin)) this.dropStopped(order)
    }
    if (order.class === 'protective' && order.origin === 'ours') this.brackets.release(order.instrument)
    if (event.type === 'order-amended' && isPositionStop(order) && this.isJournaled) {
      this.external.afterStop(order)
      this.brackets.keepStop(order.instrument)
    }
    if (order.parentOrderId !== undefined && order.origin === 'ours') this.algorithms.afterChild(order)
  }

  /** The venue has moved the stop of the whole position to that of the entry that filled: one that stood nearer is set again. */
  private keepNearerStop(order: Order): void {
    const stop = this.portfolio.stopOf(order.instrument)
    if (order.class !== 'entry' || order.origin !== 'ours' || order.stop === undefined || stop === undefined || stop === order.stop) return
    if (this.portfolio.positionLots(order.instrument) * order.side <= 0) return
    this.gateway.requestProtection(order.instrument, { stop }, 'the nearer stop stays')
  }

  /** What would open again what was just stopped out: the rest of an entry, and running execution algorithms. */
  private dropStopped(exit: Order): void {
    const side: Side = exit.side === 1 ? -1 : 1
    this.algorithms.endOn(exit.instrument, 'its stop was reached', { side })
    this.gateway.cancelEntriesOf(exit.instrument, 'its stop was reached', side)
  }

  /** An exit that fits our records and not the venue's: entries of the symbol wait until the account has been read. */
  private doubtAfter(event: OrderRejected): void {
    const order = this.orders.find(event.instrument, event.orderId, event.venueOrderId)
    if (order === undefined || order.class === 'entry' || this.portfolio.positionLots(event.instrument) === 0) return
    const reason = `the exit #${order.orderId} was refused (${event.code} ${event.detail})`
    this.safety.doubt(event.instrument, reason, event.code === REDUCES_NOTHING ? 'nothing-to-reduce' : undefined)
  }

  private afterBooking({ instrument }: OrderEvent, { changedOutside, oversold }: Booking): void {
    if (changedOutside !== undefined) this.external.afterChange(changedOutside, 'an order in the app')
    if (oversold !== undefined) this.safety.alertOversold(instrument, oversold)
  }

  /** Once an exit, when no more of it comes. */
  private emitReducedFact(event: OrderEvent): void {
    const order = this.orders.find(event.instrument, event.orderId, event.venueOrderId)
    const openTrade = this.portfolio.openTrade(event.instrument)
    if (order === undefined || openTrade === undefined || order.filled === 0 || isOpenStatus(order.status)) return
    if (order.side === openTrade.side || order.origin === 'external') return
    const { lots: held, cost } = this.portfolio.positions[event.instrument] as Position
    const left = Math.abs(held)
    const paid = mulDiv(cost, order.filled, left, 'nearest')
    this.factBuffer.push({
      type: 'trade-reduced',
      number: openTrade.number,
      strategy: openTrade.strategy,
      instrument: openTrade.instrument,
      side: openTrade.side,
      orderId: order.orderId,
      lots: order.filled,
      notional: order.filledNotional,
      result: cash((order.filledNotional - paid) * openTrade.side - (order.filledFee ?? 0)),
      left: lots(left),
      reason: openTrade.exitReason,
      ts: this.portfolio.now,
    })
  }

  adopted(event: OrderAdopted): void {
    // Somebody flattened the account outside this process: what is left to do is to open nothing (S7).
    if (event.origin === 'panic-direct') this.safety.haltAfterDirectPanic()
    if (isByVenue(event.origin)) this.safety.alertTakenOver(event)
    if (!this.isJournaled || (event.origin !== 'attached-stop' && event.origin !== 'external')) return
    const order = this.orders.find(event.instrument, undefined, event.venueOrderId)
    if (order === undefined || order.status !== 'accepted') return
    if (event.origin === 'attached-stop') this.external.afterStop(order)
    else if (event.kind !== 'market') this.external.afterOrder(order)
  }
}

/** The exchange closes it by itself: no order of Ballast's asked for it. */
const isByVenue = (origin: Order['origin']): boolean => origin === 'liquidation' || origin === 'adl' || origin === 'delivery'
