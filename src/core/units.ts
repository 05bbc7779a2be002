/**
 * The branded numbers of the core: money, prices, quantities, times and ids are integers, and each knows its unit.
 */
declare const brand: unique symbol
type Branded<Name extends string> = number & { readonly [brand]: Name }

/** Price in multiples of the instrument's tick size. */
export type Ticks = Branded<'Ticks'>
/** Quantity in multiples of the instrument's lot size. Signed where a position is meant. */
export type Lots = Branded<'Lots'>
/** Money in 1e-8 of the settlement coin; at most 9.0e15, which is 9.0e7 coins. */
export type Cash = Branded<'Cash'>
/** Milliseconds since 1970-01-01 UTC, of market time (the venue's clock). */
export type Ts = Branded<'Ts'>
/** A rate (fee, funding, slippage) in 1e-10; 0.055 % is 5_500_000. */
export type Rate = Branded<'Rate'>
/** Dense index of an instrument within one kernel. */
export type InstrumentIndex = Branded<'InstrumentIndex'>
/** The kernel's own sequence of orders; continues from the journal, never reused. */
export type OrderId = Branded<'OrderId'>
/** Sequence number of a trade from flat to flat, shown to users as `#12`. */
export type TradeNumber = Branded<'TradeNumber'>
/** Name of a strategy instance: one owner of its symbols. */
export type StrategyId = string & { readonly [brand]: 'StrategyId' }
/** Direction: 1 buys or is long, -1 sells or is short, so that position arithmetic needs no branch. */
export type Side = 1 | -1

export const formatSide = (side: Side): 'buy' | 'sell' => (side === 1 ? 'buy' : 'sell')

export const ticks = (n: number): Ticks => n as Ticks
export const lots = (n: number): Lots => n as Lots
export const cash = (n: number): Cash => n as Cash
export const ts = (n: number): Ts => n as Ts
export const rate = (n: number): Rate => n as Rate
export const instrumentIndex = (n: number): InstrumentIndex => n as InstrumentIndex
export const orderId = (n: number): OrderId => n as OrderId
export const tradeNumber = (n: number): TradeNumber => n as TradeNumber
export const strategyId = (name: string): StrategyId => name as StrategyId

/** Cash units in one settlement coin. */
export const CASH_ONE = 1e8
/** Decimals of Cash. */
export const CASH_SCALE = 8
/** Rate units in 1.0 (100 %). */
export const RATE_ONE = 1e10
/** Decimals of Rate. */
export const RATE_SCALE = 10
/** Largest amount of Cash that one account may hold: past it sums would lose digits. */
export const CASH_MAX = 9.0e15

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
