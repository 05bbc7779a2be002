/**
 * Positions, marks, ledger and round trips of one account, and the view that risk has of them.
 * Never decides: it books what happened and answers with figures.
 */
import { addSafe } from '../core/decimal.ts'
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type Side,
  type StrategyId,
  type Ticks,
  type TradeNumber,
  type Ts,
  cash,
  lots,
  ticks,
  strategyId,
  tradeNumber,
  ts,
} from '../core/units.ts'
import { type Atr, isAtrReady, makeAtr, updateAtr } from '../indicators/atr.ts'
import type { Bars } from '../market/bars.ts'
import { type Instrument, type InstrumentStatus, notionalOf } from '../market/instrument.ts'
import type { ExternalChange, ExternalPart } from '../portfolio/external.ts'
import { ExternalParts } from '../portfolio/external-parts.ts'
import { type Ledger, emptyLedger, postToWallet } from '../portfolio/ledger.ts'
import { type FillHistory, bookInOrder, emptyHistory, foldUntil, rebase } from '../portfolio/fill-history.ts'
import { type Position, flatPosition, unrealizedOf } from '../portfolio/position.ts'
import { type RoundTrip, addToRoundTrip, feeShare, openRoundTrip, seeRange, settleRange, tradeOf } from '../portfolio/round-trip.ts'
import { spotFill, spotFlow } from '../portfolio/spot.ts'
import type { ClosedTrade } from '../portfolio/trade.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import { type EquityWatch, dayLossOf, makeEquityWatch, shiftByFlow, watchEquity } from '../risk/breaker.ts'
import type { DrawdownTiers } from '../risk/limits.ts'
import type { OrderFilled } from '../trading/event.ts'
import type { Order } from '../trading/order.ts'
import type { ElsewherePosition } from '../trading/report.ts'
import type { OrderBook } from './order-book.ts'

const EXTERNAL_OWNER = strategyId('external')
const ATR_PERIOD = 14
const MINUTE_MS = 60_000
const SECOND_MS = 1_000

/** JSON-safe copy of all of it. */
export interface PortfolioSnapshot {
  readonly ledger: Ledger
  readonly positions: readonly Position[]
  readonly trips: readonly (RoundTrip | undefined | null)[]
  readonly marks: readonly number[]
  readonly markTimes: readonly number[]
  readonly spreads: readonly number[]
  readonly atrs: readonly Atr[]
  readonly watch: EquityWatch
  readonly nextTradeNumber: number
  readonly entryTimes: readonly number[]
  readonly lastEntryTimes: readonly number[]
  readonly lastFillTs: Ts | null
  readonly lastCloseTs: Ts | null
  readonly reconciledTs: Ts | null
  readonly openedTs: Ts
  readonly barTimes: readonly number[]
  readonly histories: readonly FillHistory[]
  readonly externals: readonly (ExternalPart | null)[]
  readonly statuses: readonly (InstrumentStatus | null)[]
  readonly elsewhere: readonly ElsewherePosition[]
  readonly spares: readonly number[]
}

export class PortfolioState implements PortfolioView {
  now: Ts = ts(0)
  readonly ledger: Ledger = emptyLedger()
  readonly positions: readonly Position[]
  readonly watch: EquityWatch = makeEquityWatch()
  /** Set while a fill is booked that ended a round trip; read and cleared by the kernel. */
  closed: ClosedTrade | undefined
  /** Set while a fill is booked that began one. */
  opened: RoundTrip | undefined
  /** Positions in symbols that are not traded here: they take margin all the same. */
  elsewhere: readonly ElsewherePosition[] = []
  /** Set while something from outside is booked; read and cleared by the kernel. */
  changedOutside: ExternalChange | undefined
  /** Set while a sale is booked of more coins than were ours; read and cleared by the kernel. */
  soldBeyond: Lots | undefined
  private readonly externals: ExternalParts
  /** As the venue has said since; null: as the instrument says. */
  private readonly statuses: (InstrumentStatus | null)[]
  private readonly instruments: readonly Instrument[]
  private readonly spots: readonly InstrumentIndex[]
  private readonly orders: OrderBook
  private readonly owners: readonly (StrategyId | undefined)[]
  private readonly leverage: number
  private readonly needsAtr: boolean
  private readonly trips: (RoundTrip | undefined)[]
  private readonly histories: readonly FillHistory[]
  private readonly marks: Float64Array
  private readonly markTimes: Float64Array
  private readonly spreads: Float64Array
  /** Close instant of the newest bar, by instrument; 0 before the first. */
  private readonly barTimes: Float64Array
  private readonly unrealizedBy: Float64Array
  /** Coins of ours that are no whole lot, by instrument, in parts of a lot. */
  private readonly spares: Float64Array
  private unrealized = 0
  private readonly atrs: readonly Atr[]
  private nextTradeNumber = 1
  /** When something was last filled, and the last live close instant; null before the first. */
  lastFillTs: Ts | null = null
  lastCloseTs: Ts | null = null
  /** What others did before it is in the opening balance; 0 before the books were opened. */
  openedTs: Ts = ts(0)
  /** Every execution before it is booked; null before the first clean reading. */
  reconciledTs: Ts | null = null
  /** Entry times of the last minute, oldest first. */
  private entryTimes: number[] = []
  /** By instrument and side: [2 i] buys, [2 i + 1] sells; -1 = never. */
  private readonly lastEntryTimes: Float64Array

  constructor(
    instruments: readonly Instrument[],
    owners: readonly (StrategyId | undefined)[],
    orders: OrderBook,
    leverage: number,
    needsAtr: boolean,
  ) {
    const n = instruments.length
    this.instruments = instruments
    this.spots = instruments.filter((each) => each.category === 'spot').map((each) => each.index)
    this.owners = owners
    this.orders = orders
    this.leverage = leverage
    this.needsAtr = needsAtr
    this.positions = instruments.map(flatPosition)
    this.histories = instruments.map(emptyHistory)
    this.trips = new Array<RoundTrip | undefined>(n).fill(undefined)
    this.statuses = new Array<InstrumentStatus | null>(n).fill(null)
    this.externals = new ExternalParts(n)
    this.marks = new Float64Array(n)
    this.markTimes = new Float64Array(n)
    this.spreads = new Float64Array(n)
    this.barTimes = new Float64Array(n)
    this.unrealizedBy = new Float64Array(n)
    this.spares = new Float64Array(n)
    this.atrs = instruments.map(() => makeAtr(ATR_PERIOD))
    this.lastEntryTimes = new Float64Array(2 * n).fill(-1)
  }

  get equity(): Cash {
    return cash(this.ledger.wallet + this.unrealized)
  }
  /** The wallet without what was paid for the coins that are held: what the venue has of the settle coin. */
  get money(): Cash {
    let paid = 0
    for (const i of this.spots) paid += (this.positions[i] as Position).cost
    return cash(this.ledger.wallet - paid)
  }
  get unrealizedTotal(): Cash {
    return cash(this.unrealized)
  }
  instrument(i: InstrumentIndex): Instrument {
    return this.instruments[i] as Instrument
  }
  mark(i: InstrumentIndex): Ticks {
    return ticks(this.marks[i] as number)
  }
  markTs(i: InstrumentIndex): Ts {
    return ts(this.markTimes[i] as number)
  }
  barTs(i: InstrumentIndex): Ts | undefined {
    const at = this.barTimes[i] as number
    return at === 0 ? undefined : ts(at)
  }
  spreadTicks(i: InstrumentIndex): number {
    return this.spreads[i] as number
  }
  atrTicks(i: InstrumentIndex): number {
    const atr = this.atrs[i] as Atr
    return isAtrReady(atr) ? atr.value : 0
  }
  positionLots(i: InstrumentIndex): Lots {
    return (this.positions[i] as Position).lots
  }
  externalLots(i: InstrumentIndex): Lots {
    return this.externals.lots(i)
  }
  isExternalIgnored(i: InstrumentIndex): boolean {
    return this.externals.isIgnored(i)
  }
  instrumentStatus(i: InstrumentIndex): InstrumentStatus {
    return this.statuses[i] ?? (this.instruments[i] as Instrument).status
  }
  setStatus(i: InstrumentIndex, status: InstrumentStatus): void {
    this.statuses[i] = status
  }
  /** What the venue holds in the symbol: ours and what is not. */
  venueLots(i: InstrumentIndex): Lots {
    return lots(this.positionLots(i) + this.externalLots(i))
  }
  get marginEquity(): Cash {
    if (this.externals.isEmpty) return this.equity
    const loss = this.externals.loss(
      this.instruments,
      (k) => ticks(this.marks[k] as number),
      (k) => this.unrealizedBy[k] as number,
    )
    return cash(this.equity + loss)
  }
  openEntryLots(i: InstrumentIndex, side: Side): Lots {
    return this.orders.openEntryLots(i, side)
  }
  ownerOf(i: InstrumentIndex): StrategyId | undefined {
    return this.owners[i]
  }
  /** Who answers for a position in the symbol: its strategy, else nobody of ours. */
  ownerOrExternal(i: InstrumentIndex): StrategyId {
    return this.owners[i] ?? EXTERNAL_OWNER
  }
  trip(i: InstrumentIndex): RoundTrip | undefined {
    return this.trips[i]
  }
  unrealizedOf(i: InstrumentIndex): Cash {
    return cash(this.unrealizedBy[i] as number)
  }
  get grossNotional(): Cash {
    let sum = 0
    for (let k = 0; k < this.elsewhere.length; k++) sum = addSafe(sum, (this.elsewhere[k] as ElsewherePosition).notional)
    for (let k = 0; k < this.instruments.length; k++) sum = addSafe(sum, this.grossOf(this.instruments[k] as Instrument))
    return cash(sum)
  }
  get spotNotional(): Cash {
    let sum = 0
    for (const k of this.spots) sum = addSafe(sum, this.grossOf(this.instruments[k] as Instrument))
    return cash(sum)
  }
  private grossOf(instrument: Instrument): number {
    const i = instrument.index
    const held: number = (this.positions[i] as Position).lots
    const entries = this.orders.openEntryLots(i, 1) + this.orders.openEntryLots(i, -1)
    const size = (held < 0 ? 0 - held : held) + Math.abs(this.externals.lots(i)) + entries
    return size === 0 ? 0 : notionalOf(instrument, ticks(this.marks[i] as number), lots(size), 'ceil')
  }
  /** Contracts take their margin, coins their whole price. */
  get marginUsed(): Cash {
    const { spotNotional } = this
    return cash(Math.ceil((this.grossNotional - spotNotional) / this.leverage) + spotNotional)
  }
  /** What is lost from the present equity if every open position is stopped at its stop; positions without one, and those of others, count with their whole margin. */
  get openRisk(): Cash {
    let sum = 0
    for (const trip of this.trips) {
      if (trip === undefined) continue
      const i = trip.instrument
      const position = this.positions[i] as Position
      const instrument = this.instruments[i] as Instrument
      const now = this.unrealizedBy[i] as number
      const atStop =
        trip.stop === undefined
          ? now - Math.ceil(notionalOf(instrument, this.mark(i), lots(Math.abs(position.lots)), 'ceil') / this.leverageOf(instrument))
          : unrealizedOf(position, instrument, trip.stop)
      if (now > atStop) sum += now - atStop
    }
    for (const [k, size] of this.externals.held()) {
      const instrument = this.instruments[k] as Instrument
      sum += Math.ceil(notionalOf(instrument, this.mark(instrument.index), size, 'ceil') / this.leverage)
    }
    return cash(sum)
  }
  private leverageOf({ category }: Instrument): number {
    return category === 'spot' ? 1 : this.leverage
  }
  get dayLoss(): Cash {
    return dayLossOf(this.watch, this.equity)
  }
  get ordersLastSecond(): number {
    return this.countEntries(SECOND_MS)
  }
  get ordersLastMinute(): number {
    return this.countEntries(MINUTE_MS)
  }
  private countEntries(windowMs: number): number {
    let count = 0
    for (let k = this.entryTimes.length - 1; k >= 0 && (this.entryTimes[k] as number) > this.now - windowMs; k--) count += 1
    return count
  }
  lastEntryTs(i: InstrumentIndex, side: Side): Ts | undefined {
    const at = this.lastEntryTimes[2 * i + (side === 1 ? 0 : 1)] as number
    return at < 0 ? undefined : ts(at)
  }

  noteEntry(i: InstrumentIndex, side: Side, at: Ts): void {
    this.lastEntryTimes[2 * i + (side === 1 ? 0 : 1)] = at
    if (this.entryTimes.length >= 256) this.entryTimes = this.entryTimes.slice(128)
    this.entryTimes.push(at)
  }

  /** A new mark; equity follows. */
  setMark(i: InstrumentIndex, price: number, at: Ts): void {
    this.marks[i] = price
    this.markTimes[i] = at
    const position = this.positions[i] as Position
    if (position.lots !== 0) this.remark(i, position)
  }

  setSpread(i: InstrumentIndex, spreadTicks: number): void {
    this.spreads[i] = spreadTicks
  }

  /** The bar that was revealed last is the mark now: true range, and how far an open trip went inside it. */
  markBar(i: InstrumentIndex, bars: Bars): void {
    const at = bars.cursor - 1
    const close = bars.closeColumn[at] as number
    const closeTs = (bars.tsColumn[at] as number) + bars.intervalMs
    if (closeTs > this.now) this.now = ts(closeTs)
    this.marks[i] = close
    this.markTimes[i] = closeTs
    this.barTimes[i] = closeTs
    if (this.needsAtr) updateAtr(this.atrs[i] as Atr, bars.highColumn[at] as number, bars.lowColumn[at] as number, close)
    const trip = this.trips[i]
    if (trip === undefined) return
    seeRange(trip, ticks(bars.lowColumn[at] as number), ticks(bars.highColumn[at] as number))
    this.remark(i, this.positions[i] as Position)
  }

  private remark(i: InstrumentIndex, position: Position): void {
    const value = unrealizedOf(position, this.instruments[i] as Instrument, ticks(this.marks[i] as number))
    this.unrealized += value - (this.unrealizedBy[i] as number)
    this.unrealizedBy[i] = value
  }

  /** Watches equity at an instant. */
  watchEquity(at: Ts, tiers: DrawdownTiers): void {
    watchEquity(this.watch, cash(this.ledger.wallet + this.unrealized), at, tiers)
  }

  /** Books a fill: position, ledger, round trip. `closed` and `opened` say what it ended and began. */
  bookFill(order: Order, price: Ticks, quantity: Lots, fee: Cash, exitReason: string, at: Ts, seq?: number): void {
    if (order.origin === 'external' || this.externals.has(order.instrument))
      this.bookShared(order, price, quantity, fee, exitReason, at, seq)
    else this.bookOwn(order, price, quantity, fee, exitReason, at, seq)
  }

  /** A fill in a symbol that is not ours alone. The wallet gets what the venue realizes; what of it is not our trades' is a flow. */
  private bookShared(order: Order, price: Ticks, quantity: Lots, fee: Cash, exitReason: string, at: Ts, seq?: number): void {
    const i = order.instrument
    const fill = { side: order.side, price, lots: quantity, ts: at, seq }
    const { ours, realized, change } = this.externals.take(
      this.instruments[i] as Instrument,
      this.positions[i] as Position,
      this.histories[i] as FillHistory,
      fill,
      order.origin === 'external',
    )
    const ownFee = ours === 0 ? cash(0) : feeShare(fee, ours, quantity)
    const ownRealized = ours === 0 ? cash(0) : this.bookOwn(order, price, ours, ownFee, exitReason, at, seq)
    this.bookOutside(cash(realized - ownRealized - (fee - ownFee)))
    if (change !== undefined) this.changedOutside = change
    this.externals.settle(i, this.positionLots(i) === 0)
  }

  /** Bought coins pay their fee in coins, and what is not ours is not ours to sell. Of somebody else's only the money moves. */
  bookSpotFill(order: Order, fill: OrderFilled, exitReason: string): void {
    const i = order.instrument
    const instrument = this.instruments[i] as Instrument
    if (order.origin === 'external') {
      this.bookOutside(spotFlow(instrument, fill))
      return
    }
    const { price, ts: at, seq } = fill
    const booked = spotFill(instrument, this.positionLots(i), this.spares[i] as number, fill)
    this.spares[i] = booked.spare
    if (booked.lots > 0) this.bookOwn(order, price, booked.lots, booked.fee, exitReason, at, seq)
    else if (booked.fee !== 0) postToWallet(this.ledger, 'fees', cash(0 - booked.fee))
    this.bookOutside(booked.outside)
    if (booked.surplus > 0) this.soldBeyond = booked.surplus
  }

  /** Coins of ours have left otherwise than by a sale of ours: a result at the price, and a flow out of it. Money stays as it is. */
  takeCoins(order: Order, price: Ticks, quantity: Lots, exitReason: string, at: Ts): void {
    this.bookOwn(order, price, quantity, cash(0), exitReason, at)
    this.bookOutside(cash(0 - notionalOf(this.instruments[order.instrument] as Instrument, price, quantity, 'floor')))
  }

  private bookOutside(amount: Cash): void {
    if (amount === 0) return
    postToWallet(this.ledger, 'external', amount)
    shiftByFlow(this.watch, amount)
  }

  ignoreExternal(i: InstrumentIndex): void {
    this.externals.ignore(i)
  }

  /** What was not ours is ours from now on, at the price that came with it: what it made before is no result of ours. */
  adopt(order: Order, price: Ticks, at: Ts): void {
    const i = order.instrument
    const external: number = this.externals.lots(i)
    if (external === 0) return
    this.bookOwn(order, price, lots(Math.abs(external)), cash(0), '', at)
    rebase(this.histories[i] as FillHistory, this.positions[i] as Position)
    this.externals.giveUp(i)
    const trip = this.trips[i]
    if (trip !== undefined && order.stop !== undefined) trip.stop = order.stop
  }

  /** Answers what it realized. */
  private bookOwn(order: Order, price: Ticks, quantity: Lots, fee: Cash, exitReason: string, at: Ts, seq?: number): Cash {
    const i = order.instrument
    const instrument = this.instruments[i] as Instrument
    const position = this.positions[i] as Position
    const before: number = position.lots
    const standing = this.trips[i]
    if (standing !== undefined) {
      seeRange(standing, price, price)
      settleRange(standing, position, instrument)
    }
    const fill = { side: order.side, price, lots: quantity, ts: at, seq }
    const realized = bookInOrder(this.histories[i] as FillHistory, position, instrument, fill)
    if (realized !== 0) postToWallet(this.ledger, 'trading', realized)
    if (fee !== 0) postToWallet(this.ledger, 'fees', cash(0 - fee))
    if ((this.marks[i] as number) === 0) this.marks[i] = price
    this.remark(i, position)

    const isAgainst = before !== 0 && before > 0 !== (order.side === 1)
    const size = before < 0 ? 0 - before : before
    const closing = isAgainst ? lots(Math.min(size, quantity)) : lots(0)
    const closingFee = closing === 0 ? cash(0) : feeShare(fee, closing, quantity)
    if (closing > 0) {
      const trip = this.trips[i]
      if (trip !== undefined) {
        addToRoundTrip(trip, instrument, order.side, price, closing, closingFee, realized)
        trip.exitReason = exitReason
        if (closing === size) {
          this.closed = tradeOf(trip, instrument, at)
          this.trips[i] = undefined
        }
      }
    }
    const opening = lots(quantity - closing)
    if (opening > 0) {
      let trip = this.trips[i]
      if (trip === undefined) {
        trip = openRoundTrip(
          tradeNumber(this.nextTradeNumber),
          order.strategy,
          i,
          order.side,
          order.orderId,
          at,
          order.stop,
          order.plannedLoss,
        )
        this.nextTradeNumber += 1
        this.trips[i] = trip
        this.opened = trip
      }
      addToRoundTrip(trip, instrument, order.side, price, opening, cash(fee - closingFee), cash(0))
    }
    return realized
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
    if (share !== 0) postToWallet(this.ledger, 'funding', share)
    this.bookOutside(cash(amount - share))
    const trip = this.trips[i]
    if (trip !== undefined) trip.funding = cash(trip.funding + share)
  }

  private ownShare(i: InstrumentIndex, amount: Cash): Cash {
    const own = Math.abs(this.positionLots(i))
    const all = own + Math.abs(this.externalLots(i))
    return all === own ? amount : cash(Math.floor((amount * own) / all))
  }

  /** The balance that the books begin with. What others have traded since we listen is booked already, and is in it. */
  open(balance: Cash, at: Ts): void {
    this.openedTs = at
    this.bookWallet(cash(balance - this.money), true)
  }

  /** Opening capital, deposits and withdrawals: never a profit or a loss. A difference found by reconciliation is one. */
  bookWallet(amount: Cash, isFlow: boolean): void {
    postToWallet(this.ledger, isFlow ? 'capital' : 'adjustments', amount)
    if (isFlow) shiftByFlow(this.watch, amount)
  }

  /** Open round trips as trades marked at the last price. */
  openTrades(): ClosedTrade[] {
    const list: ClosedTrade[] = []
    for (const trip of this.trips) {
      if (trip === undefined) continue
      const i = trip.instrument
      settleRange(trip, this.positions[i] as Position, this.instrument(i))
      list.push(tradeOf(trip, this.instrument(i), this.markTs(i), { mark: this.mark(i), unrealized: this.unrealizedOf(i) }))
    }
    return list
  }

  get lastTradeNumber(): TradeNumber {
    return tradeNumber(this.nextTradeNumber - 1)
  }

  snapshot(): PortfolioSnapshot {
    return {
      ledger: { ...this.ledger },
      positions: this.positions.map((p) => ({ ...p })),
      trips: this.trips.map((t) => (t === undefined ? null : { ...t })),
      marks: Array.from(this.marks),
      markTimes: Array.from(this.markTimes),
      spreads: Array.from(this.spreads),
      atrs: this.atrs.map((a) => ({ ...a })),
      watch: { ...this.watch, samples: [...this.watch.samples] },
      nextTradeNumber: this.nextTradeNumber,
      entryTimes: [...this.entryTimes],
      lastEntryTimes: Array.from(this.lastEntryTimes),
      lastFillTs: this.lastFillTs,
      lastCloseTs: this.lastCloseTs,
      reconciledTs: this.reconciledTs,
      openedTs: this.openedTs,
      barTimes: Array.from(this.barTimes),
      histories: this.histories.map(({ base, fills }) => ({ base: { ...base }, fills: [...fills] })),
      statuses: [...this.statuses],
      elsewhere: [...this.elsewhere],
      externals: this.externals.snapshot(),
      spares: Array.from(this.spares),
    }
  }

  restore(from: PortfolioSnapshot): void {
    Object.assign(this.ledger, from.ledger)
    from.positions.forEach((p, i) => {
      Object.assign(this.positions[i] as Position, p)
    })
    from.trips.forEach((t, i) => {
      this.trips[i] = t === null || t === undefined ? undefined : { ...t, stop: t.stop ?? undefined }
    })
    this.marks.set(from.marks)
    this.markTimes.set(from.markTimes)
    this.spreads.set(from.spreads)
    this.barTimes.set(from.barTimes)
    from.histories.forEach(({ base, fills }, i) => {
      const history = this.histories[i] as FillHistory
      Object.assign(history.base, base)
      history.fills = [...fills]
    })
    this.elsewhere = from.elsewhere ?? []
    this.statuses.forEach((_, i) => {
      this.statuses[i] = from.statuses?.[i] ?? null
    })
    this.externals.restore(from.externals)
    this.spares.set(from.spares ?? [])
    from.atrs.forEach((a, i) => {
      Object.assign(this.atrs[i] as Atr, a)
    })
    Object.assign(this.watch, from.watch, { samples: this.watch.samples })
    this.watch.samples.length = 0
    this.watch.samples.push(...from.watch.samples)
    this.nextTradeNumber = from.nextTradeNumber
    this.entryTimes = [...from.entryTimes]
    this.lastEntryTimes.set(from.lastEntryTimes)
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
