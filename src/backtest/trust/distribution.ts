/**
 * How figures of many paths are spread: quantiles by linear interpolation, the mean, and how many lose.
 */
import { meanOf, quantileOf } from '../../portfolio/results/statistics.ts'

export interface Spread {
  readonly least: number
  /** Quantiles 0.05, 0.25, 0.5, 0.75 and 0.95. */
  readonly q05: number
  readonly q25: number
  readonly median: number
  readonly q75: number
  readonly q95: number
  readonly most: number
  readonly mean: number
}

/** Null without a value. */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const sorted = Float64Array.from(values.filter((value) => value !== null)).sort()
  const [least] = sorted
  if (least === undefined) return null
  const at = (probability: number): number => quantileOf(sorted, probability)
  return {
    least,
    q05: at(0.05),
    q25: at(0.25),
    median: at(0.5),
    q75: at(0.75),
    q95: at(0.95),
    most: at(1),
    mean: meanOf(sorted) as number,
  }
}

/** Share of the values that are below zero, of those that are known; null where none is. */
export function shareBelowZero(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.filter((value) => value < 0).length / known.length
}
