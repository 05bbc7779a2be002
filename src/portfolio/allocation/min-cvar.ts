/**
 * The weights within bounds whose conditional value at risk over the given rows is smallest: the linear program of Rockafellar and
 * Uryasev (2000), solved in its dual form, which has a row an asset in place of one an observation; the weights are its multipliers.
 * Never assumes a distribution: the rows are the scenarios, each as likely as the other.
 */
import { type Column, type SimplexStart, simplexMultipliers } from './bounded-simplex.ts'
import type { WeightBounds } from './bounds.ts'
import type { Returns } from './covariance.ts'
import type { Vector } from './matrix.ts'

/** Tail that the contract's CVaR 95 looks at. */
export const CVAR_CONFIDENCE = 0.95

/** `confidence` in (0, 1); something must vary. */
export function minCvar(returns: Returns, confidence: number, bounds: WeightBounds): Vector {
  const size = returns.length
  const rows = (returns[0] as Float64Array).length
  const scale = Math.max(...returns.map((column) => column.reduce((most, value) => Math.max(most, Math.abs(value)), 0)))
  const scenarios = Array.from({ length: rows }, (_, row) => returns.map((column) => (column[row] as number) / scale))
  const cap = 1 / ((1 - confidence) * rows)
  const unit = (asset: number, sign: number): Vector => Float64Array.from({ length: size + 1 }, (_, row) => (row === asset ? sign : 0))
  const level = (sign: number): Column => ({
    entries: Float64Array.from({ length: size + 1 }, (_, row) => (row < size ? sign : 0)),
    cost: sign,
    upper: Number.POSITIVE_INFINITY,
  })
  const columns: Column[] = [
    ...scenarios.map((values) => ({ entries: Float64Array.of(...values, 1), cost: 0, upper: cap })),
    ...returns.map((_, asset) => ({ entries: unit(asset, 1), cost: bounds.min, upper: Number.POSITIVE_INFINITY })),
    ...returns.map((_, asset) => ({ entries: unit(asset, -1), cost: -bounds.max, upper: Number.POSITIVE_INFINITY })),
    level(1),
    level(-1),
  ]
  const right = new Float64Array(size + 1)
  right[size] = 1
  const multipliers = simplexMultipliers(columns, right, startOf(scenarios, cap, size))
  return withSumOne(multipliers.subarray(0, size), bounds)
}

/** All probability on the rows that are worst for equal weights, and for each asset the slack of the sign that it needs. */
function startOf(scenarios: readonly (readonly number[])[], cap: number, size: number): SimplexStart {
  const rows = scenarios.length
  const worstFirst = scenarios
    .map((values, row) => ({ row, sum: values.reduce((total, value) => total + value, 0) }))
    .sort((a, b) => a.sum - b.sum)
    .map(({ row }) => row)
  const full = Math.min(rows - 1, Math.floor(1 / cap + 1e-12))
  const atUpper = worstFirst.slice(0, full)
  const partial = worstFirst[full] as number
  const rest = Math.max(0, 1 - full * cap)
  const slacks = Array.from({ length: size }, (_, asset) => {
    const at = (row: number): number => (scenarios[row] as readonly number[])[asset] as number
    const mass = atUpper.reduce((sum, row) => sum + cap * at(row), rest * at(partial))
    return mass <= 0 ? rows + asset : rows + size + asset
  })
  return { basis: [...slacks, partial], atUpper }
}

/** Takes the rounding of the multipliers off. */
function withSumOne(weights: Vector, { min, max }: WeightBounds): Vector {
  const cut = weights.map((weight) => Math.max(min, Math.min(max, Math.abs(weight) < 1e-13 ? 0 : weight)))
  const total = cut.reduce((sum, weight) => sum + weight, 0)
  return cut.map((weight) => weight / total)
}
