/**
 * What a stretch of equity says of drawdown and of its growth in a straight line, of one row or of many put together.
 */

export interface Stretch {
  readonly rows: number
  readonly highest: number
  readonly lowest: number
  /** Deepest fall from a peak within the stretch, as a fraction of the peak. */
  readonly drawdown: number
  /** Mean time in days and mean log equity, and the sums of squares and products of the distances from them. */
  readonly day: number
  readonly log: number
  readonly days2: number
  readonly logs2: number
  readonly dayLogs: number
}

/** `log` is NaN where equity is not positive: no straight line leads through it. */
export const stretchOf = (day: number, equity: number, log: number): Stretch => ({
  rows: 1,
  highest: equity,
  lowest: equity,
  drawdown: 0,
  day,
  log,
  days2: 0,
  logs2: 0,
  dayLogs: 0,
})

/** `a`, then `b`. */
export function joinStretches(a: Stretch, b: Stretch): Stretch {
  const rows = a.rows + b.rows
  const share = (a.rows * b.rows) / rows
  const day = b.day - a.day
  const log = b.log - a.log
  const fall = a.highest > 0 ? 1 - b.lowest / a.highest : 0
  return {
    rows,
    highest: Math.max(a.highest, b.highest),
    lowest: Math.min(a.lowest, b.lowest),
    drawdown: Math.max(a.drawdown, b.drawdown, fall),
    day: a.day + (day * b.rows) / rows,
    log: a.log + (log * b.rows) / rows,
    days2: a.days2 + b.days2 + day * day * share,
    logs2: a.logs2 + b.logs2 + log * log * share,
    dayLogs: a.dayLogs + b.dayLogs + day * log * share,
  }
}
