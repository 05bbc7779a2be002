/**
 * Spans of time as people write them: `250ms`, `30min`, `2h`, `1.5d`.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from './units.ts'

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  m: MINUTE_MS,
  min: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
}

/** Milliseconds of `2h`, `30min`, `1.5d`, 0 or more; undefined where the text is no span of time. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|sec|m|min|h|d|w)$/i.exec(text)
  const unit = UNITS[(match?.[2] ?? '').toLowerCase()]
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit)
}
