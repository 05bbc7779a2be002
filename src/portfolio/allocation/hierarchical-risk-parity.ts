/**
 * Hierarchical risk parity (Lopez de Prado 2016, Building Diversified Portfolios that Outperform Out-of-Sample):
 * d = sqrt((1 - rho) / 2), single linkage on d, leaves in SciPy's order, then bisection at floor(n / 2) by the variance of each half.
 */
import { correlationMatrix } from './covariance.ts'
import { inverseVariance } from './inverse-risk.ts'
import { type Matrix, type Vector, quadraticForm } from './matrix.ts'
import { leafOrder } from './single-linkage.ts'

/** The covariance has a positive diagonal. */
export function hierarchicalRiskParity(covariance: Matrix): Vector {
  const distances = correlationMatrix(covariance).map((row) => row.map((rho) => Math.sqrt((1 - rho) / 2)))
  const weights = new Float64Array(covariance.length).fill(1)
  bisect(covariance, leafOrder(distances), weights)
  return weights
}

function bisect(covariance: Matrix, items: readonly number[], weights: Vector): void {
  if (items.length < 2) return
  const middle = Math.floor(items.length / 2)
  const left = items.slice(0, middle)
  const right = items.slice(middle)
  const leftVariance = clusterVariance(covariance, left)
  const rightVariance = clusterVariance(covariance, right)
  // Two halves without any risk of their own share evenly.
  const share = leftVariance + rightVariance > 0 ? 1 - leftVariance / (leftVariance + rightVariance) : 0.5
  for (const item of left) weights[item] = (weights[item] as number) * share
  for (const item of right) weights[item] = (weights[item] as number) * (1 - share)
  bisect(covariance, left, weights)
  bisect(covariance, right, weights)
}

/** Variance of the cluster under inverse-variance weights; rounding may not make it negative. */
function clusterVariance(covariance: Matrix, items: readonly number[]): number {
  const part = items.map((row) => Float64Array.from(items, (column) => (covariance[row] as Float64Array)[column] as number))
  return Math.max(0, quadraticForm(part, inverseVariance(part)))
}
