/**
 * How many rows of a series make a year, by their times.
 */
import { DAY_MS } from '../../core/units.ts'

const YEAR_MS = 365 * DAY_MS
/** Share of equal distances from which the others are holes; below it the rows have no fixed distance. */
const EVEN_SHARE = 0.9

export interface Periods {
  readonly perYear: number
  /** Distance of the rows; undefined where it is not the same for nearly all. */
  readonly distanceMs: number | undefined
}

/** Undefined for fewer than two rows. */
export function periodsOf(ts: Float64Array): Periods | undefined {
  const counts = new Map<number, number>()
  for (let at = 1; at < ts.length; at += 1) {
    const distance = (ts[at] as number) - (ts[at - 1] as number)
    counts.set(distance, (counts.get(distance) ?? 0) + 1)
  }
  const [common] = [...counts].sort(([a, m], [b, n]) => n - m || a - b)
  if (common === undefined) return undefined
  const [distanceMs, count] = common
  if (count >= (ts.length - 1) * EVEN_SHARE) return { perYear: YEAR_MS / distanceMs, distanceMs }
  return { perYear: (YEAR_MS * (ts.length - 1)) / ((ts[ts.length - 1] as number) - (ts[0] as number)), distanceMs: undefined }
}
