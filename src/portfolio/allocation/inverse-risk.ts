/**
 * Weights in proportion to 1 / variance or 1 / volatility; correlations are left out.
 */
import { type Matrix, type Vector, diagonalOf } from './matrix.ts'

export const inverseVariance = (covariance: Matrix): Vector => normalized(diagonalOf(covariance).map((variance) => 1 / variance))

export const inverseVolatility = (covariance: Matrix): Vector =>
  normalized(diagonalOf(covariance).map((variance) => 1 / Math.sqrt(variance)))

function normalized(weights: Vector): Vector {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
