/**
 * How steadily equity grew, as a score from 0 to 100, and the three parts that it is made of; the formula is in docs/measures.md.
 */
import { DAY_MS } from '../../core/units.ts'

export interface Consistency {
  /** 100 x (0.4 positiveWeeks + 0.4 trendFit + 0.2 tailSymmetry); null where a part is. */
  readonly score: number | null
  /** Share of the weeks with a gain among those in which equity moved. */
  readonly positiveWeeks: number | null
  /** R^2 of log equity against time where the line rises; 0 where it falls. */
  readonly trendFit: number | null
  /** The gain of a very good period over the loss of a very bad one (quantiles 95 and 5 %), at most 1. */
  readonly tailSymmetry: number | null
}

const WEIGHTS = { positiveWeeks: 0.4, trendFit: 0.4, tailSymmetry: 0.2 } as const
const WEEKS_MIN = 4
/** Log equity that varies by less is a flat line. */
const FLAT = 1e-9

export function consistencyOf(parts: Omit<Consistency, 'score'>): Consistency {
  const { positiveWeeks, trendFit, tailSymmetry } = parts
  if (positiveWeeks === null || trendFit === null || tailSymmetry === null) return { score: null, ...parts }
  const score = 100 * (WEIGHTS.positiveWeeks * positiveWeeks + WEIGHTS.trendFit * trendFit + WEIGHTS.tailSymmetry * tailSymmetry)
  return { score, ...parts }
}

const FIRST_MONDAY = 4 * DAY_MS

/** Number of the UTC week, Monday to Sunday, that a period ending at the instant belongs to: one that ends at midnight belongs to the day before. */
export const weekOf = (ts: number): number => Math.floor((ts - 1 - FIRST_MONDAY) / (7 * DAY_MS))

export interface Week {
  readonly from: number
  readonly to: number
}

/** Equity before and after each week. */
export function positiveShare(weeks: readonly Week[]): number | null {
  const moved = weeks.filter(({ from, to }) => from !== to)
  return moved.length < WEEKS_MIN ? null : moved.filter(({ from, to }) => to > from).length / moved.length
}

/** Of sums of squares and products of `rows` distances from their means: time, log equity, both. */
export function trendFitOf(rows: number, days2: number, logs2: number, dayLogs: number): number | null {
  if (!(days2 > 0) || !Number.isFinite(logs2) || Math.sqrt(logs2 / rows) < FLAT) return null
  return dayLogs <= 0 ? 0 : Math.min(1, dayLogs ** 2 / (days2 * logs2))
}

/** `low` and `high` are the 5 % and the 95 % quantile of returns. Null where neither is a gain or a loss. */
export function tailSymmetryOf(low: number, high: number): number | null {
  const gain = Math.max(high, 0)
  const loss = Math.max(0 - low, 0)
  if (gain === 0 && loss === 0) return null
  return loss === 0 ? 1 : Math.min(1, gain / loss)
}
