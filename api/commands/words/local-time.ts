/**
 * An instant as a clock on the wall of a time zone shows it. The dashboard bundles this file: nothing of a host in it.
 */
const formats = new Map<string, Intl.DateTimeFormat>()

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

export function localTimeIn(zone: string, at: number): LocalTime {
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

/** `14:02:07 UTC` or, on another day, `2026-11-24 14:02 UTC`. */
export function timeIn(zone: string, at: number | null, now: number): string {
  if (at === null) return '–'
  const { date, time: clock, offset } = localTimeIn(zone, at)
  return date === localTimeIn(zone, now).date ? `${clock} ${offset}` : `${date} ${clock.slice(0, 5)} ${offset}`
}
