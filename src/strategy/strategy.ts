/**
 * The two contracts of a strategy: a synchronous function from revealed bars to signals, for one symbol, or for several symbols and intervals.
 * Never sees the future, the clock, the network or the account; the kernel sizes, checks and sends.
 */
import type { z } from 'zod'
import type { Lots, Side, Ticks, Ts } from '../core/units.ts'
import type { RevealedBars } from '../market/bars.ts'
import type { SettledFunding } from '../market/funding-rates.ts'
import type { Category, Instrument } from '../market/instrument.ts'
import type { Reason, Target } from '../trading/order.ts'
import type { Entry, Exit, OrderChange, OwnFill, OwnOrder, OwnOrderEnd, OwnTrade, ProtectionMove } from './own-orders.ts'

/** A strategy's signal of one symbol: long, short or flat. Sized and checked by the kernel. */
export interface Signal {
  readonly side: Side | 0
  /** 0 to 1; kept with the order and scales nothing. What is to be scaled is an entry of contract 2, `enter({ strength })`. */
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
  /** 2: `onBar` decides for all its symbols at once, see {@link MarketsDefinition}. Absent: for each symbol on its own. */
  readonly contract?: 2
  /** With contract 2: roles of its symbols. */
  readonly symbols?: readonly string[]
  /** With roles: whether each is spot or a perpetual, where that matters. */
  readonly categories?: readonly Category[]
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
  /** With contract 2: how many closed bars of each higher interval it reads, as `{ '1h': 50 }`. */
  intervals?(params: Params): Readonly<Record<string, number>>
  init(params: Params): State
  onBar(context: StrategyContext, state: State): void
  /** With contract 2: hears of its fills and of orders that have ended, see {@link MarketsDefinition}. */
  onFill?(context: MarketsContext, fill: OwnFill, state: State): void
  onOrderEnd?(context: MarketsContext, end: OwnOrderEnd, state: State): void
  /** The definition as it counts with these parameters, where they name code or data: its hash is another one with other data. */
  bind?(params: Params): StrategyDefinition
  /** Why it takes no entries by itself; null: it does. One alert is raised when a reason begins. */
  aside?(state: State): StrategyAside | null
  /** What it says of itself for people: plain data that goes into a row of the database as it is. It changes nothing. */
  report?(state: State): object
}

export interface StrategyAside {
  /** A word of the strategy's own. */
  readonly code: string
  /** Market time at which it began, ms. */
  readonly since: number
  readonly values: Readonly<Record<string, number | string>>
}

/** One symbol of a strategy, as it stands at a close instant. `now` is that instant for all of them. */
export interface Market extends StrategyContext {
  /** Its role, or its symbol where the strategy takes any number of them. */
  readonly name: string
  /**
   * Closed bars of an interval that `intervals` declares, by how many bars ago they opened; 0 is the newest closed one.
   * @throws RangeError for an interval that is not declared, and for more bars than were declared
   */
  higher(interval: string): RevealedBars
  /** Whether a bar of the interval has closed since the call before; without an interval, whether a bar of its base has. */
  hasClosed(interval?: string): boolean
  /**
   * The last funding settlement before the close. Undefined for spot, before the first one that is known, and in a backtest without funding.
   * One of the instant of the close itself is seen at the next close: it is not known sooner.
   */
  readonly funding: SettledFunding | undefined
  /** The last `count` settlements before the close, the newest first: as many as are known, 300 at most. */
  fundings(count: number): readonly SettledFunding[]
  /** The rate that the exchange announces for the next settlement, as a fraction. Undefined for spot and wherever no stream announces it: in each backtest, and at a late bar. */
  readonly predictedFunding: number | undefined
  /** Mark price at the close. The close itself where the exchange gave none: in each backtest, on spot, and at a late bar. */
  readonly mark: Ticks
  /** Distance of best bid and ask at the close, in basis points of it. Undefined where it was not heard: at a late bar, and in a backtest whose slippage has no spread. */
  readonly spreadBps: number | undefined
  /** What it holds there, from flat to flat; undefined while flat. */
  readonly trade: OwnTrade | undefined
  /** Its open orders with a name, oldest first. */
  readonly orders: readonly OwnOrder[]
  /** Whether entries are taken in it: false while the strategy has a universe and this symbol is not in it. */
  readonly isSelected: boolean
  /** Asks for an entry of its own beside others. It is sized and judged as a signal is; what was refused is told by `onOrderEnd`. */
  enter(entry: Entry): void
  /** Makes the position smaller. */
  exit(exit: Exit): void
  /** Moves an open order; one that has ended meanwhile stays as it is. */
  change(name: string, change: OrderChange): void
  /** Cancels an open order; one that has ended meanwhile stays as it is. */
  cancel(name: string): void
  /** Moves stop, target or trailing stop of the position. */
  protect(move: ProtectionMove): void
}

/** All that a strategy of contract 2 sees. What a market has, the context has of the first one: a strategy of one symbol needs no name. */
export interface MarketsContext extends Market {
  /** Its symbols in the order of their roles, or of the configuration. With a universe, those of them whose bars can be read already. */
  readonly markets: readonly Market[]
  /** Equity that the strategy trades with, in the settle coin: the account's, or the part that `capital` gives it. */
  readonly capital: number
  /** @throws RangeError where it has no market of that name */
  market(name: string): Market
}

/**
 * A strategy over several symbols and intervals.
 *
 * @example
 * defineStrategy({
 *   contract: 2,
 *   name: 'two-speeds', version: 1, summary: 'Buys strength of an hour while the day rises.',
 *   params: z.strictObject({}), protection: 'position-stop', givesStop: true,
 *   intervals: () => ({ '1h': 1, '1d': 2 }),
 *   warmup: () => 0,
 *   init: () => ({}),
 *   onBar({ higher, hasClosed, bars, signal }) { … },
 * })
 */
export interface MarketsDefinition<Params, State extends StrategyState = StrategyState>
  extends Omit<StrategyDefinition<Params, State>, 'contract' | 'onBar'> {
  readonly contract: 2
  /** Roles of its symbols, in the order in which the configuration lists them. Absent: any number, each under its own name. */
  readonly symbols?: readonly string[]
  /**
   * How many closed bars of each higher interval it reads. An interval is a whole multiple of the base, written as `15m`, `4h`, `1d` or `1w`;
   * its bars lie on the UTC grid. `onBar` is not called before all of them are there, on each symbol.
   */
  intervals?(params: Params): Readonly<Record<string, number>>
  onBar(context: MarketsContext, state: State): void
  /** Called for each fill since the decision before, in order, ahead of `onBar`. It may say what `onBar` may say. */
  onFill?(context: MarketsContext, fill: OwnFill, state: State): void
  /** As `onFill`, for each order with a name that has ended: filled, canceled, expired, refused. */
  onOrderEnd?(context: MarketsContext, end: OwnOrderEnd, state: State): void
}

/** Ties the types of params and state together where a strategy is written, and forgets them for those who only run it. */
export function defineStrategy<Params, State extends StrategyState>(definition: MarketsDefinition<Params, State>): StrategyDefinition
export function defineStrategy<Params, State extends StrategyState>(definition: StrategyDefinition<Params, State>): StrategyDefinition
export function defineStrategy<Params, State extends StrategyState>(
  definition: StrategyDefinition<Params, State> | MarketsDefinition<Params, State>,
): StrategyDefinition {
  return definition as StrategyDefinition<Params, State> & StrategyDefinition
}
