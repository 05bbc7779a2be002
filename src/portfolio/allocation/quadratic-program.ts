/**
 * min 1/2 w'Qw - c'w over weights that sum to 1 and lie within bounds, by the primal active-set method
 * (Nocedal and Wright 2006, Numerical Optimization, algorithm 16.3).
 * Never leaves the feasible set on its way; a singular Q is made definite by a ridge of 1e-10 of its mean diagonal.
 */
import type { WeightBounds } from './bounds.ts'
import { type Matrix, type Vector, diagonalOf, dot, makeMatrix, solve } from './matrix.ts'

const RIDGE = 1e-10
const TOLERANCE = 1e-12
/** Rounds per asset before the method is declared to cycle; it takes about one or two. */
const ROUNDS_PER_ASSET = 200

export const TOO_ALIKE =
  'Some assets move so closely together, or against each other, that no weights are better than others; remove one of them, or use ledoit-wolf.'

type Place = 'free' | 'low' | 'high'

/** The bounds must be feasible for the size. Answers a sentence where assets are so much alike that no weights are better than others. */
export function solveQuadratic(matrix: Matrix, linear: Vector, bounds: WeightBounds): Vector | string {
  const size = linear.length
  const ridge = (RIDGE * diagonalOf(matrix).reduce((sum, value) => sum + value, 0)) / size
  const q = matrix.map((row, at) => row.map((value, column) => value + (at === column ? ridge : 0)))
  const weights = new Float64Array(size).fill(1 / size)
  const places = new Array<Place>(size).fill('free')
  for (let round = 0; round < ROUNDS_PER_ASSET * size; round += 1) {
    const target = minimumOnFree(q, linear, weights, places)
    if (target === undefined) return TOO_ALIKE
    const blocking = stepTowards(weights, target, places, bounds)
    if (blocking !== undefined) {
      places[blocking.at] = blocking.place
      weights[blocking.at] = blocking.place === 'low' ? bounds.min : bounds.max
      continue
    }
    const leaving = mostWrong(q, linear, weights, places)
    if (leaving === undefined) return weights
    places[leaving] = 'free'
  }
  return TOO_ALIKE
}

/** Minimum over the free weights with the others held, the sum kept at 1; free weights only are filled in. Undefined where it has none. */
function minimumOnFree(q: Matrix, linear: Vector, weights: Vector, places: readonly Place[]): Vector | undefined {
  const free = places.flatMap((place, at) => (place === 'free' ? [at] : []))
  const target = Float64Array.from(weights)
  if (free.length === 0) return target
  const held = weights.map((weight, at) => (places[at] === 'free' ? 0 : weight))
  const system = makeMatrix(free.length + 1, free.length + 1)
  const right = new Float64Array(free.length + 1)
  // The row of the sum is scaled like the matrix, so that pivots compare.
  const scale = Math.max(...diagonalOf(q))
  free.forEach((i, row) => {
    const line = system[row] as Float64Array
    free.forEach((j, column) => {
      line[column] = (q[i] as Float64Array)[j] as number
    })
    line[free.length] = scale
    ;(system[free.length] as Float64Array)[row] = scale
    right[row] = (linear[i] as number) - dot(q[i] as Float64Array, held)
  })
  right[free.length] = scale * (1 - held.reduce((sum, weight) => sum + weight, 0))
  const solution = solve(system, right)
  if (solution === undefined) return undefined
  free.forEach((i, row) => {
    target[i] = solution[row] as number
  })
  return target
}

/** Moves as far as the bounds allow; answers the bound that stopped it. */
function stepTowards(
  weights: Vector,
  target: Vector,
  places: readonly Place[],
  bounds: WeightBounds,
): { readonly at: number; readonly place: 'low' | 'high' } | undefined {
  let share = 1
  let blocking: { at: number; place: 'low' | 'high' } | undefined
  places.forEach((place, at) => {
    if (place !== 'free') return
    const from = weights[at] as number
    const to = target[at] as number
    const bound = to < bounds.min - TOLERANCE ? bounds.min : to > bounds.max + TOLERANCE ? bounds.max : undefined
    if (bound === undefined) return
    const reach = Math.max(0, (bound - from) / (to - from))
    if (reach < share) {
      share = reach
      blocking = { at, place: bound === bounds.min && to < from ? 'low' : 'high' }
    }
  })
  for (let at = 0; at < weights.length; at += 1) {
    if (places[at] !== 'free') continue
    const moved = (weights[at] as number) + share * ((target[at] as number) - (weights[at] as number))
    weights[at] = Math.max(bounds.min, Math.min(bounds.max, moved))
  }
  return blocking
}

/** The held weight that would lower the objective most by leaving its bound. */
function mostWrong(q: Matrix, linear: Vector, weights: Vector, places: readonly Place[]): number | undefined {
  const gradient = q.map((row, at) => dot(row, weights) - (linear[at] as number))
  const scale = Math.max(...gradient.map(Math.abs), Number.MIN_VALUE)
  const free = places.indexOf('free')
  const low = gradient.filter((_, at) => places[at] === 'low')
  const level = free >= 0 ? (gradient[free] as number) : Math.min(...low)
  let worst: number | undefined
  let gain = scale * TOLERANCE * 10
  places.forEach((place, at) => {
    if (place === 'free') return
    const slope = (gradient[at] as number) - level
    const possible = place === 'low' ? -slope : slope
    if (possible <= gain) return
    gain = possible
    worst = at
  })
  return worst
}
