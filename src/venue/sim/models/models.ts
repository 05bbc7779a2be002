/**
 * The market models that a simulated venue is made of: the path inside a bar, slippage, and fees. Each is one named policy.
 */
import { gcd, mulDivCeil, mulDivFloor } from '../../../core/decimal.ts'
import { type Cash, type Lots, RATE_ONE, type Rate, type Side, type Ticks, cash, ticks } from '../../../core/units.ts'
import { type Instrument, notionalOf } from '../../../market/instrument.ts'

/** What barPath needs to know of a resting order. */
export interface PathOrder {
  readonly side: Side
  readonly isStop: boolean
  readonly trigger: Ticks | undefined
  /** Distance that a trailing stop keeps. */
  readonly trailBy: Ticks | undefined
}

/**
 * The order in which a bar visits its extremes between open and close: the worse one for the account (decision 0007).
 * With a position, adverse first, so that stops come before targets; but where a trailing stop is reached only after the price has gone
 * our way, that comes first. Flat, the oldest resting entry decides: what would help it comes before it is filled, and what hurts it after.
 */
export function barPath(positionLots: number, resting: readonly PathOrder[], low: number, high: number): 'low-first' | 'high-first' {
  if (positionLots !== 0) {
    const isLong = positionLots > 0
    return isLong === isTrailLater(isLong, resting, low, high) ? 'high-first' : 'low-first'
  }
  return (resting[0]?.side ?? -1) === 1 ? 'high-first' : 'low-first'
}

/** Whether no stop that stands now is reached, and a trailing one would be after the favorable extreme. */
function isTrailLater(isLong: boolean, resting: readonly PathOrder[], low: number, high: number): boolean {
  let isLater = false
  for (let k = 0; k < resting.length; k++) {
    const { side, isStop, trigger, trailBy } = resting[k] as PathOrder
    if (!isStop || (side === -1) !== isLong) continue
    if (trigger !== undefined && (isLong ? low <= trigger : high >= trigger)) return false
    if (trailBy !== undefined && trailBy <= high - low) isLater = true
  }
  return isLater
}

/**
 * Slippage of an order that takes liquidity.
 * fixed: `bps` of the price, always against us. ticks: a part of a tick or more, as half the spread is: what is no whole tick is paid by
 * every second, third … fill (`carried` is what is owed from before). impact: half the spread plus `coefficient x volatility x sqrt(quantity / volume)` of
 * the price, volatility and volume of the same bar. The square-root law: volatility grows with the root of time and volume with time, so that the
 * coefficient is the same for bars of any length, and measured near 1 (Tóth et al. 2011, "Anomalous price impact and the critical nature of
 * liquidity in financial markets"; Almgren et al. 2005, "Direct estimation of equity market impact").
 */
export type SlippageModel =
  | { readonly type: 'none' }
  | { readonly type: 'fixed'; readonly bps: number }
  | { readonly type: 'ticks'; readonly ticks: number }
  | { readonly type: 'impact'; readonly halfSpreadBps: number; readonly coefficient: number }

/** 2 x sqrt(ln 2), written out: a constant that is the same on every machine. */
const PARKINSON = 1.6651092223153954

/**
 * Volatility over a bar, as a part of its price: its range over 2 sqrt(ln 2) (Parkinson 1980, "The extreme value method for estimating the variance of the
 * rate of return"). The logarithm of high over low is taken as the range over the middle, which differs by less than 0.1 % for a range of 10 %.
 */
export const barVolatility = (low: number, high: number): number => (high > low ? ((high - low) * 2) / ((high + low) * PARKINSON) : 0)

/** What a bar says of how far an order moves the price. A print has no range: only its spread counts. */
export interface Liquidity {
  /** Base units that traded. */
  readonly volume: number
  readonly low: number
  readonly high: number
}

/** Ticks that a taker gives away, rounded against it. `owed` of {@link SlippageModel} ticks, in [0, 1). */
export function slippageTicks(model: SlippageModel, price: Ticks, quantityBase: number, bar: Liquidity, owed = 0): number {
  if (model.type === 'none') return 0
  if (model.type === 'ticks') return Math.floor(model.ticks + owed + 1e-9)
  const fraction = model.type === 'fixed' ? model.bps / 1e4 : model.halfSpreadBps / 1e4 + impactOf(model.coefficient, quantityBase, bar)
  // The float ratio is put on a grid of 1e-10 first, so that 2 bp of 10,000 ticks is exactly 2 ticks and not 2.0000000000001 rounded up.
  return fraction === 0 ? 0 : mulDivCeil(price, Math.round(fraction * RATE_ONE), RATE_ONE)
}

/** An order larger than the bar's volume counts as one of that volume: the law says nothing beyond. */
const impactOf = (coefficient: number, quantityBase: number, { volume, low, high }: Liquidity): number =>
  coefficient * barVolatility(low, high) * Math.sqrt(quantityBase / Math.max(volume, quantityBase, Number.MIN_VALUE))

/** Ticks that a price may have moved in a part of a bar, as a random walk with the range of the bar would: its range times the root of the part. */
export const lateTicks = (low: number, high: number, share: number): number =>
  high > low ? Math.ceil((high - low) * Math.sqrt(share) - 1e-9) : 0

/** Ticks between best bid and ask where the model has a spread; it need not be whole. */
export function spreadTicksOf(model: SlippageModel, price: number): number | undefined {
  if (model.type === 'ticks') return 2 * model.ticks
  return model.type === 'impact' ? (2 * model.halfSpreadBps * price) / 1e4 : undefined
}

/** The price that many ticks against the taker. */
export const against = (price: Ticks, side: Side, moved: number): Ticks =>
  moved === 0 ? price : ticks(Math.max(1, side === 1 ? price + moved : price - moved))

/** Price after slippage on the grid of ticks, rounded against the taker. */
export const slipped = (model: SlippageModel, price: Ticks, side: Side, quantityBase: number, bar: Liquidity): Ticks =>
  against(price, side, slippageTicks(model, price, quantityBase, bar))

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
