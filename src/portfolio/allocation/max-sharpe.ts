/**
 * The tangency portfolio within bounds: the largest mean over volatility, risk-free rate 0 (Sharpe 1966).
 * Its first-order conditions are those of max m'w - g/2 w'Sw with g = m'w / w'Sw (Merton 1972), so that g is found by bisection.
 * Never answers where no portfolio within the bounds has a positive mean.
 */
import type { WeightBounds } from './bounds.ts'
import { type Matrix, type Vector, diagonalOf, dot, quadraticForm } from './matrix.ts'
import { TOO_ALIKE, solveQuadratic } from './quadratic-program.ts'

const STEPS = 120
const SUM_SLACK = 1e-10
/** Sixteenfold steps in search of a bracket: beyond these a portfolio has next to no risk, and its ratio no bound. */
const BRACKET_STEPS = 30

/** `means` per row, one an asset. */
export function maxSharpe(means: Vector, covariance: Matrix, bounds: WeightBounds): Vector | string {
  if (bestMean(means, bounds) <= 0) return 'No portfolio within the bounds has a positive mean return, so there is no maximum Sharpe ratio.'
  const at = (aversion: number): Vector | string =>
    solveQuadratic(
      covariance.map((row) => row.map((value) => value * aversion)),
      means,
      bounds,
    )
  /** Negative where the portfolio still is bolder than the tangency. */
  const excess = (aversion: number): number => {
    const weights = at(aversion)
    if (typeof weights === 'string') return Number.NaN
    return aversion * quadraticForm(covariance, weights) - dot(means, weights)
  }
  let low = Math.max(...means) / Math.max(...diagonalOf(covariance))
  let high = low
  for (let step = 0; step < BRACKET_STEPS && excess(low) > 0; step += 1) low /= 16
  for (let step = 0; step < BRACKET_STEPS && excess(high) < 0; step += 1) high *= 16
  if (!(excess(low) <= 0 && excess(high) >= 0)) return TOO_ALIKE
  for (let step = 0; step < STEPS && high > low; step += 1) {
    const middle = Math.sqrt(low * high)
    if (middle <= low || middle >= high) break
    if (excess(middle) < 0) low = middle
    else high = middle
  }
  const weights = at(high)
  // Assets that are copies of each other but for rounding leave the program without digits enough: no answer is better than a wrong one.
  if (typeof weights !== 'string' && Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) > SUM_SLACK) return TOO_ALIKE
  return weights
}

/** The largest mean of any weights within the bounds: the best assets are filled first. */
function bestMean(means: Vector, { min, max }: WeightBounds): number {
  let left = 1 - min * means.length
  let mean = 0
  for (const value of [...means].sort((a, b) => b - a)) {
    const more = Math.min(left, max - min)
    mean += (min + more) * value
    left -= more
  }
  return mean
}
