/**
 * Counts what is absent between the bars of a series.
 */
import { commonestOf, distancesOf } from '../files/spacing.ts'

export interface GapCount {
  /** Holes: places where at least one bar is absent. */
  readonly gaps: number
  /** Absent bars in all holes. */
  readonly missing: number
}

/** Gaps between ascending open times of one interval. */
export function countGaps(openTs: Float64Array, intervalMs: number): GapCount {
  let gaps = 0
  let missing = 0
  for (let at = 1; at < openTs.length; at += 1) {
    const distance = (openTs[at] as number) - (openTs[at - 1] as number)
    const absent = Math.round(distance / intervalMs) - 1
    if (absent > 0) {
      gaps += 1
      missing += absent
    }
  }
  return { gaps, missing }
}

/** The most frequent distance between neighbors, the smaller one of equals; undefined for fewer than two rows. */
export function commonDistance(openTs: Float64Array): number | undefined {
  return commonestOf(distancesOf(openTs))
}
