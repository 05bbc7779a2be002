/**
 * Bar intervals as text and as milliseconds, and the UTC grid that bars of an interval lie on.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/units.ts'

const UNIT_MS = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS } as const
/** Weeks begin on Monday; 1970-01-05 was the first one. */
const MONDAY_OFFSET_MS = 4 * DAY_MS

/** Milliseconds of `1m`, `4h`, `1d`, `1w`; undefined when the text is no interval. */
export function parseInterval(text: string): number | undefined {
  const match = /^([1-9]\d{0,3})([mhdw])$/.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]
}

/** Shortest text of an interval, as `1h` for 3,600,000 ms; undefined below a minute or between two minutes. */
export function formatInterval(intervalMs: number): string | undefined {
  for (const unit of ['w', 'd', 'h', 'm'] as const) {
    const count = intervalMs / UNIT_MS[unit]
    if (Number.isInteger(count) && count >= 1) return `${count}${unit}`
  }
  return undefined
}

/** Whether an open time lies on the interval's UTC grid. */
export function isOnGrid(openTs: number, intervalMs: number): boolean {
  const offset = intervalMs % UNIT_MS.w === 0 ? MONDAY_OFFSET_MS : 0
  return (openTs - offset) % intervalMs === 0
}

/** `2018-01` of an instant, UTC. */
export const monthOf = (instant: number): string => new Date(instant).toISOString().slice(0, 7)

/** First instant of the month after the one of `instant`, UTC. */
export function nextMonthTs(instant: number): number {
  const date = new Date(instant)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}
