/**
 * The desk: where opinions, commands of people and findings of watchdogs become orders, denials, holds and alerts.
 * Never sends an order that risk has not passed, and never denies a verified exit (S2).
 */
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
  strategyId,
  ticks,
  ts,
} from '../core/units.ts'
import { type Instrument, formatPrice, formatQuantity } from '../market/instrument.ts'
import { checkEntry, checkExit, plannedLossOf, type RiskDenial } from '../risk/check.ts'
import { entryCaps, lotsFor, sizeByRisk, type Sized } from '../risk/sizing.ts'
import type { Signal } from '../strategy/strategy.ts'
import type { OrderEvent, PositionAdjusted } from '../trading/event.ts'
import { type IntentClass, type Order, type OrderIntent, type Reason, clientOrderIdOf } from '../trading/order.ts'
import type { KernelConfig } from './config.ts'
import type { AlertSeverity, OrderSubmitted, Outbox } from './event.ts'
import { type Hold, holdOn, tradingState } from './holds.ts'
import type { OrderBook, OrderOutcome } from './order-book.ts'
import type { PortfolioState } from './portfolio-state.ts'
import type { StrategyRun } from './strategy-run.ts'

/** S5: repair at once, alert after 5 s, close after 30 s of wall time. */
const BARE_ALERT_MS = 5_000
const BARE_CLOSE_MS = 30_000
/** Stop that the watchdog sets when the trade declared none, as a fraction of the mark. */
const EMERGENCY_STOP_FRACTION = 0.02

export class Desk {
  readonly externalOwner: StrategyId = strategyId('external')
  /** When the account's trading state last changed. */
  stateSince: Ts = ts(0)
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly orders: OrderBook
  private readonly holds: Hold[]
  private readonly outbox: Outbox
  /** Least quantities as text, by instrument: a strategy that asks at each bar is denied at each bar. */
  private readonly minimums: readonly string[]

  constructor(config: KernelConfig, portfolio: PortfolioState, orders: OrderBook, holds: Hold[], outbox: Outbox) {
    this.config = config
    this.portfolio = portfolio
    this.orders = orders
    this.holds = holds
    this.outbox = outbox
    this.minimums = config.instruments.map((instrument) => formatQuantity(instrument, instrument.lotsMin))
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.config.instruments[i] as Instrument
  }

  // Opinions.

  /** Turns an opinion into an exit, an entry, or a denial that keeps its figures. */
  takeSignal(run: StrategyRun, signal: Signal, canEnter: boolean): void {
    const i = run.instrument.index
    const held = this.portfolio.positionLots(i)
    const { side } = signal
    if (held !== 0 && (side === 0 || held > 0 !== (side === 1))) this.exitOnSignal(run, i, signal)
    if (side === 0) {
      run.deadSide = 0
      this.cancelEntriesOf(i, 'opinion is flat')
      return
    }
    if (held !== 0 && held > 0 === (side === 1)) return
    if (!canEnter) return
    if (this.hasOpenEntry(i, side)) return
    if (run.deadSide === side) return
    this.enter(run, i, side, signal)
  }

  private exitOnSignal(run: StrategyRun, i: InstrumentIndex, signal: Signal): void {
    const hold = holdOn(this.holds, run.strategy, i)
    if (hold?.effect === 'no-orders') {
      this.deny(run.strategy, i, 'reduce', signal.side === 0 ? 1 : signal.side, { rule: 'hold', figures: holdFigures(hold) }, signal.reason)
      return
    }
    this.closePosition(i, undefined, 'reduce', signal.reason)
  }

  private hasOpenEntry(i: InstrumentIndex, side: Side): boolean {
    const open = this.orders.open(i)
    for (let k = 0; k < open.length; k++) {
      const order = open[k] as Order
      if (order.class === 'entry' && order.origin === 'ours' && order.side === side) return true
    }
    return false
  }

  private enter(run: StrategyRun, i: InstrumentIndex, side: Side, signal: Signal): void {
    const hold = holdOn(this.holds, run.strategy, i)
    if (hold !== undefined) {
      run.deadSide = side
      this.deny(run.strategy, i, 'entry', side, { rule: 'hold', figures: holdFigures(hold) }, signal.reason)
      return
    }
    if (run.mode !== 'running') {
      run.deadSide = side
      this.deny(run.strategy, i, 'entry', side, { rule: 'strategy-off', figures: { mode: run.mode } }, signal.reason)
      return
    }
    const instrument = this.instrument(i)
    const mark = this.portfolio.mark(i)
    const stop = signal.stop ?? this.defaultStop(mark, side)
    const sized = this.size(instrument, side, mark, stop)
    if ('rule' in sized) {
      this.deny(run.strategy, i, 'entry', side, sized, signal.reason)
      return
    }
    const intent: OrderIntent = {
      strategy: run.strategy,
      instrument: i,
      class: 'entry',
      side,
      kind: 'market',
      size: sized.size,
      triggerBy: 'mark',
      stop,
      targets: signal.targets,
      timeInForce: 'gtc',
      reason: signal.reason,
    }
    const denial = checkEntry(intent, sized.estimate, this.portfolio, this.config.limits, this.config.costs)
    if (denial !== undefined) {
      this.deny(run.strategy, i, 'entry', side, denial, signal.reason)
      return
    }
    this.submit(intent, sized.detail)
  }

  private defaultStop(mark: Ticks, side: Side): Ticks | undefined {
    const fraction = this.config.defaultStopFraction
    if (fraction === undefined) return undefined
    // Rounded toward the entry: a stop is never farther than was asked for.
    return ticks(side === 1 ? Math.ceil(mark * (1 - fraction)) : Math.floor(mark * (1 + fraction)))
  }

  private size(
    instrument: Instrument,
    side: Side,
    mark: Ticks,
    stop: Ticks | undefined,
  ): { readonly size: OrderIntent['size']; readonly estimate: Lots; readonly detail: Sized | undefined } | RiskDenial {
    const { sizing, limits, costs } = this.config
    switch (sizing.type) {
      case 'fixed':
        return { size: { lots: sizing.lots }, estimate: sizing.lots, detail: undefined }
      case 'all': {
        const budget = cash(this.portfolio.equity - this.portfolio.marginUsed)
        const estimate = lotsFor(instrument, budget, mark)
        if (estimate < instrument.lotsMin)
          return { rule: 'no-size', figures: { budget: budget / 1e8, minimum: this.minimums[instrument.index] as string } }
        return this.config.allowsBudget
          ? { size: { budget }, estimate, detail: undefined }
          : { size: { lots: estimate }, estimate, detail: undefined }
      }
      case 'risk': {
        if (stop === undefined) return { rule: 'stop-missing', figures: { symbol: instrument.symbol, sizing: 'risk' } }
        if (side === 1 ? stop >= mark : stop <= mark)
          return { rule: 'stop-side', figures: { stop: formatPrice(instrument, stop), price: formatPrice(instrument, mark) } }
        const { watch } = this.portfolio
        const caps = entryCaps(this.portfolio, instrument, side, limits, costs)
        const sized = sizeByRisk(
          {
            instrument,
            side,
            entry: mark,
            stop,
            equity: this.portfolio.equity,
            highWater: watch.highWater,
            smoothedDrawdown: watch.smoothed,
          },
          sizing.scaling,
          sizing.decay,
          limits,
          costs,
          caps,
        )
        const quantity = lots(Math.min(sized.lots, instrument.lotsMarketMax))
        if (quantity < instrument.lotsMin)
          return {
            rule: 'no-size',
            figures: { quantity: formatQuantity(instrument, quantity), minimum: this.minimums[instrument.index] as string },
          }
        return { size: { lots: quantity }, estimate: quantity, detail: sized }
      }
    }
  }

  // Orders.

  private submit(intent: OrderIntent, sized: Sized | undefined): void {
    const id = this.orders.peekOrderId()
    const isBudget = 'budget' in intent.size
    const instrument = this.instrument(intent.instrument)
    const mark = this.portfolio.mark(intent.instrument)
    const quantity = isBudget ? lots(0) : (intent.size as { readonly lots: Lots }).lots
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
        stop: intent.stop,
        targets: intent.targets,
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
          : plannedLossOf(instrument, mark, intent.stop, quantity, this.config.costs),
      expiresAt: intent.expiresAt,
    }
    this.foldSubmitted(fact)
    this.outbox.push(fact)
  }

  foldSubmitted(fact: OrderSubmitted): void {
    const { command } = fact
    this.orders.add({
      orderId: command.orderId,
      clientOrderId: command.clientOrderId,
      venueOrderId: undefined,
      origin: fact.origin,
      parentOrderId: undefined,
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
      stop: command.stop,
      targets: command.targets,
      timeInForce: command.timeInForce,
      reduceOnly: command.reduceOnly,
      reason: fact.reason,
      plannedLoss: fact.plannedLoss,
      status: 'submitted',
      tradeIds: [],
      cancelRequested: false,
      submittedTs: fact.ts,
      updatedTs: fact.ts,
      expiresAt: fact.expiresAt,
    })
    if (fact.class === 'entry') this.portfolio.noteEntry(command.instrument, command.side, fact.ts)
  }

  /** Closes a position or a part of it with reduce-only market orders, split by the venue's maximum. What is already being closed is not closed twice. */
  closePosition(i: InstrumentIndex, part: Lots | undefined, klass: 'reduce' | 'flatten', reason: Reason): void {
    const instrument = this.instrument(i)
    const held = this.portfolio.positionLots(i)
    const side: Side = held > 0 ? -1 : 1
    let closing = 0
    for (const order of this.orders.open(i))
      if (order.origin === 'ours' && (order.class === 'reduce' || order.class === 'flatten')) closing += order.lots - order.filled
    const size = Math.abs(held) - closing
    let left = Math.min(size, part ?? size)
    if (left <= 0) {
      if (part !== undefined || klass === 'flatten') return
      if (held === 0) this.deny(this.ownerOf(i), i, klass, side, { rule: 'exit-not-verified', figures: { held: '0' } }, reason)
      return
    }
    while (left > 0) {
      const quantity = lots(Math.min(left, instrument.lotsMarketMax))
      left -= quantity
      const intent: OrderIntent = {
        strategy: this.ownerOf(i),
        instrument: i,
        class: klass,
        side,
        kind: 'market',
        size: { lots: quantity },
        triggerBy: 'mark',
        timeInForce: 'gtc',
        reason,
      }
      const denial = checkExit(intent, quantity, this.portfolio)
      if (denial !== undefined) {
        this.deny(intent.strategy, i, klass, side, denial, reason)
        this.alert('order.rejected', 'P1', i, `${instrument.symbol}: an exit was refused (${denial.rule}). The position keeps its stop.`)
        return
      }
      this.submit(intent, undefined)
    }
  }

  private ownerOf(i: InstrumentIndex): StrategyId {
    return this.portfolio.ownerOf(i) ?? this.externalOwner
  }

  private deny(strategy: StrategyId, i: InstrumentIndex, klass: IntentClass, side: Side, denial: RiskDenial, reason: Reason): void {
    this.outbox.push({
      type: 'order-denied',
      strategy,
      instrument: i,
      class: klass,
      side,
      rule: denial.rule,
      figures: denial.figures,
      reason,
      ts: this.portfolio.now,
    })
  }

  cancelEntriesOf(i: InstrumentIndex, cause: string): void {
    const open = this.orders.open(i)
    for (let k = 0; k < open.length; k++) {
      const order = open[k] as Order
      if (order.class === 'entry' && order.origin === 'ours') this.requestCancel(order, cause)
    }
  }

  /** All entries, or the one order that is named. A protective stop is not an entry and stays. */
  cancelEntries(id: OrderId | undefined, cause: string): void {
    for (const instrument of this.config.instruments)
      for (const order of this.orders.open(instrument.index))
        if (order.class === 'entry' && order.origin === 'ours' && (id === undefined || order.orderId === id))
          this.requestCancel(order, cause)
  }

  private requestCancel(order: Order, cause: string): void {
    if (order.cancelRequested) return
    order.cancelRequested = true
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

  /** Entries whose time is over. */
  expireEntries(): void {
    for (const instrument of this.config.instruments)
      for (const order of this.orders.open(instrument.index))
        if (order.class === 'entry' && order.expiresAt !== undefined && this.portfolio.now >= order.expiresAt)
          this.requestCancel(order, 'expired')
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
    const { symbol } = this.instrument(event.instrument)
    const isExit = order.class !== 'entry'
    const held = this.portfolio.positionLots(event.instrument)
    if (event.type === 'order-rejected')
      this.alert(
        'order.rejected',
        isExit && held !== 0 ? 'P1' : 'P2',
        event.instrument,
        `${symbol}: Bybit rejected the ${isExit ? 'exit' : 'entry'} #${order.orderId} (${event.code} ${event.detail}).`,
      )
    if (!isExit || held === 0) return
    if (event.type === 'order-never-arrived' || panicActive)
      this.closePosition(event.instrument, undefined, panicActive ? 'flatten' : 'reduce', order.reason)
  }

  // Holds, breakers, strategies.

  addHold(hold: Hold): void {
    if (this.holds.some((h) => h.id === hold.id)) return
    this.foldHold(hold)
    this.outbox.push({ type: 'hold-added', hold, ts: this.portfolio.now })
  }

  foldHold(hold: Hold): void {
    if (this.holds.some((h) => h.id === hold.id)) return
    const before = tradingState(this.holds)
    this.holds.push(hold)
    if (tradingState(this.holds) !== before) this.stateSince = this.portfolio.now
  }

  liftHold(id: string, actor: string): void {
    if (!this.holds.some((h) => h.id === id)) return
    this.foldLift(id)
    this.outbox.push({ type: 'hold-lifted', holdId: id, actor, ts: this.portfolio.now })
  }

  foldLift(id: string): void {
    const at = this.holds.findIndex((h) => h.id === id)
    if (at < 0) return
    const before = tradingState(this.holds)
    this.holds.splice(at, 1)
    if (tradingState(this.holds) !== before) this.stateSince = this.portfolio.now
  }

  haltForPanic(actor: string, reason: string): void {
    this.addHold({
      id: 'panic',
      scope: { type: 'account' },
      effect: 'no-orders',
      cause: 'panic',
      actor,
      reason: reason === '' ? 'panic' : reason,
      since: this.portfolio.now,
    })
    this.alert('panic.started', 'P1', undefined, `PANIC by ${actor}: entries are held, positions are being closed.`)
  }

  /** A confirmed drawdown tier. Answers true when it is new. */
  trip(tier: 'orange' | 'red'): boolean {
    const id = `breaker-${tier}`
    if (this.holds.some((h) => h.id === id)) return false
    const { drawdown } = this.portfolio.watch
    const limit = this.config.limits.drawdown[tier]
    const { now } = this.portfolio
    const text = `drawdown ${(drawdown * 100).toFixed(2)} % reached the ${tier} line of ${(limit * 100).toFixed(2)} %`
    this.addHold({
      id,
      scope: { type: 'account' },
      effect: tier === 'red' ? 'no-orders' : 'no-entries',
      cause: 'breaker',
      actor: 'breaker',
      reason: text,
      since: now,
      until: ts(now + this.config.limits.drawdown.cooldownMs),
    })
    this.alert(
      'risk.max_drawdown_hit',
      'P1',
      undefined,
      tier === 'red' ? `${text}: positions are being closed, trading is halted.` : `${text}: no new entries, exits go on.`,
    )
    return true
  }

  failStrategy(run: StrategyRun): void {
    run.mode = 'errored'
    this.outbox.push({
      type: 'strategy-mode-changed',
      strategy: run.strategy,
      mode: 'errored',
      cause: run.failure ?? '',
      ts: this.portfolio.now,
    })
    this.cancelEntriesOf(run.instrument.index, 'strategy errored')
    this.alert(
      'strategy.error',
      'P2',
      run.instrument.index,
      `${run.strategy} stopped: ${run.failure ?? 'unknown error'}. Its position keeps its stop.`,
    )
  }

  /** An event that the order table does not allow, or of an order nobody knows: exits only on that symbol until somebody has looked (S13). */
  quarantine(event: OrderEvent, outcome: OrderOutcome): void {
    const { symbol } = this.instrument(event.instrument)
    if (outcome === 'unknown' && event.type !== 'order-filled') return
    this.addHold({
      id: `odd-${symbol}`,
      scope: { type: 'symbol', instrument: event.instrument },
      effect: 'no-entries',
      cause: 'error',
      actor: 'trader',
      reason: `${event.type} of ${outcome === 'unknown' ? 'an unknown order' : 'a finished order'} ${event.venueOrderId ?? event.orderId ?? ''}`,
      since: this.portfolio.now,
    })
    this.alert(
      'reconcile.mismatch',
      'P1',
      event.instrument,
      `${symbol}: Bybit reported ${event.type} for an order that cannot have it. Entries on ${symbol} are held.`,
    )
  }

  // Protection and external hands.

  /** S5: a position without its stop at the venue. */
  protect(i: InstrumentIndex, bareMs: number): void {
    const trip = this.portfolio.trip(i)
    const held = this.portfolio.positionLots(i)
    if (trip === undefined || held === 0) return
    const { symbol } = this.instrument(i)
    const mark = this.portfolio.mark(i)
    const isLong = held > 0
    const stop =
      trip.stop ?? ticks(isLong ? Math.ceil(mark * (1 - EMERGENCY_STOP_FRACTION)) : Math.floor(mark * (1 + EMERGENCY_STOP_FRACTION)))
    if (isLong ? mark <= stop : mark >= stop) {
      this.alert('position.unprotected', 'P1', i, `${symbol} has no stop on Bybit and the price is through it: closing at market.`)
      this.closePosition(i, undefined, 'flatten', { rule: 'price through the missing stop', values: { mark, stop } })
      return
    }
    if (bareMs >= BARE_CLOSE_MS) {
      this.alert(
        'position.unprotected',
        'P1',
        i,
        `${symbol} has had no stop on Bybit for ${Math.round(bareMs / 1000)} s: closing at market.`,
      )
      this.closePosition(i, undefined, 'flatten', { rule: 'unprotected for 30 s', values: { bareMs } })
      return
    }
    if (bareMs >= BARE_ALERT_MS)
      this.alert(
        'position.unprotected',
        'P1',
        i,
        `${symbol} has no stop on Bybit for ${Math.round(bareMs / 1000)} s. Setting it again; closed at 30 s.`,
      )
    this.outbox.push({
      type: 'stop-requested',
      instrument: i,
      stop,
      triggerBy: 'mark',
      cause: `missing for ${bareMs} ms`,
      ts: this.portfolio.now,
    })
  }

  /** The pseudo order under which a difference to the venue is booked. It never enters the book of orders. */
  bookingOrder(event: PositionAdjusted, difference: number): Order {
    return {
      orderId: this.orders.peekOrderId(),
      clientOrderId: '',
      venueOrderId: undefined,
      origin: 'external',
      parentOrderId: undefined,
      strategy: this.ownerOf(event.instrument),
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
      reason: { rule: event.cause, values: {} },
      plannedLoss: undefined,
      status: 'filled',
      tradeIds: [],
      cancelRequested: false,
      submittedTs: event.ts,
      updatedTs: event.ts,
      expiresAt: undefined,
    }
  }

  /** S8: an external change holds entries on the symbol until somebody says what it was. */
  afterAdjustment(event: PositionAdjusted, heldBefore: number): void {
    const held = event.lots
    if (held === heldBefore) return
    const instrument = this.instrument(event.instrument)
    const isReduction = Math.abs(held) < Math.abs(heldBefore) && (held === 0 || held > 0 === heldBefore > 0)
    const text = `${instrument.symbol}: the position on Bybit is ${formatQuantity(instrument, held)}, ours was ${formatQuantity(instrument, lots(heldBefore))} (${event.cause})`
    this.addHold({
      id: `external-${instrument.symbol}`,
      scope: { type: 'symbol', instrument: event.instrument },
      effect: 'no-entries',
      cause: 'external',
      actor: 'trader',
      reason: text,
      since: this.portfolio.now,
    })
    if (isReduction) this.cancelEntriesOf(event.instrument, 'external reduction')
    this.alert(
      'reconcile.mismatch',
      'P1',
      event.instrument,
      `${text}. Booked; entries on ${instrument.symbol} are held until /resume ${instrument.symbol}.`,
    )
  }

  sampleEquity(): void {
    const { portfolio } = this
    const { watch } = portfolio
    this.outbox.push({
      type: 'equity-sampled',
      equity: portfolio.equity,
      wallet: portfolio.ledger.wallet,
      dayPnl: cash(portfolio.equity - watch.dayStart),
      drawdown: watch.drawdown,
      ts: portfolio.now,
    })
  }

  private alert(name: string, severity: AlertSeverity, instrument: InstrumentIndex | undefined, summary: string): void {
    this.outbox.push({ type: 'alert-raised', alert: name, severity, instrument, summary, ts: this.portfolio.now })
  }
}

const holdFigures = (hold: Hold) => ({ hold: hold.id, cause: hold.cause, by: hold.actor, reason: hold.reason })
