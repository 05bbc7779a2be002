/**
 * A trade while it lasts: what went in, what came out, and how far it went for and against us.
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
import { type Position, unrealizedOf } from './position.ts'
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
  /** Extremes that the price has seen since the quantity last changed. */
  low: Ticks
  high: Ticks
  slippage: Cash
  /** Stop that the entry declared: what the protection watchdog restores. */
  stop: Ticks | undefined
  /** Of what its entries have filled; undefined where one of them planned none. */
  plannedLoss: Cash | undefined
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
    low: ticks(Number.MAX_SAFE_INTEGER),
    high: ticks(0),
    slippage: cash(0),
    stop,
    plannedLoss: cash(0),
    exitReason: '',
  }
}

/** Books a fill (or the part of one that belongs to this trade) on its side. */
export function addToRoundTrip(
  trip: RoundTrip,
  instrument: Instrument,
  side: Side,
  price: Ticks,
  quantity: Lots,
  fee: Cash,
  realized: Cash,
): void {
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

/** What the entry planned to lose, by the part of it that has filled now. */
export function addPlannedLoss(trip: RoundTrip, planned: Cash | undefined, part: Lots, whole: Lots): void {
  trip.plannedLoss =
    planned === undefined || trip.plannedLoss === undefined
      ? undefined
      : cash(addSafe(trip.plannedLoss, part >= whole ? planned : mulDivCeil(planned, part, whole)))
}

/** The part of a fee that belongs to `part` of `whole` lots; the closing side rounds up. */
export const feeShare = (fee: Cash, part: Lots, whole: Lots): Cash => cash(part === whole ? fee : mulDivCeil(fee, part, whole))

/** The price has been between `low` and `high` while the trade was open. */
export function seeRange(trip: RoundTrip, low: Ticks, high: Ticks): void {
  if (low < trip.low) trip.low = low
  if (high > trip.high) trip.high = high
}

/** Turns the price range since the last change of quantity into money, before the quantity changes again. */
export function settleRange(trip: RoundTrip, position: Position, instrument: Instrument): void {
  if (position.lots === 0 || trip.high === 0) return
  const atLow = unrealizedOf(position, instrument, trip.low)
  const atHigh = unrealizedOf(position, instrument, trip.high)
  const worst = atLow < atHigh ? atLow : atHigh
  const best = atLow < atHigh ? atHigh : atLow
  if (0 - worst > trip.mae) trip.mae = cash(0 - worst)
  if (best > trip.mfe) trip.mfe = best
  trip.low = ticks(Number.MAX_SAFE_INTEGER)
  trip.high = ticks(0)
}

const average = (instrument: Instrument, notional: Cash, quantity: Lots): Ticks =>
  ticks(quantity === 0 ? 0 : (notional * instrument.cashDenominator) / (quantity * instrument.cashNumerator))

/** The trade as a finished trade, or, with a mark, as one that is still open. */
export function tradeOf(
  trip: RoundTrip,
  instrument: Instrument,
  at: Ts,
  open?: { readonly mark: Ticks; readonly unrealized: Cash },
): ClosedTrade {
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
    entryOrderId: trip.entryOrderId,
    plannedLoss: trip.plannedLoss ?? undefined,
    exitReason: open === undefined ? trip.exitReason : 'open',
    open: open !== undefined,
    mae: trip.mae,
    mfe: trip.mfe,
  }
}
