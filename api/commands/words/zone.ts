/**
 * The time zone of who is answered, while their command runs: every time that is written then is of that zone, and says its offset.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

const ZONE = new AsyncLocalStorage<string>()
const formats = new Map<string, Intl.DateTimeFormat>()

/** Runs with times in a zone such as `Europe/Vienna`. */
export const inZone = <T>(zone: string, run: () => T): T => ZONE.run(zone, run)

/** `UTC` where nobody has chosen. */
export const zoneNow = (): string => ZONE.getStore() ?? 'UTC'

function formatOf(zone: string): Intl.DateTimeFormat {
  const made =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'shortOffset',
    })
  formats.set(zone, made)
  return made
}

export interface LocalTime {
  /** `2026-01-31` */
  readonly date: string
  /** `14:02:07` */
  readonly time: string
  /** `UTC`, `UTC+1`, `UTC+5:30` */
  readonly offset: string
}

export function localTime(at: number, zone: string = zoneNow()): LocalTime {
  if (zone === 'UTC') {
    const text = new Date(at).toISOString()
    return { date: text.slice(0, 10), time: text.slice(11, 19), offset: 'UTC' }
  }
  const parts = formatOf(zone).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? ''
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}:${part('second')}`,
    offset: part('timeZoneName').replace('GMT', 'UTC'),
  }
}
