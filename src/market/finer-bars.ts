/**
 * Finer bars inside the bars of a series (1m inside 1h): which rows of the finer series make up each bar, where they are whole and agree with it.
 */
import type { BarColumns } from './bars.ts'

export interface FinerBars {
  readonly intervalMs: number
  readonly columns: BarColumns
  /** By bar of the coarser series: the first of its finer rows, or -1 where the bar's own path decides. */
  readonly firstRows: Int32Array
  /** Bars that their finer rows decide. */
  readonly used: number
  /** Bars of which finer rows are missing. */
  readonly missing: number
  /** Bars whose finer rows give other prices than the bar. */
  readonly differing: number
}

/** How many finer rows a whole bar has, 1 or more; undefined where the finer interval does not divide the bar's. */
export function rowsPerBar(intervalMs: number, finerMs: number): number | undefined {
  const rows = intervalMs / finerMs
  return Number.isInteger(rows) && rows >= 1 ? rows : undefined
}

/**
 * Finds the finer rows of each bar. A bar has them only where all are there and they open, close and reach exactly as the bar does:
 * orders would otherwise meet prices that no strategy was shown.
 *
 * @param finerMs divides `intervalMs`
 * @example finerBarsOf(hours, 3_600_000, minutes, 60_000) // used 8,759, missing 1, differing 0
 */
export function finerBarsOf(bars: BarColumns, intervalMs: number, finer: BarColumns, finerMs: number): FinerBars {
  const rows = rowsPerBar(intervalMs, finerMs) ?? 1
  const firstRows = new Int32Array(bars.ts.length).fill(-1)
  let used = 0
  let missing = 0
  let differing = 0
  let row = 0
  for (let at = 0; at < bars.ts.length; at++) {
    const openTs = bars.ts[at] as number
    while (row < finer.ts.length && (finer.ts[row] as number) < openTs) row += 1
    if (!isWhole(finer.ts, row, rows, openTs, finerMs)) missing += 1
    else if (!agrees(bars, at, finer, row, rows)) differing += 1
    else {
      firstRows[at] = row
      used += 1
    }
  }
  return { intervalMs: finerMs, columns: finer, firstRows, used, missing, differing }
}

function isWhole(times: Float64Array, first: number, rows: number, openTs: number, finerMs: number): boolean {
  for (let k = 0; k < rows; k++) if (times[first + k] !== openTs + k * finerMs) return false
  return true
}

function agrees(bars: BarColumns, at: number, finer: BarColumns, first: number, rows: number): boolean {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let row = first; row < first + rows; row++) {
    low = Math.min(low, finer.low[row] as number)
    high = Math.max(high, finer.high[row] as number)
  }
  return (
    low === bars.low[at] &&
    high === bars.high[at] &&
    finer.open[first] === bars.open[at] &&
    finer.close[first + rows - 1] === bars.close[at]
  )
}
