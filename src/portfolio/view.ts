/**
 * What risk may see of the portfolio: figures, never the means to change them.
 */
import type { Cash, InstrumentIndex, Lots, Rate, Side, StrategyId, Ticks, Ts } from '../core/units.ts'
import type { Instrument, InstrumentStatus } from '../market/instrument.ts'
import type { MoneyLimit } from '../core/money-limit.ts'

/** An entry that may still fill: what is left of it, at the price that it was judged at. */
export interface OpenEntry {
  readonly side: Side
  readonly lots: Lots
  readonly price: Ticks
  readonly stop: Ticks | undefined
}

/** Value at the mark, Cash, of what is held (ours or not) and may still fill. */
export interface Exposure {
  /** Positions and open entries of both sides, added. */
  readonly gross: Cash
  /** Longs less shorts, and all open buys; negative where shorts are more. */
  readonly netLong: Cash
  /** Shorts less longs, and all open sells. */
  readonly netShort: Cash
}

/** Whose losses: the account's, a strategy's, or those of one symbol. */
export type LossScope =
  | { readonly type: 'account' }
  | { readonly type: 'strategy'; readonly strategy: StrategyId }
  | { readonly type: 'symbol'; readonly instrument: InstrumentIndex }

export interface PortfolioView {
  /** Market time of the input that is being decided. */
  readonly now: Ts
  /** Wallet plus unrealized at the mark. */
  readonly equity: Cash
  instrument(i: InstrumentIndex): Instrument
  /** As the venue has reported last. */
  instrumentStatus(i: InstrumentIndex): InstrumentStatus
  mark(i: InstrumentIndex): Ticks
  markTs(i: InstrumentIndex): Ts
  /** Ticks between best bid and best ask; 0 where no quote is known. */
  spreadTicks(i: InstrumentIndex): number
  /** Wilder's average true range in ticks over 14 bars; 0 while unknown. */
  atrTicks(i: InstrumentIndex): number
  /** Signed position. */
  positionLots(i: InstrumentIndex): Lots
  /** Signed lots in the symbol that are not ours (S8). */
  externalLots(i: InstrumentIndex): Lots
  /** What margin can stand on: equity less what positions that are not ours have lost at the mark, in isolated margin without what positions have won. */
  readonly marginEquity: Cash
  /** Lots of open entries on that side that may still fill. */
  openEntryLots(i: InstrumentIndex, side: Side): Lots
  ownerOf(i: InstrumentIndex): StrategyId | undefined
  /** Notional of all positions plus worst-case open entries at the mark. */
  readonly grossNotional: Cash
  /** What of it is spot, which is paid in full. */
  readonly spotNotional: Cash
  /** What of it is in one symbol. */
  notionalIn(i: InstrumentIndex): Cash
  /** Maintenance margin of contracts in all other symbols, at the marks; `unread` is the rate of those whose tiers nobody has read. */
  maintenanceBeside(i: InstrumentIndex, unread: Rate): Cash
  /** Entries sent within the last second and minute of market time. */
  readonly ordersLastSecond: number
  readonly ordersLastMinute: number
  /** Margin that positions and open entries take; spot its whole price. */
  readonly marginUsed: Cash
  /** Leverage that margin of the symbol is computed with. */
  leverageOf(i: InstrumentIndex): number
  /** Of the account, or of the symbols of one strategy. */
  exposure(strategy: StrategyId | undefined): Exposure
  /** Stop that our position in the symbol is meant to have. */
  stopOf(i: InstrumentIndex): Ticks | undefined
  /** Notional at which our open quantity was bought or sold. */
  costOf(i: InstrumentIndex): Cash
  /** Entries of Ballast's in the symbol that may still fill. */
  openEntries(i: InstrumentIndex): readonly OpenEntry[]
  /** Symbols in which something of Ballast's is held or may still be entered. */
  symbolsAtStake(): readonly InstrumentIndex[]
  /** Money lost: the worse of the calendar's day or week and the rolling one. */
  lossOf(window: 'day' | 'week', scope?: LossScope): Cash
  /** The limit in money, a part of equity being one of the equity that the day or week began with. */
  lossLimit(window: 'day' | 'week', limit: MoneyLimit): Cash
  /** Money that may still be lost under a limit: flows make it no larger (S9). */
  lossLeft(window: 'day' | 'week', limit: MoneyLimit, scope?: LossScope): number
  /** Length of the bars that returns are of. */
  readonly intervalMs: number
  /** Simple returns of the last bars, oldest first, of all symbols on one grid; undefined where too few are known. */
  returnsOf(i: InstrumentIndex): Float64Array | undefined
  /** Of these returns; undefined where it is not known. */
  correlation(i: InstrumentIndex, j: InstrumentIndex): number | undefined
  /** When the last trade in the symbol ended. */
  lastExitTs(i: InstrumentIndex): Ts | undefined
  /** When an entry of this side was last sent for the symbol. */
  lastEntryTs(i: InstrumentIndex, side: Side): Ts | undefined
}
