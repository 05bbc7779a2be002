/**
 * When a scheduled report is due: a time of day in a zone, each day, on Mondays or on the first of a month.
 */
import { nextTimeOfDay } from './quiet.ts'

export const REPORT_PERIODS = ['daily', 'weekly', 'monthly'] as const
export type ReportPeriod = (typeof REPORT_PERIODS)[number]

const DAYS_MOST = 32

function isItsDay(at: number, period: ReportPeriod, zone: string): boolean {
  if (period === 'daily') return true
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', day: 'numeric' }).formatToParts(at)
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? ''
  return period === 'weekly' ? part('weekday') === 'Mon' : part('day') === '1'
}

/** The next time after `wallMs`; of several that were missed only the next one counts. */
export function nextReport(wallMs: number, period: ReportPeriod, minute: number, zone: string): number {
  let at = wallMs
  for (let day = 0; day < DAYS_MOST; day += 1) {
    at = nextTimeOfDay(at, minute, zone)
    if (isItsDay(at, period, zone)) return at
  }
  return at
}
