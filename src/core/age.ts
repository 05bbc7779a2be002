/**
 * How long ago something was, in one unit.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from './units.ts'

/** `40 s`, `12 min`, `5 h`, `3 days` of milliseconds; rounded down. @example ageWords(90_000) // '1 min' */
export function ageWords(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1000))} s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`
  return `${Math.floor(ms / DAY_MS)} days`
}
