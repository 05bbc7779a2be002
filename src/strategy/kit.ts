/**
 * What a strategy in a file of its own imports as `ballast/strategy`: the contract, indicators, prices, and what its test needs.
 * Never gives it the clock, the network, the account or a bar that is still to come.
 */
export { z } from 'zod'
export type { Lots, Side, Ticks, Ts } from '../core/units.ts'
export * from '../indicators/atr.ts'
export * from '../indicators/ema.ts'
export * from '../indicators/extreme.ts'
export * from '../indicators/rsi.ts'
export * from '../indicators/sma.ts'
export type { RevealedBars } from '../market/bars.ts'
export { type Instrument, priceFloat, tickFloat, ticksFromFloat } from '../market/instrument.ts'
export type { Reason, Target } from '../trading/order.ts'
export { type PriceBar, type SignalPrices, signalsOf } from './rehearsal.ts'
export { type Signal, type StrategyContext, type StrategyDefinition, type StrategyState, defineStrategy } from './strategy.ts'
