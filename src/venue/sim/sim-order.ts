/**
 * What the simulated venue keeps: its options, its orders, and all that must outlive a restart.
 * Never holds a rule: matching, admission and money are elsewhere.
 */
import type { Cash, InstrumentIndex, Lots, OrderId, Rate, Side, Ticks, Ts } from '../../core/units.ts'
import type { Ledger } from '../../portfolio/ledger.ts'
import type { Position } from '../../portfolio/position.ts'
import type { OrderKind, PriceSource, Target, TimeInForce } from '../../trading/order.ts'
import type { SlippageModel } from './models.ts'

export interface SimOptions {
  readonly makerRate: Rate
  readonly takerRate: Rate
  readonly slippage: SlippageModel
  /** Limits fill when the price trades through them (the queue is ahead of us), or already when it touches. */
  readonly limitFill: 'through' | 'touch'
  /** Leverage that margin is asked with at first, for all instruments; setLeverage changes it for one. */
  readonly leverage: number
  /** Prefix of the venue's order ids and execution ids. */
  readonly idPrefix: string
}

/** An order as the venue keeps it. */
export interface SimOrder {
  readonly venueOrderId: string
  readonly orderId: OrderId | undefined
  readonly clientOrderId: string
  readonly parentVenueOrderId: string | undefined
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly kind: OrderKind
  lots: Lots
  readonly budget: Cash | undefined
  filled: Lots
  limit: Ticks | undefined
  trigger: Ticks | undefined
  readonly triggerBy: PriceSource
  stop: Ticks | undefined
  targets: readonly Target[] | undefined
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly attached: 'stop' | 'target' | undefined
  readonly isStop: boolean
  /** True until the order has met its first price: a limit that crosses then takes liquidity. */
  isFresh: boolean
  readonly createdTs: Ts
}

/** Why the venue does not take a command at all; `code` is Bybit's retCode. */
export interface VenueRefusal {
  readonly code: number
  readonly detail: string
}

/** All that a venue must remember over a restart, as plain values. */
export interface SimState {
  readonly sequence: number
  readonly executions: number
  readonly ledger: Ledger
  readonly positions: readonly Position[]
  readonly prices: readonly number[]
  readonly orders: readonly SimOrder[]
  readonly leverages: readonly number[]
}
