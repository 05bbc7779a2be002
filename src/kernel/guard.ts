/**
 * The guard: findings of breakers, watchdogs and reconciliation become holds, stops, closes and alerts.
 * Never lifts a hold by itself (S1) and never touches what is not ours (S8).
 */
import { type InstrumentIndex, type StrategyId, type Ts, cash, lots, ticks, ts } from '../core/units.ts'
import { type Instrument, formatQuantity } from '../market/instrument.ts'
import type { OrderAdopted, OrderEvent, PositionAdjusted } from '../trading/event.ts'
import type { Algorithms } from './algorithms.ts'
import type { KernelConfig } from './config.ts'
import type { Desk } from './desk.ts'
import type { Outbox } from './event.ts'
import { type Hold, tradingState } from './holds.ts'
import type { OrderOutcome } from './order-book.ts'
import type { PortfolioState } from './portfolio-state.ts'

/** S5: repair at once, alert after 5 s, close after 30 s of wall time. */
const BARE_ALERT_MS = 5_000
const BARE_CLOSE_MS = 30_000
/** Stop that the watchdog sets when the trade declared none, as a fraction of the mark. */
const EMERGENCY_STOP_FRACTION = 0.02
const PANIC_HOLD = 'panic'
const RED_HOLD = 'breaker-red'
const ORANGE_HOLD = 'breaker-orange'

export class Guard {
  /** When the account's trading state last changed. */
  stateSince: Ts = ts(0)
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly holds: Hold[]
  private readonly outbox: Outbox
  private readonly desk: Desk
  private readonly algorithms: Algorithms

  constructor(config: KernelConfig, portfolio: PortfolioState, holds: Hold[], outbox: Outbox, desk: Desk, algorithms: Algorithms) {
    this.algorithms = algorithms
    this.config = config
    this.portfolio = portfolio
    this.holds = holds
    this.outbox = outbox
    this.desk = desk
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.config.instruments[i] as Instrument
  }

  /** While a panic or the red line stands, what is left of a position is closed again and again. */
  get isFlattening(): boolean {
    return this.holds.some((hold) => hold.id === PANIC_HOLD || hold.id === RED_HOLD)
  }

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
      id: PANIC_HOLD,
      scope: { type: 'account' },
      effect: 'no-orders',
      cause: 'panic',
      actor,
      reason: reason === '' ? 'panic' : reason,
      since: this.portfolio.now,
    })
    this.desk.alert('panic.started', 'P1', undefined, `PANIC by ${actor}: entries are held, positions are being closed.`)
  }

  /** An exit of `panic --direct` has been seen: once, whatever the number of its orders. */
  haltAfterDirectPanic(): void {
    if (!this.holds.some((hold) => hold.id === PANIC_HOLD)) this.haltForPanic('panic --direct', 'panic --direct')
  }

  /** A confirmed drawdown tier. Answers true when it is new. */
  trip(tier: 'orange' | 'red'): boolean {
    const id = tier === 'red' ? RED_HOLD : ORANGE_HOLD
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
    this.desk.alert(
      'risk.max_drawdown_hit',
      'P1',
      undefined,
      tier === 'red' ? `${text}: positions are being closed, trading is halted.` : `${text}: no new entries, exits go on.`,
    )
    return true
  }

  tellFailure(strategy: StrategyId, failure: string, instruments: readonly InstrumentIndex[]): void {
    this.outbox.push({ type: 'strategy-mode-changed', strategy, mode: 'errored', cause: failure, ts: this.portfolio.now })
    for (const i of instruments) this.desk.cancelEntriesOf(i, 'strategy errored')
    this.desk.alert('strategy.error', 'P2', instruments[0], `${strategy} stopped: ${failure}. Its position keeps its stop.`)
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
    this.desk.alert(
      'reconcile.mismatch',
      'P1',
      event.instrument,
      `${symbol}: Bybit reported ${event.type} for an order that cannot have it. Entries on ${symbol} are held.`,
    )
  }

  /** The venue closes a position by itself: nobody of ours asked for it, and it is not over when it is told. */
  tellTakenOver(event: OrderAdopted): void {
    const instrument = this.instrument(event.instrument)
    const what = event.origin === 'adl' ? 'reduces it to cover others (ADL)' : 'liquidates it'
    this.desk.alert(
      event.origin === 'adl' ? 'position.adl' : 'position.liquidated',
      'P1',
      event.instrument,
      `${instrument.symbol}: Bybit ${what}, ${formatQuantity(instrument, event.lots)} at market. What was still being entered is canceled.`,
    )
  }

  /** Our books may be wrong about a symbol. The hold is a measurement: a clean reading ends it. */
  doubt(i: InstrumentIndex, reason: string): void {
    this.addHold({
      id: `reconcile-${this.instrument(i).symbol}`,
      scope: { type: 'symbol', instrument: i },
      effect: 'no-entries',
      cause: 'reconcile',
      actor: 'trader',
      reason: reason.slice(0, 300),
      since: this.portfolio.now,
    })
  }

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
      this.desk.alert('position.unprotected', 'P1', i, `${symbol} has no stop on Bybit and the price is through it: closing at market.`)
      this.desk.closePosition(i, undefined, 'flatten', { rule: 'price through the missing stop', values: { mark, stop } })
      return
    }
    if (bareMs >= BARE_CLOSE_MS) {
      this.desk.alert(
        'position.unprotected',
        'P1',
        i,
        `${symbol} has had no stop on Bybit for ${Math.round(bareMs / 1000)} s: closing at market.`,
      )
      this.desk.closePosition(i, undefined, 'flatten', { rule: 'unprotected for 30 s', values: { bareMs } })
      return
    }
    if (bareMs >= BARE_ALERT_MS)
      this.desk.alert(
        'position.unprotected',
        'P1',
        i,
        `${symbol} has no stop on Bybit for ${Math.round(bareMs / 1000)} s. Setting it again; closed at 30 s.`,
      )
    this.desk.requestProtection(i, { stop }, `missing for ${bareMs} ms`)
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
    this.algorithms.endOn(event.instrument, 'external change')
    if (isReduction) this.desk.cancelEntriesOf(event.instrument, 'external reduction')
    this.desk.alert(
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
}
