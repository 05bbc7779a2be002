/**
 * Clocks by name: offsets as `UTC+3`, and zones with their summer times as `America/New_York`.
 */
import { readOffset } from '../market/files/date-text.ts'

/** Offset from UTC in ms at a wall-clock time; undefined where there is no such zone. */
export function zoneOf(name: string): ((wallMs: number) => number) | undefined {
  const fixed = readOffset(name.toUpperCase())
  if (fixed !== undefined) return () => fixed
  if (!/^[A-Za-z]+(?:\/[A-Za-z_+-]+\d*)+$/.test(name)) return undefined
  const cached = zones.get(name)
  if (cached !== undefined) return cached
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    const zone = byHour((wallMs: number) => wallOffset(format, wallMs))
    zones.set(name, zone)
    return zone
  } catch (cause) {
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}

const zones = new Map<string, (wallMs: number) => number>()
const QUARTER_HOUR_MS = 900_000

/** Clocks are only put forward and back at quarters of an hour: one look-up serves all rows within it. */
function byHour(offset: (wallMs: number) => number): (wallMs: number) => number {
  let quarter = Number.NaN
  let known = 0
  return (wallMs) => {
    const at = Math.floor(wallMs / QUARTER_HOUR_MS)
    if (at !== quarter) {
      quarter = at
      known = offset(wallMs)
    }
    return known
  }
}

/** The offset that the zone has at a wall-clock time: tried at the offset of the same instant in UTC, then at the one that this gives. */
function wallOffset(format: Intl.DateTimeFormat, wallMs: number): number {
  const first = offsetAt(format, wallMs)
  return offsetAt(format, wallMs - first)
}

function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
  const wallClock = Date.UTC(
    parts['year'] as number,
    (parts['month'] as number) - 1,
    parts['day'] as number,
    parts['hour'] as number,
    parts['minute'] as number,
    parts['second'] as number,
  )
  return wallClock - Math.floor(ms / 1000) * 1000
}
