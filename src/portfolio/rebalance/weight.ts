/**
 * Weights as whole millionths of equity, signed: a short has a negative one.
 */
import { mulDiv } from '../../core/decimal.ts'
import { type Cash, type Lots, type Ticks, cash, lots } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'

/** Weight units in 1.0. */
export const WEIGHT_ONE = 1_000_000
export const WEIGHT_SCALE = 6

/** Signed money of a signed quantity at the mark. */
export const signedNotional = (instrument: Instrument, mark: Ticks, quantity: Lots): Cash => notionalOf(instrument, mark, quantity, 'trunc')

/** Part of equity, a float for comparisons and for users; equity is above zero. */
export const weightOf = (notional: Cash, equity: Cash): number => notional / equity

/** The quantity whose value is the weight's part of equity, cut toward zero to whole lots. */
export function lotsOfWeight(instrument: Instrument, mark: Ticks, weight: number, equity: Cash): Lots {
  const value = cash(mulDiv(equity, weight, WEIGHT_ONE, 'trunc'))
  return lots(mulDiv(value, instrument.cashDenominator, mark * instrument.cashNumerator, 'trunc'))
}

/** Weights that sum to at most 1, of floats that sum to 1: each is cut down, never up. */
export const wholeWeights = (weights: ArrayLike<number>): number[] =>
  Array.from(weights, (weight) => Math.floor(Math.max(0, weight) * WEIGHT_ONE + 1e-6))
