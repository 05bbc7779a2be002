/**
 * Safety controls: findings of breakers, watchdogs and reconciliation become holds, stops, closes and alerts.
 * Never lifts a hold by itself (S1) and never touches what is not ours (S8).
 */
import type { Booking } from '../booking.ts'
import type { KernelContext } from '../context.ts'
import type { PositionCloser } from '../orders/position-closer.ts'
import type { OrderAdopted, OrderEvent, WalletAdjusted } from '../../trading/event.ts'
import { type InstrumentIndex, type Lots, type StrategyId, type Ts, cash, ticks, ts } from '../../core/units.ts'
import { type Instrument, type InstrumentStatus, formatQuantity, isTooSmall, shownPrice } from '../../market/instrument.ts'
import { centsText } from '../../risk/denial.ts'
import { isLossUnbounded } from '../../risk/limits.ts'
import { type Order, type Reason, isLimitClose, isOwnExit, isPositionStop } from '../../trading/order.ts'
import type { Algorithms } from '../orders/algorithms.ts'
import type { Bookkeeper } from './bookkeeper.ts'
import type { KernelConfig } from '../config.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { FlowFigures } from '../alert.ts'
import { flowAmount, isFlowKind } from '../flow-kind.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import {
  type Hold,
  type HoldScope,
  ORANGE_HOLD,
  RED_HOLD,
  UNEXPLAINED_HOLD,
  isDrawdownHoldId,
  isStormHoldId,
  isStreakHoldId,
  tradingState,
} from '../state/holds.ts'
import type { OrderTable, OrderOutcome } from '../state/order-table.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

/** S5: repair at once, alert after 5 s, close after 30 s of wall-clock time. */
const BARE_ALERT_MS = 5_000
const BARE_CLOSE_MS = 30_000
const UNANSWERED_MS = 15_000
/** The watchdog looks again after this long: the first look raises one alert. */
const BARE_REPEAT_MS = 2_500
/** Stop that the watchdog sets when the trade declared none, as a fraction of the mark. */
const EMERGENCY_STOP_FRACTION = 0.02
const PANIC_HOLD = 'panic'
export const panicHoldId = (symbol: string): string => `${PANIC_HOLD}-${symbol}`

export interface BreakerHold {
  readonly id: string
  readonly scope: HoldScope
  readonly reason: string
  readonly pauseMs: number | undefined
}

export class SafetyControls {
  /** When the account's trading state last changed. */
  stateSince: Ts = ts(0)
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  private readonly holds: Hold[]
  private readonly factBuffer: FactBuffer
  private readonly gateway: OrderGateway
  private readonly closer: PositionCloser
  private readonly algorithms: Algorithms
  private readonly orders: OrderTable
  private readonly bookkeeper: Bookkeeper

  constructor(
    { config, portfolio, limits, orders, holds, factBuffer }: KernelContext,
    gateway: OrderGateway,
    closer: PositionCloser,
    algorithms: Algorithms,
    bookkeeper: Bookkeeper,
  ) {
    this.bookkeeper = bookkeeper
    this.orders = orders
    this.algorithms = algorithms
    this.config = config
    this.portfolio = portfolio
    this.limits = limits
    this.holds = holds
    this.factBuffer = factBuffer
    this.gateway = gateway
    this.closer = closer
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.config.instruments[i] as Instrument
  }

  /** While a panic or the red line stands, what is left of a position is closed again and again. */
  isFlattening(i: InstrumentIndex): boolean {
    // Asked at each event of an order: mostly there is none.
    if (this.holds.length === 0) return false
    const ofSymbol = panicHoldId(this.instrument(i).symbol)
    return this.holds.some(({ id }) => id === PANIC_HOLD || id === RED_HOLD || id === ofSymbol)
  }

  /** Answers whether it is new. */
  addHold(hold: Hold): boolean {
    if (this.holds.some((h) => h.id === hold.id)) return false
    this.foldHold(hold)
    this.factBuffer.push({ type: 'hold-added', hold, ts: this.portfolio.now })
    return true
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
    this.factBuffer.push({ type: 'hold-lifted', holdId: id, actor, ts: this.portfolio.now })
  }

  foldLift(id: string): void {
    const at = this.holds.findIndex((h) => h.id === id)
    if (at < 0) return
    const before = tradingState(this.holds)
    const [hold] = this.holds.splice(at, 1)
    // An operator continues with what there is: the old peak would trip it again at the next mark, for ever (S9).
    if (isDrawdownHoldId(id)) this.portfolio.setReference()
    if (hold !== undefined && isStormHoldId(id))
      this.portfolio.quality.forget(hold.scope.type === 'symbol' ? hold.scope.instrument : undefined)
    if (hold !== undefined && isStreakHoldId(id)) this.portfolio.results.endStreak(hold.scope)
    if (tradingState(this.holds) !== before) this.stateSince = this.portfolio.now
  }

  /** All of it, or one symbol. */
  haltForPanic(actor: string, reason: string, i?: InstrumentIndex): void {
    const symbol = i === undefined ? undefined : this.instrument(i).symbol
    this.addHold({
      id: symbol === undefined ? PANIC_HOLD : panicHoldId(symbol),
      scope: i === undefined ? { type: 'account' } : { type: 'symbol', instrument: i },
      effect: 'no-orders',
      cause: 'panic',
      actor,
      reason: reason === '' ? 'panic' : reason,
      since: this.portfolio.now,
    })
    this.gateway.alert('panic.started', 'P1', i, { actor })
  }

  /** An exit of `panic --direct` has been seen: once, whatever the number of its orders. */
  haltAfterDirectPanic(): void {
    if (!this.holds.some((hold) => hold.id === PANIC_HOLD)) this.haltForPanic('panic --direct', 'panic --direct')
  }

  /** A confirmed drawdown tier. Answers true when it is new. */
  tripBreaker(tier: 'orange' | 'red'): boolean {
    const id = tier === 'red' ? RED_HOLD : ORANGE_HOLD
    if (this.holds.some((h) => h.id === id)) return false
    const { drawdown } = this.portfolio.watch
    const limit = this.limits.account.drawdown[tier]
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
      until: ts(now + this.limits.account.drawdown.cooldownMs),
    })
    if (tier === 'orange') this.dropEntries(text)
    this.gateway.alert('risk.max_drawdown_hit', 'P1', undefined, { tier, drawdown, limit })
    return true
  }

  /** A breaker has tripped: entries of the scope are held and what rests is dropped; exits and stops continue. @param pauseMs undefined: until it is lifted */
  holdEntries({ id, scope, reason, pauseMs }: BreakerHold): void {
    const { now } = this.portfolio
    this.addHold({
      id,
      scope,
      effect: 'no-entries',
      cause: 'breaker',
      actor: 'breaker',
      reason,
      since: now,
      ...(pauseMs === undefined ? {} : { until: ts(now + pauseMs) }),
    })
    this.dropEntries(reason, scope)
  }

  /** What rests or is executed in parts would fill after the line was reached. */
  dropEntries(cause: string, scope: HoldScope = { type: 'account' }): void {
    if (scope.type === 'account') {
      this.algorithms.endAll(cause)
      this.gateway.cancelEntries(undefined, cause)
      return
    }
    for (const { index } of this.config.instruments) {
      if (scope.type === 'symbol' ? index !== scope.instrument : this.portfolio.ownerOf(index) !== scope.strategy) continue
      this.algorithms.endOn(index, cause)
      this.gateway.cancelEntriesOf(index, cause)
    }
  }

  alertStrategyFailure(strategy: StrategyId, failure: string, instruments: readonly InstrumentIndex[]): void {
    this.factBuffer.push({ type: 'strategy-mode-changed', strategy, mode: 'errored', cause: failure, ts: this.portfolio.now })
    for (const i of instruments) this.gateway.cancelEntriesOf(i, 'strategy errored')
    this.gateway.alert('strategy.error', 'P2', instruments[0], { strategy, failure })
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
    this.gateway.alert('reconcile.mismatch', 'P1', event.instrument, { event: event.type })
  }

  /** The venue closes a position by itself: no order of Ballast's asked for it, and it is not over when it is reported. */
  alertTakenOver(event: OrderAdopted): void {
    const instrument = this.instrument(event.instrument)
    const quantity = formatQuantity(instrument, event.lots)
    if (event.origin === 'delivery') this.gateway.alert('symbol.delisted', 'P2', event.instrument, { quantity, isSettled: true })
    else this.gateway.alert(event.origin === 'adl' ? 'position.adl' : 'position.liquidated', 'P1', event.instrument, { quantity })
  }

  /** Our books may be wrong about a symbol. The hold is a measurement: a clean reading ends it. */
  doubt(i: InstrumentIndex, reason: string, code?: Hold['code']): void {
    this.addHold({
      id: `reconcile-${this.instrument(i).symbol}`,
      scope: { type: 'symbol', instrument: i },
      effect: 'no-entries',
      cause: 'reconcile',
      actor: 'trader',
      reason: reason.slice(0, 300),
      ...(code === undefined ? {} : { code }),
      since: this.portfolio.now,
    })
  }

  /** What was opened with more money behind it: nothing is closed for a withdrawal, and it is not left unsaid. */
  private alertOpenRisk(): void {
    const limits = this.limits.account
    if (isLossUnbounded(limits)) return
    const open = this.portfolio.openRisk
    const left = Math.max(0, this.portfolio.lossLeft('day', limits.dayLossMax))
    if (open <= left) return
    this.gateway.alert('risk.open_past_day', 'P2', undefined, { open: centsText(open), left: centsText(cash(left)) })
  }

  /** S9: a flow has just been booked. What nobody explains holds entries until an admin has seen it. */
  alertFlow(flowed: WalletAdjusted): void {
    const isMoney = flowed.amount !== 0
    const figures: FlowFigures = {
      kind: isFlowKind(flowed.cause) ? flowed.cause : 'other',
      named: flowed.told,
      amount: flowAmount(flowed),
      coin: flowed.coin,
      symbol: flowed.symbol,
      isMoney,
    }
    if (flowed.cause !== 'unexplained') {
      this.gateway.alert('account.flow', isMoney ? 'P3' : 'P4', undefined, figures)
      if (flowed.amount < 0) this.alertOpenRisk()
      return
    }
    this.addHold({
      id: UNEXPLAINED_HOLD,
      scope: { type: 'account' },
      effect: 'no-entries',
      cause: 'reconcile',
      actor: 'trader',
      reason: `${figures.amount} ${figures.coin} moved and the transaction log does not say why`,
      since: this.portfolio.now,
    })
    this.gateway.alert('account.unexplained', 'P1', undefined, figures)
  }

  /** S5: a position without its stop at the venue. Answers what was booked, where coins were too few to protect. */
  protect(i: InstrumentIndex, bareMs: number, cause = `missing for ${bareMs} ms`): Booking | undefined {
    const openTrade = this.portfolio.openTrade(i)
    const held = this.portfolio.positionLots(i)
    if (openTrade === undefined || held === 0) return undefined
    const mark = this.portfolio.mark(i)
    const seconds = Math.round(bareMs / 1000)
    if (this.isDust(i)) {
      // More of it may still come.
      return bareMs >= BARE_ALERT_MS && this.orders.openEntryLots(i, 1) === 0 ? this.leaveDust(i) : undefined
    }
    const isLong = held > 0
    const stop =
      openTrade.stop ?? ticks(isLong ? Math.ceil(mark * (1 - EMERGENCY_STOP_FRACTION)) : Math.floor(mark * (1 + EMERGENCY_STOP_FRACTION)))
    if (isLong ? mark <= stop : mark >= stop) {
      this.gateway.alert('position.unprotected', 'P1', i, { act: 'close-now', seconds })
      this.closeUnprotected(i, bareMs, { rule: 'price through the missing stop', values: { mark, stop } })
      return undefined
    }
    if (bareMs >= BARE_CLOSE_MS) {
      this.gateway.alert('position.unprotected', 'P1', i, { act: 'close-late', seconds })
      this.closeUnprotected(i, bareMs, { rule: 'unprotected for 30 s', values: { bareMs } })
      return undefined
    }
    if (bareMs >= BARE_ALERT_MS) this.gateway.alert('position.unprotected', 'P1', i, { act: 'repair', seconds })
    else if (bareMs > 0 && bareMs < BARE_REPEAT_MS && this.wasTakenOff(i, openTrade.entryTs))
      this.gateway.alert('stop.moved_outside', 'P2', i, { change: 'removed', to: shownPrice(this.instrument(i), stop) })
    this.gateway.requestProtection(i, { stop }, cause)
    return undefined
  }

  /** Coins that the venue would neither protect nor sell (spot). */
  private isDust(i: InstrumentIndex): boolean {
    const instrument = this.instrument(i)
    return instrument.category === 'spot' && isTooSmall(instrument, this.portfolio.mark(i), this.portfolio.positionLots(i))
  }

  private leaveDust(i: InstrumentIndex): Booking {
    const instrument = this.instrument(i)
    const quantity = formatQuantity(instrument, this.portfolio.positionLots(i))
    const fact = { type: 'dust-left' as const, instrument: i, price: this.portfolio.mark(i), ts: this.portfolio.now }
    const booking = this.bookkeeper.dustLeft(fact)
    this.factBuffer.push(fact)
    this.gateway.alert('position.dust', 'P3', i, { quantity, coin: instrument.baseCoin })
    return booking
  }

  /** Of coins that were not ours (spot): a target and a stop that were both reached, or a sale in the app that was faster. */
  alertOversold(i: InstrumentIndex, quantity: Lots): void {
    const instrument = this.instrument(i)
    this.gateway.alert('position.oversold', 'P1', i, { quantity: formatQuantity(instrument, quantity), coin: instrument.baseCoin })
  }

  /**
   * An exit that nobody has answered for may never have left, and may be looked up in vain for long: for each span that the position is
   * unprotected one more may go out beside those without an answer. All are reduce-only, so that together they cannot turn the position;
   * on spot nothing is, and the one that is under way is waited for.
   */
  private closeUnprotected(i: InstrumentIndex, bareMs: number, reason: Reason): void {
    const isSpot = this.instrument(i).category === 'spot'
    const isUnanswered = (order: Order): boolean => isOwnExit(order) && !isLimitClose(order) && order.status === 'submitted'
    const unanswered = this.orders.open(i).filter(isUnanswered).length
    const isOverdue = unanswered <= Math.floor(bareMs / UNANSWERED_MS)
    this.closer.close(i, undefined, 'flatten', reason, (exit) => isSpot || !isOverdue || !isUnanswered(exit))
  }

  /** Whether the stop that this trade had was canceled at the venue; it may also never have come. */
  private wasTakenOff(i: InstrumentIndex, since: Ts): boolean {
    return this.orders.recent(i).some((o) => isPositionStop(o) && !o.cancelRequested && o.status === 'canceled' && o.updatedTs >= since)
  }

  /** The exchange trades the symbol otherwise than before: entries are checked against it, exits continue. */
  afterStatus(i: InstrumentIndex, status: InstrumentStatus): void {
    if (status === 'trading') {
      this.gateway.alert('instrument.changed', 'P3', i, { change: 'trading' })
      return
    }
    this.algorithms.endOn(i, `symbol ${status}`)
    this.gateway.cancelEntriesOf(i, `symbol ${status}`)
    this.gateway.alert('symbol.delisting', 'P2', i, { status, hasPosition: this.portfolio.positionLots(i) !== 0 })
  }

  sampleEquity(): void {
    const { portfolio } = this
    const { watch } = portfolio
    this.factBuffer.push({
      type: 'equity-sampled',
      equity: portfolio.equity,
      wallet: portfolio.ledger.wallet,
      dayPnl: portfolio.dayResult,
      drawdown: watch.drawdown,
      flows: portfolio.flowsSoFar,
      ts: portfolio.now,
    })
  }
}
