/**
 * The rows that trust is measured in: instants of equal distance over the span of a run, a return between each two of them.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/units.ts'
import type { RunSeries } from '../backtest-run.ts'

/** Distances that rows may have: parts of a UTC day, so that rows lie on midnights. */
const STEPS_MS = [
  DAY_MS,
  12 * HOUR_MS,
  6 * HOUR_MS,
  4 * HOUR_MS,
  HOUR_MS,
  30 * MINUTE_MS,
  15 * MINUTE_MS,
  5 * MINUTE_MS,
  MINUTE_MS,
] as const

/** First open and last close of all series, ms UTC. */
export function spanOf(series: readonly RunSeries[]): { readonly from: number; readonly to: number } {
  const filled = series.filter(({ columns }) => columns.ts.length > 0)
  return {
    from: Math.min(...filled.map(({ columns }) => columns.ts[0] as number)),
    to: Math.max(...filled.map(({ columns, intervalMs }) => (columns.ts[columns.ts.length - 1] as number) + intervalMs)),
  }
}

/** The longest step that divides all of `spans` and is no shorter than a bar; undefined where there is none. */
export const stepDividing = (spans: readonly number[], intervalMs: number): number | undefined =>
  STEPS_MS.find((step) => step >= intervalMs && spans.every((span) => span % step === 0))

/** The longest step that gives at least `rows` rows; the shortest that bars allow where none does. */
export function stepFor(series: readonly RunSeries[], rows: number): number {
  const { from, to } = spanOf(series)
  const intervalMs = Math.max(...series.map((each) => each.intervalMs))
  return (
    STEPS_MS.find((step) => step >= intervalMs && (to - from) / step > rows) ??
    STEPS_MS.findLast((step) => step >= intervalMs) ??
    intervalMs
  )
}

/** Multiples of the step from the first open to the last close; what is left over at both ends is in no row. */
export function instantsOf(series: readonly RunSeries[], stepMs: number): Float64Array {
  const { from, to } = spanOf(series)
  const first = Math.ceil(from / stepMs) * stepMs
  const count = Math.max(0, Math.floor((to - first) / stepMs) + 1)
  return Float64Array.from({ length: count }, (_, row) => first + row * stepMs)
}

/** Index of the last of `times` that is not after `at`; -1 before the first. */
export function lastNotAfter(times: Float64Array, at: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Returns of an equal share of each market from row to row, as if held: what a strategy earns by only being there. */
export function marketReturns(series: readonly RunSeries[], instants: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(0, instants.length - 1))
  for (const { columns, intervalMs } of series) {
    let before: number | undefined
    for (let row = 0; row < instants.length; row += 1) {
      // A bar is known at its close.
      const bar = lastNotAfter(columns.ts, (instants[row] as number) - intervalMs)
      const price = columns.close[bar] ?? columns.open[0]
      if (row > 0 && price !== undefined && before !== undefined)
        returns[row - 1] = (returns[row - 1] as number) + (price / before - 1) / series.length
      before = price
    }
  }
  return returns
}
