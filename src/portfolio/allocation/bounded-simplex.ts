/**
 * The primal simplex method for max c'x over Ax = b, 0 <= x <= u (Dantzig 1963; bounded variables as in Chvatal 1983, chapter 8),
 * for few rows and many columns: each step solves with the basis again, so that no error builds up.
 * Never cycles: after a run of steps without progress it takes the first column that improves (Bland 1977).
 */
import { assert } from '../../core/assert.ts'
import { type Matrix, type Vector, dot, makeMatrix, solve } from './matrix.ts'

export interface Column {
  readonly entries: Vector
  readonly cost: number
  /** Upper bound, above 0; may be infinite. */
  readonly upper: number
}

export interface SimplexStart {
  /** One column a row, of a feasible basis. */
  readonly basis: readonly number[]
  /** Columns outside the basis that stand at their upper bound. */
  readonly atUpper: readonly number[]
}

const TOLERANCE = 1e-11
const STALLED_STEPS = 30
const STEPS_MAX = 100_000

/** The multipliers of the rows at the maximum. The start must be feasible and the maximum finite. */
export function simplexMultipliers(columns: readonly Column[], right: Vector, start: SimplexStart): Vector {
  const basis = [...start.basis]
  const atUpper = new Set(start.atUpper)
  let stalled = 0
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const matrix = basisOf(columns, basis)
    const multipliers = solved(
      transposed(matrix),
      Float64Array.from(basis, (at) => columnAt(columns, at).cost),
    )
    const entering = enteringColumn(columns, basis, atUpper, multipliers, stalled > STALLED_STEPS)
    if (entering === undefined) return multipliers
    const reach = pivot(columns, right, basis, atUpper, matrix, entering)
    stalled = reach > TOLERANCE ? 0 : stalled + 1
  }
  assert(false, 'the simplex method must end')
}

const columnAt = (columns: readonly Column[], at: number): Column => columns[at] as Column

function basisOf(columns: readonly Column[], basis: readonly number[]): Float64Array[] {
  const matrix = makeMatrix(basis.length, basis.length)
  basis.forEach((at, position) => {
    columnAt(columns, at).entries.forEach((entry, row) => {
      ;(matrix[row] as Float64Array)[position] = entry
    })
  })
  return matrix
}

const transposed = (matrix: Matrix): Matrix => matrix.map((_, row) => Float64Array.from(matrix, (line) => line[row] as number))

function solved(matrix: Matrix, right: Vector): Vector {
  const solution = solve(matrix, right)
  assert(solution !== undefined, 'a basis can be solved')
  return solution
}

function enteringColumn(
  columns: readonly Column[],
  basis: readonly number[],
  atUpper: ReadonlySet<number>,
  multipliers: Vector,
  takesFirst: boolean,
): number | undefined {
  const inBasis = new Set(basis)
  let best: number | undefined
  let gain = TOLERANCE
  for (let at = 0; at < columns.length; at += 1) {
    if (inBasis.has(at)) continue
    const { cost, entries } = columnAt(columns, at)
    const reduced = cost - dot(multipliers, entries)
    const improvement = atUpper.has(at) ? -reduced : reduced
    if (improvement <= gain) continue
    if (takesFirst) return at
    best = at
    gain = improvement
  }
  return best
}

/** Brings a column in, or carries it from one of its bounds to the other; answers how far it went. */
function pivot(columns: readonly Column[], right: Vector, basis: number[], atUpper: Set<number>, matrix: Matrix, entering: number): number {
  const values = solved(matrix, restOf(columns, right, atUpper))
  const direction = atUpper.has(entering) ? -1 : 1
  const change = solved(matrix, columnAt(columns, entering).entries).map((entry) => -direction * entry)
  let reach = columnAt(columns, entering).upper
  let leaving: { readonly row: number; readonly toUpper: boolean } | undefined
  basis.forEach((at, row) => {
    const slope = change[row] as number
    if (Math.abs(slope) <= TOLERANCE) return
    const value = values[row] as number
    const limit = Math.max(0, slope < 0 ? value / -slope : (columnAt(columns, at).upper - value) / slope)
    const isTie = leaving !== undefined && limit === reach && at < (basis[leaving.row] as number)
    if (limit > reach || (limit === reach && !isTie)) return
    reach = limit
    leaving = { row, toUpper: slope > 0 }
  })
  if (leaving === undefined) {
    if (direction === 1) atUpper.add(entering)
    else atUpper.delete(entering)
    return reach
  }
  const { row, toUpper } = leaving
  if (toUpper) atUpper.add(basis[row] as number)
  atUpper.delete(entering)
  basis[row] = entering
  return reach
}

/** The right side without what is at its upper bound. */
function restOf(columns: readonly Column[], right: Vector, atUpper: ReadonlySet<number>): Vector {
  const rest = Float64Array.from(right)
  for (const at of atUpper) {
    const { entries, upper } = columnAt(columns, at)
    for (let row = 0; row < rest.length; row += 1) rest[row] = (rest[row] as number) - upper * (entries[row] as number)
  }
  return rest
}
