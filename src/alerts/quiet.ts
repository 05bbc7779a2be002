/**
 * Quiet hours of a chat, and times of day in its zone.
 */
const DAY_MIN = 1_440
const MINUTE_MS = 60_000

export interface QuietHours {
  /** Minutes after midnight in `zone`; over midnight where `from` is the later one. */
  readonly from: number
  readonly to: number
  /** As IANA writes it: `Europe/Vienna`, `UTC`. */
  readonly zone: string
}

/** `07:05` as minutes after midnight. */
export function readTimeOfDay(text: string): number | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text)
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2])
}
export const timeOfDayText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** `22:00-07:00`; undefined where it is no span of a day. */
export function readQuiet(span: string, zone: string): QuietHours | undefined {
  const [first = '', last = '', ...more] = span.split('-')
  const [from, to] = [readTimeOfDay(first), readTimeOfDay(last)]
  return from === undefined || to === undefined || from === to || more.length > 0 || !isZone(zone) ? undefined : { from, to, zone }
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function minuteOf(wallMs: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(
    wallMs,
  )
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value)
  return part('hour') * 60 + part('minute')
}

/** The next time that it is so late there, after `wallMs`; right to the minute over a change of summer time too. */
export function nextTimeOfDay(wallMs: number, minutes: number, zone: string): number {
  const start = Math.floor(wallMs / MINUTE_MS) * MINUTE_MS
  const first = (minutes - minuteOf(wallMs, zone) + DAY_MIN) % DAY_MIN || DAY_MIN
  const guess = start + first * MINUTE_MS
  // Where the clock was set in between, it is off by that.
  const off = ((minutes - minuteOf(guess, zone) + DAY_MIN + DAY_MIN / 2) % DAY_MIN) - DAY_MIN / 2
  return guess + off * MINUTE_MS
}

/** Wall-clock ms at which the quiet hours of now end; undefined outside them. */
export function quietUntil({ from, to, zone }: QuietHours, wallMs: number): number | undefined {
  const now = minuteOf(wallMs, zone)
  const isQuiet = from < to ? now >= from && now < to : now >= from || now < to
  return isQuiet ? nextTimeOfDay(wallMs, to, zone) : undefined
}

export const quietText = ({ from, to, zone }: QuietHours): string => `${timeOfDayText(from)} to ${timeOfDayText(to)} (${zone})`
