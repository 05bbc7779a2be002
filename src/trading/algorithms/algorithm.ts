/**
 * An execution algorithm: one parent order that is executed through child orders, as a pure step from what is known to what is done next.
 */
import type { Cash, InstrumentIndex, Lots, OrderId, Side, StrategyId, Ticks, Ts } from '../../core/units.ts'
import type { OrderKind, Reason, Target, TimeInForce } from '../order.ts'

/** Equal parts over a time. With a limit the children never pay more than it. */
export interface TwapSpec {
  readonly type: 'twap'
  readonly overMs: number
  readonly slices: number
  readonly limit: Ticks | undefined
}
/** Parts in proportion to the volume that is usual at that time of day: weights by slice, of any sum above zero. */
export interface VwapSpec {
  readonly type: 'vwap'
  readonly overMs: number
  readonly weights: readonly number[]
  readonly limit: Ticks | undefined
}
/** A limit order of which only a part is shown at a time. */
export interface IcebergSpec {
  readonly type: 'iceberg'
  readonly limit: Ticks
  readonly shown: Lots
}
/** A share of what the market trades, in (0, 1), for at most a time. */
export interface PovSpec {
  readonly type: 'pov'
  readonly share: number
  readonly overMs: number
  readonly limit: Ticks | undefined
}
/** A limit at the best price on our side that follows it, by at most `budget` ticks and for at most a time; then the rest at market. */
export interface ChaseSpec {
  readonly type: 'chase'
  readonly budget: Ticks
  readonly forMs: number
}
export type AlgorithmSpec = TwapSpec | VwapSpec | IcebergSpec | PovSpec | ChaseSpec

export const ALGORITHM_STATUSES = ['working', 'paused', 'ending', 'ended'] as const
export type AlgorithmStatus = (typeof ALGORITHM_STATUSES)[number]

/** What a parent order is from its start on. */
export interface AlgorithmOrder {
  /** From the same sequence as orders: children carry it as their parent. */
  readonly id: OrderId
  readonly strategy: StrategyId
  readonly instrument: InstrumentIndex
  readonly class: 'entry' | 'reduce'
  readonly side: Side
  readonly lots: Lots
  readonly spec: AlgorithmSpec
  /** Travels with each child of an entry (S5). */
  readonly stop: Ticks | undefined
  /** The one target of the whole position, where there is one; it travels with each child. */
  readonly targets?: readonly Target[] | undefined
  readonly reason: Reason
  /** Mark when it started: what shortfall is measured against. */
  readonly arrival: Ticks
  readonly startedTs: Ts
}

/** What has become of it; changed by the kernel's fold only. */
export interface AlgorithmState extends AlgorithmOrder {
  status: AlgorithmStatus
  /** Why it is paused or ends. */
  cause: string
  filled: Lots
  filledNotional: Cash
  makerLots: Lots
  fees: Cash
  children: number
  /** Children in a row that the venue did not take. */
  failures: number
  /** Base units that the market traded since the start. */
  marketVolume: number
  /** Children may not be sent before it: the venue or risk has just said no. */
  waitUntil: Ts
}

/** The child that works now. */
export interface OpenChild {
  readonly orderId: OrderId
  readonly left: Lots
  readonly limit: Ticks | undefined
  readonly isCanceling: boolean
}

/** The market as the kernel knows it. */
export interface MarketNow {
  readonly now: Ts
  readonly mark: Ticks
  /** Ticks between best bid and ask; 0 where unknown. */
  readonly spreadTicks: number
  /** Lots below which nothing can be sent. */
  readonly lotsMin: Lots
  /** Lots of one base unit. */
  readonly lotsPerBase: number
}

export type AlgorithmStep =
  | { readonly type: 'wait' }
  | {
      readonly type: 'submit'
      readonly lots: Lots
      readonly kind: Extract<OrderKind, 'market' | 'limit'>
      readonly limit: Ticks | undefined
      readonly timeInForce: TimeInForce
    }
  | { readonly type: 'amend'; readonly orderId: OrderId; readonly limit: Ticks }
  | { readonly type: 'cancel'; readonly orderId: OrderId; readonly cause: string }
  | { readonly type: 'end'; readonly cause: string }

export const WAIT: AlgorithmStep = { type: 'wait' }

/** What is neither filled nor in a child. */
export const unsentOf = (state: AlgorithmState, child: OpenChild | undefined): number => state.lots - state.filled - (child?.left ?? 0)

/** How it went. Money in the settlement coin, prices in ticks as floats, ratios as parts of one. */
export interface AlgorithmSummary {
  readonly filled: Lots
  readonly averagePrice: number
  /** Implementation shortfall against the arrival mark in basis points, positive = worse than it (Perold 1988, "The Implementation Shortfall"). */
  readonly shortfallBps: number
  readonly makerShare: number
  /** Our part of what the market traded; 0 where nothing is known of it. */
  readonly participation: number
  readonly fees: Cash
  readonly children: number
  readonly tookMs: number
}

/** `cashPerTickLot` is the value of one lot at one tick, in Cash. */
export function summaryOf(state: AlgorithmState, now: Ts, cashPerTickLot: number, lotsPerBase: number): AlgorithmSummary {
  const averagePrice = state.filled === 0 ? 0 : state.filledNotional / cashPerTickLot / state.filled
  const traded = state.marketVolume * lotsPerBase
  return {
    filled: state.filled,
    averagePrice,
    shortfallBps: state.filled === 0 ? 0 : ((averagePrice - state.arrival) / state.arrival) * state.side * 1e4,
    makerShare: state.filled === 0 ? 0 : state.makerLots / state.filled,
    participation: traded <= 0 ? 0 : Math.min(1, state.filled / traded),
    fees: state.fees,
    children: state.children,
    tookMs: now - state.startedTs,
  }
}
