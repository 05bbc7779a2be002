/**
 * min 1/2 z'Qz - c'z over z >= 0 with a'z = r, no z above a share of their sum: the program behind min-variance, max-sharpe and
 * black-litterman, solved by quadprog (Goldfarb and Idnani 1983) on the assets that carry weight.
 */
import quadprog from 'quadprog'
import type { WeightBounds } from './bounds.ts'
import { type Matrix, type Vector, diagonalOf, dot, multiply } from './matrix.ts'

/** A singular Q is made definite by this share of its mean diagonal. */
const RIDGE = 1e-10
/** Of the largest slope: what an asset left out has to gain before it is taken in. */
const TOLERANCE = 1e-11
const SUM_SLACK = 1e-10
const REACH_SLACK = 1e-4
/** Up to here all assets are solved for at once; a part has at least as many. */
const PART_MIN = 64

export const TOO_ALIKE =
  'Some assets move so closely together, or against each other, that no weights are better than others; remove one of them, or use ledoit-wolf.'

export interface QuadraticProgram {
  readonly matrix: Matrix
  readonly linear: Vector
  /** a of a'z = r. */
  readonly equality: Vector
  /** r, above 0. */
  readonly right: number
  /** The largest part that one z may be of the sum of all; 1 or more: no bound. */
  readonly share: number
  /** All assets, those first that allow a'z = r within the share, or that probably carry weight. */
  readonly order: readonly number[]
}

/**
 * min 1/2 w'Qw - c'w over weights that sum to 1 and lie within bounds that are feasible for the size.
 * c lies in the range of Q, or digits are lost. Answers a sentence where assets are so much alike that no weights are better than others.
 */
export function solveQuadratic(matrix: Matrix, linear: Vector, bounds: WeightBounds): Vector | string {
  const size = linear.length
  const right = 1 - bounds.min * size
  // Nothing is left to share out above the least weights.
  if (right <= SUM_SLACK) return new Float64Array(size).fill(1 / size)
  const least = multiply(matrix, new Float64Array(size).fill(bounds.min))
  const above = linear.map((value, at) => value - (least[at] as number))
  const slopes = multiply(matrix, new Float64Array(size).fill(right / size)).map((value, at) => value - (above[at] as number))
  const solution = solveProgram({
    matrix,
    linear: above,
    equality: new Float64Array(size).fill(1),
    right,
    share: (bounds.max - bounds.min) / right,
    order: Array.from(slopes.keys()).sort((a, b) => (slopes[a] as number) - (slopes[b] as number)),
  })
  return typeof solution === 'string' ? solution : withinBounds(solution, right, bounds)
}

/** The weights of z whose sum stands for `right`: rounding is taken off. A sum that is off by more was no answer. */
export function withinBounds(solution: Vector, right: number, { min, max }: WeightBounds): Vector | string {
  const weights = solution.map((value) => Math.min(max, min + Math.max(0, value)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const isSolved = Math.abs(total - 1) <= SUM_SLACK && solution.every((value) => value > -SUM_SLACK * right)
  return isSolved ? weights : TOO_ALIKE
}

/** The z of a feasible program; a sentence where rounding leaves none. */
export function solveProgram(program: QuadraticProgram): Vector | string {
  const { order, share, linear } = program
  const scale = diagonalOf(program.matrix).reduce((sum, value) => sum + value, 0) / linear.length
  const part = new Set(order.slice(0, Math.max(PART_MIN, Math.ceil(2 / share))))
  for (;;) {
    const solved = solvePart(program, [...part], scale)
    if (solved === undefined) return TOO_ALIKE
    const better = betterOutside(program, part, solved)
    if (better.length === 0) return solved.z
    // As many again at most: a part that grows faster has many that carry nothing.
    for (const at of better.slice(0, part.size)) part.add(at)
  }
}

interface SolvedPart {
  /** Of all assets; 0 outside the part. */
  readonly z: Vector
  /** The multiplier of each asset's share of the sum. */
  readonly shares: Vector
}

/** Undefined where rounding leaves no answer. `scale` brings the matrix near 1. */
function solvePart(
  { matrix, linear, equality, right, share }: QuadraticProgram,
  part: readonly number[],
  scale: number,
): SolvedPart | undefined {
  const size = part.length
  const hasShares = share < 1
  const d = [0]
  const quadratic: number[][] = [[]]
  const constraints: number[][] = [[]]
  const needed = [0, right, ...new Array<number>(hasShares ? 2 * size : size).fill(0)]
  part.forEach((i, row) => {
    const line = matrix[i] as Float64Array
    d.push((linear[i] as number) / scale)
    quadratic.push([0, ...part.map((j) => (line[j] as number) / scale + (i === j ? RIDGE : 0))])
    const own = new Array<number>(2 + size).fill(0)
    own[1] = equality[i] as number
    own[2 + row] = 1
    constraints.push(hasShares ? [...own, ...part.map((j) => (i === j ? share - 1 : share))] : own)
  })
  const { solution, Lagrangian, message } = quadprog.solveQP(quadratic, d, constraints, needed, 1)
  // A ridge as small as this costs digits of the sum where the matrix is singular: they are given back, if they are few.
  const reached = part.reduce((sum, i, row) => sum + (equality[i] as number) * (solution[row + 1] as number), 0)
  if (message !== '' || !(Math.abs(reached / right - 1) < REACH_SLACK)) return undefined
  const z = new Float64Array(linear.length)
  const shares = new Float64Array(linear.length)
  part.forEach((i, row) => {
    z[i] = ((solution[row + 1] as number) * right) / reached
    if (hasShares) shares[i] = (Lagrangian[2 + size + row] as number) * scale
  })
  return { z, shares }
}

/** The assets outside the part that would lower the objective, the best first. */
function betterOutside({ matrix, linear, equality, right, share }: QuadraticProgram, part: ReadonlySet<number>, { z, shares }: SolvedPart) {
  if (part.size === linear.length) return []
  const allShares = shares.reduce((sum, value) => sum + value, 0) * share
  const slopes = multiply(matrix, z).map((value, at) => value - (linear[at] as number) - allShares)
  // At the minimum z_i (slope_i + share_i - multiplier a_i) is 0 for each i, so that their sum tells the multiplier.
  const multiplier =
    dot(
      z,
      slopes.map((slope, at) => slope + (shares[at] as number)),
    ) / right
  const prices = slopes.map((slope, at) => slope - multiplier * (equality[at] as number))
  const least = -TOLERANCE * slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0)
  return Array.from(prices.keys())
    .filter((at) => !part.has(at) && (prices[at] as number) < least)
    .sort((a, b) => (prices[a] as number) - (prices[b] as number))
}
