/**
 * The one place where an order, a denial or a cancel becomes a fact.
 * Never sends an entry that risk has not passed, and never denies a verified exit (S2).
 */
import { growList } from '../../core/column.ts'
import type { Booking } from '../booking.ts'
import type { KernelContext } from '../context.ts'
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
import { type Instrument, shownPrice } from '../../market/instrument.ts'
import { type TradeRisk, assessEntry } from '../../risk/assessment/trade-risk.ts'
import { checkExit } from '../../risk/check.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import { stopToSend } from '../../risk/at-stake.ts'
import { plannedLossOf } from '../../risk/planned-loss.ts'
import type { Sized } from '../../risk/sizing.ts'
import {
  type IntentClass,
  type Order,
  type OrderIntent,
  type Reason,
  clientOrderIdOf,
  isLimitClose,
  isOperators,
  venueTargets,
} from '../../trading/order.ts'
import type { ParentOrders } from '../state/parent-orders.ts'
import type { PendingCloses } from '../state/pending-closes.ts'
import type { KernelConfig } from '../config.ts'
import type { AlertSeverity } from '../state/alert-severity.ts'
import type { OrderSubmitted, StopRequested, WantedEntry } from '../fact.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import type { OrderTable } from '../state/order-table.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import { MarketRun } from '../state/strategies/markets-run.ts'
import type { StrategyRun } from '../state/strategies/strategy-run.ts'

/** What an order belongs to. */
export interface OrderLink {
  readonly parentOrderId?: OrderId
  readonly group?: OrderId
}
const ALONE: OrderLink = {}
const ASKED_MAX = 8

export class OrderGateway {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  private readonly orders: OrderTable
  private readonly factBuffer: FactBuffer
  private readonly runs: readonly (StrategyRun | undefined)[]
  private readonly parentOrders: ParentOrders
  private readonly closes: PendingCloses
  /** Stops that were asked for and that the venue has not confirmed yet, by instrument, oldest first. */
  private readonly asked: Ticks[][]

  constructor({ config, portfolio, limits, orders, factBuffer, runs, parentOrders, closes }: KernelContext) {
    this.parentOrders = parentOrders
    this.closes = closes
    this.config = config
    this.portfolio = portfolio
    this.limits = limits
    this.orders = orders
    this.factBuffer = factBuffer
    this.runs = runs
    this.asked = config.instruments.map(() => [])
  }

  /** The list of instruments has become longer. */
  grow(): void {
    growList(this.asked, this.config.instruments.length, () => [])
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.config.instruments[i] as Instrument
  }

  /** Records an order that has passed risk, as the fact `order-submitted`. */
  submit(intent: OrderIntent, sized: Sized | undefined, link: OrderLink = ALONE): OrderId {
    const id = this.orders.peekOrderId()
    const isBudget = 'budget' in intent.size
    const instrument = this.instrument(intent.instrument)
    const mark = this.portfolio.mark(intent.instrument)
    const quantity = isBudget ? lots(0) : (intent.size as { readonly lots: Lots }).lots
    // Spot orders carry neither: both are orders of Ballast's, made as the entry fills.
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
      risk: this.config.isJournaled && !isBudget && intent.class === 'entry' ? this.assess(intent, quantity) : undefined,
      expiresAt: intent.expiresAt,
      parentOrderId: link.parentOrderId,
      group: link.group,
      ...(intent.name === undefined ? undefined : { name: intent.name }),
      targets: targets === intent.targets ? undefined : intent.targets,
      stop: isSpot ? intent.stop : undefined,
    }
    this.foldSubmitted(fact)
    this.factBuffer.push(fact)
    return id
  }

  /** What an entry would be, before it is booked. */
  assess(intent: OrderIntent, quantity: Lots): TradeRisk {
    return assessEntry(intent, quantity, this.portfolio, this.limits.of(intent.instrument), this.config.costs)
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
      ...(fact.name === undefined ? undefined : { name: fact.name }),
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
    this.parentOrders.noteChild(fact.parentOrderId)
    if (fact.class === 'reduce' || fact.class === 'flatten') this.closes.sent(command.instrument, command.lots)
    if (fact.class === 'entry') this.portfolio.noteEntry(command.instrument, command.side, fact.ts)
    this.noteSignal(command.instrument, fact.class, fact.reason, fact.ts)
  }

  /** The stop that an entry is sent with. */
  stopFor(entry: Pick<OrderIntent, 'instrument' | 'side' | 'stop'>, price: Ticks | undefined): Ticks | undefined {
    const { instrument: i, side, stop } = entry
    return stop === undefined ? undefined : stopToSend(this.portfolio, i, side, stop, price ?? this.portfolio.mark(i))
  }

  /** A stop that was asked for farther away than the one that stands is not set, and an alert says so. */
  alertKeptStop(intent: OrderIntent, asked: Ticks | undefined): void {
    if (asked === undefined || intent.stop === undefined || intent.stop === asked) return
    const instrument = this.instrument(intent.instrument)
    this.alert('stop.kept', 'P3', intent.instrument, { stop: shownPrice(instrument, intent.stop), asked: shownPrice(instrument, asked) })
  }

  /** Asks the venue to move what protects a position. */
  requestProtection(i: InstrumentIndex, legs: Pick<StopRequested, 'stop' | 'target' | 'trail'>, cause: string): void {
    this.foldStop(i, legs.stop)
    const byOrders = this.instrument(i).category === 'spot' ? { isByOrders: true } : undefined
    this.factBuffer.push({ type: 'stop-requested', instrument: i, ...byOrders, ...legs, triggerBy: 'mark', cause, ts: this.portfolio.now })
  }

  /** The stop that the trade is meant to have from now on. */
  foldStop(i: InstrumentIndex, stop: Ticks | undefined): void {
    const openTrade = this.portfolio.openTrade(i)
    if (openTrade === undefined || stop === undefined) return
    openTrade.stop = stop
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

  /** An order or a denial that came from a strategy's signal, not from an operator's close. */
  noteSignal(i: InstrumentIndex, intentClass: IntentClass, reason: Reason, at: Ts): void {
    const run = this.runs[i]
    if (run !== undefined && (intentClass === 'entry' || (intentClass === 'reduce' && !isOperators(reason)))) run.lastSignalTs = at
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
    wanted?: WantedEntry,
    name?: string,
  ): void {
    if (parentOrderId !== undefined) this.parentOrders.noteDenied(parentOrderId, this.portfolio.now)
    this.noteDenied(i, name, denial.rule)
    this.factBuffer.push({
      ...(name === undefined ? undefined : { name }),
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
      wanted,
    })
    this.noteSignal(i, intentClass, reason, this.portfolio.now)
  }

  /** Denies an order with what would have been sent. */
  denyIntent(intent: OrderIntent, quantity: Lots, denial: RiskDenial, parentOrderId?: OrderId): void {
    const { strategy, instrument: i, side, limit, trigger, stop, reason } = intent
    const wanted = this.config.isJournaled ? { lots: quantity, price: limit ?? trigger ?? this.portfolio.mark(i), stop } : undefined
    this.deny(strategy, i, intent.class, side, denial, reason, parentOrderId, wanted, intent.name)
  }

  /** The strategy hears of it at its next decision. */
  noteDenied(i: InstrumentIndex, name: string | undefined, rule: string): void {
    const run = this.runs[i]
    if (name !== undefined && run instanceof MarketRun) run.of.notices.denied(run.at, name, rule)
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

  /** Entries of whoever does not own their symbol any more. */
  cancelStrayEntries(ownerOf: (i: InstrumentIndex) => StrategyId | undefined): void {
    for (const { index } of this.config.instruments)
      for (const order of this.orders.open(index))
        if (order.class === 'entry' && order.origin === 'ours' && order.strategy !== ownerOf(index))
          this.requestCancel(order, 'strategy removed')
  }

  /** All entries, or the one order that is named, which may be a close at a price. A protective stop is neither and stays. */
  cancelEntries(id: OrderId | undefined, cause: string): void {
    for (const instrument of this.config.instruments)
      for (const order of this.orders.open(instrument.index)) {
        const isEntry = order.class === 'entry' && order.origin === 'ours'
        if (id === undefined ? isEntry : order.orderId === id && (isEntry || isLimitClose(order))) this.requestCancel(order, cause)
      }
  }

  /** Changes an open order at the venue; what is undefined stays. The order itself changes when the venue reports so. */
  requestAmend(order: Order, change: { readonly lots?: Lots; readonly limit?: Ticks; readonly trigger?: Ticks }, cause: string): void {
    if (order.cancelRequested) return
    this.factBuffer.push({
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

  /** The records have nothing to change: the order is over for them. */
  cancelLeftover({ instrument, orderId, clientOrderId, venueOrderId, actor }: CancelLeftover): void {
    const cause = `left over, by ${actor}`
    this.factBuffer.push({ type: 'cancel-requested', orderId, instrument, clientOrderId, venueOrderId, cause, ts: this.portfolio.now })
  }

  requestCancel(order: Order, cause: string): void {
    if (order.cancelRequested) return
    order.cancelRequested = true
    this.repeatCancel(order, cause)
  }

  /** A cancel that was asked for may be lost: asking again does no harm. */
  repeatCancel(order: Order, cause: string): void {
    this.factBuffer.push({
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

  /** Trades that a booking began and ended. */
  tradeFacts({ closed, opened }: Booking): void {
    if (closed !== undefined) this.factBuffer.push({ type: 'trade-closed', trade: closed, ts: this.portfolio.now })
    if (opened !== undefined && this.config.isJournaled)
      this.factBuffer.push({
        type: 'trade-opened',
        number: opened.number,
        strategy: opened.strategy,
        instrument: opened.instrument,
        side: opened.side,
        orderId: opened.entryOrderId,
        ts: this.portfolio.now,
      })
  }

  alert<C extends AlertCode>(code: C, severity: AlertSeverity, instrument: InstrumentIndex | undefined, data: AlertData[C]): void {
    this.factBuffer.push({ type: 'alert-raised', alert: code, severity, instrument, data, ts: this.portfolio.now })
  }

  /** An alert of the trader's own monitors, in its own words. */
  notice({ alert, severity, about, summary }: Notice): void {
    this.factBuffer.push({ type: 'alert-raised', alert, severity, instrument: about, summary, ts: this.portfolio.now })
  }
}
