/**
 * The volume that is usual at a time of day, from bars: the weights of a VWAP.
 */
import { DAY_MS, type Ts } from '../../core/units.ts'

/** Bars oldest first; volumes in base units. */
export interface VolumeHistory {
  readonly count: number
  ts(k: number): number
  volume(k: number): number
}

/**
 * Average volume of each of `slices` equal parts of [start, start + overMs), taken from the same times of earlier days. A slice of which
 * nothing is known gets the average of the others; without any history all are equal.
 */
export function volumeWeights(history: VolumeHistory, intervalMs: number, start: Ts, overMs: number, slices: number): number[] {
  const sums = new Array<number>(slices).fill(0)
  const counts = new Array<number>(slices).fill(0)
  for (let k = 0; k < history.count; k++) {
    const middle = history.ts(k) + intervalMs / 2
    const since = (((middle - start) % DAY_MS) + DAY_MS) % DAY_MS
    if (since >= overMs) continue
    const slice = Math.min(slices - 1, Math.floor((since * slices) / overMs))
    sums[slice] = (sums[slice] as number) + history.volume(k)
    counts[slice] = (counts[slice] as number) + 1
  }
  const means = sums.map((sum, k) => ((counts[k] as number) === 0 ? undefined : sum / (counts[k] as number)))
  const known = means.filter((mean) => mean !== undefined)
  const average = known.length === 0 ? 0 : known.reduce((a, b) => a + b, 0) / known.length
  return average > 0 ? means.map((mean) => mean ?? average) : new Array<number>(slices).fill(1)
}
