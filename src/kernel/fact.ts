/**
 * What comes out of the kernel: what it decided, denied and reports. Each is journaled before anything is sent.
 */
import type { AlertCode, AlertData } from './alert.ts'
import type { AlertSeverity } from './state/alert-severity.ts'
import type { Cash, InstrumentIndex, Lots, OrderId, Side, StrategyId, Ticks, TradeNumber, Ts } from '../core/units.ts'
import type { ClosedTrade } from '../portfolio/trade.ts'
import type { RiskFigures, RiskRule } from '../risk/denial.ts'
import type { SizingStep } from '../risk/sizing.ts'
import type { TradeRisk } from '../risk/assessment/trade-risk.ts'
import type { AlgorithmOrder, AlgorithmState, AlgorithmStatus, AlgorithmSummary } from '../trading/algorithms/algorithm.ts'
import type { SubmitOrder, Trail } from '../trading/event.ts'
import type { IntentClass, OrderOrigin, PriceSource, Reason, Target } from '../trading/order.ts'
import type { OrderNotice } from './state/order-notices.ts'
import type { ExitAim } from './state/exit-aims.ts'
import type { PendingClose } from './state/pending-closes.ts'
import type { SettingOverride } from './state/effective-limits.ts'
import type { Hold } from './state/holds.ts'
import type { StrategyMode } from './input.ts'

/** The wish to send an order, with all that explains it. Its command is what is sent to the venue. */
export interface OrderSubmitted {
  readonly type: 'order-submitted'
  readonly command: SubmitOrder
  readonly strategy: StrategyId
  readonly class: IntentClass
  readonly origin: OrderOrigin
  readonly reason: Reason
  /** Mark at the decision: what slippage is measured against. */
  readonly mark: Ticks
  readonly ts: Ts
  readonly sizing: readonly SizingStep[] | undefined
  readonly plannedLoss: Cash | undefined
  /** Of an entry, as it stood when it was decided; absent in journals of before it was kept. */
  readonly risk?: TradeRisk | undefined
  readonly expiresAt: Ts | undefined
  /** The order or algorithm that it belongs to: a target's entry, a child's parent. */
  readonly parentOrderId?: OrderId | undefined
  /** Orders of one group are one or the other. */
  readonly group?: OrderId | undefined
  /** What its strategy calls it. */
  readonly name?: string | undefined
  /** All targets that were planned: those that the venue does not hold are orders of their own, made as the entry fills. */
  readonly targets?: readonly Target[] | undefined
  /** The stop that was planned, where the venue holds none: an order of its own too (spot). */
  readonly stop?: Ticks | undefined
}
export interface OrderDenied {
  readonly type: 'order-denied'
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly class: IntentClass
  readonly side: Side
  readonly rule: RiskRule
  readonly figures: RiskFigures
  readonly reason: Reason
  readonly ts: Ts
  readonly parentOrderId?: OrderId | undefined
  /** What would have been sent, where it came to a quantity. */
  readonly wanted?: WantedEntry | undefined
  /** What its strategy calls it. */
  readonly name?: string | undefined
}
/** An entry that was denied, as it would have been sent. */
export interface WantedEntry {
  readonly lots: Lots
  /** Its limit, its trigger, or the mark. */
  readonly price: Ticks
  readonly stop: Ticks | undefined
}
export interface CancelRequested {
  readonly type: 'cancel-requested'
  readonly orderId: OrderId
  readonly instrument: InstrumentIndex
  readonly clientOrderId: string
  readonly venueOrderId: string | undefined
  readonly cause: string
  readonly ts: Ts
}
export interface AmendRequested {
  readonly type: 'amend-requested'
  readonly orderId: OrderId
  readonly instrument: InstrumentIndex
  readonly clientOrderId: string
  readonly venueOrderId: string | undefined
  readonly lots: Lots | undefined
  readonly limit: Ticks | undefined
  readonly trigger: Ticks | undefined
  readonly cause: string
  readonly ts: Ts
}
export interface AlgorithmStarted {
  readonly type: 'algorithm-started'
  readonly order: AlgorithmOrder
  readonly ts: Ts
}
export interface AlgorithmChanged {
  readonly type: 'algorithm-changed'
  readonly id: OrderId
  readonly instrument: InstrumentIndex
  readonly status: Exclude<AlgorithmStatus, 'ended'>
  readonly cause: string
  readonly ts: Ts
}
export interface AlgorithmEnded {
  readonly type: 'algorithm-ended'
  readonly id: OrderId
  readonly instrument: InstrumentIndex
  readonly cause: string
  readonly summary: AlgorithmSummary
  /** As it stood at its end, for the record. */
  readonly state: AlgorithmState
  readonly ts: Ts
}
export interface StopRequested {
  readonly type: 'stop-requested'
  readonly instrument: InstrumentIndex
  /** The legs are orders of Ballast's (spot): the orders that follow carry them out. */
  readonly isByOrders?: boolean
  readonly stop: Ticks | undefined
  readonly target?: Ticks | 'none' | undefined
  readonly trail?: Trail | 'none' | undefined
  readonly triggerBy: PriceSource
  readonly cause: string
  readonly ts: Ts
}
/** The stop was tightened outside Ballast, and is the one that is meant from now on (S8). */
export interface StopAdopted {
  readonly type: 'stop-adopted'
  readonly instrument: InstrumentIndex
  readonly stop: Ticks
  readonly ts: Ts
}
export interface ExternalAdopted {
  readonly type: 'external-adopted'
  /** Of the sequence, so that the trade has an entry of its own. */
  readonly orderId: OrderId
  readonly instrument: InstrumentIndex
  readonly strategy: StrategyId
  /** Signed. */
  readonly lots: Lots
  readonly price: Ticks
  readonly stop: Ticks
  readonly actor: string
  readonly ts: Ts
}
/** A close waits until nothing else can sell the same coins (spot). The exits that are sent then are what it led to. */
export interface CloseWanted {
  readonly type: 'close-wanted'
  readonly instrument: InstrumentIndex
  readonly close: PendingClose
  readonly ts: Ts
}
/** An exit of a part aims at what shall be left: the same one sent again aims at the same. */
export interface ExitAimed {
  readonly type: 'exit-aimed'
  readonly aim: ExitAim
  readonly ts: Ts
}
/** Coins that are too few to be sold are given up as a position: they stay in the account (spot). */
export interface DustLeft {
  readonly type: 'dust-left'
  readonly instrument: InstrumentIndex
  /** At which they leave the records. */
  readonly price: Ticks
  readonly ts: Ts
}
export interface ExternalIgnored {
  readonly type: 'external-ignored'
  readonly instrument: InstrumentIndex
  readonly actor: string
  readonly ts: Ts
}
export interface HoldAdded {
  readonly type: 'hold-added'
  readonly hold: Hold
  readonly ts: Ts
}
/** A risk setting counts otherwise from now on. */
export interface RiskSettingChanged {
  readonly type: 'risk-setting-changed'
  readonly setting: SettingOverride
  readonly ts: Ts
}
export interface HoldLifted {
  readonly type: 'hold-lifted'
  readonly holdId: string
  readonly actor: string
  readonly ts: Ts
}
/** Reasons of a strategy for taking no entries, by its own codes. */
export interface ToldAsides {
  /** The one that holds now; null: none. */
  readonly now: string | null
  /** When each was told last, market time in ms. */
  readonly at: Readonly<Record<string, number>>
}
export interface StrategyStateKept {
  readonly type: 'strategy-state'
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly state: object
  /** Side of a signal that came while held: dead until the signal changes (S11). */
  readonly deadSide: Side | 0
  /** Of a strategy over several symbols: of each of them, in their order. */
  readonly deadSides?: readonly (Side | 0)[]
  /** And what it has not heard yet of its orders. */
  readonly unheard?: readonly OrderNotice[]
  /** What was told of its reasons for taking no entries; absent: nothing. */
  readonly asides?: ToldAsides
  readonly ts: Ts
}
export interface StrategyModeChanged {
  readonly type: 'strategy-mode-changed'
  readonly strategy: StrategyId
  readonly mode: StrategyMode
  readonly cause: string
  readonly ts: Ts
}
export interface TradeOpened {
  readonly type: 'trade-opened'
  readonly number: TradeNumber
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly orderId: OrderId
  readonly ts: Ts
}
/** An exit has ended with something filled, and its trade continues with the rest. */
export interface TradeReduced {
  readonly type: 'trade-reduced'
  readonly number: TradeNumber
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  /** Of the trade. */
  readonly side: Side
  readonly orderId: OrderId
  readonly lots: Lots
  readonly notional: Cash
  /** Of this part, after the fees of the exit. */
  readonly result: Cash
  readonly left: Lots
  readonly reason: string
  readonly ts: Ts
}
export interface TradeClosed {
  readonly type: 'trade-closed'
  readonly trade: ClosedTrade
  readonly ts: Ts
}
export interface EquitySampled {
  readonly type: 'equity-sampled'
  readonly equity: Cash
  readonly wallet: Cash
  readonly dayPnl: Cash
  readonly drawdown: number
  /** What has come in without being a result, since the records were opened; facts of before it was kept do not say. */
  readonly flows?: Cash
  readonly ts: Ts
}
export interface AlertRaised {
  readonly type: 'alert-raised'
  readonly alert: string
  readonly severity: AlertSeverity
  readonly instrument: InstrumentIndex | undefined
  /** Figures of what the kernel raises by itself: `AlertData` of its code. */
  readonly data?: AlertData[AlertCode]
  /** The sentence of a notice, which the trader made; and of each alert in journals of before alerts had data. */
  readonly summary?: string
  readonly ts: Ts
}

export type KernelFact =
  | OrderSubmitted
  | OrderDenied
  | CancelRequested
  | AmendRequested
  | AlgorithmStarted
  | AlgorithmChanged
  | AlgorithmEnded
  | StopRequested
  | StopAdopted
  | ExternalAdopted
  | ExternalIgnored
  | DustLeft
  | CloseWanted
  | ExitAimed
  | HoldAdded
  | HoldLifted
  | RiskSettingChanged
  | StrategyStateKept
  | StrategyModeChanged
  | TradeOpened
  | TradeReduced
  | TradeClosed
  | EquitySampled
  | AlertRaised
