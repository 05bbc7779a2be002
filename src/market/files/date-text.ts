/**
 * Dates and times as text, in the forms that exchanges, terminals and spreadsheets write, by arithmetic.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/units.ts'

export type DateOrder = 'dmy' | 'mdy'

/** A time as it stands on the clock that wrote it. */
export interface WallTime {
  /** As if the clock were UTC. */
  readonly ms: number
  /** Offset of the clock from UTC, where the text says it. */
  readonly offsetMs: number | undefined
  /** Name of a zone, as `US/Eastern`, where the text has one. */
  readonly zone: string | undefined
}

/** Milliseconds of a civil day at 00:00 UTC (H. Hinnant, chrono-compatible low-level date algorithms). */
export function dayMs(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * 146_097 + dayOfEra - 719_468) * DAY_MS
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

type DateParts = readonly [year: string | undefined, month: string | undefined, day: string | undefined]

/** Year, month and day at the start of a text, and what follows them. */
const DATES: readonly { readonly form: RegExp; readonly parts: (match: RegExpExecArray, order: DateOrder | undefined) => DateParts }[] = [
  { form: /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/, parts: (m) => [m[1], m[3], m[4]] },
  { form: /^(\d{4})(\d\d)(\d\d)(?=$|[ T;]|\d{4}(?:\d\d)?$)/, parts: (m) => [m[1], m[2], m[3]] },
  { form: /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/, parts: (m) => [m[3], m[2], m[1]] },
  {
    form: /^(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?!\d)/,
    parts: (m, order) =>
      order === undefined ? [undefined, undefined, undefined] : order === 'dmy' ? [m[4], m[3], m[1]] : [m[4], m[1], m[3]],
  },
  { form: /^([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?!\d)/, parts: (m) => [m[3], monthNumber(m[1]), m[2]] },
  { form: /^(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})(?!\d)/, parts: (m) => [m[3], monthNumber(m[2]), m[1]] },
  { form: /^(\d{4})-(\d\d)(?=$)/, parts: (m) => [m[1], m[2], '1'] },
]

function monthNumber(name: string | undefined): string | undefined {
  const at = MONTHS.indexOf((name ?? '').slice(0, 3).toLowerCase())
  return at < 0 ? undefined : String(at + 1)
}

const CLOCK =
  /^(?:[T ;D]\s*)?(?:(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?|(\d\d)(\d\d)(\d\d)?)?(?:[ -]?([AaPp][Mm]))?\s*(Z|UTC|GMT|(?:GMT|UTC)?[+-]\d\d(?::?\d\d)?|[A-Z][A-Za-z]+\/[A-Za-z_/]+)?$/
const HOUR_AM_PM = /^ (\d{1,2})-([AaPp][Mm])$/

const DASH = 45
const COLON = 58
const POINT = 46

/** Two digits at a place; NaN where they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/**
 * {@link readWallTime} of `2025-03-03 09:30:00` and `2025-03-03T09:30:00.000Z` alone, for files that have a million of them: no expression.
 * Answers NaN for any other form, and for what is no date.
 */
export function scanIsoTime(text: string): number {
  const end = endsWithZ(text) ? text.length - 1 : text.length
  if (end !== 19 && !(end === 23 && text.charCodeAt(19) === POINT)) return Number.NaN
  const gap = text.charCodeAt(10)
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || (gap !== 32 && gap !== 84)) return Number.NaN
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return Number.NaN
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59 && second <= 59))
    return Number.NaN
  const thousandths = end === 19 ? 0 : twoDigits(text, 20) * 10 + (text.charCodeAt(22) - 48)
  if (!(thousandths >= 0 && thousandths <= 999 && (end === 19 || isDigit(text.charCodeAt(22))))) return Number.NaN
  return dayMs(year, month, day) + hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + thousandths
}

export const endsWithZ = (text: string): boolean => text.charCodeAt(text.length - 1) === 90
const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Reads a date, with or without a time of day; undefined when the text is none, or no such day exists. */
export function readWallTime(text: string, order: DateOrder | undefined): WallTime | undefined {
  const bare = text.trim()
  for (const { form, parts } of DATES) {
    const match = form.exec(bare)
    if (match === null) continue
    const [year, month, day] = parts(match, order).map(Number) as [number, number, number]
    if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return undefined
    return withClock(dayMs(year, month, day), bare.slice(match[0].length))
  }
  return undefined
}

function withClock(dateMs: number, rest: string): WallTime | undefined {
  const lone = HOUR_AM_PM.exec(rest)
  if (lone !== null) {
    const hour = hourOf(Number(lone[1]), lone[2])
    return hour === undefined ? undefined : { ms: dateMs + hour * HOUR_MS, offsetMs: undefined, zone: undefined }
  }
  const match = CLOCK.exec(rest)
  if (match === null) return undefined
  const hour = hourOf(Number(match[1] ?? match[5] ?? 0), match[8])
  const minute = Number(match[2] ?? match[6] ?? 0)
  const second = Number(match[3] ?? match[7] ?? 0)
  if (hour === undefined || minute > 59 || second > 59) return undefined
  const fraction = Number(`0.${match[4] ?? '0'}`) * 1000
  return { ms: dateMs + hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + fraction, ...zoneOf(match[9]) }
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour > 23 ? undefined : hour
  if (hour < 1 || hour > 12) return undefined
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
}

function zoneOf(text: string | undefined): Pick<WallTime, 'offsetMs' | 'zone'> {
  if (text === undefined) return { offsetMs: undefined, zone: undefined }
  if (text.includes('/')) return { offsetMs: undefined, zone: text }
  const offset = readOffset(text)
  return { offsetMs: offset, zone: undefined }
}

/** Offset from UTC of `Z`, `UTC`, `GMT+3`, `+05:30`; undefined when the text is none of these. */
export function readOffset(text: string): number | undefined {
  const match = /^(?:Z|(?:UTC|GMT)?(?:([+-])(\d{1,2})(?::?(\d\d))?)?)$/.exec(text)
  if (match === null || text === '') return undefined
  const minutes = Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)
  if (minutes > 14 * 60) return undefined
  return (match[1] === '-' ? -1 : 1) * minutes * MINUTE_MS
}

/** Whether a text is a time of day alone, as `09:30` or `093000`. */
export const isTimeOfDay = (text: string): boolean => /^(?:\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?|\d{6})$/.test(text.trim())

/** Whose clock a form of date is known for, where it is not UTC: MetaTrader writes points, HistData no separators at all. */
export function clockOwnerOf(text: string): 'metatrader' | 'histdata' | undefined {
  if (/^\d{4}\.\d\d\.\d\d/.test(text.trim())) return 'metatrader'
  return /^\d{8} \d{6}$/.test(text.trim()) ? 'histdata' : undefined
}

/**
 * Which order the dates with slashes of a file have: a day above twelve decides; else the order whose rows lie closer together.
 * Undefined where neither decides.
 */
export function dateOrderOf(cells: readonly string[]): DateOrder | undefined {
  const slashed = cells.map((cell) => /^(\d{1,2})[/-](\d{1,2})[/-]\d{4}/.exec(cell.trim())).filter((match) => match !== null)
  if (slashed.length === 0) return undefined
  const firstMax = Math.max(...slashed.map((match) => Number(match[1])))
  const secondMax = Math.max(...slashed.map((match) => Number(match[2])))
  if (firstMax > 12) return 'dmy'
  if (secondMax > 12) return 'mdy'
  const [dmy, mdy] = (['dmy', 'mdy'] as const).map((order) => widestStep(cells, order)) as [number, number]
  const near = Math.min(dmy, mdy)
  const far = Math.max(dmy, mdy)
  return near > 0 && near * 4 <= far && near <= 7 * DAY_MS ? (dmy < mdy ? 'dmy' : 'mdy') : undefined
}

function widestStep(cells: readonly string[], order: DateOrder): number {
  let widest = 0
  let before: number | undefined
  for (const cell of cells) {
    const at = readWallTime(cell, order)?.ms
    if (at === undefined) return Number.POSITIVE_INFINITY
    if (before !== undefined) widest = Math.max(widest, Math.abs(at - before))
    before = at
  }
  return widest
}
