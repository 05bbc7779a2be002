/**
 * What a sweep hands to its worker threads and gets back: names and plain data, columns in shared memory.
 */
import { OverflowError } from '../../core/decimal.ts'
import type { BarColumns } from '../../market/bars.ts'
import type { Metrics } from '../../portfolio/results/performance.ts'
import type { Pinned } from '../../strategy-files/module.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { type BacktestRequest, type RunFigures, type RunSeries, runFigures } from '../backtest-run.ts'
import { type PathVariant, variedColumns } from '../trust/path-variants.ts'
import { type RunRecord, recordOf } from '../trust/run-record.ts'

export interface SweepPlan {
  readonly strategy: string
  /** The user's, so that a thread knows them too. */
  readonly modules: readonly Pinned[]
  /** Parsed by the strategy's schema, one a run. */
  readonly params: readonly unknown[]
  /** All that the runs have in common. */
  readonly common: Omit<BacktestRequest, 'definition' | 'params' | 'progress'>
  /** Rows that each run is recorded in, ms UTC; without them only its metrics are kept. */
  readonly instants?: Float64Array
  /** Other candles for each run; its own for all where absent. */
  readonly variant?: PathVariant
}

/** What a thread starts with. */
export interface SweepThreadInput {
  readonly plan: SweepPlan
  /** Shared: index of the next run that nobody has taken. */
  readonly next: Int32Array
}

/** `at` is the index of the run in the plan. */
export type SweepOutcome =
  | { readonly at: number; readonly type: 'run'; readonly metrics: Metrics; readonly record?: RunRecord }
  | { readonly at: number; readonly type: 'failed'; readonly reason: string }

/** One run, as `backtest` would make it. */
export function runOne({ params, common, instants, variant }: SweepPlan, definition: StrategyDefinition, at: number): SweepOutcome {
  const series =
    variant === undefined
      ? common.series
      : common.series.map((each) => ({ ...each, columns: variedColumns(each.columns, variant, at), detail: undefined, mark: undefined }))
  const request = { ...common, series, definition, params: params[at] }
  let figures: RunFigures
  try {
    figures = runFigures(request)
  } catch (thrown) {
    if (thrown instanceof OverflowError)
      return { at, type: 'failed', reason: 'the account grew past what is counted exactly: use --size fixed:N' }
    throw thrown
  }
  const { result, metrics } = figures
  if (result.failure !== undefined) return { at, type: 'failed', reason: result.failure }
  return { at, type: 'run', metrics, ...(instants === undefined ? {} : { record: recordOf(figures, request, instants) }) }
}

/** The same series with its columns in memory that threads share; copied once where they are not there yet. */
export function shareSeries(series: RunSeries): RunSeries {
  const { columns, detail, mark } = series
  return {
    ...series,
    columns: sharedColumns(columns),
    ...(detail === undefined ? {} : { detail: { ...detail, columns: sharedColumns(detail.columns) } }),
    ...(mark === undefined ? {} : { mark: { ...mark, columns: sharedColumns(mark.columns) } }),
  }
}

const sharedColumns = ({ ts, open, high, low, close, volume }: BarColumns): BarColumns => ({
  ts: shared(ts),
  open: shared(open),
  high: shared(high),
  low: shared(low),
  close: shared(close),
  volume: shared(volume),
})

function shared(column: Float64Array): Float64Array {
  if (column.buffer instanceof SharedArrayBuffer) return column
  const copy = new Float64Array(new SharedArrayBuffer(column.byteLength))
  copy.set(column)
  return copy
}
