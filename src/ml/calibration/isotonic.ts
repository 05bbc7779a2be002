/**
 * Isotonic regression: the rising steps that fit classes best, by pooling neighbors that fall (Ayer et al. 1955; Zadrozny and Elkan 2002).
 */
import { ascending } from '../scores/ranks.ts'

/** A rising line through points; flat beyond its ends. */
export interface IsotonicMap {
  readonly type: 'isotonic'
  /** Scores, ascending. */
  readonly scores: Float64Array
  readonly probabilities: Float64Array
}

/** Rows of equal score count as one with their mean. */
export function fitIsotonic(scores: Float64Array, classes: Float64Array): IsotonicMap {
  const order = ascending(scores)
  const points: number[] = []
  const sums: number[] = []
  const counts: number[] = []
  for (const row of order) {
    const score = scores[row] as number
    const last = points.length - 1
    if (last >= 0 && points[last] === score) {
      sums[last] = (sums[last] as number) + (classes[row] as number)
      counts[last] = (counts[last] as number) + 1
    } else {
      points.push(score)
      sums.push(classes[row] as number)
      counts.push(1)
    }
  }
  return { type: 'isotonic', scores: Float64Array.from(points), probabilities: pooled(sums, counts) }
}

/** Means that never fall: a block that is below the one before it is joined to it. */
function pooled(sums: readonly number[], counts: readonly number[]): Float64Array {
  const blocks: { sum: number; count: number; size: number }[] = []
  for (const [at, sum] of sums.entries()) {
    let block = { sum, count: counts[at] as number, size: 1 }
    for (let last = blocks.at(-1); last !== undefined && last.sum * block.count >= block.sum * last.count; last = blocks.at(-1)) {
      blocks.pop()
      block = { sum: last.sum + block.sum, count: last.count + block.count, size: last.size + block.size }
    }
    blocks.push(block)
  }
  const means = new Float64Array(sums.length)
  let at = 0
  for (const { sum, count, size } of blocks) {
    means.fill(sum / count, at, at + size)
    at += size
  }
  return means
}

/** Between two points the line between them. */
export function isotonicProbability({ scores, probabilities }: IsotonicMap, score: number): number {
  let low = 0
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((scores[middle] as number) < score) low = middle + 1
    else high = middle
  }
  if (low === 0) return probabilities[0] as number
  if (low === scores.length) return probabilities[low - 1] as number
  const [x0, x1] = [scores[low - 1] as number, scores[low] as number]
  const [y0, y1] = [probabilities[low - 1] as number, probabilities[low] as number]
  return y0 + (y1 - y0) * ((score - x0) / (x1 - x0))
}
