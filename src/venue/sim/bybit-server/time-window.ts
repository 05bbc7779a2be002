/**
 * The time windows of Bybit's lists: only a start or only an end spans the default, both at most seven days.
 */
import { DAY_MS } from '../../../core/units.ts'
import { type Answer, type Params, integerOf, refuse } from './streams/wire.ts'

const LONGEST_MS = 7 * DAY_MS

export interface TimeWindow {
  readonly has: (at: number) => boolean
}

export function windowOf(params: Params, now: number, usualMs: number): TimeWindow | Answer {
  const start = integerOf(params, 'startTime')
  const end = integerOf(params, 'endTime')
  if (Number.isNaN(start) || Number.isNaN(end)) return refuse(10001, 'params error: startTime or endTime invalid')
  if (start !== undefined && end !== undefined && (end < start || end - start > LONGEST_MS))
    return refuse(10001, 'params error: the interval between startTime and endTime must be between 0 and 7 days')
  const from = start ?? (end ?? now) - usualMs
  const to = end ?? (start === undefined ? Number.POSITIVE_INFINITY : start + usualMs)
  return { has: (at) => at >= from && at <= to }
}
