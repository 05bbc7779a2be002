/**
 * The windows in which Bybit's lists are read: seven days at most each, two years back.
 */
import { DAY_MS, HOUR_MS, type Ts, ts } from '../../../core/units.ts'

/** Longest span between a start and an end. */
const WINDOW_MS = 7 * DAY_MS
/** Bybit keeps executions and transactions for two years; a day less, so that the first window is not refused. */
const KEPT_MS = 729 * DAY_MS
/** The last window has no end, so that what happens while it is read is in it; it reaches this far past `upTo` at least. */
const AHEAD_MS = HOUR_MS

export interface TimeSpan {
  readonly startTime: Ts
  /** Absent: as far as the list goes from a start alone. */
  readonly endTime?: Ts
}

/** Where reading begins: what is older is not kept. */
export const keptFrom = (from: Ts, upTo: Ts): Ts => ts(Math.max(1, from, upTo - KEPT_MS))

/**
 * Windows from `from` on, oldest first, the last one open.
 * @param openSpanMs how far a start alone reaches
 */
export function windowsOf(from: Ts, upTo: Ts, openSpanMs: number): TimeSpan[] {
  const spans: TimeSpan[] = []
  let at: number = keptFrom(from, upTo)
  while (upTo - at > openSpanMs - AHEAD_MS) {
    const end = Math.min(at + WINDOW_MS, upTo - AHEAD_MS)
    spans.push({ startTime: ts(at), endTime: ts(end) })
    at = end + 1
  }
  return [...spans, { startTime: ts(at) }]
}
