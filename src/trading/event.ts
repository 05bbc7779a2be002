/**
 * All that is sent to a venue (OrderCommand) and all that it reports (VenueEvent), in the core's own units.
 */
import type { Cash, InstrumentIndex, Lots, OrderId, Rate, Side, Ticks, Ts } from '../core/units.ts'
import type { InstrumentStatus } from '../market/instrument.ts'
import type { InstrumentTerms } from '../market/instrument-terms.ts'
import type { Fee, Liquidity, OrderKind, OrderOrigin, PriceSource, Target, TimeInForce } from './order.ts'

export interface SubmitOrder {
  readonly type: 'submit-order'
  readonly orderId: OrderId
  readonly clientOrderId: string
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly kind: OrderKind
  /** 0 when a budget is given. */
  readonly lots: Lots
  readonly budget: Cash | undefined
  readonly limit: Ticks | undefined
  readonly trigger: Ticks | undefined
  readonly triggerBy: PriceSource
  readonly stop: Ticks | undefined
  readonly targets: readonly Target[] | undefined
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
}
export interface CancelOrder {
  readonly type: 'cancel-order'
  readonly orderId: OrderId
  readonly clientOrderId: string
  readonly venueOrderId: string | undefined
  readonly instrument: InstrumentIndex
}
/** Changes a standing order in place; what is not given stays. `lots` is the new total and must be above what is filled. */
export interface AmendOrder {
  readonly type: 'amend-order'
  readonly orderId: OrderId
  readonly clientOrderId: string
  readonly venueOrderId: string | undefined
  readonly instrument: InstrumentIndex
  readonly lots: Lots | undefined
  readonly limit: Ticks | undefined
  readonly trigger: Ticks | undefined
}
/** A stop that follows the best price at a distance, from an activation price on or at once. */
export interface Trail {
  readonly by: Ticks
  readonly activation: Ticks | undefined
}
/** What protects the whole position at the venue: made where there is none, moved where there is. What is undefined stays; `none` goes. */
export interface SetProtection {
  readonly type: 'set-protection'
  readonly instrument: InstrumentIndex
  readonly stop: Ticks | undefined
  readonly target?: Ticks | 'none' | undefined
  readonly trail?: Trail | 'none' | undefined
  readonly triggerBy: PriceSource
}
export type OrderCommand = SubmitOrder | CancelOrder | AmendOrder | SetProtection

interface OrderEventHead {
  readonly instrument: InstrumentIndex
  /** Ours; undefined where the venue does not say our id: then venueOrderId finds the order. */
  readonly orderId: OrderId | undefined
  readonly venueOrderId: string | undefined
  readonly ts: Ts
}
export interface OrderAccepted extends OrderEventHead {
  readonly type: 'order-accepted'
}
export interface OrderRejected extends OrderEventHead {
  readonly type: 'order-rejected'
  readonly code: string
  readonly detail: string
}
export interface OrderTriggered extends OrderEventHead {
  readonly type: 'order-triggered'
}
/** Price, trigger or quantity changed at the venue (an amend of Ballast's, or the venue resizing a stop with its position). */
export interface OrderAmended extends OrderEventHead {
  readonly type: 'order-amended'
  readonly lots: Lots
  /** The order is over with this quantity: a reduce-only order that the venue made smaller. */
  readonly isFinal?: boolean
  readonly limit: Ticks | undefined
  readonly trigger: Ticks | undefined
}
export interface OrderCanceled extends OrderEventHead {
  readonly type: 'order-canceled'
  readonly cause: string
  /** What it has filled in all, where the venue reports so: executions that are reported later still belong to it. */
  readonly total?: Lots | undefined
}
export interface OrderExpired extends OrderEventHead {
  readonly type: 'order-expired'
}
/** Settles an unknown outcome: the venue does not know the order (S6). */
export interface OrderNeverArrived extends OrderEventHead {
  readonly type: 'order-never-arrived'
}
export interface OrderFilled extends OrderEventHead {
  readonly type: 'order-filled'
  /** The venue's execution id: a fill's identity. */
  readonly tradeId: string
  /** The venue's own order of executions, which ties of `ts` are broken by. */
  readonly seq?: number | undefined
  readonly side: Side
  readonly price: Ticks
  readonly lots: Lots
  /** See {@link ExecutionReport}. */
  readonly offStep?: Cash | undefined
  readonly fee: Fee
  readonly liquidity: Liquidity
  /** True when the order has nothing left to fill. */
  readonly isComplete: boolean
  /** With `isComplete`, what the order fills in all: executions may be reported in another order than they were made in. */
  readonly total?: Lots | undefined
}
/** An order that we did not send by this id. The kernel gives it an OrderId of its own. */
export interface OrderAdopted {
  readonly type: 'order-adopted'
  readonly origin: Exclude<OrderOrigin, 'ours'>
  readonly parentOrderId: OrderId | undefined
  readonly instrument: InstrumentIndex
  readonly venueOrderId: string
  readonly clientOrderId: string
  readonly side: Side
  readonly kind: OrderKind
  readonly lots: Lots
  readonly limit: Ticks | undefined
  readonly trigger: Ticks | undefined
  readonly triggerBy: PriceSource
  readonly reduceOnly: boolean
  readonly ts: Ts
}
/** The venue's position differs from ours and the cause is known or was confirmed twice (S8, S13). */
export interface PositionAdjusted {
  readonly type: 'position-adjusted'
  readonly instrument: InstrumentIndex
  /** Signed, what the venue holds. */
  readonly lots: Lots
  /** Price at which the difference is booked. */
  readonly price: Ticks
  readonly cause: string
  readonly ts: Ts
}
/** What moves money without a trade of this account. `unexplained` is what the venue's own log does not name. */
export const FLOW_KINDS = [
  'transfer-in',
  'transfer-out',
  'deposit',
  'withdrawal',
  'bonus',
  'airdrop',
  'interest',
  'loan',
  'fee-refund',
  'conversion',
  'trade',
  'funding',
  'liquidation',
  'deleveraging',
  'delivery',
  'other',
  'unexplained',
] as const
export type FlowKind = (typeof FLOW_KINDS)[number]

/** A flow, never a profit or loss; but for `reconcile`, which corrects a result that the venue does not tell any more, or a rounding. */
export interface WalletAdjusted {
  readonly type: 'wallet-adjusted'
  readonly coin: string
  /** By so much; of an opening the whole balance. */
  readonly amount: Cash
  readonly cause: 'opening' | 'transfer' | 'reconcile' | FlowKind
  /** Identity of the flow at the venue: it is booked once. */
  readonly flowId?: string
  /** As the venue writes it, in `coin`: of another coin than the settle coin the amount is 0, since it is no money of the records. */
  readonly change?: string
  /** The venue's symbol, where the flow belongs to one. */
  readonly symbol?: string
  /** The venue's own word of a kind that has no name here. */
  readonly told?: string
  readonly ts: Ts
}
export interface FundingSettled {
  readonly type: 'funding-settled'
  readonly instrument: InstrumentIndex
  /** Identity of the settlement, so that it is booked once. */
  readonly settlementId: string
  readonly rate: Rate
  /** Positive = received. */
  readonly amount: Cash
  readonly ts: Ts
}
export interface InstrumentChanged {
  readonly type: 'instrument-changed'
  readonly instrument: InstrumentIndex
  readonly status: InstrumentStatus
  /** Its steps and limits from this input on; absent where only the status is reported. All that comes after is counted in them. */
  readonly terms?: InstrumentTerms
  readonly ts: Ts
}

export type OrderEvent =
  | OrderAccepted
  | OrderRejected
  | OrderTriggered
  | OrderAmended
  | OrderCanceled
  | OrderExpired
  | OrderNeverArrived
  | OrderFilled
export type VenueEvent = OrderEvent | OrderAdopted | PositionAdjusted | WalletAdjusted | FundingSettled | InstrumentChanged

const ORDER_EVENTS: ReadonlySet<string> = new Set([
  'order-accepted',
  'order-rejected',
  'order-triggered',
  'order-amended',
  'order-canceled',
  'order-expired',
  'order-never-arrived',
  'order-filled',
] satisfies readonly OrderEvent['type'][])

/** Whether something that was said is about an order that we know. */
export const isOrderEvent = (said: { readonly type: string }): said is OrderEvent => ORDER_EVENTS.has(said.type)

/** Where a venue puts what it says; a callback so that the hot path allocates no list. */
export type VenueEventSink = (event: VenueEvent) => void
