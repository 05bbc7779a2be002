/**
 * Black and Litterman (1992) in the form of He and Litterman (1999): equilibrium returns d S w of the market weights, moved by views
 * towards q with the confidence omega = diag(P tS P'), then the best mean - d/2 variance within bounds.
 */
import type { WeightBounds } from './bounds.ts'
import { type Matrix, type Vector, dot, makeMatrix, multiply, solve } from './matrix.ts'
import { solveQuadratic } from './quadratic-program.ts'

/** One view: the portfolio `weights` returns `value` per row. Absolute: 1 on one asset; relative: 1 and -1 on two. */
export interface View {
  readonly weights: Vector
  readonly value: number
}

export interface BlackLitterman {
  /** Sum to 1. */
  readonly market: Vector
  readonly views: readonly View[]
  /** Above 0; 2.5 in the paper. */
  readonly riskAversion: number
  /** Above 0; 0.05 in the paper. */
  readonly tau: number
}

export function blackLitterman(covariance: Matrix, model: BlackLitterman, bounds: WeightBounds): Vector | string {
  const means = posteriorMeans(covariance, model)
  if (means === undefined) return 'Two views are equivalent, or a view has no risk.'
  return solveQuadratic(
    covariance.map((row) => row.map((value) => value * model.riskAversion)),
    means,
    bounds,
  )
}

/** pi + tS P' (P tS P' + omega)^-1 (q - P pi); undefined where the views are not independent. */
export function posteriorMeans(covariance: Matrix, { market, views, riskAversion, tau }: BlackLitterman): Vector | undefined {
  const prior = multiply(covariance, market).map((value) => value * riskAversion)
  if (views.length === 0) return prior
  const spreads = views.map((view) => multiply(covariance, view.weights).map((value) => value * tau))
  const system = makeMatrix(views.length, views.length)
  views.forEach((view, i) => {
    views.forEach((_, j) => {
      const shared = dot(view.weights, spreads[j] as Vector)
      ;(system[i] as Float64Array)[j] = i === j ? 2 * shared : shared
    })
  })
  const surprise = Float64Array.from(views, (view) => view.value - dot(view.weights, prior))
  const pull = solve(system, surprise)
  if (pull === undefined) return undefined
  return prior.map((mean, asset) => spreads.reduce((sum, spread, at) => sum + (spread[asset] as number) * (pull[at] as number), mean))
}
