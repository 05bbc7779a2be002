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
export interface OpenTrade {
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

export function beginTrade(
  number: TradeNumber,
  strategy: StrategyId,
  instrument: InstrumentIndex,
  side: Side,
  entryOrderId: OrderId,
  entryTs: Ts,
  stop: Ticks | undefined,
): OpenTrade {
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
export function addToTrade(
  openTrade: OpenTrade,
  instrument: Instrument,
  side: Side,
  price: Ticks,
  quantity: Lots,
  fee: Cash,
  realized: Cash,
): void {
  const notional = notionalOf(instrument, price, quantity, 'nearest')
  if (side === openTrade.side) {
    openTrade.entryLots = lots(openTrade.entryLots + quantity)
    openTrade.entryNotional = cash(addSafe(openTrade.entryNotional, notional))
    const held = openTrade.entryLots - openTrade.exitLots
    if (held > openTrade.quantityMax) openTrade.quantityMax = lots(held)
  } else {
    openTrade.exitLots = lots(openTrade.exitLots + quantity)
    openTrade.exitNotional = cash(addSafe(openTrade.exitNotional, notional))
  }
  openTrade.fee = cash(openTrade.fee + fee)
  openTrade.realized = cash(openTrade.realized + realized)
}

/** What the entry planned to lose, by the part of it that has filled now. */
export function addPlannedLoss(openTrade: OpenTrade, planned: Cash | undefined, part: Lots, whole: Lots): void {
  openTrade.plannedLoss =
    planned === undefined || openTrade.plannedLoss === undefined
      ? undefined
      : cash(addSafe(openTrade.plannedLoss, part >= whole ? planned : mulDivCeil(planned, part, whole)))
}

/** The part of a fee that belongs to `part` of `whole` lots; the closing side rounds up. */
export const feeShare = (fee: Cash, part: Lots, whole: Lots): Cash => cash(part === whole ? fee : mulDivCeil(fee, part, whole))

/** The price has been between `low` and `high` while the trade was open. */
export function seeRange(openTrade: OpenTrade, low: Ticks, high: Ticks): void {
  if (low < openTrade.low) openTrade.low = low
  if (high > openTrade.high) openTrade.high = high
}

/** Turns the price range since the last change of quantity into money, before the quantity changes again. */
export function settleRange(openTrade: OpenTrade, position: Position, instrument: Instrument): void {
  if (position.lots === 0 || openTrade.high === 0) return
  const atLow = unrealizedOf(position, instrument, openTrade.low)
  const atHigh = unrealizedOf(position, instrument, openTrade.high)
  const worst = atLow < atHigh ? atLow : atHigh
  const best = atLow < atHigh ? atHigh : atLow
  if (0 - worst > openTrade.mae) openTrade.mae = cash(0 - worst)
  if (best > openTrade.mfe) openTrade.mfe = best
  openTrade.low = ticks(Number.MAX_SAFE_INTEGER)
  openTrade.high = ticks(0)
}

const average = (instrument: Instrument, notional: Cash, quantity: Lots): Ticks =>
  ticks(quantity === 0 ? 0 : (notional * instrument.cashDenominator) / (quantity * instrument.cashNumerator))

/** The trade as a finished trade, or, with a mark, as one that is still open. */
export function tradeOf(
  openTrade: OpenTrade,
  instrument: Instrument,
  at: Ts,
  open?: { readonly mark: Ticks; readonly unrealized: Cash },
): ClosedTrade {
  return {
    number: openTrade.number,
    side: openTrade.side,
    instrument: openTrade.instrument,
    strategy: openTrade.strategy,
    entryTs: openTrade.entryTs,
    entryPrice: average(instrument, openTrade.entryNotional, openTrade.entryLots),
    exitTs: at,
    exitPrice: open === undefined ? average(instrument, openTrade.exitNotional, openTrade.exitLots) : open.mark,
    quantity: openTrade.quantityMax,
    fee: openTrade.fee,
    funding: cash(0 - openTrade.funding),
    pnl: cash(openTrade.realized - openTrade.fee + openTrade.funding + (open?.unrealized ?? 0)),
    slippage: openTrade.slippage,
    entryOrderId: openTrade.entryOrderId,
    plannedLoss: openTrade.plannedLoss ?? undefined,
    exitReason: open === undefined ? openTrade.exitReason : 'open',
    open: open !== undefined,
    mae: openTrade.mae,
    mfe: openTrade.mfe,
  }
}
