/**
 * Covariance of returns, a column an asset: sample, exponentially weighted, and shrunk by Ledoit and Wolf.
 */
import { covarianceOf, meanOf } from '../results/statistics.ts'
import { type Matrix, diagonalOf, dot, makeMatrix } from './matrix.ts'

/** A column an asset, of equal length. */
export type Returns = readonly Float64Array[]

export const COVARIANCES = ['sample', 'ewma', 'ledoit-wolf'] as const
export type CovarianceName = (typeof COVARIANCES)[number]

/** RiskMetrics' decay for daily data. */
export const EWMA_DECAY = 0.94

/** At least two rows. */
export function covarianceMatrix(returns: Returns, name: CovarianceName, decay: number = EWMA_DECAY): Matrix {
  switch (name) {
    case 'sample':
      return symmetric(returns.length, (i, j) => covarianceOf(returns[i] as Float64Array, returns[j] as Float64Array) as number)
    case 'ewma':
      return ewmaCovariance(returns, decay)
    case 'ledoit-wolf':
      return ledoitWolfCovariance(returns)
  }
}

function symmetric(size: number, entry: (i: number, j: number) => number): Matrix {
  const matrix = makeMatrix(size, size)
  for (let i = 0; i < size; i += 1) {
    for (let j = i; j < size; j += 1) {
      const value = entry(i, j)
      ;(matrix[i] as Float64Array)[j] = value
      ;(matrix[j] as Float64Array)[i] = value
    }
  }
  return matrix
}

/**
 * RiskMetrics (J. P. Morgan 1996): products of returns around zero, weighted decay^age, the newest row first, the weights summing to 1.
 * `decay` lies in (0, 1).
 */
function ewmaCovariance(returns: Returns, decay: number): Matrix {
  const rows = (returns[0] as Float64Array).length
  const weights = Float64Array.from({ length: rows }, (_, row) => decay ** (rows - 1 - row))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return symmetric(returns.length, (i, j) => weightedProduct(returns[i] as Float64Array, returns[j] as Float64Array, weights) / total)
}

function weightedProduct(a: Float64Array, b: Float64Array, weights: Float64Array): number {
  let sum = 0
  for (let row = 0; row < a.length; row += 1) sum += (weights[row] as number) * (a[row] as number) * (b[row] as number)
  return sum
}

/**
 * Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance matrices: the covariance with ddof 0, drawn
 * towards the identity times the mean variance, by the share that minimizes the expected Frobenius distance to the true matrix.
 */
function ledoitWolfCovariance(returns: Returns): Matrix {
  const size = returns.length
  const rows = (returns[0] as Float64Array).length
  const centered = returns.map((column) => {
    const mean = meanOf(column) as number
    return column.map((value) => value - mean)
  })
  const squares = centered.map((column) => column.map((value) => value * value))
  const biased = symmetric(size, (i, j) => dot(centered[i] as Float64Array, centered[j] as Float64Array) / rows)
  const fourths = symmetric(size, (i, j) => dot(squares[i] as Float64Array, squares[j] as Float64Array) / rows)
  const mean = diagonalOf(biased).reduce((sum, variance) => sum + variance, 0) / size
  let distance = 0
  let error = 0
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      const covariance = (biased[i] as Float64Array)[j] as number
      distance += (covariance - (i === j ? mean : 0)) ** 2
      error += (((fourths[i] as Float64Array)[j] as number) - covariance * covariance) / rows
    }
  }
  const share = distance === 0 ? 0 : Math.min(error, distance) / distance
  return symmetric(size, (i, j) => (1 - share) * ((biased[i] as Float64Array)[j] as number) + (i === j ? share * mean : 0))
}

/** Correlations of a covariance matrix with a positive diagonal, cut to [-1, 1]. */
export function correlationMatrix(covariance: Matrix): Matrix {
  const deviations = diagonalOf(covariance).map(Math.sqrt)
  return symmetric(covariance.length, (i, j) =>
    i === j
      ? 1
      : Math.max(-1, Math.min(1, ((covariance[i] as Float64Array)[j] as number) / ((deviations[i] as number) * (deviations[j] as number)))),
  )
}
