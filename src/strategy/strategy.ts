/**
 * The contract of a strategy: a synchronous function from revealed bars to signals.
 * Never sees the future, the clock, the network or the account; the kernel sizes, checks and sends.
 */
import type { z } from 'zod'
import type { Lots, Side, Ticks, Ts } from '../core/units.ts'
import type { RevealedBars } from '../market/bars.ts'
import type { Instrument } from '../market/instrument.ts'
import type { Reason, Target } from '../trading/order.ts'

/** A strategy's signal of one symbol: long, short or flat. Sized and checked by the kernel. */
export interface Signal {
  readonly side: Side | 0
  /** 0 to 1; scales nothing yet but is kept with the order. */
  readonly strength: number
  /** Enters at this price or better, as a resting limit order; absent: at market. */
  readonly limit?: Ticks
  readonly stop?: Ticks
  readonly targets?: readonly Target[]
  readonly reason: Reason
}

/** All that a strategy sees when a bar of its symbol has closed. */
export interface StrategyContext {
  /** Close instant of the bar, market time. */
  readonly now: Ts
  readonly instrument: Instrument
  /** Revealed bars; 0 bars ago is the one that has just closed. */
  readonly bars: RevealedBars
  /** Signed position of this strategy in the symbol. */
  readonly position: Lots
  /** Says a signal. The last one of a bar counts. */
  signal(signal: Signal): void
}

/** How a position of this strategy is protected at the venue (S5). */
export type Protection = 'position-stop' | 'none'

/** JSON-safe data, owned and journaled by the kernel; changed in place by the strategy only. */
export type StrategyState = object

export interface StrategyDefinition<Params = unknown, State extends StrategyState = StrategyState> {
  readonly name: string
  readonly version: number
  /** Hash of its code, where that is a file of the user's; set by whoever loads it. */
  readonly codeHash?: string
  /** One sentence for lists. */
  readonly summary: string
  readonly params: z.ZodType<Params>
  readonly protection: Protection
  /** Whether its signals carry a stop, so that they are sized by risk unless said otherwise. */
  readonly givesStop: boolean
  /** Bars that must be seen before a signal is worth anything. */
  warmup(params: Params): number
  /**
   * How many bars it reads through its context, the one that has just closed among them; 1 where it is absent. It is not asked before so
   * many are there. What needs more than its own state says is read from the exchange again after a restart.
   */
  history?(params: Params): number
  init(params: Params): State
  onBar(context: StrategyContext, state: State): void
}

/** Ties the types of params and state together where a strategy is written, and forgets them for those who only run it. */
export function defineStrategy<Params, State extends StrategyState>(definition: StrategyDefinition<Params, State>): StrategyDefinition {
  return definition as StrategyDefinition<Params, State> & StrategyDefinition
}
