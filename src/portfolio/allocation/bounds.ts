/**
 * Bounds on the weights of a long-only portfolio, the same for every asset.
 */
import type { Vector } from './matrix.ts'

export interface WeightBounds {
  /** At least 0. */
  readonly min: number
  /** At most 1. */
  readonly max: number
}

export const LONG_ONLY: WeightBounds = { min: 0, max: 1 }

/** A sentence where no weights of `count` assets within the bounds sum to 1. */
export function boundsProblem({ min, max }: WeightBounds, count: number): string | undefined {
  if (!(min >= 0 && max <= 1 && min <= max))
    return `Weights between ${min} and ${max} are not possible: bounds lie in [0, 1], the lower one first.`
  if (min * count > 1 + 1e-12) return `${count} assets of at least ${min} sum to more than 1.`
  if (max * count < 1 - 1e-12) return `${count} assets of at most ${max} sum to less than 1.`
  return undefined
}

/** Weights that sum to 1, cut to feasible bounds: what is cut goes to the others in proportion to their weights. */
export function cutToBounds(weights: Vector, { min, max }: WeightBounds): Vector {
  const share = (factor: number): Vector => weights.map((weight) => Math.max(min, Math.min(max, factor * weight)))
  const sumAt = (factor: number): number => share(factor).reduce((sum, weight) => sum + weight, 0)
  if (Math.abs(sumAt(1) - 1) <= 1e-15 * weights.length) return share(1)
  let low = 0
  let high = 1
  while (sumAt(high) < 1 - 1e-15 * weights.length && high < 2 ** 60) high *= 2
  for (let step = 0; step < 200; step += 1) {
    const middle = (low + high) / 2
    if (sumAt(middle) < 1) low = middle
    else high = middle
  }
  const cut = share(high)
  const total = cut.reduce((sum, weight) => sum + weight, 0)
  // A weight of zero cannot grow by a factor: what is left is spread evenly over the room that remains.
  return total < 1 - 1e-12 ? spread(cut, max, 1 - total) : cut
}

function spread(weights: Vector, max: number, rest: number): Vector {
  const room = weights.map((weight) => max - weight)
  const total = room.reduce((sum, r) => sum + r, 0)
  return weights.map((weight, at) => weight + (rest * (room[at] as number)) / total)
}
