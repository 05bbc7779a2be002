/**
 * The mark prices of a run beside its bars: the row of each bar, where there is one.
 */
import type { BarColumns } from '../market/bars.ts'
import type { FinerBars } from '../market/finer-bars.ts'
import type { MarkRow } from '../venue/sim/mark-way.ts'

/** Prices in ticks of the instrument; as long as the bars that are played, finer ones where there are. */
export interface MarkSeries {
  readonly intervalMs: number
  readonly columns: BarColumns
}

export class MarkRows {
  private readonly series: readonly (MarkSeries | undefined)[]
  private readonly cursors: Int32Array
  private readonly row = { open: 0, high: 0, low: 0, close: 0 }

  constructor(series: readonly (MarkSeries | undefined)[]) {
    this.series = series
    this.cursors = new Int32Array(series.length)
  }

  /** Of the bar of `i` that opened then; asked in ascending order. Overwritten by the next. */
  at(i: number, openTs: number, intervalMs: number): MarkRow | undefined {
    const series = this.series[i]
    if (series === undefined || series.intervalMs !== intervalMs) return undefined
    const { ts, open, high, low, close } = series.columns
    let at = this.cursors[i] as number
    while (at < ts.length && (ts[at] as number) < openTs) at += 1
    this.cursors[i] = at
    if (ts[at] !== openTs) return undefined
    const { row } = this
    row.open = open[at] as number
    row.high = high[at] as number
    row.low = low[at] as number
    row.close = close[at] as number
    return row
  }
}

/** How many of the bars have no mark all the way. */
export function barsWithoutMark(
  { columns, intervalMs, detail }: { readonly columns: BarColumns; readonly intervalMs: number; readonly detail?: FinerBars | undefined },
  mark: MarkSeries,
): number {
  const known = new Set(mark.columns.ts)
  let without = 0
  columns.ts.forEach((openTs, at) => {
    const isFine = (detail?.firstRows[at] ?? -1) >= 0
    const stepMs = isFine ? (detail?.intervalMs ?? intervalMs) : intervalMs
    let isWhole = stepMs === mark.intervalMs
    for (let row = openTs; isWhole && row < openTs + intervalMs; row += stepMs) isWhole = known.has(row)
    if (!isWhole) without += 1
  })
  return without
}
