/**
 * The trade that each instrument's position is on, and the numbers that trades get.
 */
import type { Booking } from '../booking.ts'
import { growList } from '../../core/column.ts'
import { type Cash, type InstrumentIndex, type Lots, type Ticks, type Ts, cash, lots, tradeNumber } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { Position } from '../../portfolio/position.ts'
import {
  type OpenTrade,
  addPlannedLoss,
  addToTrade,
  feeShare,
  beginTrade,
  seeRange,
  settleRange,
  tradeOf,
} from '../../portfolio/open-trade.ts'
import { type Order, decisionPriceOf } from '../../trading/order.ts'

/** JSON-safe copy of all of it. */
export interface OpenTradesSnapshot {
  readonly trips: readonly (OpenTrade | undefined | null)[]
  readonly nextTradeNumber: number
}

/** One fill as the trade sees it. */
export interface TradeFill {
  readonly order: Order
  readonly price: Ticks
  readonly lots: Lots
  readonly fee: Cash
  readonly realized: Cash
  readonly exitReason: string
  readonly ts: Ts
}

export class OpenTrades {
  private readonly list: (OpenTrade | undefined)[]
  private next = 1

  constructor(instrumentCount: number) {
    this.list = new Array<OpenTrade | undefined>(instrumentCount).fill(undefined)
  }

  /** Instruments have joined: there are so many now. */
  grow(instrumentCount: number): void {
    growList(this.list, instrumentCount, () => undefined)
  }

  of(i: InstrumentIndex): OpenTrade | undefined {
    return this.list[i]
  }

  /** Those that are open, by instrument. */
  *all(): Generator<OpenTrade> {
    for (const openTrade of this.list) if (openTrade !== undefined) yield openTrade
  }

  /** A fill is about to change the position: how far the trade went belongs to the position that it had. */
  seeFill(instrument: Instrument, position: Position, price: Ticks): void {
    const openTrade = this.list[instrument.index]
    if (openTrade === undefined) return
    seeRange(openTrade, price, price)
    settleRange(openTrade, position, instrument)
  }

  /** `heldBefore`: signed lots of the position before the fill. What goes beyond it opens the next trade. */
  book(instrument: Instrument, heldBefore: Lots, fill: TradeFill, into: Booking): void {
    const { order, price, fee, realized, exitReason } = fill
    const i = instrument.index
    const before: number = heldBefore
    const isAgainst = before !== 0 && before > 0 !== (order.side === 1)
    const size = before < 0 ? 0 - before : before
    const closing = isAgainst ? lots(Math.min(size, fill.lots)) : lots(0)
    const closingFee = closing === 0 ? cash(0) : feeShare(fee, closing, fill.lots)
    const openTrade = this.list[i]
    if (closing > 0 && openTrade !== undefined) {
      addToTrade(openTrade, instrument, order.side, price, closing, closingFee, realized)
      this.bookSlippage(instrument, openTrade, closing, fill)
      openTrade.exitReason = exitReason
      if (closing === size) {
        into.closed = tradeOf(openTrade, instrument, fill.ts)
        this.list[i] = undefined
      }
    }
    const opening = lots(fill.lots - closing)
    if (opening > 0) {
      const next = this.list[i] ?? this.begin(order, fill.ts, into)
      addToTrade(next, instrument, order.side, price, opening, cash(fee - closingFee), cash(0))
      addPlannedLoss(next, order.plannedLoss, opening, order.lots)
      this.bookSlippage(instrument, next, opening, fill)
    }
  }

  /** What the fill gave away against the price that it was decided at; negative where it got a better one. */
  private bookSlippage(instrument: Instrument, openTrade: OpenTrade | undefined, quantity: Lots, { order, price }: TradeFill): void {
    const decided = decisionPriceOf(order)
    if (openTrade === undefined || quantity === 0 || decided === undefined || decided === price) return
    const got = notionalOf(instrument, price, quantity, 'nearest')
    const wanted = notionalOf(instrument, decided, quantity, 'nearest')
    openTrade.slippage = cash(openTrade.slippage + (got - wanted) * order.side)
  }

  private begin(order: Order, at: Ts, into: Booking): OpenTrade {
    const { strategy, instrument, side, orderId, stop } = order
    const openTrade = beginTrade(tradeNumber(this.next), strategy, instrument, side, orderId, at, stop)
    this.next += 1
    this.list[instrument] = openTrade
    into.opened = openTrade
    return openTrade
  }

  snapshot(): OpenTradesSnapshot {
    return { trips: this.list.map((t) => (t === undefined ? null : { ...t })), nextTradeNumber: this.next }
  }

  restore(from: OpenTradesSnapshot): void {
    from.trips.forEach((t, i) => {
      this.list[i] = t === null || t === undefined ? undefined : { ...t, stop: t.stop ?? undefined }
    })
    this.next = from.nextTradeNumber
  }
}
