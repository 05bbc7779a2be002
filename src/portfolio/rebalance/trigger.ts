/**
 * When a portfolio is rebalanced: when a weight has left its band, on a calendar, or on a calendar and only what has left its band
 * (Jaconetti, Kinniry, Zilbering 2010, Best practices for portfolio rebalancing: threshold, time, time and threshold).
 */
export interface Trigger {
  /** Distance of a weight from its target in millionths of equity, from which it is traded; 0 trades every distance. */
  readonly band: number
  /** Undefined: whenever somebody asks. */
  readonly everyMs: number | undefined
}

/** ms until the calendar allows the next one; 0 where it is due. */
export function waitMs({ everyMs }: Trigger, lastTs: number | undefined, now: number): number {
  if (everyMs === undefined || lastTs === undefined) return 0
  return Math.max(0, lastTs + everyMs - now)
}
