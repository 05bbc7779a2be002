/**
 * What predictions were worth: the returns of what was predicted lowest to highest, in five groups of equal size, before and after costs.
 */
import { ascending } from '../scores/ranks.ts'

export const FIFTHS = 5

export interface ReturnFifths {
  /** Mean return of each group, the lowest predictions first; long, before costs. */
  readonly means: readonly number[]
  /** Mean of a position with the prediction, after costs: long the highest fifth, short the lowest. */
  readonly longAfterCosts: number
  readonly shortAfterCosts: number
}

/**
 * Null for fewer rows than groups.
 * @param returns of a long position from each row, as fractions
 * @param cost of getting in and out again, as a fraction
 */
export function returnFifths(predictions: Float64Array, returns: Float64Array, cost: number): ReturnFifths | null {
  const rows = predictions.length
  if (rows < FIFTHS) return null
  const order = ascending(predictions)
  const means = Array.from({ length: FIFTHS }, (_, group) => {
    const [from, to] = [Math.floor((group * rows) / FIFTHS), Math.floor(((group + 1) * rows) / FIFTHS)]
    let sum = 0
    for (let at = from; at < to; at += 1) sum += returns[order[at] as number] as number
    return sum / (to - from)
  })
  return { means, longAfterCosts: (means[FIFTHS - 1] as number) - cost, shortAfterCosts: -(means[0] as number) - cost }
}
