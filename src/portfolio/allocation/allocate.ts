/**
 * Weights of a long-only portfolio over a matrix of returns, by the method asked for, and the risk that each asset brings.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { deviationOf, meanOf } from '../results/statistics.ts'
import { type BlackLitterman, blackLitterman } from './black-litterman.ts'
import { type WeightBounds, boundsProblem, cutToBounds } from './bounds.ts'
import { type CovarianceName, type Returns, covarianceMatrix } from './covariance.ts'
import { equalRisk } from './equal-risk.ts'
import { hierarchicalRiskParity } from './hierarchical-risk-parity.ts'
import { inverseVariance, inverseVolatility } from './inverse-risk.ts'
import { type Matrix, type Vector, multiply, quadraticForm } from './matrix.ts'
import { maxSharpe } from './max-sharpe.ts'
import { type LinearSolver, minCvar } from './min-cvar.ts'
import { solveQuadratic } from './quadratic-program.ts'

export const METHODS = [
  'equal',
  'inverse-variance',
  'inverse-vol',
  'min-variance',
  'max-sharpe',
  'erc',
  'hrp',
  'black-litterman',
  'min-cvar',
] as const
export type Method = (typeof METHODS)[number]

export interface AllocationRequest {
  readonly method: Method
  /** A name a column. */
  readonly names: readonly string[]
  /** Simple returns, a column an asset, rows of equal distance in time. */
  readonly returns: Returns
  readonly covariance: CovarianceName
  /** Of the exponentially weighted covariance, in (0, 1). */
  readonly decay: number
  readonly bounds: WeightBounds
  /** Of `min-cvar`, in (0, 1). */
  readonly confidence: number
  readonly blackLitterman: BlackLitterman
  /** Of `min-cvar`. */
  readonly solveLinear: LinearSolver
}

export interface Allocation {
  /** In the order of the columns; sum 1. */
  readonly weights: Vector
  /** Standard deviation of the portfolio's return, per row. */
  readonly volatility: number
  /** Parts of the volatility, w (Sw) / volatility; they sum to it. */
  readonly contributions: Vector
}

/** Deviations below this are rounding noise of doubles near 1. */
const NOISE = 1e-15
/** What has no single answer on a singular covariance. */
const NEEDS_RANK: ReadonlySet<Method> = new Set(['min-variance', 'max-sharpe', 'black-litterman'])

export function allocate(request: AllocationRequest): Result<Allocation, string> {
  const problem = problemOf(request)
  if (problem !== undefined) return err(problem)
  const covariance = covarianceMatrix(request.returns, request.covariance, request.decay)
  const weights = request.names.length === 1 ? Float64Array.of(1) : weightsOf(request, covariance)
  if (typeof weights === 'string') return err(weights)
  const volatility = Math.sqrt(Math.max(0, quadraticForm(covariance, weights)))
  const marginal = multiply(covariance, weights)
  return ok({
    weights,
    volatility,
    contributions: weights.map((weight, at) => (volatility === 0 ? 0 : (weight * (marginal[at] as number)) / volatility)),
  })
}

function weightsOf(request: AllocationRequest, covariance: Matrix): Vector | string {
  const { method, returns, bounds } = request
  switch (method) {
    case 'equal':
      return new Float64Array(returns.length).fill(1 / returns.length)
    case 'inverse-variance':
      return cutToBounds(inverseVariance(covariance), bounds)
    case 'inverse-vol':
      return cutToBounds(inverseVolatility(covariance), bounds)
    case 'min-variance':
      return solveQuadratic(covariance, new Float64Array(returns.length), bounds)
    case 'max-sharpe':
      return maxSharpe(
        Float64Array.from(returns, (column) => meanOf(column) as number),
        covariance,
        bounds,
      )
    case 'erc': {
      const weights = equalRisk(covariance)
      return typeof weights === 'string' ? weights : cutToBounds(weights, bounds)
    }
    case 'hrp':
      return cutToBounds(hierarchicalRiskParity(covariance), bounds)
    case 'black-litterman':
      return blackLitterman(covariance, request.blackLitterman, bounds)
    case 'min-cvar':
      return minCvar(returns, request.confidence, bounds, request.solveLinear)
  }
}

function problemOf({ method, names, returns, bounds, covariance }: AllocationRequest): string | undefined {
  const rows = returns[0]?.length ?? 0
  if (names.length === 0) return 'There is no column of returns.'
  if (rows < 2) return `${rows} row${rows === 1 ? '' : 's'} of returns are too few for a variance; at least 2 are needed.`
  const bad = returns.findIndex((column) => !column.every(Number.isFinite))
  if (bad >= 0) return `${names[bad]} has a return that is not a finite number.`
  const still = method === 'equal' ? -1 : returns.findIndex((column) => (deviationOf(column) as number) <= NOISE)
  if (still >= 0 && names.length > 1) return `${names[still]} does not vary, so it has no risk to weigh; remove the column.`
  if (NEEDS_RANK.has(method) && (covariance !== 'ledoit-wolf' || rows < 3) && rows <= names.length && names.length > 1)
    return `${rows} rows do not determine the ${covariance} covariance of ${names.length} assets; use ledoit-wolf, or more rows than assets.`
  return boundsProblem(bounds, names.length)
}
