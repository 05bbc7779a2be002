/**
 * The one matching engine: orders of one account against a price path, for the backtest and for the wire simulator alike.
 */
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type OrderId,
  type Rate,
  type Ticks,
  type Ts,
  cash,
  lots,
  ts,
} from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { MarginMode, MarginTier } from '../../market/margin-tiers.ts'
import { type Ledger, postToWallet } from '../../portfolio/ledger.ts'
import type { Position } from '../../portfolio/position.ts'
import type { AmendOrder, OrderCommand, SubmitOrder, VenueEventSink } from '../../trading/event.ts'
import { type PriceSource, isStopKind, isTargetKind } from '../../trading/order.ts'
import { amendRefusalOf, refusalOf } from './admission.ts'
import { Margin } from './margin.ts'
import { Matcher } from './matcher.ts'
import { barPath, fundingOf } from './models/models.ts'
import { setProtection, targetSideRefusal } from './protection.ts'
import type { MarkRow } from './mark-way.ts'
import { MAINTENANCE_RATE } from './models/costs.ts'
import { SimAccount } from './sim-account.ts'
import type { Arrival, CalmPrices, OrderChange, SimOptions, SimOrder, SimState, VenueRefusal } from './sim-order.ts'
import { INSUFFICIENT_BALANCE, NO_PROTECTION } from './spot-admission.ts'
import { moveCoins } from './booking.ts'

export class SimVenue {
  readonly instruments: readonly Instrument[]
  readonly positions: readonly Position[]
  readonly ledger: Ledger
  private readonly account: SimAccount
  private readonly matcher: Matcher
  private readonly margin: Margin
  /** Of the bar that is played next. */
  private markRow: MarkRow | undefined

  constructor(instruments: readonly Instrument[], openingCash: Cash, options: SimOptions) {
    this.instruments = instruments
    this.account = new SimAccount(instruments, openingCash, options.leverage, options.maintenanceRate ?? MAINTENANCE_RATE, options.hasMarks)
    this.matcher = new Matcher(this.account, options)
    this.margin = new Margin(this.account, [this.matcher.pending, this.matcher.resting], options.takerRate)
    this.matcher.balance.reserved = () => this.margin.ofOrders()
    this.positions = this.account.positions
    this.ledger = this.account.ledger
  }

  /** Open orders of an instrument, market orders that wait for a price first. */
  openOrders(i: InstrumentIndex): readonly SimOrder[] {
    return [...(this.matcher.pending[i] as SimOrder[]), ...(this.matcher.resting[i] as SimOrder[])]
  }

  lastPrice(i: InstrumentIndex): Ticks {
    return this.account.lastPrice(i)
  }

  /** What positions are valued at: the mark where one was told, else the last price. */
  markPrice(i: InstrumentIndex): Ticks {
    return this.account.markPrice(i)
  }

  /** Tells the mark of the bar that is played next; undefined: the last price stands for it. Of a venue with marks. */
  tellMark(row: MarkRow | undefined): void {
    this.markRow = row
  }

  /** Wallet plus what open positions would bring at their mark. */
  equity(): Cash {
    return this.account.equity()
  }

  /** Coins of settlement that are there: the wallet without what the coins of spot have cost. */
  money(): Cash {
    return this.account.money()
  }

  /** Money that open spot buys hold. */
  lockedMoney(): Cash {
    return this.matcher.balance.lockedMoney()
  }

  /** Lots that open spot sales of an instrument hold. */
  lockedLots(i: InstrumentIndex): Lots {
    return this.matcher.balance.lockedLots(i)
  }

  /** Coins of a spot instrument that are no whole lot, in millionths of one. */
  spare(i: InstrumentIndex): number {
    return this.account.spares[i] as number
  }

  /** Initial margin that open positions hold; coins of spot hold none. */
  marginUsed(): Cash {
    return this.account.marginUsed()
  }

  /** Initial margin of one position. */
  marginOf(i: InstrumentIndex): Cash {
    return this.account.marginOf(i)
  }

  /** Value of one position at the last price. */
  valueOf(i: InstrumentIndex): Cash {
    return this.account.valueOf(i)
  }

  /** Maintenance margin of one position, or of all. */
  maintenance(i?: InstrumentIndex): Cash {
    return i === undefined ? this.account.maintenance() : this.account.maintenanceOf(i)
  }

  /** The price, not rounded, on which a position is liquidated while the others stand still; 0 where none is. */
  bustPrice(i: InstrumentIndex): number {
    return this.matcher.bustPrice(i)
  }

  tiersOf(i: InstrumentIndex): readonly MarginTier[] {
    return this.account.tiers[i] as readonly MarginTier[]
  }

  /** Other margin tiers count from now on; none: those that the instrument was listed with. */
  setTiers(i: InstrumentIndex, tiers: readonly MarginTier[]): void {
    this.account.setTiers(i, tiers)
  }

  /** Whether what is open now has its margin in that mode. */
  isCoveredIn(mode: MarginMode): boolean {
    const { account } = this
    const before = account.marginMode
    account.marginMode = mode
    const left = account.marginBalance() - account.marginUsed() - this.margin.ofOrders()
    account.marginMode = before
    return left >= 0
  }

  get marginMode(): MarginMode {
    return this.account.marginMode
  }
  set marginMode(mode: MarginMode) {
    this.account.marginMode = mode
  }

  /** Margin that open orders of perpetuals reserve beside what positions hold. */
  orderMargin(): Cash {
    return cash(this.margin.ofOrders())
  }

  leverage(i: InstrumentIndex): number {
    return this.account.leverages[i] as number
  }

  /** Changes the leverage that margin of this instrument is asked with from now on. */
  setLeverage(i: InstrumentIndex, leverage: number): void {
    this.account.leverages[i] = leverage
  }

  /** Changes the part of a step's volume that one order may take; undefined: all that it wants. */
  setDepth(share: number | undefined): void {
    this.matcher.settlement.depthShare = share
  }

  /** Takes a command, or says why not. Market orders wait for the next price; nothing is filled here. */
  accept(command: OrderCommand, at: Ts, into: VenueEventSink): VenueRefusal | undefined {
    this.matcher.now = at
    switch (command.type) {
      case 'submit-order':
        return this.submit(command, into)
      case 'cancel-order':
        return this.cancel(command.instrument, command.orderId, command.venueOrderId, into)
      case 'amend-order':
        return this.amendOrder(command, at, into)
      case 'set-protection':
        if (this.isSpot(command.instrument)) return NO_PROTECTION
        return setProtection(command, this.account, this.matcher, into)
    }
  }

  private submit(command: SubmitOrder, into: VenueEventSink): VenueRefusal | undefined {
    const refusal = refusalOf(command, this.account, this.matcher.balance, this.margin)
    if (refusal !== undefined) return refusal
    const order: SimOrder = {
      venueOrderId: this.matcher.settlement.ids.nextOrder((this.instruments[command.instrument] as Instrument).category),
      orderId: command.orderId,
      clientOrderId: command.clientOrderId,
      parentVenueOrderId: undefined,
      instrument: command.instrument,
      side: command.side,
      kind: command.kind,
      lots: command.lots,
      budget: command.budget,
      filled: lots(0),
      limit: command.limit,
      trigger: command.trigger,
      triggerBy: command.triggerBy,
      trailBy: undefined,
      activation: undefined,
      stop: command.stop,
      targets: command.targets,
      timeInForce: command.timeInForce,
      // Of a spot order it only shows an exit to its sender.
      reduceOnly: command.reduceOnly && !this.isSpot(command.instrument),
      attached: undefined,
      isStop: isStopKind(command.kind),
      isTriggered: false,
      // A target that is an order of its own (spot) waits as an attached one does.
      servedStep: command.reduceOnly && isTargetKind(command.kind) ? this.matcher.settlement.targetStep : 0,
      isFresh: true,
      createdTs: this.matcher.now,
    }
    ;((command.kind === 'market' ? this.matcher.pending : this.matcher.resting)[command.instrument] as SimOrder[]).push(order)
    into({
      type: 'order-accepted',
      instrument: order.instrument,
      orderId: order.orderId,
      venueOrderId: order.venueOrderId,
      ts: this.matcher.now,
    })
    return undefined
  }

  private cancel(
    i: InstrumentIndex,
    orderId: OrderId | undefined,
    venueOrderId: string | undefined,
    into: VenueEventSink,
  ): VenueRefusal | undefined {
    for (const list of [this.matcher.pending[i], this.matcher.resting[i]]) {
      const at = (list ?? []).findIndex((o) => (venueOrderId === undefined ? o.orderId === orderId : o.venueOrderId === venueOrderId))
      if (list === undefined || at < 0) continue
      const order = list[at] as SimOrder
      list.splice(at, 1)
      this.matcher.settlement.tellCanceled(order, 'user', into)
      return undefined
    }
    return this.unknownOrder(i)
  }

  private amendOrder(command: AmendOrder, at: Ts, into: VenueEventSink): VenueRefusal | undefined {
    const { instrument: i, orderId, venueOrderId } = command
    const order = this.openOrders(i).find((o) => (venueOrderId === undefined ? o.orderId === orderId : o.venueOrderId === venueOrderId))
    if (order === undefined) return this.unknownOrder(i)
    const change: { -readonly [K in 'lots' | 'limit' | 'trigger']?: SimOrder[K] } = {}
    if (command.lots !== undefined && command.lots !== order.lots) change.lots = command.lots
    if (command.limit !== undefined && command.limit !== order.limit) change.limit = command.limit
    if (command.trigger !== undefined && command.trigger !== order.trigger) change.trigger = command.trigger
    return this.amend(i, order.venueOrderId, change, at, into)
  }

  /** Changes a standing order in place. A limit that moves meets its next price afresh, so that crossing takes liquidity. */
  amend(i: InstrumentIndex, venueOrderId: string, change: OrderChange, at: Ts, into: VenueEventSink): VenueRefusal | undefined {
    this.matcher.now = at
    const order = this.openOrders(i).find((o) => o.venueOrderId === venueOrderId)
    if (order === undefined) return this.unknownOrder(i)
    const refusal = amendRefusalOf(order, change, this.account, this.matcher.balance, this.margin)
    if (refusal !== undefined) return refusal
    if (change.limit !== undefined && change.limit !== order.limit) order.isFresh = true
    Object.assign(order, change)
    this.matcher.settlement.tellAmended(order, into)
    return undefined
  }

  /** Adds a target for a part of the open position, beside those that stand already. */
  addTarget(
    i: InstrumentIndex,
    target: { readonly lots: Lots; readonly trigger: Ticks; readonly limit?: Ticks | undefined; readonly triggerBy: PriceSource },
    at: Ts,
    into: VenueEventSink,
  ): VenueRefusal | undefined {
    this.matcher.now = at
    if (this.isSpot(i)) return NO_PROTECTION
    const position = this.positions[i]
    if (position === undefined || position.lots === 0) return { code: 10001, detail: 'can not set a target on a zero position' }
    const refusal = targetSideRefusal(target.trigger, position.lots, this.account.prices[i] as number)
    if (refusal !== undefined) return refusal
    const share = target.lots / Math.abs(position.lots)
    this.matcher.settlement.attach({ kind: 'target', instrument: i, side: position.lots > 0 ? -1 : 1, share, ...target }, into)
    return undefined
  }

  /**
   * Plays the next hidden bar of a series: open, then the extremes in the order of barPath, then close.
   * All fills carry the bar's open time, since a bar does not say when inside it a price was seen.
   * @param onOrdersMet of spot: called where the path has met orders, so that a stop which is an order of its own stands from there on. Answers
   * whether anything was said.
   * @param arrival commands that come while the bar is under way: after its open, and before the rest of its path
   */
  bar(i: InstrumentIndex, bars: Bars, into: VenueEventSink, onOrdersMet?: () => boolean, arrival?: Arrival): void {
    const at = bars.cursor
    const close = bars.closeColumn[at] as number
    const resting = this.matcher.resting[i] as SimOrder[]
    const open = bars.openColumn[at] as number
    const low = bars.lowColumn[at] as number
    const high = bars.highColumn[at] as number
    const mark = this.markRow
    const { marks } = this.account
    if (marks !== undefined) marks[i] = mark?.open ?? 0
    if (arrival !== undefined || this.isPlayed(i, open, low, high, close, mark)) {
      this.matcher.begin(ts(bars.tsColumn[at] as number), bars.volumeColumn[at] as number, low, high)
      this.matcher.onOrdersMet = onOrdersMet
      this.matcher.price(i, open, into)
      this.matcher.hear(i, into)
      if (arrival !== undefined) {
        arrival.deliver()
        this.matcher.arrive(i, open, low, high, arrival.share, into)
        this.matcher.hear(i, into)
      }
      if ((resting.length !== 0 || (this.positions[i] as Position).lots !== 0) && !this.isCalm(i, open, low, high, close)) {
        const isLowFirst = barPath((this.positions[i] as Position).lots, resting, low, high) === 'low-first'
        this.matcher.playWithin(low, high)
        this.matcher.move(i, isLowFirst ? low : high, into, isLowFirst ? mark?.low : mark?.high)
        this.matcher.move(i, isLowFirst ? high : low, into, isLowFirst ? mark?.high : mark?.low)
        this.matcher.playLast()
        this.matcher.move(i, close, into, mark?.close)
      }
      this.matcher.onOrdersMet = undefined
    }
    this.account.prices[i] = close
    if (marks !== undefined) marks[i] = mark?.close ?? 0
    this.markRow = undefined
  }

  /** Whether a bar may change more than the last price: most bars meet no order, and are not walked. */
  private isPlayed(i: InstrumentIndex, open: number, low: number, high: number, close: number, mark: MarkRow | undefined): boolean {
    const hasOrders = (this.matcher.resting[i] as SimOrder[]).length !== 0 || (this.matcher.pending[i] as SimOrder[]).length !== 0
    if (!hasOrders && (this.positions[i] as Position).lots === 0) return false
    return !this.isCalm(i, open, low, high, close) && (hasOrders || this.matcher.isInDanger(i, mark?.low ?? low, mark?.high ?? high))
  }

  private isCalm(i: InstrumentIndex, open: number, low: number, high: number, close: number): boolean {
    const calm = this.matcher.calmPrices(i)
    return calm !== undefined && isWithin(calm, open, low, high, close)
  }

  /** See {@link Matcher.calmPrices}. */
  calmPrices(i: InstrumentIndex): CalmPrices | undefined {
    return this.matcher.calmPrices(i)
  }

  /** Bars have passed, all between calm prices: only the last price is another. */
  passTo(i: InstrumentIndex, close: number): void {
    this.account.prices[i] = close
  }

  /** Exits by a stop in a bar that held a target of the same position, too: what came first, the bar does not say. */
  get ambiguousExits(): number {
    return this.matcher.ambiguousExits
  }

  /** What those exits would have made more, had the target come first, before fees. */
  get ambiguousGain(): Cash {
    return this.matcher.ambiguousGain
  }

  /** A print at `price`: what lies between the last price and this one was not traded (a gap). `volume` is what impact is measured on. */
  tick(i: InstrumentIndex, price: Ticks, volume: number, at: Ts, into: VenueEventSink): void {
    this.matcher.begin(at, volume, price, price)
    this.matcher.price(i, price, into)
  }

  /** Settles funding on the open position, if any. */
  funding(i: InstrumentIndex, rate: Rate, mark: Ticks, at: Ts, into: VenueEventSink): void {
    const position = this.positions[i] as Position
    const instrument = this.instruments[i] as Instrument
    if (position.lots === 0 || instrument.category === 'spot') return
    const amount = fundingOf(instrument, mark, position.lots, rate)
    postToWallet(this.ledger, 'funding', amount)
    into({ type: 'funding-settled', instrument: i, settlementId: `${instrument.symbol}-${at}`, rate, amount, ts: at })
  }

  /** A deposit (or, negative, a withdrawal) by the account's owner. */
  deposit(amount: Cash, coin: string, at: Ts, into: VenueEventSink): void {
    postToWallet(this.ledger, 'capital', amount)
    into({ type: 'wallet-adjusted', coin, amount, cause: amount >= 0 ? 'deposit' : 'withdrawal', ts: at })
  }

  /** Coins of a spot instrument that come from outside, worth what they cost at the last price. */
  depositCoins(i: InstrumentIndex, quantity: Lots, at: Ts, into: VenueEventSink): void {
    const amount = moveCoins(this.account, i, quantity)
    into({ type: 'wallet-adjusted', coin: this.baseCoin(i), amount, cause: 'deposit', ts: at })
  }

  /** Coins that go outside; refused where open sales do not leave them free. */
  withdrawCoins(i: InstrumentIndex, quantity: Lots, at: Ts, into: VenueEventSink): VenueRefusal | undefined {
    if (quantity > this.matcher.balance.sellable(i)) return INSUFFICIENT_BALANCE
    const amount = moveCoins(this.account, i, 0 - quantity)
    into({ type: 'wallet-adjusted', coin: this.baseCoin(i), amount, cause: 'withdrawal', ts: at })
    return undefined
  }

  private baseCoin(i: InstrumentIndex): string {
    return (this.instruments[i] as Instrument).baseCoin
  }

  private isSpot(i: InstrumentIndex): boolean {
    return this.instruments[i]?.category === 'spot'
  }

  private unknownOrder(i: InstrumentIndex): VenueRefusal {
    return { code: this.isSpot(i) ? 170213 : 110001, detail: 'order does not exist' }
  }

  state(): SimState {
    return { ...this.account.state(), ...this.matcher.state() }
  }

  /** Goes on from a saved state of the same instruments. */
  restore(state: SimState): void {
    this.account.restore(state)
    this.matcher.restore(state)
  }
}

/** Whether a bar stays between calm prices. All four: a bar from a file may open or close beyond its extremes. */
export const isWithin = ({ above, below }: CalmPrices, open: number, low: number, high: number, close: number): boolean =>
  low > above && high < below && open > above && open < below && close > above && close < below && high > above && low < below
