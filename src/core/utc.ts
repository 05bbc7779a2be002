/**
 * An instant as text in UTC, by arithmetic: for sentences that the core makes itself.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, type Ts } from './units.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** `2025-10-10 21:20 UTC`, seconds left out. Days by the civil calendar (H. Hinnant, chrono-compatible low-level date algorithms). */
export function utcText(at: Ts): string {
  const days = Math.floor(at / DAY_MS)
  const ofDay = at - days * DAY_MS
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${year}-${two(month)}-${two(day)} ${two(Math.floor(ofDay / HOUR_MS))}:${two(Math.floor((ofDay % HOUR_MS) / MINUTE_MS))} UTC`
}
