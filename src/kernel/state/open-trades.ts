/**
 * The trade that each instrument's position is on, and the numbers that trades get.
 */
import type { Booking } from '../booking.ts'
import { type Cash, type InstrumentIndex, type Lots, type Ticks, type Ts, cash, lots, tradeNumber } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { Position } from '../../portfolio/position.ts'
import {
  type RoundTrip,
  addPlannedLoss,
  addToRoundTrip,
  feeShare,
  openRoundTrip,
  seeRange,
  settleRange,
  tradeOf,
} from '../../portfolio/round-trip.ts'
import { type Order, decisionPriceOf } from '../../trading/order.ts'

/** JSON-safe copy of all of it. */
export interface OpenTradesSnapshot {
  readonly trips: readonly (RoundTrip | undefined | null)[]
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
  private readonly list: (RoundTrip | undefined)[]
  private next = 1

  constructor(instrumentCount: number) {
    this.list = new Array<RoundTrip | undefined>(instrumentCount).fill(undefined)
  }

  of(i: InstrumentIndex): RoundTrip | undefined {
    return this.list[i]
  }

  /** Those that are open, by instrument. */
  *all(): Generator<RoundTrip> {
    for (const trip of this.list) if (trip !== undefined) yield trip
  }

  /** A fill is about to change the position: how far the trade went belongs to the position that it had. */
  seeFill(instrument: Instrument, position: Position, price: Ticks): void {
    const trip = this.list[instrument.index]
    if (trip === undefined) return
    seeRange(trip, price, price)
    settleRange(trip, position, instrument)
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
    const trip = this.list[i]
    if (closing > 0 && trip !== undefined) {
      addToRoundTrip(trip, instrument, order.side, price, closing, closingFee, realized)
      this.bookSlippage(instrument, trip, closing, fill)
      trip.exitReason = exitReason
      if (closing === size) {
        into.closed = tradeOf(trip, instrument, fill.ts)
        this.list[i] = undefined
      }
    }
    const opening = lots(fill.lots - closing)
    if (opening > 0) {
      const next = this.list[i] ?? this.begin(order, fill.ts, into)
      addToRoundTrip(next, instrument, order.side, price, opening, cash(fee - closingFee), cash(0))
      addPlannedLoss(next, order.plannedLoss, opening, order.lots)
      this.bookSlippage(instrument, next, opening, fill)
    }
  }

  /** What the fill gave away against the price that it was decided at; negative where it got a better one. */
  private bookSlippage(instrument: Instrument, trip: RoundTrip | undefined, quantity: Lots, { order, price }: TradeFill): void {
    const decided = decisionPriceOf(order)
    if (trip === undefined || quantity === 0 || decided === undefined || decided === price) return
    const got = notionalOf(instrument, price, quantity, 'nearest')
    const wanted = notionalOf(instrument, decided, quantity, 'nearest')
    trip.slippage = cash(trip.slippage + (got - wanted) * order.side)
  }

  private begin(order: Order, at: Ts, into: Booking): RoundTrip {
    const { strategy, instrument, side, orderId, stop } = order
    const trip = openRoundTrip(tradeNumber(this.next), strategy, instrument, side, orderId, at, stop)
    this.next += 1
    this.list[instrument] = trip
    into.opened = trip
    return trip
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
