/**
 * The guard: findings of breakers, watchdogs and reconciliation become holds, stops, closes and alerts.
 * Never lifts a hold by itself (S1) and never touches what is not ours (S8).
 */
import { type InstrumentIndex, type Lots, type StrategyId, type Ts, cash, ticks, ts } from '../core/units.ts'
import { type Instrument, type InstrumentStatus, formatQuantity, isTooSmall, shownPrice } from '../market/instrument.ts'
import { centsText } from '../risk/denial.ts'
import { isLossUnbounded } from '../risk/limits.ts'
import type { OrderAdopted, OrderEvent } from '../trading/event.ts'
import { type Order, type Reason, isLimitClose, isOwnExit, isPositionStop } from '../trading/order.ts'
import type { Algorithms } from './algorithms.ts'
import type { Books } from './books.ts'
import type { KernelConfig } from './config.ts'
import type { Desk } from './desk.ts'
import { flowAmount, flowText } from './flow-text.ts'
import type { Outbox } from './outbox.ts'
import { type Hold, UNEXPLAINED_HOLD, tradingState } from './holds.ts'
import type { OrderBook, OrderOutcome } from './order-book.ts'
import type { PortfolioState } from './portfolio-state.ts'

/** S5: repair at once, alert after 5 s, close after 30 s of wall time. */
const BARE_ALERT_MS = 5_000
const BARE_CLOSE_MS = 30_000
const UNANSWERED_MS = 15_000
/** The watchdog looks again after this long: what is told of the first look is told once. */
const BARE_REPEAT_MS = 2_500
/** Stop that the watchdog sets when the trade declared none, as a fraction of the mark. */
const EMERGENCY_STOP_FRACTION = 0.02
const PANIC_HOLD = 'panic'
export const panicHoldId = (symbol: string): string => `${PANIC_HOLD}-${symbol}`
const RED_HOLD = 'breaker-red'
const ORANGE_HOLD = 'breaker-orange'
/** A drawdown line was reached: lifting it sets a new reference. */
export const isDrawdownHoldId = (id: string): boolean => id === RED_HOLD || id === ORANGE_HOLD
/** The day's loss limit was reached. */
export const DAY_LOSS_HOLD = 'day-loss'

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export class Guard {
  /** When the account's trading state last changed. */
  stateSince: Ts = ts(0)
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly holds: Hold[]
  private readonly outbox: Outbox
  private readonly desk: Desk
  private readonly algorithms: Algorithms
  private readonly orders: OrderBook
  private readonly books: Books

  constructor(
    config: KernelConfig,
    portfolio: PortfolioState,
    orders: OrderBook,
    holds: Hold[],
    outbox: Outbox,
    desk: Desk,
    algorithms: Algorithms,
    books: Books,
  ) {
    this.books = books
    this.orders = orders
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
    this.outbox.push({ type: 'hold-added', hold, ts: this.portfolio.now })
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
    this.outbox.push({ type: 'hold-lifted', holdId: id, actor, ts: this.portfolio.now })
  }

  foldLift(id: string): void {
    const at = this.holds.findIndex((h) => h.id === id)
    if (at < 0) return
    const before = tradingState(this.holds)
    this.holds.splice(at, 1)
    // A person goes on with what there is: the old peak would trip it again at the next mark, for ever (S9).
    if (isDrawdownHoldId(id)) this.portfolio.setReference()
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
    const text = symbol === undefined ? 'entries are held, positions are' : `entries on ${symbol} are held, its position is`
    this.desk.alert('panic.started', 'P1', i, `PANIC by ${actor}: ${text} being closed.`)
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
    if (tier === 'orange') this.dropEntries(text)
    this.desk.alert(
      'risk.max_drawdown_hit',
      'P1',
      undefined,
      tier === 'red' ? `${text}: positions are being closed, trading is halted.` : `${text}: no new entries, exits go on.`,
    )
    return true
  }

  /** The day has lost what it may: entries are held from this instant on, not only denied one by one. */
  tripDayLoss(): void {
    if (this.holds.some((h) => h.id === DAY_LOSS_HOLD)) return
    const lost = centsText(this.portfolio.dayLoss)
    const text = `the day has lost ${lost} USDT of the ${centsText(this.config.limits.dayLossMax)} USDT that it may lose`
    this.addHold({
      id: DAY_LOSS_HOLD,
      scope: { type: 'account' },
      effect: 'no-entries',
      cause: 'breaker',
      actor: 'breaker',
      reason: text,
      since: this.portfolio.now,
    })
    this.dropEntries(text)
    this.desk.alert('risk.day_loss_hit', 'P1', undefined, `${text}: no new entries until a person resumes; stops and exits go on.`)
  }

  /** What rests or is worked would fill after the line was reached. */
  private dropEntries(cause: string): void {
    this.algorithms.endAll(cause)
    this.desk.cancelEntries(undefined, cause)
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
    if (event.origin === 'delivery') {
      this.desk.alert(
        'symbol.delisted',
        'P2',
        event.instrument,
        `${instrument.symbol} has ended on Bybit: what was held is settled, ${formatQuantity(instrument, event.lots)}. Nothing opens in it any more.`,
      )
      return
    }
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

  /** What was opened with more money behind it: nothing is closed for a withdrawal, and it is not left unsaid. */
  private tellOpenRisk(): void {
    const { limits } = this.config
    if (isLossUnbounded(limits)) return
    const open = this.portfolio.openRisk
    const left = Math.max(0, this.portfolio.dayLossLeft(limits.dayLossMax))
    if (open <= left) return
    this.desk.alert(
      'risk.open_past_day',
      'P2',
      undefined,
      `What is open may lose ${centsText(open)} USDT at its stops, and the day may lose ${centsText(cash(left))} USDT more since that money left. No entry passes before it fits again: move stops nearer, or close a part.`,
    )
  }

  /** S9: a flow has just been booked. What nobody explains holds entries until an admin has seen it. */
  tellFlow(): void {
    const { flowed } = this.portfolio
    this.portfolio.flowed = undefined
    if (flowed === undefined) return
    if (flowed.cause !== 'unexplained') {
      const isMoney = flowed.amount !== 0
      this.desk.alert(
        'account.flow',
        isMoney ? 'P3' : 'P4',
        undefined,
        `${capital(flowText(flowed))}. ${isMoney ? 'It is no result: peak and day move with it.' : 'It is no money of the books.'}`,
      )
      if (flowed.amount < 0) this.tellOpenRisk()
      return
    }
    const what = `${flowAmount(flowed)} ${flowed.coin} moved and Bybit's transaction log does not say why`
    this.addHold({
      id: UNEXPLAINED_HOLD,
      scope: { type: 'account' },
      effect: 'no-entries',
      cause: 'reconcile',
      actor: 'trader',
      reason: what,
      since: this.portfolio.now,
    })
    this.desk.alert(
      'account.unexplained',
      'P1',
      undefined,
      `${what}. It is booked as unexplained, not as a result. Entries are held until an admin has looked at it: /flows, then /resume.`,
    )
  }

  /** S5: a position without its stop at the venue. */
  protect(i: InstrumentIndex, bareMs: number, cause = `missing for ${bareMs} ms`): void {
    const trip = this.portfolio.trip(i)
    const held = this.portfolio.positionLots(i)
    if (trip === undefined || held === 0) return
    const { symbol } = this.instrument(i)
    const mark = this.portfolio.mark(i)
    if (this.isDust(i)) {
      // More of it may still come.
      if (bareMs >= BARE_ALERT_MS && this.orders.openEntryLots(i, 1) === 0) this.leaveDust(i)
      return
    }
    const isLong = held > 0
    const stop =
      trip.stop ?? ticks(isLong ? Math.ceil(mark * (1 - EMERGENCY_STOP_FRACTION)) : Math.floor(mark * (1 + EMERGENCY_STOP_FRACTION)))
    if (isLong ? mark <= stop : mark >= stop) {
      this.desk.alert('position.unprotected', 'P1', i, `${symbol} has no stop on Bybit and the price is through it: closing at market.`)
      this.closeBare(i, bareMs, { rule: 'price through the missing stop', values: { mark, stop } })
      return
    }
    if (bareMs >= BARE_CLOSE_MS) {
      this.desk.alert(
        'position.unprotected',
        'P1',
        i,
        `${symbol} has had no stop on Bybit for ${Math.round(bareMs / 1000)} s: closing at market.`,
      )
      this.closeBare(i, bareMs, { rule: 'unprotected for 30 s', values: { bareMs } })
      return
    }
    if (bareMs >= BARE_ALERT_MS)
      this.desk.alert(
        'position.unprotected',
        'P1',
        i,
        `${symbol} has no stop on Bybit for ${Math.round(bareMs / 1000)} s. Setting it again; closed at 30 s.`,
      )
    else if (bareMs > 0 && bareMs < BARE_REPEAT_MS && this.wasTakenOff(i, trip.entryTs))
      this.desk.alert(
        'stop.moved_outside',
        'P2',
        i,
        `${symbol}: the stop was taken off outside Ballast. Setting it again at ${shownPrice(this.instrument(i), stop)}.`,
      )
    this.desk.requestProtection(i, { stop }, cause)
  }

  /** Coins that the venue would neither guard nor sell (spot). */
  private isDust(i: InstrumentIndex): boolean {
    const instrument = this.instrument(i)
    return instrument.category === 'spot' && isTooSmall(instrument, this.portfolio.mark(i), this.portfolio.positionLots(i))
  }

  private leaveDust(i: InstrumentIndex): void {
    const instrument = this.instrument(i)
    const quantity = formatQuantity(instrument, this.portfolio.positionLots(i))
    const fact = { type: 'dust-left' as const, instrument: i, price: this.portfolio.mark(i), ts: this.portfolio.now }
    this.books.dustLeft(fact)
    this.outbox.push(fact)
    this.desk.alert(
      'position.dust',
      'P3',
      i,
      `${instrument.symbol}: ${quantity} ${instrument.baseCoin} is less than Bybit sells at once. It stays in the account and is no position any more.`,
    )
  }

  /** Of coins that were not ours (spot): a target and a stop that were both reached, or a sale in the app that was faster. */
  tellSoldBeyond(i: InstrumentIndex, quantity: Lots): void {
    const instrument = this.instrument(i)
    this.desk.alert(
      'position.oversold',
      'P1',
      i,
      `${instrument.symbol}: ${formatQuantity(instrument, quantity)} ${instrument.baseCoin} were sold beyond what Ballast held. What they brought is booked as yours.`,
    )
  }

  /**
   * An exit that nobody has answered for may never have left, and may be looked up in vain for long: for each span that the position is
   * bare one more may go out beside those without an answer. All are reduce-only, so that together they cannot turn the position;
   * on spot nothing is, and the one that is under way is waited for.
   */
  private closeBare(i: InstrumentIndex, bareMs: number, reason: Reason): void {
    const isSpot = this.instrument(i).category === 'spot'
    const isUnanswered = (order: Order): boolean => isOwnExit(order) && !isLimitClose(order) && order.status === 'submitted'
    const unanswered = this.orders.open(i).filter(isUnanswered).length
    const isOverdue = unanswered <= Math.floor(bareMs / UNANSWERED_MS)
    this.desk.closePosition(i, undefined, 'flatten', reason, (exit) => isSpot || !isOverdue || !isUnanswered(exit))
  }

  /** Whether the stop that this trade had was canceled at the venue; it may also never have come. */
  private wasTakenOff(i: InstrumentIndex, since: Ts): boolean {
    return this.orders.recent(i).some((o) => isPositionStop(o) && !o.cancelRequested && o.status === 'canceled' && o.updatedTs >= since)
  }

  /** The exchange trades the symbol otherwise than before: entries are checked against it, exits go on. */
  afterStatus(i: InstrumentIndex, status: InstrumentStatus): void {
    const { symbol } = this.instrument(i)
    if (status === 'trading') {
      this.desk.alert('instrument.changed', 'P3', i, `${symbol} is trading again on Bybit.`)
      return
    }
    this.algorithms.endOn(i, `symbol ${status}`)
    this.desk.cancelEntriesOf(i, `symbol ${status}`)
    const held = this.portfolio.positionLots(i) !== 0
    if (status === 'closed') {
      this.desk.alert(
        'symbol.delisting',
        'P2',
        i,
        `${symbol} is not listed on Bybit any more: it is taken as closed, and takes no entries.${held ? ' Its position stands in the books until the account has been read.' : ''}`,
      )
      return
    }
    this.desk.alert(
      'symbol.delisting',
      'P2',
      i,
      `${symbol} is ${status} on Bybit: no entries.${held ? ` A position is open; exits go on. Close it with /close ${symbol} while it can be traded.` : ''}`,
    )
  }

  sampleEquity(): void {
    const { portfolio } = this
    const { watch } = portfolio
    this.outbox.push({
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
