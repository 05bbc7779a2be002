/**
 * What a strategy in a file of its own imports as `ballast/strategy`: the contract, indicators, prices, and what its test needs.
 */
export { z } from 'zod'
export type { Lots, Side, Ticks, Ts } from '../core/units.ts'
export * from '../indicators/oscillators/adx.ts'
export * from '../indicators/bands/atr.ts'
export * from '../indicators/bands/bollinger.ts'
export * from '../indicators/oscillators/cci.ts'
export * from '../indicators/averages/ema.ts'
export * from '../indicators/bands/extreme.ts'
export * from '../indicators/bands/keltner.ts'
export * from '../indicators/oscillators/macd.ts'
export * from '../indicators/oscillators/mfi.ts'
export * from '../indicators/obv.ts'
export * from '../indicators/averages/rma.ts'
export * from '../indicators/oscillators/roc.ts'
export * from '../indicators/oscillators/rsi.ts'
export * from '../indicators/averages/sma.ts'
export * from '../indicators/oscillators/stochastic.ts'
export * from '../indicators/bands/supertrend.ts'
export * from '../indicators/rolling-regression.ts'
export * from '../indicators/averages/vwap.ts'
export * from '../indicators/oscillators/williams-r.ts'
export * from '../indicators/averages/wma.ts'
export type { RevealedBars } from '../market/bars.ts'
export type { SettledFunding } from '../market/funding-rates.ts'
export { type Instrument, priceFloat, tickFloat, ticksFromFloat } from '../market/instrument.ts'
export type { Reason, Target } from '../trading/order.ts'
export type { Entry, Exit, OrderChange, OwnFill, OwnOrder, OwnOrderEnd, OwnTrade, ProtectionMove } from './own-orders.ts'
export type { OrderPrices, OrdersOnly, SignalPrices } from './said-prices.ts'
export { type PriceBar, marketSignalsOf, signalsOf } from './strategy-harness.ts'
export {
  type Market,
  type MarketsContext,
  type MarketsDefinition,
  type Signal,
  type StrategyContext,
  type StrategyDefinition,
  type StrategyState,
  defineStrategy,
} from './strategy.ts'
