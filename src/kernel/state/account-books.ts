/**
 * The books of one account: positions, marks, ledger and trades, and what changes them.
 */
import type { Booking } from '../booking.ts'
import { growList, grownColumn } from '../../core/column.ts'
import { type Cash, type InstrumentIndex, type Lots, type Ticks, type Ts, cash, lots, ticks, ts } from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'
import { type Instrument, LOT_PARTS, notionalOf } from '../../market/instrument.ts'
import type { StepChange } from '../../market/instrument-terms.ts'
import type { ExternalPart } from '../../portfolio/external.ts'
import { ExternalParts } from '../../portfolio/external-parts.ts'
import { type Ledger, emptyLedger, postToWallet } from '../../portfolio/ledger.ts'
import {
  type FillHistory,
  type PastFill,
  bookInOrder,
  convertHistory,
  emptyHistory,
  foldUntil,
  rebase,
  bookLast,
} from '../../portfolio/fill-history.ts'
import { type Position, convertPosition, flatPosition, unrealizedOf } from '../../portfolio/position.ts'
import { feeShare, seeRange, settleRange, tradeOf } from '../../portfolio/open-trade.ts'
import { spotFill, spotFlow } from '../../portfolio/spot.ts'
import type { ClosedTrade } from '../../portfolio/trade.ts'
import {
  type EquityWatch,
  type SavedWatch,
  copyWatch,
  makeEquityWatch,
  scaleByFlow,
  setReference,
  watchEquity,
  watchFrom,
} from '../../risk/breaker.ts'
import type { DrawdownTiers } from '../../risk/limits.ts'
import type { OrderFilled, WalletAdjusted } from '../../trading/event.ts'
import { type Order, decisionPriceOf } from '../../trading/order.ts'
import { convertTrade } from '../orders/convert-order.ts'
import { ExecutionQuality, type ExecutionQualitySnapshot } from './execution-quality.ts'
import { Marks, type MarksSnapshot } from './marks.ts'
import { OpenTrades, type OpenTradesSnapshot } from './open-trades.ts'
import type { OrderTable } from './order-table.ts'
import type { ReturnWindow } from './return-window.ts'
import { Results, type ResultsSnapshot } from './results.ts'

/** JSON-safe copy of the books. */
export interface BooksSnapshot extends MarksSnapshot, OpenTradesSnapshot {
  readonly ledger: Ledger
  readonly positions: readonly Position[]
  readonly watch: SavedWatch
  /** Absent in snapshots of before it was kept. */
  readonly results?: ResultsSnapshot
  readonly quality?: ExecutionQualitySnapshot
  readonly lastFillTs: Ts | null
  readonly lastCloseTs: Ts | null
  readonly reconciledTs: Ts | null
  readonly openedTs: Ts
  readonly histories: readonly FillHistory[]
  readonly externals: readonly (ExternalPart | null)[]
  readonly spares: readonly number[]
}

/** One fill, or the part of it that is ours, on the side of its order. */
export interface FillToBook extends Omit<PastFill, 'side'> {
  readonly fee: Cash
  readonly exitReason: string
}

export class AccountBooks {
  now: Ts = ts(0)
  readonly ledger: Ledger = emptyLedger()
  readonly positions: Position[]
  readonly watch: EquityWatch = makeEquityWatch()
  readonly results: Results
  readonly quality: ExecutionQuality
  /** When something was last filled, and the last live close instant; null before the first. */
  lastFillTs: Ts | null = null
  lastCloseTs: Ts | null = null
  /** What others did before it is in the opening balance; 0 before the records were opened. */
  openedTs: Ts = ts(0)
  /** Every execution before it is booked; null before the first clean reading. */
  reconciledTs: Ts | null = null
  readonly trades: OpenTrades
  protected readonly externals: ExternalParts
  protected readonly instruments: readonly Instrument[]
  protected readonly spotIndexes: InstrumentIndex[]
  protected readonly orders: OrderTable
  private readonly histories: FillHistory[]
  protected readonly marks: Marks
  protected readonly returns: ReturnWindow
  protected unrealizedBy: Float64Array
  /** Coins of Ballast's that are no whole lot, by instrument, in parts of a lot. */
  private spares: Float64Array
  private unrealized = 0

  constructor(instruments: readonly Instrument[], orders: OrderTable, needsAtr: boolean, returns: ReturnWindow) {
    const n = instruments.length
    this.instruments = instruments
    this.spotIndexes = instruments.filter((each) => each.category === 'spot').map((each) => each.index)
    this.orders = orders
    this.results = new Results(n)
    this.quality = new ExecutionQuality(n)
    this.positions = instruments.map(flatPosition)
    this.histories = instruments.map(emptyHistory)
    this.trades = new OpenTrades(n)
    this.externals = new ExternalParts(n)
    this.marks = new Marks(n, needsAtr)
    this.returns = returns
    this.unrealizedBy = new Float64Array(n)
    this.spares = new Float64Array(n)
  }

  /** The list of instruments has become longer: each new one begins flat. */
  grow(): void {
    const n = this.instruments.length
    for (const each of this.instruments.slice(this.positions.length)) if (each.category === 'spot') this.spotIndexes.push(each.index)
    growList(this.positions, n, flatPosition)
    growList(this.histories, n, emptyHistory)
    for (const table of [this.results, this.quality, this.trades, this.externals, this.marks]) table.grow(n)
    this.returns.grow()
    this.unrealizedBy = grownColumn(this.unrealizedBy, n)
    this.spares = grownColumn(this.spares, n)
  }

  get equity(): Cash {
    return cash(this.ledger.wallet + this.unrealized)
  }

  /** What has come in (negative: gone out) without being a result, since the records were opened. */
  get flowsSoFar(): Cash {
    const { flows, external, unexplained } = this.ledger
    return cash(0 - flows - external - unexplained)
  }

  /** The wallet without what was paid for the coins that are held: what the venue has of the settle coin. */
  get money(): Cash {
    let paid = 0
    for (const index of this.spotIndexes) paid += (this.positions[index] as Position).cost
    return cash(this.ledger.wallet - paid)
  }
  get unrealizedTotal(): Cash {
    return cash(this.unrealized)
  }

  instrument(i: InstrumentIndex): Instrument {
    return this.instruments[i] as Instrument
  }

  mark(i: InstrumentIndex): Ticks {
    return this.marks.price(i)
  }

  markTs(i: InstrumentIndex): Ts {
    return this.marks.at(i)
  }

  positionLots(i: InstrumentIndex): Lots {
    return (this.positions[i] as Position).lots
  }

  externalLots(i: InstrumentIndex): Lots {
    return this.externals.lots(i)
  }

  unrealizedOf(i: InstrumentIndex): Cash {
    return cash(this.unrealizedBy[i] as number)
  }

  /** A new mark; equity follows. */
  setMark(i: InstrumentIndex, price: number, at: Ts): void {
    this.marks.set(i, price, at)
    const position = this.positions[i] as Position
    if (position.lots !== 0) this.remark(i, position)
  }

  setSpread(i: InstrumentIndex, spreadTicks: number): void {
    this.marks.setSpread(i, spreadTicks)
  }

  /** The bar that was revealed last is the mark now: true range, and how far an open trade went inside it. */
  markBar(i: InstrumentIndex, bars: Bars): void {
    const at = bars.cursor - 1
    this.markBars(i, bars, bars.lowColumn[at] as number, bars.highColumn[at] as number)
  }

  /** As {@link markBar} for each of the bars that were revealed since the last mark, which lay between these prices. */
  markBars(i: InstrumentIndex, bars: Bars, lowest: number, highest: number): void {
    const closeTs = this.marks.reveal(i, bars)
    this.returns.barsRevealed()
    if (closeTs > this.now) this.now = ts(closeTs)
    const openTrade = this.trades.of(i)
    if (openTrade === undefined) return
    seeRange(openTrade, ticks(lowest), ticks(highest))
    this.remark(i, this.positions[i] as Position)
  }

  private remark(i: InstrumentIndex, position: Position): void {
    const value = unrealizedOf(position, this.instruments[i] as Instrument, this.mark(i))
    this.unrealized += value - (this.unrealizedBy[i] as number)
    this.unrealizedBy[i] = value
  }

  /** An operator continues after a breaker: what there is now is what drawdown is measured from. */
  setReference(): void {
    setReference(this.watch, this.equity)
  }

  /** Watches equity at an instant. */
  watchEquity(at: Ts, tiers: DrawdownTiers): void {
    watchEquity(this.watch, cash(this.ledger.wallet + this.unrealized), at, tiers)
    this.results.watch((i) => this.unrealizedOf(i), at)
  }

  /** Books a fill: position, ledger, trade. What it began, ended and changed goes `into` the booking. */
  bookFill(order: Order, fill: FillToBook, into: Booking): void {
    if (order.origin === 'external' || this.externals.has(order.instrument)) this.bookShared(order, fill, into)
    else this.bookOwn(order, fill, into)
  }

  /** A fill in a symbol that is not ours alone. The wallet gets what the venue realizes; what of it is not our trades' is a flow. */
  private bookShared(order: Order, fill: FillToBook, into: Booking): void {
    const i = order.instrument
    const { fee, lots: quantity, offStep } = fill
    const { ours, realized, change } = this.externals.shareFill(
      this.instruments[i] as Instrument,
      this.positions[i] as Position,
      this.histories[i] as FillHistory,
      { side: order.side, price: fill.price, lots: quantity, offStep, ts: fill.ts, seq: fill.seq },
      order.origin === 'external',
    )
    const ownFee = ours === 0 ? cash(0) : feeShare(fee, ours, quantity)
    const ownOffStep = offStep === undefined || ours === 0 ? undefined : feeShare(offStep, ours, quantity)
    const ownRealized = ours === 0 ? cash(0) : this.bookOwn(order, { ...fill, lots: ours, fee: ownFee, offStep: ownOffStep }, into)
    this.bookOutside(cash(realized - ownRealized - (fee - ownFee)))
    if (change !== undefined) into.changedOutside = change
    this.externals.settle(i, this.positionLots(i) === 0)
  }

  /** Bought coins pay their fee in coins, and what is not ours is not ours to sell. Of somebody else's only the money moves. */
  bookSpotFill(order: Order, fill: OrderFilled, exitReason: string, into: Booking): void {
    const i = order.instrument
    const instrument = this.instruments[i] as Instrument
    if (order.origin === 'external') {
      this.bookOutside(spotFlow(instrument, fill))
      return
    }
    const { price, ts: at, seq } = fill
    const booked = spotFill(instrument, this.positionLots(i), this.spares[i] as number, fill)
    this.spares[i] = booked.spare
    if (booked.lots > 0) this.bookOwn(order, { price, lots: booked.lots, fee: booked.fee, exitReason, ts: at, seq }, into)
    else if (booked.fee !== 0) postToWallet(this.ledger, 'fees', cash(0 - booked.fee))
    this.bookOutside(booked.outside)
    if (booked.surplus > 0) into.oversold = booked.surplus
  }

  /** Coins of Ballast's have left otherwise than by a sale of Ballast's: a result at the price, and a flow out of it. Money stays as it is. */
  takeCoins(order: Order, fill: FillToBook, into: Booking): void {
    this.bookOwn(order, fill, into)
    this.bookOutside(cash(0 - notionalOf(this.instruments[order.instrument] as Instrument, fill.price, fill.lots, 'floor')))
  }

  private bookOutside(amount: Cash): void {
    if (amount === 0) return
    scaleByFlow(this.watch, this.equity, amount)
    postToWallet(this.ledger, 'external', amount)
  }

  ignoreExternal(i: InstrumentIndex): void {
    this.externals.ignore(i)
  }

  /** What was not ours is ours from now on, at the price that came with it: what it made before is no result of Ballast's. */
  adopt(order: Order, price: Ticks, at: Ts, into: Booking): void {
    const i = order.instrument
    const external: number = this.externals.lots(i)
    if (external === 0) return
    this.bookOwn(order, { price, lots: lots(Math.abs(external)), fee: cash(0), exitReason: '', ts: at }, into)
    rebase(this.histories[i] as FillHistory, this.positions[i] as Position)
    this.externals.giveUp(i)
    const openTrade = this.trades.of(i)
    if (openTrade !== undefined && order.stop !== undefined) openTrade.stop = order.stop
  }

  /** Answers what it realized. */
  private bookOwn(order: Order, { price, lots: quantity, fee, exitReason, ts: at, seq, offStep }: FillToBook, into: Booking): Cash {
    const i = order.instrument
    const instrument = this.instruments[i] as Instrument
    const position = this.positions[i] as Position
    const before = position.lots
    this.trades.seeFill(instrument, position, price)
    const fill = { side: order.side, price, lots: quantity, ts: at, seq, offStep }
    const history = this.histories[i] as FillHistory
    const realized = this.orders.isRead ? bookInOrder(history, position, instrument, fill) : bookLast(history, position, instrument, fill)
    if (realized !== 0) postToWallet(this.ledger, 'trading', realized)
    if (fee !== 0) postToWallet(this.ledger, 'fees', cash(0 - fee))
    if (realized - fee !== 0) this.results.book(i, realized - fee, this.now)
    this.marks.setFirst(i, price)
    this.remark(i, position)
    if (order.origin === 'ours') this.noteSlippage(order, price)
    const closedBefore = into.closed
    this.trades.book(instrument, before, { order, price, lots: quantity, fee, realized, exitReason, ts: at }, into)
    if (into.closed !== undefined && into.closed !== closedBefore) this.results.closed(into.closed, at)
    return realized
  }

  private noteSlippage(order: Order, price: Ticks): void {
    const decided = decisionPriceOf(order)
    if (decided !== undefined && decided > 0) this.quality.filled(order.instrument, ((price - decided) * order.side * 1e4) / decided)
  }

  /** The account was read and agrees: every execution before `upTo` is booked. */
  reconciled(upTo: Ts): void {
    this.reconciledTs = upTo
    for (const instrument of this.instruments) {
      foldUntil(this.histories[instrument.index] as FillHistory, instrument, upTo)
      this.externals.foldUntil(instrument, upTo)
    }
  }

  /** A position that was booked by adjustment has no true order of fills behind it. */
  rebaseFills(i: InstrumentIndex): void {
    rebase(this.histories[i] as FillHistory, this.positions[i] as Position)
    this.externals.rebase(i)
  }

  /** Books a settlement; that it is booked once is the caller's business. */
  bookFunding(i: InstrumentIndex, amount: Cash): void {
    const share = this.ownShare(i, amount)
    if (share !== 0) {
      postToWallet(this.ledger, 'funding', share)
      this.results.book(i, share, this.now)
    }
    this.bookOutside(cash(amount - share))
    const openTrade = this.trades.of(i)
    if (openTrade !== undefined) openTrade.funding = cash(openTrade.funding + share)
  }

  private ownShare(i: InstrumentIndex, amount: Cash): Cash {
    const own = Math.abs(this.positionLots(i))
    const all = own + Math.abs(this.externalLots(i))
    return all === own ? amount : cash(Math.floor((amount * own) / all))
  }

  /** The balance that the records begin with. What others have traded since we listen is booked already, and is in it. */
  open(balance: Cash, at: Ts): void {
    this.openedTs = at
    const amount = cash(balance - this.money)
    scaleByFlow(this.watch, this.equity, amount)
    postToWallet(this.ledger, 'capital', amount)
  }

  /** Money that moved without a trade: never a profit or a loss. That it is booked once is the caller's business. */
  bookFlow(flow: WalletAdjusted): void {
    scaleByFlow(this.watch, this.equity, flow.amount)
    postToWallet(this.ledger, flow.cause === 'unexplained' ? 'unexplained' : 'flows', flow.amount)
  }

  /** What a result was off by that the venue does not tell any more. */
  correct(amount: Cash): void {
    postToWallet(this.ledger, 'adjustments', amount)
  }

  /** All that counts in ticks and lots of an instrument counts in other steps from now on; money stays as it is. */
  convert(change: StepChange): void {
    const { index: i, category } = change.after
    const position = this.positions[i] as Position
    const openTrade = this.trades.of(i)
    // How far it went is valued in the steps that it went in, whether or not somebody has looked before.
    if (openTrade !== undefined) settleRange(openTrade, position, change.before)
    if (category === 'spot') {
      // Coins are what they are and cost what they did: what is no whole lot is kept in parts of one.
      const converted = change.withParts(position.lots, this.spares[i] as number, LOT_PARTS)
      position.lots = converted.lots
      this.spares[i] = converted.spare
      rebase(this.histories[i] as FillHistory, position)
    } else {
      convertPosition(position, change)
      convertHistory(this.histories[i] as FillHistory, position, change)
    }
    this.externals.convert(change)
    this.marks.convert(i, change)
    if (openTrade !== undefined) convertTrade(change, openTrade, position.lots)
    this.remark(i, position)
  }

  /** Open trades as trades marked at the last price. */
  openTrades(): ClosedTrade[] {
    const list: ClosedTrade[] = []
    for (const openTrade of this.trades.all()) {
      const i = openTrade.instrument
      settleRange(openTrade, this.positions[i] as Position, this.instrument(i))
      list.push(tradeOf(openTrade, this.instrument(i), this.markTs(i), { mark: this.mark(i), unrealized: this.unrealizedOf(i) }))
    }
    return list
  }

  snapshot(): BooksSnapshot {
    return {
      ...this.marks.snapshot(),
      ...this.trades.snapshot(),
      ledger: { ...this.ledger },
      positions: this.positions.map((p) => ({ ...p })),
      watch: copyWatch(this.watch),
      results: this.results.snapshot(),
      quality: this.quality.snapshot(),
      lastFillTs: this.lastFillTs,
      lastCloseTs: this.lastCloseTs,
      reconciledTs: this.reconciledTs,
      openedTs: this.openedTs,
      histories: this.histories.map(({ base, fills }) => ({ base: { ...base }, fills: [...fills] })),
      externals: this.externals.snapshot(),
      spares: Array.from(this.spares),
    }
  }

  restore(from: BooksSnapshot): void {
    Object.assign(this.ledger, from.ledger)
    from.positions.forEach((p, i) => {
      Object.assign(this.positions[i] as Position, p)
    })
    this.marks.restore(from)
    this.trades.restore(from)
    from.histories.forEach(({ base, fills }, i) => {
      const history = this.histories[i] as FillHistory
      Object.assign(history.base, base)
      history.fills = [...fills]
    })
    this.externals.restore(from.externals)
    this.spares.set(from.spares ?? [])
    Object.assign(this.watch, watchFrom(from.watch))
    if (from.results !== undefined) this.results.restore(from.results)
    if (from.quality !== undefined) this.quality.restore(from.quality)
    this.lastFillTs = from.lastFillTs
    this.lastCloseTs = from.lastCloseTs
    this.reconciledTs = from.reconciledTs ?? null
    this.openedTs = from.openedTs ?? ts(0)
    this.unrealized = 0
    this.unrealizedBy.fill(0)
    this.positions.forEach((p, i) => {
      if (p.lots !== 0) this.remark((this.instruments[i] as Instrument).index, p)
    })
  }
}
