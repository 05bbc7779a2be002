/**
 * An equity series: returns from row to row, the daily series at the UTC close, and its drawdowns.
 */
import { DAY_MS } from '../core/units.ts'

export interface EquitySeries {
  /** Instants at which the equity was taken, ms UTC, ascending. */
  readonly ts: Float64Array
  /** Account value in the settlement coin, as a float: for statistics only. */
  readonly equity: Float64Array
}

/** Simple returns from row to row, one fewer than rows. Undefined where equity is not positive: a return has no meaning there. */
export function returnsOf(equity: Float64Array): Float64Array | undefined {
  const returns = new Float64Array(Math.max(0, equity.length - 1))
  for (let at = 1; at < equity.length; at += 1) {
    const before = equity[at - 1] as number
    if (!(before > 0)) return undefined
    returns[at - 1] = (equity[at] as number) / before - 1
  }
  return returns
}

/**
 * The first row, then the equity at each UTC midnight, then the last row where it lies after one.
 * A row at midnight closes the day that ends there.
 */
export function dailyEquity(series: EquitySeries): EquitySeries {
  const rows = series.ts.length
  if (rows === 0) return series
  const first = series.ts[0] as number
  const last = series.ts[rows - 1] as number
  const firstClose = (Math.floor(first / DAY_MS) + 1) * DAY_MS
  const closes = Math.max(0, Math.floor((last - firstClose) / DAY_MS) + 1)
  const lastClose = firstClose + (closes - 1) * DAY_MS
  const hasRest = closes === 0 ? last > first : last > lastClose
  const length = 1 + closes + (hasRest ? 1 : 0)
  const ts = new Float64Array(length)
  const equity = new Float64Array(length)
  ts[0] = first
  equity[0] = series.equity[0] as number
  let row = 0
  for (let day = 0; day < closes; day += 1) {
    const close = firstClose + day * DAY_MS
    while (row + 1 < rows && (series.ts[row + 1] as number) <= close) row += 1
    ts[day + 1] = close
    equity[day + 1] = series.equity[row] as number
  }
  if (hasRest) {
    ts[length - 1] = last
    equity[length - 1] = series.equity[rows - 1] as number
  }
  return { ts, equity }
}

/** How far below the highest equity until then, as a fraction of it: 0 or less. */
export function depthsOf(equity: Float64Array): Float64Array {
  let peak = 0
  return equity.map((value) => {
    peak = Math.max(peak, value)
    return peak > 0 ? value / peak - 1 : 0
  })
}

export interface Drawdowns {
  /** Largest fall from a peak, as a positive fraction of the peak. */
  readonly max: number
  /** Longest time from a peak until equity is back at it, or until the end. */
  readonly longestMs: number
  /** Mean of the deepest point of each episode; undefined without an episode. */
  readonly average: number | undefined
  /** Root of the mean squared drawdown over all rows. */
  readonly ulcer: number
}

/** Undefined for an empty series, or where the peak is not positive. */
export function drawdownsOf(series: EquitySeries): Drawdowns | undefined {
  const rows = series.ts.length
  let peak = series.equity[0]
  if (peak === undefined || !(peak > 0)) return undefined
  let peakTs = series.ts[0] as number
  let max = 0
  let longestMs = 0
  let squares = 0
  let depth = 0
  let depths = 0
  let episodes = 0
  for (let at = 0; at < rows; at += 1) {
    const equity = series.equity[at] as number
    const instant = series.ts[at] as number
    if (equity >= peak) {
      if (depth > 0) {
        depths += depth
        episodes += 1
        longestMs = Math.max(longestMs, instant - peakTs)
        depth = 0
      }
      peak = equity
      peakTs = instant
      continue
    }
    const drawdown = 1 - equity / peak
    squares += drawdown * drawdown
    depth = Math.max(depth, drawdown)
    max = Math.max(max, drawdown)
  }
  if (depth > 0) {
    depths += depth
    episodes += 1
    longestMs = Math.max(longestMs, (series.ts[rows - 1] as number) - peakTs)
  }
  return { max, longestMs, average: episodes === 0 ? undefined : depths / episodes, ulcer: Math.sqrt(squares / rows) }
}
