/**
 * The weights within bounds whose conditional value at risk over the given rows is smallest: the linear program of Rockafellar and
 * Uryasev (2000), as text for a solver that the caller brings.
 */
import type { Result } from '../../core/result.ts'
import type { WeightBounds } from './bounds.ts'
import type { Returns } from './covariance.ts'
import type { Vector } from './matrix.ts'

/** Tail that the contract's CVaR 95 looks at. */
export const CVAR_CONFIDENCE = 0.95

/** From a program in CPLEX's LP format to the value of each of its variables, or why it has none. */
export type LinearSolver = (program: string) => Result<Readonly<Record<string, number>>, string>

/** `confidence` in (0, 1); something must vary. */
export function minCvar(returns: Returns, confidence: number, bounds: WeightBounds, solve: LinearSolver): Vector | string {
  const solved = solve(programOf(returns, confidence, bounds))
  if (!solved.ok) return `The least conditional value at risk was not found: ${solved.error}.`
  return withSumOne(
    Float64Array.from(returns, (_, asset) => solved.value[`w${asset}`] as number),
    bounds,
  )
}

/** min a + sum(u) / ((1 - confidence) rows) over u >= 0 with u >= -a - w'r in each row; a is the value at risk, as a part of `scale`. */
function programOf(returns: Returns, confidence: number, { min, max }: WeightBounds): string {
  const rows = (returns[0] as Float64Array).length
  const scale = Math.max(...returns.map((column) => column.reduce((most, value) => Math.max(most, Math.abs(value)), 0)))
  const share = 1 / ((1 - confidence) * rows)
  const each = (term: (row: number) => string): string[] => Array.from({ length: rows }, (_, row) => term(row))
  const scenario = (row: number): string => returns.map((column, asset) => term((column[row] as number) / scale, `w${asset}`)).join('')
  return [
    'Minimize',
    ` cvar: a${each((row) => term(share, `u${row}`)).join('')}`,
    'Subject To',
    ` sum:${returns.map((_, asset) => term(1, `w${asset}`)).join('')} = 1`,
    ...each((row) => ` row${row}: a + u${row}${scenario(row)} >= 0`),
    'Bounds',
    ' a free',
    ...returns.map((_, asset) => ` ${min} <= w${asset} <= ${max}`),
    'End',
  ].join('\n')
}

const term = (factor: number, name: string): string => (factor === 0 ? '' : ` ${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${name}`)

/** Takes the rounding of the solver off. */
function withSumOne(weights: Vector, { min, max }: WeightBounds): Vector {
  const cut = weights.map((weight) => Math.max(min, Math.min(max, Math.abs(weight) < 1e-13 ? 0 : weight)))
  const total = cut.reduce((sum, weight) => sum + weight, 0)
  return cut.map((weight) => weight / total)
}
