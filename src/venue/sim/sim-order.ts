/**
 * What the simulated venue keeps: its options, its orders, and all that must outlive a restart.
 */
import type { Cash, InstrumentIndex, Lots, OrderId, Rate, Side, Ticks, Ts } from '../../core/units.ts'
import type { Ledger } from '../../portfolio/ledger.ts'
import type { Position } from '../../portfolio/position.ts'
import type { OrderKind, PriceSource, Target, TimeInForce } from '../../trading/order.ts'
import type { SlippageModel } from './models/models.ts'

export interface SimOptions {
  readonly makerRate: Rate
  readonly takerRate: Rate
  /** Fee of spot fills, maker and taker alike, zero or above; undefined: Bybit's reference rate. */
  readonly spotRate?: Rate | undefined
  readonly slippage: SlippageModel
  /**
   * The part of a bar's way beyond a stop that the stop gives away, in [0, 1], where that is more than the slippage model says: a candle
   * shows no gap between its prices. Absent: none. Prints show their gaps themselves.
   */
  readonly stopShare?: number | undefined
  /** Limits fill when the price trades through them (the queue is ahead of us), or already when it touches. */
  readonly limitFill: 'through' | 'touch'
  /** Leverage that margin is asked with at first, for all instruments; setLeverage changes it for one. */
  readonly leverage: number
  /** Maintenance margin as a rate of notional (tier 1), below which the account is liquidated; undefined: it never is. */
  readonly maintenanceRate?: Rate | undefined
  /**
   * What is closed of a position that does not cover its maintenance margin: all of it at once (absent), or step by step as much as the next lower tier of
   * margin asks for, until the rest is covered. Orders that reduce stay in place then.
   */
  readonly liquidation?: 'whole' | 'stepwise' | undefined
  /** Whether marks are told beside last prices ({@link SimVenue.tellMark}); absent: the last price stands for the mark. */
  readonly hasMarks?: boolean | undefined
  /** Prefix of the venue's order ids and execution ids. */
  readonly idPrefix: string
  /**
   * The part of a bar’s or print’s volume that one order may take, in (0, 1]; undefined: all that it wants. A taker that wants more walks up the
   * book, one tick for each such part; a maker is filled in parts.
   */
  readonly depthShare?: number | undefined
  /**
   * The part of a bar’s or print’s volume that all orders of an instrument together may fill, in (0, 1]; undefined: no bound. What is left of an order
   * works on in the next ones: a limit rests on, and what is at market, a triggered stop too, is met by the next open as if it were sent
   * again, though the exchange would cancel it as IOC. An IOC limit is canceled, and a fill-or-kill that does not get all gets nothing. A position
   * that is liquidated is taken over whole.
   */
  readonly maxVolumeShare?: number | undefined
}

/** What the venue hangs on a position by itself. */
export type Attachment = 'stop' | 'target' | 'trail'

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
  /** What is left of it to spend. */
  budget: Cash | undefined
  filled: Lots
  limit: Ticks | undefined
  trigger: Ticks | undefined
  readonly triggerBy: PriceSource
  /** Distance that a trailing stop keeps to the best price since it was set. */
  readonly trailBy: Ticks | undefined
  /** Price from which a trailing stop follows; undefined once it was reached, or where none was asked for. */
  activation: Ticks | undefined
  stop: Ticks | undefined
  targets: readonly Target[] | undefined
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly attached: Attachment | undefined
  readonly isStop: boolean
  /** A conditional limit whose trigger was reached: it is a limit from then on. */
  isTriggered: boolean
  /** The bar or print in which it took all that was there: it waits for the next. */
  servedStep: number
  /** True until the order has met its first price: a limit that crosses then takes liquidity. */
  isFresh: boolean
  readonly createdTs: Ts
}

/** What a standing order can be changed in. */
export type OrderChange = Partial<Pick<SimOrder, 'lots' | 'limit' | 'trigger' | 'stop' | 'targets'>>

/** Commands that reach the exchange while a bar is under way: nobody knows at which price. */
export interface Arrival {
  /** Part of the bar that has passed by then, in (0, 1). */
  readonly share: number
  /** Hands them over. */
  readonly deliver: () => void
}

/** Prices of one instrument strictly between which nothing that stands is met and nobody is liquidated. */
export interface CalmPrices {
  above: number
  below: number
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
  /** Absent in states that were saved before spot. */
  readonly spares?: readonly number[]
}
