/**
 * Closes positions, at market or at a price: what is being closed already is not closed twice, and what failed is tried again.
 */
import type { Brackets } from './brackets.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import { type Instrument, isTooSmall, notionalOf } from '../../market/instrument.ts'
import { type InstrumentIndex, type Lots, type Side, type Ticks, lots } from '../../core/units.ts'
import type { KernelConfig } from '../config.ts'
import type { KernelContext } from '../context.ts'
import { LimitCloses, type OwnClose } from './limit-closes.ts'
import { type Order, type Reason, isLimitClose, isOwnExit, isSpotExit, openLotsOf } from '../../trading/order.ts'
import type { OrderEvent } from '../../trading/event.ts'
import type { OrderGateway } from './order-gateway.ts'
import { type RiskDenial, coinsText } from '../../risk/denial.ts'
import type { OrderTable } from '../state/order-table.ts'
import type { PendingClose, PendingCloses } from '../state/pending-closes.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import { REDUCES_NOTHING } from '../state/holds.ts'

/** Exits that the venue refuses within the span before the next one waits: as fast as it answers would be a storm of orders that closes nothing. */
const REFUSALS_MAX = 3
const REFUSED_SPAN_MS = 15_000

const tooSmall = (instrument: Instrument, price: Ticks, quantity: Lots): RiskDenial => ({
  rule: 'notional-min',
  figures: {
    notional: coinsText(notionalOf(instrument, price, quantity, 'floor')),
    min: coinsText(instrument.notionalMin),
  },
})

export class PositionCloser {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly factBuffer: FactBuffer
  private readonly closes: PendingCloses
  private readonly gateway: OrderGateway
  private readonly brackets: Brackets
  private readonly limitCloses: LimitCloses

  constructor({ config, portfolio, orders, factBuffer, closes }: KernelContext, gateway: OrderGateway, brackets: Brackets) {
    this.config = config
    this.portfolio = portfolio
    this.orders = orders
    this.factBuffer = factBuffer
    this.closes = closes
    this.gateway = gateway
    this.brackets = brackets
    this.limitCloses = new LimitCloses(portfolio, orders, gateway)
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.config.instruments[i] as Instrument
  }

  /** Closes a position or a part of it at market, reduce-only; on spot as soon as nothing else can sell the coins. What is already being closed is not closed twice. */
  close(
    i: InstrumentIndex,
    part: Lots | undefined,
    intentClass: 'reduce' | 'flatten',
    reason: Reason,
    counts: (exit: Order) => boolean = () => true,
  ): void {
    const instrument = this.instrument(i)
    const held = this.portfolio.positionLots(i)
    const side: Side = held > 0 ? -1 : 1
    const isSpot = instrument.category === 'spot'
    if (intentClass === 'flatten') this.limitCloses.takeBack(i, 0, reason.rule)
    const deny = (denial: RiskDenial): void => this.gateway.deny(this.portfolio.ownerOrExternal(i), i, intentClass, side, denial, reason)
    const size = this.unclosed(i, counts)
    let left: number = Math.min(size, part ?? size)
    // What would be left could not be sold any more.
    if (isSpot && left > 0 && isTooSmall(instrument, this.portfolio.mark(i), lots(size - left))) left = size
    if (left <= 0) {
      if (part !== undefined || intentClass === 'flatten') return
      if (held === 0) deny({ rule: 'exit-not-verified', figures: { held: '0' } })
      return
    }
    if (isSpot && this.isUnsellable(instrument, lots(left))) {
      // The watchdog writes off what the venue does not take (safety-controls).
      if (intentClass !== 'flatten') deny(tooSmall(instrument, this.portfolio.mark(i), lots(left)))
      return
    }
    this.limitCloses.takeBack(i, size - left, reason.rule)
    if (isSpot) this.wantClose(i, left, intentClass, reason)
    else this.gateway.sendExit(i, lots(left), intentClass, reason)
  }

  private isUnsellable(instrument: Instrument, quantity: Lots): boolean {
    const mark = this.portfolio.mark(instrument.index)
    return mark > 0 && isTooSmall(instrument, mark, quantity)
  }

  /** Closes so much that `left` stays once all that is being closed has filled; nothing where that is so already. */
  closeDownTo(i: InstrumentIndex, left: Lots, reason: Reason): void {
    const part = this.unclosed(i) - left
    if (part > 0) this.close(i, left === 0 ? undefined : lots(part), 'reduce', reason)
  }

  /** What is held and not being closed at market already. */
  unclosed(i: InstrumentIndex, counts: (exit: Order) => boolean = () => true): number {
    const isSpot = this.instrument(i).category === 'spot'
    let closing = 0
    for (const order of this.orders.open(i))
      if (isLimitClose(order)) continue
      else if ((isSpot ? isSpotExit(order) : isOwnExit(order)) && counts(order)) closing += openLotsOf(order)
      else if (isSpot && isSelling(order)) closing += openLotsOf(order)
    return Math.abs(this.portfolio.positionLots(i)) - closing - this.closes.lots(i)
  }

  /** Closes a position or a part of it at a price or a better one, reduce-only. */
  closeAtLimit(i: InstrumentIndex, part: Lots | undefined, limit: Ticks, reason: Reason, own?: OwnClose): void {
    this.limitCloses.place(this.instrument(i), part, limit, reason, own)
  }

  /** Added to what waits already; to flatten is the stronger wish. */
  private wantClose(i: InstrumentIndex, quantity: number, intentClass: 'reduce' | 'flatten', reason: Reason): void {
    const before = this.closes.of(i)
    const close: PendingClose = {
      lots: lots(quantity + (before?.lots ?? 0)),
      class: before?.class === 'flatten' ? 'flatten' : intentClass,
      reason,
    }
    this.closes.set(i, close)
    this.factBuffer.push({ type: 'close-wanted', instrument: i, close, ts: this.portfolio.now })
    this.brackets.makeRoom(i)
  }

  /** Cancels all entries and closes every position of Ballast's. */
  flattenAll(cause: string): void {
    this.gateway.cancelEntries(undefined, cause)
    for (const instrument of this.config.instruments) this.flattenHeld(instrument.index, cause)
  }

  /** Cancels the entries of a symbol and closes what is ours of it. */
  flattenOn(i: InstrumentIndex, cause: string): void {
    this.gateway.cancelEntriesOf(i, cause)
    this.flattenHeld(i, cause)
  }

  private flattenHeld(i: InstrumentIndex, cause: string): void {
    if (this.portfolio.openTrade(i) !== undefined) this.close(i, undefined, 'flatten', { rule: cause, values: {} })
  }

  /** As time passes: what the venue has refused to close while everything is flattened is tried again. */
  closeRefused(isFlattening: (i: InstrumentIndex) => boolean): void {
    for (const { index: i } of this.config.instruments) {
      if (!isFlattening(i) || this.portfolio.openTrade(i) === undefined || this.isRefusedOften(i)) continue
      const refused = this.refusedExits(i).at(-1)
      if (refused !== undefined) this.close(i, undefined, 'flatten', refused.reason)
    }
  }

  /** Exits that are remembered, oldest first. */
  private refusedExits(i: InstrumentIndex): readonly Order[] {
    return this.orders
      .recent(i)
      .filter((order) => order.class !== 'entry' && order.origin === 'ours' && order.status === 'rejected')
      .sort((a, b) => a.orderId - b.orderId)
  }

  private isRefusedOften(i: InstrumentIndex): boolean {
    const since = this.portfolio.now - REFUSED_SPAN_MS
    return this.refusedExits(i).filter((order) => order.updatedTs > since).length >= REFUSALS_MAX
  }

  /** What an order's end asks for: an exit that failed is tried again while a panic lasts, and is P1 in any case. */
  afterOrderEvent(event: OrderEvent, panicActive: boolean): void {
    if (
      event.type === 'order-filled' ||
      event.type === 'order-accepted' ||
      event.type === 'order-triggered' ||
      event.type === 'order-amended'
    )
      return
    const order = this.orders.find(event.instrument, event.orderId, event.venueOrderId)
    if (order === undefined || order.origin !== 'ours') return
    const isExit = order.class !== 'entry'
    const held = this.portfolio.positionLots(event.instrument)
    if (event.type === 'order-rejected') {
      // It says that nothing is held any more: the reading that follows says whether that is so, and is the alarm if not.
      const isNothingLeft = isExit && event.code === REDUCES_NOTHING
      this.gateway.alert('order.rejected', isNothingLeft ? 'P3' : isExit && held !== 0 ? 'P1' : 'P2', event.instrument, {
        by: 'venue',
        role: isExit ? 'exit' : 'entry',
        orderId: order.orderId,
        code: event.code,
        detail: event.detail,
        isNothingLeft,
      })
    }
    if (!isExit || held === 0) return
    // A target that is gone leaves the stop: the position is not closed for it.
    const isLost = event.type === 'order-never-arrived' && !order.cancelRequested
    if (panicActive) {
      if (event.type !== 'order-rejected' || !this.isRefusedOften(event.instrument))
        this.close(event.instrument, undefined, 'flatten', order.reason)
    } else if (order.class === 'protective' || !isLost) return
    else if (isLimitClose(order) && order.limit !== undefined)
      this.closeAtLimit(event.instrument, lots(openLotsOf(order)), order.limit, order.reason, ownOf(order))
    // No more than it was for: a half that was lost is a half.
    else this.close(event.instrument, lots(openLotsOf(order)), 'reduce', order.reason)
  }
}

/** What a close has that is sent once more. */
const ownOf = ({ name, expiresAt }: Order): OwnClose => ({
  ...(name === undefined ? undefined : { name }),
  ...(expiresAt === undefined ? undefined : { expiresAt }),
})

/** A stop or target of Ballast's whose trigger was reached: it is selling, and what it sells must not be sold twice. */
const isSelling = (order: Order): boolean =>
  order.class === 'protective' && order.origin === 'ours' && (order.status === 'triggered' || order.status === 'partially-filled')
