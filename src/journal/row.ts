/**
 * Rows of the projections, as the API reads them: decimals as text, times in ms of market time, ids as the paths carry them.
 */
import type { Side } from '../core/units.ts'

export interface OrderRow {
  readonly orderId: number
  readonly clientOrderId: string
  readonly venueOrderId: string | null
  readonly origin: string
  readonly parentOrderId: number | null
  readonly strategy: string
  readonly symbol: string
  readonly class: string
  readonly side: Side
  readonly kind: string
  readonly quantity: string
  readonly filledQuantity: string
  readonly averagePrice: string | null
  readonly limitPrice: string | null
  readonly triggerPrice: string | null
  readonly stopPrice: string | null
  readonly targetPrice: string | null
  readonly status: string
  readonly isOpen: boolean
  readonly reduceOnly: boolean
  readonly tradeNumber: number | null
  readonly submittedTs: number
  readonly updatedTs: number
}

/** Why an order was sent or denied: what `/why` and `/whynot` show. */
export interface DecisionRow {
  readonly seq: number
  readonly kind: 'order' | 'denial'
  readonly orderId: number | null
  readonly strategy: string
  readonly symbol: string
  readonly class: string
  readonly side: Side
  /** The rule that denied, or null. */
  readonly rule: string | null
  /** JSON: reason {rule, values}, figures of a denial, sizing steps, gates passed, mark, planned loss. */
  readonly detail: Readonly<Record<string, unknown>>
  readonly ts: number
}

export interface FillRow {
  readonly seq: number
  /** The venue's execution id. */
  readonly tradeId: string
  readonly orderId: number
  readonly symbol: string
  readonly side: Side
  readonly price: string
  readonly quantity: string
  readonly fee: string
  readonly feeCoin: string
  readonly liquidity: string
  readonly strategy: string
  readonly tradeNumber: number | null
  readonly ts: number
}

export interface PositionRow {
  readonly symbol: string
  /** Signed. */
  readonly quantity: string
  readonly entryPrice: string | null
  readonly markPrice: string
  readonly unrealizedPnl: string
  readonly stopPrice: string | null
  readonly targetPrice: string | null
  readonly strategy: string | null
  readonly tradeNumber: number | null
  readonly openedTs: number | null
  /** Signed, what in the symbol is not Ballast's (S8). */
  readonly externalQuantity: string
  readonly isExternalIgnored: boolean
  readonly updatedTs: number
}

export interface TradeRow {
  readonly number: number
  readonly strategy: string
  readonly symbol: string
  readonly side: Side
  readonly entryTs: number
  readonly entryPrice: string
  readonly exitTs: number | null
  readonly exitPrice: string | null
  readonly quantity: string
  readonly fee: string
  readonly funding: string
  readonly pnl: string
  /** Result in multiples of the planned loss; null where none was planned. */
  readonly resultR: string | null
  readonly exitReason: string | null
  readonly entryOrderId: number
  readonly mae: string
  readonly mfe: string
  readonly isOpen: boolean
}

export interface EquityRow {
  readonly ts: number
  readonly equity: string
  readonly wallet: string
  readonly dayPnl: string
  readonly drawdown: number
  /** What has come in so far without being a result; null in rows of before it was kept. */
  readonly flows: string | null
}

/** A parent order that is or was executed through child orders. */
export interface AlgorithmRow {
  readonly id: number
  readonly strategy: string
  readonly symbol: string
  readonly type: string
  readonly class: string
  readonly side: Side
  readonly quantity: string
  readonly filledQuantity: string
  readonly status: string
  readonly cause: string
  readonly arrivalPrice: string
  readonly averagePrice: string | null
  /** Implementation shortfall against the arrival mark, basis points; positive = worse. */
  readonly shortfallBps: number | null
  readonly makerShare: number | null
  readonly participation: number | null
  readonly fees: string
  readonly children: number
  readonly startedTs: number
  readonly updatedTs: number
  readonly isActive: boolean
}

/** A symbol in the universe of its strategy, as it was selected last. */
export interface UniverseStanding {
  /** `chosen` or `white` where it takes entries, else why not; `unmeasured` before the first selection. */
  readonly verdict: string
  /** Since when it is in or out; null where it was never in. */
  readonly since: number | null
  readonly at: number | null
  readonly everyMs: number
  /** Turnover a day in the quote coin, volatility of a day in percent. */
  readonly measure: {
    readonly isTraded: boolean
    readonly volume: number
    readonly volatility: number | null
    readonly spreadBps: number | null
  } | null
}

export interface StrategyRow {
  readonly strategy: string
  readonly symbol: string
  readonly definition: string
  readonly version: number
  readonly mode: string
  /** Why it is in that mode, in one line; '' from the start on. */
  readonly modeCause: string
  readonly lastSignalTs: number | null
  /** Base bars of this symbol that have to close before it is asked; 0: it can decide. */
  readonly barsMissing: number
  /** Close instant at which it was asked last; null: never since it came. */
  readonly lastDecisionTs: number | null
  /** As they count, defaults included; null in rows of before they were kept. */
  readonly params: Readonly<Record<string, unknown>> | null
  /** Who changed its symbols or parameters while Ballast ran; null: it is as the configuration says. */
  readonly changedBy: string | null
  /** Wall-clock ms. */
  readonly changedAt: number | null
  /** Null where all symbols of the strategy take entries, and in rows of before there were universes. */
  readonly universe: UniverseStanding | null
  /** What the strategy says of itself, with the first of its symbols; null where it says nothing. */
  readonly report: Readonly<Record<string, unknown>> | null
}

export interface HoldRow {
  readonly holdId: string
  readonly scope: string
  readonly effect: string
  readonly cause: string
  readonly actor: string
  readonly reason: string
  readonly since: number
  readonly until: number | null
}

/** Limits of the account in money at its equity, and what of each is used; decimal texts, and fractions of equity. */
export interface AccountLimits {
  readonly dayLossMax: string
  readonly weekLoss: string
  readonly weekLossMax: string
  /** Never below 0. */
  readonly weekLossLeft: string
  readonly grossMax: string
  /** The larger of long and short, if every open entry of that side fills; below 0 counts as 0. */
  readonly net: string
  readonly netMax: string
  readonly positionMax: string
  readonly orderMax: string
  readonly openPositions: number
  readonly openPositionsMax: number
  readonly leverage: number
  /** Leverage by open symbol where each position has a margin of its own (isolated margin); absent in cross margin. */
  readonly isolated?: Readonly<Record<string, number>>
  readonly lossStreak: number
  /** Null: a losing streak holds nothing. */
  readonly lossStreakMax: number | null
  readonly drawdownYellow: number
  readonly drawdownOrange: number
  readonly drawdownRed: number
}

/** A risk setting that somebody changed while Ballast ran. */
export interface RiskSettingRow {
  /** `account`, `strategy ema-cross`, `symbol BTCUSDT`. */
  readonly target: string
  readonly key: string
  /** Null: the configuration's counts again. */
  readonly value: string | null
  readonly actor: string
  readonly since: number
  readonly until: number | null
}

/** One row: the account as of the last journaled input. */
export interface AccountRow {
  readonly state: string
  readonly stateSince: number
  readonly equity: string
  readonly wallet: string
  readonly unrealized: string
  readonly dayPnl: string
  readonly dayLoss: string
  /** What the day may still lose before entries are held, never below 0; null before it was kept. */
  readonly dayLossLeft: string | null
  readonly drawdown: number
  readonly openRisk: string
  readonly grossNotional: string
  readonly marginUsed: string
  /** Null in rows of before it was kept. */
  readonly limits: AccountLimits | null
  readonly barsClosedAt: number | null
  readonly lastFillAt: number | null
  readonly updatedTs: number
}

export interface AlertRow {
  readonly seq: number
  readonly type: string
  readonly severity: string
  readonly symbol: string | null
  readonly summary: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly ts: number
}

/** Money that moved without a trade of this account. */
export interface FlowRow {
  readonly seq: number
  readonly flowId: string
  readonly kind: string
  readonly coin: string
  /** Signed, in `coin`. */
  readonly amount: string
  /** The venue's symbol, where it belongs to one. */
  readonly symbol: string | null
  /** False of coins that are no money of the records. */
  readonly isBooked: boolean
  readonly ts: number
}

/** Balances of all accounts of the ledger after an input that may have moved money; with the row before it they say what it moved. */
export interface LedgerRow {
  readonly seq: number
  /** Of the input: `order-filled`, `funding-settled`, `wallet-adjusted` ... */
  readonly type: string
  /** Identity at the venue: of an execution, a settlement, a flow; '' where there is none. */
  readonly reference: string
  readonly symbol: string | null
  /** What kind of flow or correction it is; '' of others. */
  readonly cause: string
  readonly wallet: string
  readonly capital: string
  readonly trading: string
  readonly fees: string
  readonly funding: string
  readonly external: string
  readonly flows: string
  readonly unexplained: string
  readonly adjustments: string
  readonly ts: number
}

export type RowChange =
  | { readonly table: 'ledger'; readonly row: LedgerRow }
  | { readonly table: 'orders'; readonly row: OrderRow }
  | { readonly table: 'decisions'; readonly row: DecisionRow }
  | { readonly table: 'fills'; readonly row: FillRow }
  | { readonly table: 'positions'; readonly row: PositionRow }
  | { readonly table: 'trades'; readonly row: TradeRow }
  | { readonly table: 'equity'; readonly row: EquityRow }
  | { readonly table: 'algorithms'; readonly row: AlgorithmRow }
  | { readonly table: 'strategies'; readonly row: StrategyRow }
  /** Rows of strategies that run no more go: only these stay, each as `strategy symbol`. */
  | { readonly table: 'strategies'; readonly only: readonly string[] }
  | { readonly table: 'holds'; readonly row: HoldRow }
  | { readonly table: 'holds'; readonly remove: string }
  | { readonly table: 'riskSettings'; readonly row: RiskSettingRow }
  | { readonly table: 'flows'; readonly row: FlowRow }
  | { readonly table: 'account'; readonly row: AccountRow }
  | { readonly table: 'alerts'; readonly row: AlertRow }
