/**
 * The desk: the one place where an order, a denial or a cancel becomes a fact.
 * Never sends an entry that risk has not passed, and never denies a verified exit (S2).
 */
import type { AlertCode, AlertData } from '../alert.ts'
import type { CancelLeftover, Notice } from '../input.ts'
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type OrderId,
  type Side,
  type StrategyId,
  type Ticks,
  type Ts,
  cash,
  lots,
} from '../../core/units.ts'
import { type Instrument, shownPrice, isTooSmall } from '../../market/instrument.ts'
import { checkExit } from '../../risk/check.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import { stopToSend } from '../../risk/at-stake.ts'
import { plannedLossOf } from '../../risk/planned-loss.ts'
import type { Sized } from '../../risk/sizing.ts'
import type { OrderEvent } from '../../trading/event.ts'
import {
  type IntentClass,
  type Order,
  type OrderIntent,
  type Reason,
  clientOrderIdOf,
  isLimitClose,
  isOwnExit,
  isSpotExit,
  openLotsOf,
  venueTargets,
} from '../../trading/order.ts'
import type { ParentOrders } from '../state/parent-orders.ts'
import type { PendingCloses, PendingClose } from '../state/pending-closes.ts'
import type { KernelConfig } from '../config.ts'
import type { AlertSeverity } from '../state/alert-severity.ts'
import type { OrderSubmitted, StopRequested } from '../fact.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import { REDUCES_NOTHING } from '../state/holds.ts'
import { LimitCloses } from './limit-closes.ts'
import type { OrderTable } from '../state/order-table.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import type { StrategyRun } from '../state/strategy-run.ts'

/** What an order belongs to. */
export interface OrderLink {
  readonly parentOrderId?: OrderId
  readonly group?: OrderId
}
const ALONE: OrderLink = {}
const ASKED_MAX = 8

/** Reason of an exit that a person asked for. */
export const OPERATOR_CLOSE = 'operator close'

export class OrderGateway {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly orders: OrderTable
  private readonly outbox: FactBuffer
  private readonly runs: readonly (StrategyRun | undefined)[]
  private readonly algorithms: ParentOrders
  readonly closes: PendingCloses
  private readonly limitCloses: LimitCloses
  /** Told of a close that waits: what stands against it is to be taken off. */
  makeRoom: (i: InstrumentIndex) => void = () => {}
  /** Stops that were asked for and that the venue has not confirmed yet, by instrument, oldest first. */
  private readonly asked: Ticks[][]

  constructor(
    config: KernelConfig,
    portfolio: PortfolioState,
    orders: OrderTable,
    outbox: FactBuffer,
    runs: readonly (StrategyRun | undefined)[],
    algorithms: ParentOrders,
    closes: PendingCloses,
  ) {
    this.closes = closes
    this.algorithms = algorithms
    this.config = config
    this.portfolio = portfolio
    this.orders = orders
    this.outbox = outbox
    this.runs = runs
    this.asked = config.instruments.map(() => [])
    this.limitCloses = new LimitCloses(portfolio, orders, this)
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.config.instruments[i] as Instrument
  }

  /** Books an order and says so. Risk has passed it. */
  submit(intent: OrderIntent, sized: Sized | undefined, link: OrderLink = ALONE): OrderId {
    const id = this.orders.peekOrderId()
    const isBudget = 'budget' in intent.size
    const instrument = this.instrument(intent.instrument)
    const mark = this.portfolio.mark(intent.instrument)
    const quantity = isBudget ? lots(0) : (intent.size as { readonly lots: Lots }).lots
    // Spot orders carry neither: both are orders of ours, made as the entry fills.
    const isSpot = instrument.category === 'spot'
    const targets = isSpot ? undefined : venueTargets(intent.targets)
    const fact: OrderSubmitted = {
      type: 'order-submitted',
      command: {
        type: 'submit-order',
        orderId: id,
        clientOrderId: clientOrderIdOf(this.config.tag, id),
        instrument: intent.instrument,
        side: intent.side,
        kind: intent.kind,
        lots: quantity,
        budget: isBudget ? (intent.size as { readonly budget: Cash }).budget : undefined,
        limit: intent.limit,
        trigger: intent.trigger,
        triggerBy: intent.triggerBy,
        stop: isSpot ? undefined : intent.stop,
        targets,
        timeInForce: intent.timeInForce,
        reduceOnly: intent.class !== 'entry',
      },
      strategy: intent.strategy,
      class: intent.class,
      origin: 'ours',
      reason: intent.reason,
      mark,
      ts: this.portfolio.now,
      sizing: this.config.isJournaled ? sized?.steps : undefined,
      plannedLoss:
        intent.stop === undefined || isBudget || intent.class !== 'entry'
          ? undefined
          : plannedLossOf(instrument, intent.limit ?? intent.trigger ?? mark, intent.stop, quantity, this.config.costs),
      expiresAt: intent.expiresAt,
      parentOrderId: link.parentOrderId,
      group: link.group,
      targets: targets === intent.targets ? undefined : intent.targets,
      stop: isSpot ? intent.stop : undefined,
    }
    this.foldSubmitted(fact)
    this.outbox.push(fact)
    return id
  }

  foldSubmitted(fact: OrderSubmitted): void {
    const { command } = fact
    this.orders.add({
      orderId: command.orderId,
      clientOrderId: command.clientOrderId,
      venueOrderId: undefined,
      origin: fact.origin,
      parentOrderId: fact.parentOrderId,
      group: fact.group,
      strategy: fact.strategy,
      instrument: command.instrument,
      class: fact.class,
      side: command.side,
      kind: command.kind,
      lots: command.lots,
      budget: command.budget,
      filled: lots(0),
      filledNotional: cash(0),
      limit: command.limit,
      trigger: command.trigger,
      triggerBy: command.triggerBy,
      stop: fact.stop ?? command.stop,
      targets: fact.targets ?? command.targets,
      timeInForce: command.timeInForce,
      reduceOnly: command.reduceOnly,
      reason: fact.reason,
      decidedAt: fact.mark > 0 ? fact.mark : undefined,
      plannedLoss: fact.plannedLoss,
      status: 'submitted',
      tradeIds: [],
      cancelRequested: false,
      submittedTs: fact.ts,
      updatedTs: fact.ts,
      expiresAt: fact.expiresAt,
    })
    this.algorithms.noteChild(fact.parentOrderId)
    if (fact.class === 'reduce' || fact.class === 'flatten') this.closes.sent(command.instrument, command.lots)
    if (fact.class === 'entry') this.portfolio.noteEntry(command.instrument, command.side, fact.ts)
    this.noteSignal(command.instrument, fact.class, fact.reason, fact.ts)
  }

  /** The stop that an entry is sent with. */
  stopFor(entry: Pick<OrderIntent, 'instrument' | 'side' | 'stop'>, price: Ticks | undefined): Ticks | undefined {
    const { instrument: i, side, stop } = entry
    return stop === undefined ? undefined : stopToSend(this.portfolio, i, side, stop, price ?? this.portfolio.mark(i))
  }

  /** A stop that was asked for farther away than the one that stands is not taken in silence. */
  alertKeptStop(intent: OrderIntent, asked: Ticks | undefined): void {
    if (asked === undefined || intent.stop === undefined || intent.stop === asked) return
    const instrument = this.instrument(intent.instrument)
    this.alert('stop.kept', 'P3', intent.instrument, { stop: shownPrice(instrument, intent.stop), asked: shownPrice(instrument, asked) })
  }

  /** Asks the venue to move what guards a position. */
  requestProtection(i: InstrumentIndex, legs: Pick<StopRequested, 'stop' | 'target' | 'trail'>, cause: string): void {
    this.foldStop(i, legs.stop)
    const byOrders = this.instrument(i).category === 'spot' ? { isByOrders: true } : undefined
    this.outbox.push({ type: 'stop-requested', instrument: i, ...byOrders, ...legs, triggerBy: 'mark', cause, ts: this.portfolio.now })
  }

  /** The stop that the trade is meant to have from now on. */
  foldStop(i: InstrumentIndex, stop: Ticks | undefined): void {
    const trip = this.portfolio.openTrade(i)
    if (trip === undefined || stop === undefined) return
    trip.stop = stop
    const asked = this.asked[i] as Ticks[]
    asked.push(stop)
    if (asked.length > ASKED_MAX) asked.shift()
  }

  /** Its prices count in other steps from now on. */
  forgetAsked(i: InstrumentIndex): void {
    this.asked[i]?.splice(0)
  }

  hasAsked(i: InstrumentIndex, stop: Ticks): boolean {
    return (this.asked[i] as Ticks[]).includes(stop)
  }

  /** The venue has it: what was asked for before it is over. */
  confirmStop(i: InstrumentIndex, stop: Ticks): void {
    const asked = this.asked[i] as Ticks[]
    asked.splice(0, asked.indexOf(stop) + 1)
  }

  /** An order or a denial that came from a strategy's opinion; a person's close is none. */
  noteSignal(i: InstrumentIndex, intentClass: IntentClass, reason: Reason, at: Ts): void {
    const run = this.runs[i]
    if (run !== undefined && (intentClass === 'entry' || (intentClass === 'reduce' && reason.rule !== OPERATOR_CLOSE)))
      run.lastSignalTs = at
  }

  /** Closes a position or a part of it at market, reduce-only; on spot as soon as nothing else can sell the coins. What is already being closed is not closed twice. */
  closePosition(
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
    let closing = 0
    for (const order of this.orders.open(i))
      if (isLimitClose(order)) continue
      else if ((isSpot ? isSpotExit(order) : isOwnExit(order)) && counts(order)) closing += openLotsOf(order)
      else if (isSpot && isSelling(order)) closing += openLotsOf(order)
    const size = Math.abs(held) - closing - this.closes.lots(i)
    let left: number = Math.min(size, part ?? size)
    // What would be left could not be sold any more.
    if (isSpot && left > 0 && isTooSmall(instrument, this.portfolio.mark(i), lots(size - left))) left = size
    if (left <= 0) {
      if (part !== undefined || intentClass === 'flatten') return
      if (held === 0)
        this.deny(this.portfolio.ownerOrExternal(i), i, intentClass, side, { rule: 'exit-not-verified', figures: { held: '0' } }, reason)
      return
    }
    this.limitCloses.takeBack(i, size - left, reason.rule)
    if (isSpot) this.wantClose(i, left, intentClass, reason)
    else this.sendExit(i, lots(left), intentClass, reason)
  }

  /** Closes a position or a part of it at a price or a better one, reduce-only. */
  closeAtLimit(i: InstrumentIndex, part: Lots | undefined, limit: Ticks, reason: Reason): void {
    this.limitCloses.place(this.instrument(i), part, limit, reason)
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
    this.outbox.push({ type: 'close-wanted', instrument: i, close, ts: this.portfolio.now })
    this.makeRoom(i)
  }

  /** Market orders that reduce, split by the venue's maximum. */
  sendExit(i: InstrumentIndex, total: Lots, intentClass: 'reduce' | 'flatten', reason: Reason): void {
    const instrument = this.instrument(i)
    const side: Side = this.portfolio.positionLots(i) > 0 ? -1 : 1
    let left: number = total
    while (left > 0) {
      const quantity = lots(Math.min(left, instrument.lotsMarketMax))
      left -= quantity
      const intent: OrderIntent = {
        strategy: this.portfolio.ownerOrExternal(i),
        instrument: i,
        class: intentClass,
        side,
        kind: 'market',
        size: { lots: quantity },
        triggerBy: 'mark',
        timeInForce: 'gtc',
        reason,
      }
      const denial = checkExit(intent, quantity, this.portfolio)
      if (denial !== undefined) {
        this.deny(intent.strategy, i, intentClass, side, denial, reason)
        this.alert('order.rejected', 'P1', i, { by: 'risk', rule: denial.rule })
        return
      }
      this.submit(intent, undefined)
    }
  }

  deny(
    strategy: StrategyId,
    i: InstrumentIndex,
    intentClass: IntentClass,
    side: Side,
    denial: RiskDenial,
    reason: Reason,
    parentOrderId?: OrderId,
  ): void {
    if (parentOrderId !== undefined) this.algorithms.noteDenied(parentOrderId, this.portfolio.now)
    this.outbox.push({
      parentOrderId,
      type: 'order-denied',
      strategy,
      instrument: i,
      class: intentClass,
      side,
      rule: denial.rule,
      figures: denial.figures,
      reason,
      ts: this.portfolio.now,
    })
    this.noteSignal(i, intentClass, reason, this.portfolio.now)
  }

  /** Entries on one side, or on both. */
  cancelEntriesOf(i: InstrumentIndex, cause: string, side?: Side): void {
    const open = this.orders.open(i)
    for (let k = 0; k < open.length; k++) {
      const order = open[k] as Order
      if (order.class === 'entry' && order.origin === 'ours' && (side === undefined || order.side === side))
        this.requestCancel(order, cause)
    }
  }

  /** All entries, or the one order that is named, which may be a close at a price. A protective stop is neither and stays. */
  cancelEntries(id: OrderId | undefined, cause: string): void {
    for (const instrument of this.config.instruments)
      for (const order of this.orders.open(instrument.index)) {
        const isEntry = order.class === 'entry' && order.origin === 'ours'
        if (id === undefined ? isEntry : order.orderId === id && (isEntry || isLimitClose(order))) this.requestCancel(order, cause)
      }
  }

  /** Changes an open order at the venue; what is undefined stays. The order itself changes when the venue says so. */
  requestAmend(order: Order, change: { readonly lots?: Lots; readonly limit?: Ticks; readonly trigger?: Ticks }, cause: string): void {
    if (order.cancelRequested) return
    this.outbox.push({
      type: 'amend-requested',
      orderId: order.orderId,
      instrument: order.instrument,
      clientOrderId: order.clientOrderId,
      venueOrderId: order.venueOrderId,
      lots: change.lots,
      limit: change.limit,
      trigger: change.trigger,
      cause,
      ts: this.portfolio.now,
    })
  }

  /** The books have nothing to change: the order is over for them. */
  cancelLeftover({ instrument, orderId, clientOrderId, venueOrderId, actor }: CancelLeftover): void {
    const cause = `left over, by ${actor}`
    this.outbox.push({ type: 'cancel-requested', orderId, instrument, clientOrderId, venueOrderId, cause, ts: this.portfolio.now })
  }

  requestCancel(order: Order, cause: string): void {
    if (order.cancelRequested) return
    order.cancelRequested = true
    this.repeatCancel(order, cause)
  }

  /** A cancel that was asked for may be lost: asking again does no harm. */
  repeatCancel(order: Order, cause: string): void {
    this.outbox.push({
      type: 'cancel-requested',
      orderId: order.orderId,
      instrument: order.instrument,
      clientOrderId: order.clientOrderId,
      venueOrderId: order.venueOrderId,
      cause,
      ts: this.portfolio.now,
    })
  }

  /** Entries whose time is over, and targets whose position is gone or has turned. */
  expireOrders(): void {
    for (const instrument of this.config.instruments)
      for (const order of this.orders.open(instrument.index))
        if (order.class === 'entry' && order.expiresAt !== undefined && this.portfolio.now >= order.expiresAt)
          this.requestCancel(order, 'expired')
        else if (
          ((order.class === 'protective' && order.origin === 'ours') || isLimitClose(order)) &&
          this.portfolio.positionLots(order.instrument) * order.side >= 0
        )
          this.requestCancel(order, 'nothing left to reduce')
  }

  /** Cancels all entries and closes every position of ours. */
  flattenAll(cause: string): void {
    this.cancelEntries(undefined, cause)
    for (const instrument of this.config.instruments) this.flattenHeld(instrument.index, cause)
  }

  /** Cancels the entries of a symbol and closes what is ours of it. */
  flattenOn(i: InstrumentIndex, cause: string): void {
    this.cancelEntriesOf(i, cause)
    this.flattenHeld(i, cause)
  }

  private flattenHeld(i: InstrumentIndex, cause: string): void {
    if (this.portfolio.openTrade(i) !== undefined) this.closePosition(i, undefined, 'flatten', { rule: cause, values: {} })
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
      this.alert('order.rejected', isNothingLeft ? 'P3' : isExit && held !== 0 ? 'P1' : 'P2', event.instrument, {
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
    if (panicActive) this.closePosition(event.instrument, undefined, 'flatten', order.reason)
    else if (order.class === 'protective' || !isLost) return
    else if (isLimitClose(order) && order.limit !== undefined)
      this.closeAtLimit(event.instrument, lots(openLotsOf(order)), order.limit, order.reason)
    // No more than it was for: a half that was lost is a half.
    else this.closePosition(event.instrument, lots(openLotsOf(order)), 'reduce', order.reason)
  }

  alert<C extends AlertCode>(code: C, severity: AlertSeverity, instrument: InstrumentIndex | undefined, data: AlertData[C]): void {
    this.outbox.push({ type: 'alert-raised', alert: code, severity, instrument, data, ts: this.portfolio.now })
  }

  /** What the trader has to say of its surroundings, in its own words. */
  notice({ alert, severity, about, summary }: Notice): void {
    this.outbox.push({ type: 'alert-raised', alert, severity, instrument: about, summary, ts: this.portfolio.now })
  }
}

/** A stop or target of ours whose trigger was reached: it is selling, and what it sells must not be sold twice. */
const isSelling = (order: Order): boolean =>
  order.class === 'protective' && order.origin === 'ours' && (order.status === 'triggered' || order.status === 'partially-filled')
