/**
 * Days, weeks and months of UTC, as stretches between instants. A week begins on Monday; midnight belongs to what ends there.
 */
import { DAY_MS } from '../../core/units.ts'
import { civilDate } from './breakdown.ts'

export const PERIOD_UNITS = ['day', 'week', 'month'] as const
export type PeriodUnit = (typeof PERIOD_UNITS)[number]

const DAYS_A_WEEK = 7
/** 1970-01-01 was a Thursday: three days after a Monday. */
const MONDAY_SHIFT = 3

/** Start of the period that an instant lies in, ms. */
export function periodStart(unit: PeriodUnit, instant: number): number {
  const day = Math.floor(instant / DAY_MS)
  if (unit === 'day') return day * DAY_MS
  if (unit === 'week') return (day - ((day + MONDAY_SHIFT) % DAYS_A_WEEK)) * DAY_MS
  return (day - civilDate(instant).day + 1) * DAY_MS
}

/** Starts of the last `count` periods up to the one that `now` lies in, oldest first, and `now` at the end: one more than periods. */
export function periodBounds(unit: PeriodUnit, now: number, count: number): number[] {
  const bounds = [now]
  let before = now
  for (let k = 0; k < count; k += 1) {
    before = periodStart(unit, before - 1)
    bounds.push(before)
  }
  return bounds.reverse()
}
