/**
 * What a venue reports of orders, executions, positions and wallet, in the core's units, whether it came by stream or was read.
 */
import type { Cash, InstrumentIndex, Lots, Rate, Side, Ticks, Ts } from '../core/units.ts'
import type { FlowKind } from './event.ts'
import type { Liquidity, OrderKind, OrderOrigin, PriceSource } from './order.ts'

export const REPORT_STATUSES = ['open', 'triggered', 'filled', 'canceled', 'rejected'] as const
export type ReportStatus = (typeof REPORT_STATUSES)[number]

export interface OrderReport {
  readonly type: 'order'
  readonly instrument: InstrumentIndex
  readonly venueOrderId: string
  /** Empty where the venue made the order itself. */
  readonly clientOrderId: string
  readonly parentClientOrderId: string
  readonly side: Side
  readonly kind: OrderKind
  /** The row does not say which way it waits: its kind is what it counts as, and no reason to do anything about it. */
  readonly isKindGuessed?: boolean | undefined
  readonly origin: OrderOrigin
  readonly lots: Lots
  readonly filled: Lots
  readonly limit: Ticks | undefined
  readonly trigger: Ticks | undefined
  readonly triggerBy: PriceSource
  readonly reduceOnly: boolean
  readonly status: ReportStatus
  /** The venue's reason of a cancel or rejection, opaque. */
  readonly cause: string
  readonly ts: Ts
}

export interface ExecutionReport {
  readonly type: 'execution'
  readonly instrument: InstrumentIndex
  readonly tradeId: string
  /** Rises with each execution of the symbol; undefined where the venue does not say. */
  readonly seq?: number | undefined
  readonly venueOrderId: string
  readonly clientOrderId: string
  readonly origin: OrderOrigin
  readonly side: Side
  readonly price: Ticks
  readonly lots: Lots
  /** Quantity of the whole order and what of it is left after this execution. */
  readonly orderLots: Lots
  readonly leaves: Lots
  /** Money of it beside its price times its quantity, where the true price lies between two steps; an execution of before they changed. */
  readonly offStep?: Cash | undefined
  readonly fee: Cash
  readonly feeCoin: string
  /** See {@link Fee}: of a spot buy. */
  readonly feeLotParts?: number | undefined
  readonly feeRate: Rate
  readonly liquidity: Liquidity
  readonly ts: Ts
}

export interface FundingReport {
  readonly type: 'funding'
  readonly instrument: InstrumentIndex
  readonly settlementId: string
  readonly rate: Rate
  /** Positive = received. */
  readonly amount: Cash
  readonly ts: Ts
}

export interface PositionReport {
  readonly instrument: InstrumentIndex
  /** Signed. */
  readonly lots: Lots
  readonly entry: Ticks | undefined
  readonly mark: Ticks
  readonly stop: Ticks | undefined
  readonly target: Ticks | undefined
  readonly leverage: string
  /** Estimate of the venue; undefined where it lies outside of all prices. */
  readonly liquidation: Ticks | undefined
  /** Margin that it must keep. */
  readonly maintenance: Cash
  /** How near it stands to being deleveraged, 0 to 5. */
  readonly adlRank: number
  readonly isHedge: boolean
  readonly isReduceOnly: boolean
  readonly autoAddsMargin: boolean
}

export type StreamReport = OrderReport | ExecutionReport | FundingReport

/** A position in a symbol that is not traded here: nobody's but its owner's, and margin all the same. */
export interface ElsewherePosition {
  readonly symbol: string
  /** Signed, as decimal text. */
  readonly quantity: string
  readonly markPrice: string
  readonly notional: Cash
  /** Initial and maintenance margin as the venue computes them, by its own tiers; absent where it does not say. */
  readonly margin?: Cash | undefined
  readonly maintenance?: Cash | undefined
}

/** What the account has of the coin of a spot symbol, ours or not: whole lots. */
export interface Holding {
  readonly instrument: InstrumentIndex
  readonly lots: Lots
}

/** Money that moved without a trade of a symbol that is traded here, from the venue's own log. */
export interface MoneyMovement {
  readonly id: string
  readonly kind: Exclude<FlowKind, 'unexplained'>
  readonly coin: string
  /** What the balance changed by; 0 of another coin than the settle coin, and of an amount that cannot be read. */
  readonly amount: Cash
  /** The same as the venue writes it. */
  readonly change: string
  /** Empty where it belongs to none. */
  readonly symbol: string
  /** The venue's own word. */
  readonly told: string
  readonly ts: Ts
}

/** One reading of the account by REST. */
/** A row without the documented shape: it costs no other row. */
export interface UnreadRow {
  readonly symbol: string
  /** Which list, and the field. */
  readonly detail: string
}

export interface AccountReading {
  readonly openOrders: readonly OrderReport[]
  /** Oldest first. */
  readonly executions: readonly (ExecutionReport | FundingReport)[]
  /** Oldest first; undefined where the reading was not asked for them, or they could not be read. */
  readonly movements?: readonly MoneyMovement[] | undefined
  readonly positions: readonly PositionReport[]
  /** Of each spot symbol, also where there is nothing. */
  readonly holdings: readonly Holding[]
  readonly elsewhere?: readonly ElsewherePosition[] | undefined
  readonly walletBalance: Cash
  readonly coin: string
  /** Rows of symbols that are not traded here, of which no more is known. */
  readonly unread?: readonly UnreadRow[] | undefined
  /** Maintenance margin of the account as a part of its margin; undefined where the venue does not say. */
  readonly maintenanceRatio?: number | undefined
}
