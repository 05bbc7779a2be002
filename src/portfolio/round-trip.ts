/**
 * A round trip while it lasts: what went in, what came out, and how far it went for and against us.
 * Never decides anything; it is the story of fills that have already been booked.
 */
import { addSafe, mulDivCeil } from '../core/decimal.ts'
import {
  type Cash,
  type InstrumentIndex,
  type Lots,
  type OrderId,
  type Side,
  type StrategyId,
  type Ticks,
  type TradeNumber,
  type Ts,
  cash,
  lots,
  ticks,
} from '../core/units.ts'
import { type Instrument, notionalOf } from '../market/instrument.ts'
import type { ClosedTrade } from './trade.ts'

/** Mutable in place, JSON-safe. */
export interface RoundTrip {
  readonly number: TradeNumber
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly entryOrderId: OrderId
  readonly entryTs: Ts
  entryLots: Lots
  entryNotional: Cash
  exitLots: Lots
  exitNotional: Cash
  quantityMax: Lots
  fee: Cash
  funding: Cash
  realized: Cash
  mae: Cash
  mfe: Cash
  slippage: Cash
  /** Stop that the entry declared: what the protection watchdog restores. */
  stop: Ticks | undefined
  exitReason: string
}

export function openRoundTrip(
  number: TradeNumber,
  strategy: StrategyId,
  instrument: InstrumentIndex,
  side: Side,
  entryOrderId: OrderId,
  entryTs: Ts,
  stop: Ticks | undefined,
): RoundTrip {
  return {
    number,
    strategy,
    instrument,
    side,
    entryOrderId,
    entryTs,
    entryLots: lots(0),
    entryNotional: cash(0),
    exitLots: lots(0),
    exitNotional: cash(0),
    quantityMax: lots(0),
    fee: cash(0),
    funding: cash(0),
    realized: cash(0),
    mae: cash(0),
    mfe: cash(0),
    slippage: cash(0),
    stop,
    exitReason: '',
  }
}

/** Books a fill (or the part of one that belongs to this trip) on its side. */
export function addToRoundTrip(trip: RoundTrip, instrument: Instrument, side: Side, price: Ticks, quantity: Lots, fee: Cash, realized: Cash): void {
  const notional = notionalOf(instrument, price, quantity, 'nearest')
  if (side === trip.side) {
    trip.entryLots = lots(trip.entryLots + quantity)
    trip.entryNotional = cash(addSafe(trip.entryNotional, notional))
    const held = trip.entryLots - trip.exitLots
    if (held > trip.quantityMax) trip.quantityMax = lots(held)
  } else {
    trip.exitLots = lots(trip.exitLots + quantity)
    trip.exitNotional = cash(addSafe(trip.exitNotional, notional))
  }
  trip.fee = cash(trip.fee + fee)
  trip.realized = cash(trip.realized + realized)
}

/** The part of a fee that belongs to `part` of `whole` lots; the closing side rounds up. */
export const feeShare = (fee: Cash, part: Lots, whole: Lots): Cash => cash(part === whole ? fee : mulDivCeil(fee, part, whole))

/** How far an open trip has gone, from an unrealized profit. */
export function excursion(trip: RoundTrip, unrealized: number): void {
  if (unrealized < 0) {
    if (0 - unrealized > trip.mae) trip.mae = cash(0 - unrealized)
  } else if (unrealized > trip.mfe) trip.mfe = cash(unrealized)
}

const average = (instrument: Instrument, notional: Cash, quantity: Lots): Ticks =>
  ticks(quantity === 0 ? 0 : (notional * instrument.cashDenominator) / (quantity * instrument.cashNumerator))

/** The trip as a finished trade, or, with a mark, as one that is still open. */
export function tradeOf(trip: RoundTrip, instrument: Instrument, at: Ts, open?: { readonly mark: Ticks; readonly unrealized: Cash }): ClosedTrade {
  return {
    number: trip.number,
    side: trip.side,
    instrument: trip.instrument,
    strategy: trip.strategy,
    entryTs: trip.entryTs,
    entryPrice: average(instrument, trip.entryNotional, trip.entryLots),
    exitTs: at,
    exitPrice: open === undefined ? average(instrument, trip.exitNotional, trip.exitLots) : open.mark,
    quantity: trip.quantityMax,
    fee: trip.fee,
    funding: cash(0 - trip.funding),
    pnl: cash(trip.realized - trip.fee + trip.funding + (open?.unrealized ?? 0)),
    slippage: trip.slippage,
    exitReason: open === undefined ? trip.exitReason : 'open',
    open: open !== undefined,
    mae: trip.mae,
    mfe: trip.mfe,
  }
}
