/**
 * What a strategy of contract 2 says about orders beyond a signal, and what it hears of them: orders by name, moves of stop and target, fills.
 * Never an entry without a stop, and never a quantity: sizing and risk decide on it, as for a signal.
 */
import { type Lots, type Side, type Ticks, type Ts, lots } from '../core/units.ts'
import type { Reason, Target } from '../trading/order.ts'

/** When an order ends by itself: after so many base bars, or at the first close at or after an instant. */
export interface Expiry {
  readonly bars?: number
  readonly until?: Ts
}

/**
 * An entry. With neither price it goes at market; with a limit it rests; with a trigger it is a stop entry, which becomes a market order
 * at that price, or a limit order where a limit is given too.
 */
export interface Entry extends Expiry {
  /** Its own, so that it can be changed, canceled and told apart: letters, digits, `-`, `_` and `.`, at most 32. */
  readonly name: string
  readonly side: Side
  readonly limit?: Ticks
  /** Beyond the close on the side of the entry: a buy above it. */
  readonly trigger?: Ticks
  /** On the losing side of the price that it enters at. It stands at the exchange from the fill on; of two that a position has the nearer one stays. */
  readonly stop: Ticks
  readonly targets?: readonly Target[]
  /** Part of the quantity that sizing gives, above 0, at most 1; all of it unless given. */
  readonly strength?: number
  /** A limit that would fill at once is refused by the exchange instead. */
  readonly postOnly?: boolean
  /** Name of another entry: the first of the two that fills takes the other off. Only so may entries stand on both sides. */
  readonly pairedWith?: string
  readonly reason: Reason
}

/** Makes the position smaller, never turns it: at market, or at a limit under a name. */
export interface Exit extends Expiry {
  /** With a limit, and only then. */
  readonly name?: string
  /** Part of what is held when it is said, above 0, at most 1; all of it unless given. */
  readonly share?: number
  readonly limit?: Ticks
  readonly reason: Reason
}

/** New prices of an open order; what is not given stays. An entry passes risk again, as it would be. */
export interface OrderChange {
  readonly limit?: Ticks
  readonly trigger?: Ticks
}

/** Moves what protects the position: a stop is moved, never removed (S5), and one that is farther away passes risk as the whole position would. */
export interface ProtectionMove {
  readonly stop?: Ticks
  readonly target?: Ticks | 'none'
  /** A stop that follows the best price at this distance, from an activation price on or at once. */
  readonly trail?: { readonly by: Ticks; readonly activation?: Ticks } | 'none'
}

/** An open order of the strategy. */
export interface OwnOrder {
  readonly name: string
  readonly type: 'entry' | 'exit'
  readonly side: Side
  readonly lots: Lots
  readonly filled: Lots
  readonly limit: Ticks | undefined
  readonly trigger: Ticks | undefined
  /** Of an entry. */
  readonly stop: Ticks | undefined
  /** It was asked to be canceled, and the exchange has not answered yet. */
  readonly isEnding: boolean
}

/** The open trade of the strategy on a symbol, from flat to flat. Money in the settle coin. */
export interface OwnTrade {
  readonly side: Side
  readonly lots: Lots
  /** Mean price of what is held, ticks; not whole. */
  readonly price: number
  readonly stop: Ticks | undefined
  readonly openedAt: Ts
  /** Base bars since its first fill. */
  readonly bars: number
  readonly fees: number
  /** Negative where it was paid. */
  readonly funding: number
  /** At the last close, before the fees of the exit. */
  readonly unrealized: number
}

/** A fill of the strategy's. */
export interface OwnFill {
  /** Market that it belongs to. */
  readonly market: string
  /** Undefined where the order has none: of a signal, a stop, a target, or somebody else's close. */
  readonly name: string | undefined
  readonly type: 'entry' | 'exit' | 'stop' | 'target' | 'liquidation'
  readonly side: Side
  readonly price: Ticks
  readonly lots: Lots
  /** In the settle coin. */
  readonly fee: number
}

/** An order with a name has ended: nothing more of it comes. */
export interface OwnOrderEnd {
  readonly market: string
  readonly name: string
  /** denied: risk or a hold refused it, it was never sent. */
  readonly how: 'filled' | 'canceled' | 'expired' | 'rejected' | 'never-arrived' | 'denied'
  readonly filled: Lots
  /** Rule of a denial, or the code of the exchange. */
  readonly rule: string | undefined
}

/** What was said at one decision, in order; `market` by number. */
export type OrderRequest = { readonly market: number } & (
  | { readonly type: 'enter'; readonly entry: Entry }
  | { readonly type: 'exit'; readonly exit: Exit }
  | { readonly type: 'change'; readonly name: string; readonly change: OrderChange }
  | { readonly type: 'cancel'; readonly name: string }
  | { readonly type: 'protect'; readonly move: ProtectionMove }
)

/** What a strategy may see of the records, by number of the market. */
export interface MarketBooks {
  position(market: number): Lots
  trade(market: number): OwnTrade | undefined
  orders(market: number): readonly OwnOrder[]
  /** Whether the universe takes entries in it. */
  isSelected(market: number): boolean
  /** Equity that the strategy trades with, in the settle coin. */
  capital(): number
}

/** Nothing is held and nothing is open. */
export const NO_BOOKS: MarketBooks = {
  position: () => lots(0),
  trade: () => undefined,
  orders: () => [],
  isSelected: () => true,
  capital: () => 0,
}
