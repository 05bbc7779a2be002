/**
 * Equal risk contributions (Maillard, Roncalli and Teiletche 2010), by the cyclical coordinate descent of Griveau-Billion, Richard
 * and Roncalli (2013) on 1/2 y'Sy - sum(ln y), whose minimum scaled to 1 is the portfolio.
 */
import { type Matrix, type Vector, dot, multiply } from './matrix.ts'

const SWEEPS_MAX = 20_000
/** Largest relative distance of a contribution from the mean of all. */
const TOLERANCE = 1e-12

/** The covariance has a positive diagonal. */
export function equalRisk(covariance: Matrix): Vector | string {
  const size = covariance.length
  const y = Float64Array.from(covariance, (row, at) => 1 / Math.sqrt((row[at] as number) * size))
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    for (let at = 0; at < size; at += 1) y[at] = coordinate(covariance, y, at)
    if (spreadOf(covariance, y) > TOLERANCE) continue
    const total = y.reduce((sum, value) => sum + value, 0)
    return y.map((value) => value / total)
  }
  return 'Equal risk contributions do not exist: some weights cancel all risk.'
}

/** The minimum along one coordinate: y S_ii + rest = 1 / y. */
function coordinate(covariance: Matrix, y: Vector, at: number): number {
  const row = covariance[at] as Float64Array
  const variance = row[at] as number
  const rest = dot(row, y) - variance * (y[at] as number)
  return (-rest + Math.sqrt(rest * rest + 4 * variance)) / (2 * variance)
}

/** At the minimum y_i (Sy)_i is 1 for every i. */
function spreadOf(covariance: Matrix, y: Vector): number {
  const marginal = multiply(covariance, y)
  return Math.max(...y.map((value, at) => Math.abs(value * (marginal[at] as number) - 1)))
}
