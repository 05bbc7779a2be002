/**
 * What instants are in a file: a number of seconds, milliseconds, microseconds or nanoseconds, distinguished by their size, or a date.
 */
import { DAY_MS, ts } from '../../core/units.ts'
import { utcText } from '../../core/utc.ts'
import { toPlain } from './number-text.ts'
import { type DateOrder, type WallTime, dayMs, endsWithZ, readWallTime, scanIsoTime } from './date-text.ts'

export const TIME_UNITS = ['s', 'ms', 'us', 'ns'] as const
export type TimeUnit = (typeof TIME_UNITS)[number]

export const UNIT_NAMES: Readonly<Record<TimeUnit, string>> = { s: 'seconds', ms: 'ms', us: 'µs', ns: 'ns' }
const PER_MS: Readonly<Record<TimeUnit, number>> = { s: 0.001, ms: 1, us: 1e3, ns: 1e6 }

/** The first day of Bitcoin's year: nothing that this program knows was traded before. */
export const EARLIEST_MS = dayMs(2009, 1, 1)

/** How the times of a file are read. */
export interface TimeRules {
  /** Last instant that counts as one, ms UTC. */
  readonly latestMs: number
  /** First one; {@link EARLIEST_MS} for what is written as a number. */
  readonly earliestMs: number
  readonly unit?: TimeUnit | undefined
  /** Which of the two comes first in a date with slashes. */
  readonly order?: DateOrder | undefined
  /** Offset of the clock that wrote the file from UTC, at a wall-clock time; absent where it is UTC. */
  readonly offsetMs?: ((wallMs: number) => number) | undefined
  /** The same of a zone that a cell names, as `US/Eastern`; undefined where there is no such zone. */
  readonly zoneNamed?: ((name: string) => ((wallMs: number) => number) | undefined) | undefined
}

/** Unit of a number by its size: in each of the four, the years 2009 to 5138 have another number of digits. */
export const unitBySize = (raw: number): TimeUnit => (raw >= 1e17 ? 'ns' : raw >= 1e14 ? 'us' : raw >= 1e11 ? 'ms' : 's')

/** Milliseconds of a number of units. A double holds nanoseconds to 256 of them, so that a thousandth of a millisecond is rounded away. */
export function msOf(raw: number, unit: TimeUnit): number {
  const ms = raw / PER_MS[unit]
  const nearest = Math.round(ms)
  return unit === 's' || (unit === 'ns' && Math.abs(ms - nearest) < 1e-3) ? nearest : ms
}

const EXCEL_UNIX_DAYS = 25_569

/** A number that is no instant of its size may be a date after all: 20250101, 20250101093000, or days as Excel counts them. */
function dateOfNumber(plain: string, rules: TimeRules): number | undefined {
  const fits = (ms: number | undefined): ms is number => ms !== undefined && ms >= EARLIEST_MS && ms <= rules.latestMs
  const wallClock = readWallTime(plain, undefined)
  const compact = wallClock?.ms
  if (fits(compact)) return compact - (rules.offsetMs?.(compact) ?? 0)
  const days = Number(plain)
  const serial = days > 30_000 && days < 80_000 ? Math.round((days - EXCEL_UNIX_DAYS) * 86_400) * 1000 : undefined
  return fits(serial) ? serial - (rules.offsetMs?.(serial) ?? 0) : undefined
}

/** Milliseconds UTC of a cell, or a sentence without its point that says what is wrong with it. */
export function readInstant(text: string, rules: TimeRules): number | string {
  const iso = scanIsoTime(text)
  // With a Z the text names its clock.
  if (iso >= rules.earliestMs && iso <= rules.latestMs && (rules.offsetMs === undefined || endsWithZ(text))) return iso
  const plain = toPlain(text)
  if (plain !== undefined) return readNumber(plain, text, rules)
  const wallClock = readWallTime(text, rules.order)
  if (wallClock === undefined) return notATime(text, rules.order)
  const offset = offsetOf(wallClock, rules)
  if (offset === undefined) return `the timestamp '${text.slice(0, 40)}' names the zone '${wallClock.zone}', which is unknown`
  return inRange(wallClock.ms - offset, text, rules)
}

export const notATime = (text: string, order?: DateOrder): string =>
  order === undefined && /^\d{1,2}\/\d{1,2}\/\d{4}/.test(text.trim())
    ? `the timestamp '${text.slice(0, 40)}' may be day/month or month/day, and the rows do not show which`
    : `the timestamp '${text.slice(0, 40)}' is neither a number of seconds or milliseconds nor a date`

function offsetOf(wallClock: WallTime, rules: TimeRules): number | undefined {
  if (wallClock.offsetMs !== undefined) return wallClock.offsetMs
  if (wallClock.zone === undefined) return rules.offsetMs?.(wallClock.ms) ?? 0
  return rules.zoneNamed?.(wallClock.zone)?.(wallClock.ms)
}

function readNumber(plain: string, text: string, rules: TimeRules): number | string {
  const raw = Number(plain)
  const ms = msOf(raw, rules.unit ?? unitBySize(raw))
  if (ms >= EARLIEST_MS && ms <= rules.latestMs) return ms
  const date = rules.unit === undefined ? dateOfNumber(plain, rules) : undefined
  return date ?? inRange(ms, text, { ...rules, earliestMs: EARLIEST_MS })
}

function inRange(ms: number, text: string, rules: TimeRules): number | string {
  if (ms >= rules.earliestMs && ms <= rules.latestMs) return ms
  const when = Number.isFinite(ms) && Math.abs(ms) < 8.6e15 ? utcText(ts(Math.round(ms))) : 'not a date'
  const bound = ms < rules.earliestMs ? 'before 2009, when no coin was traded' : 'after today'
  return `the timestamp '${text.slice(0, 40)}' is ${when}: ${bound}`
}

/** Last instant that a recorded row may have: clocks differ by hours, not by days. */
export const latestOf = (nowMs: number): number => nowMs + DAY_MS
