/**
 * The little linear algebra that allocation needs, on dense symmetric matrices of a few hundred rows at most.
 */
export type Vector = Float64Array
/** Rows of equal length. */
export type Matrix = readonly Float64Array[]

export const makeMatrix = (rows: number, columns: number): Float64Array[] => Array.from({ length: rows }, () => new Float64Array(columns))

export const dot = (a: Vector, b: Vector): number => {
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += (a[at] as number) * (b[at] as number)
  return sum
}

export const multiply = (matrix: Matrix, vector: Vector): Vector => Float64Array.from(matrix, (row) => dot(row, vector))

export const quadraticForm = (matrix: Matrix, vector: Vector): number => dot(vector, multiply(matrix, vector))

export const diagonalOf = (matrix: Matrix): Vector => Float64Array.from(matrix, (row, at) => row[at] as number)

/** x with matrix x = right side, by Gaussian elimination with partial pivoting; undefined where a pivot vanishes. */
export function solve(matrix: Matrix, right: Vector): Vector | undefined {
  const size = right.length
  const rows: Float64Array[] = matrix.map((row, at) => Float64Array.of(...row, right[at] as number))
  const scale = Math.max(...rows.map((row) => Math.max(...row.subarray(0, size).map(Math.abs))))
  for (let column = 0; column < size; column += 1) {
    const pivotRow = pivotOf(rows, column)
    const pivot = rows[pivotRow] as Float64Array
    if (!(Math.abs(pivot[column] as number) > scale * 1e-300)) return undefined
    rows[pivotRow] = rows[column] as Float64Array
    rows[column] = pivot
    for (let below = column + 1; below < size; below += 1) eliminate(rows[below] as Float64Array, pivot, column)
  }
  return substitute(rows, size)
}

function pivotOf(rows: Matrix, column: number): number {
  let best = column
  const reach = (at: number): number => Math.abs((rows[at] as Float64Array)[column] as number)
  for (let at = column + 1; at < rows.length; at += 1) if (reach(at) > reach(best)) best = at
  return best
}

function eliminate(row: Float64Array, pivot: Float64Array, column: number): void {
  const factor = (row[column] as number) / (pivot[column] as number)
  if (factor === 0) return
  for (let at = column; at < row.length; at += 1) row[at] = (row[at] as number) - factor * (pivot[at] as number)
}

function substitute(rows: Matrix, size: number): Vector {
  const solution = new Float64Array(size)
  for (let at = size - 1; at >= 0; at -= 1) {
    const row = rows[at] as Float64Array
    let rest = row[size] as number
    for (let right = at + 1; right < size; right += 1) rest -= (row[right] as number) * (solution[right] as number)
    solution[at] = rest / (row[at] as number)
  }
  return solution
}
