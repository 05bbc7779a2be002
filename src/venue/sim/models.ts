/**
 * The market models that a simulated venue is made of: the path inside a bar, slippage, and fees. Each is one named policy.
 * Never draws a random number and never looks at anything but its arguments.
 */
import { gcd, mulDivCeil, mulDivFloor } from '../../core/decimal.ts'
import { type Cash, type Lots, RATE_ONE, type Rate, type Side, type Ticks, cash, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'

/** What barPath needs to know of a resting order. */
export interface PathOrder {
  readonly side: Side
  readonly isStop: boolean
}

/**
 * The order in which a bar visits its extremes: open, adverse, favorable, close, so that stops come before targets.
 * With a position, adverse is against it. Flat, the oldest resting entry decides: a buy limit is filled on the way down before
 * the rise that would help it; a buy stop is filled on the way up before the fall that reaches its stop.
 */
export function barPath(positionLots: number, resting: readonly PathOrder[]): 'low-first' | 'high-first' {
  if (positionLots !== 0) return positionLots > 0 ? 'low-first' : 'high-first'
  const first = resting[0]
  if (first === undefined) return 'low-first'
  return (first.side === 1) === first.isStop ? 'high-first' : 'low-first'
}

/**
 * Slippage of an order that takes liquidity.
 * fixed: `bps` of the price, always against us. impact: half the spread plus `coefficient x sqrt(quantity / bar volume)` of the price
 * (square-root law of market impact; Almgren et al. 2005, "Direct estimation of equity market impact").
 */
export type SlippageModel =
  | { readonly type: 'none' }
  | { readonly type: 'fixed'; readonly bps: number }
  | { readonly type: 'impact'; readonly halfSpreadBps: number; readonly coefficient: number }

/** Price after slippage on the grid of ticks, rounded against the taker. `volume` is that of the bar, in base units. */
export function slipped(model: SlippageModel, price: Ticks, side: Side, quantityBase: number, volumeBase: number): Ticks {
  if (model.type === 'none') return price
  const fraction =
    model.type === 'fixed'
      ? model.bps / 1e4
      : model.halfSpreadBps / 1e4 + model.coefficient * Math.sqrt(quantityBase / Math.max(volumeBase, quantityBase, Number.MIN_VALUE))
  if (fraction === 0) return price
  // The float ratio is put on a grid of 1e-10 first, so that 2 bp of 10,000 ticks is exactly 2 ticks and not 2.0000000000001 rounded up.
  const moved = mulDivCeil(price, Math.round(fraction * RATE_ONE), RATE_ONE)
  return ticks(Math.max(1, side === 1 ? price + moved : price - moved))
}

/** A rate as a reduced fraction: small numbers keep mulDiv on its fast path. */
export interface RateFraction {
  readonly rate: Rate
  readonly numerator: number
  readonly denominator: number
}

export function rateFraction(rate: Rate): RateFraction {
  const common = gcd(rate < 0 ? 0 - rate : rate, RATE_ONE)
  return { rate, numerator: rate / common, denominator: RATE_ONE / common }
}

/** Fee of a fill in the settlement coin: positive = paid, rounded up, on the exact product where it fits and else on the notional. */
export function feeOf(instrument: Instrument, price: Ticks, quantity: Lots, fraction: RateFraction): Cash {
  if (fraction.numerator === 0) return cash(0)
  const units = price * quantity
  if (
    instrument.cashDenominator !== 1 &&
    Number.isSafeInteger(units) &&
    Number.isSafeInteger(instrument.cashDenominator * fraction.denominator)
  )
    return cash(mulDivCeil(units, fraction.numerator * instrument.cashNumerator, instrument.cashDenominator * fraction.denominator))
  return cash(mulDivCeil(notionalOf(instrument, price, quantity, 'ceil'), fraction.numerator, fraction.denominator))
}

/** Funding that a position receives (positive) or pays: longs pay a positive rate; rounded against us. */
export const fundingOf = (instrument: Instrument, mark: Ticks, positionLots: Lots, rate: Rate): Cash =>
  cash(mulDivFloor(0 - notionalOf(instrument, mark, positionLots, 'ceil'), rate, RATE_ONE))
