/**
 * Walk-forward (Pardo 2008, The Evaluation and Optimization of Trading Strategies): parameters are chosen on one window and tried on the
 * next, again and again, and what the tries earned is put together to one curve.
 */
import { meanOf } from '../../portfolio/results/statistics.ts'
import { type Choice, chooseRun } from './choice.ts'
import { type Piece, type PieceMetrics, exitsIn, metricsOfRows, stitch } from './pieces.ts'
import type { RunRecord } from './run-record.ts'

export interface WalkForwardPlan {
  /** Row instants, ms UTC, of equal distance. */
  readonly instants: Float64Array
  /** All in rows. */
  readonly trainRows: number
  readonly testRows: number
  /** Between the two windows, in neither. */
  readonly embargoRows: number
  /** All training windows begin with the first row. */
  readonly isAnchored: boolean
  readonly choice: Choice
}

export interface Window {
  /** ms UTC; the end is exclusive. */
  readonly from: number
  readonly to: number
}

export interface Fold {
  readonly train: Window
  readonly test: Window
  /** Index of the run that the training window chose; undefined where nothing moved in it. */
  readonly chosen: number | undefined
  readonly inSample: PieceMetrics
  readonly outOfSample: PieceMetrics
}

export interface WalkForward {
  readonly folds: readonly Fold[]
  /** Of all test windows, one behind the other, by rows. */
  readonly returns: Float64Array
  readonly startMs: number
  readonly metrics: PieceMetrics
  /** Mean return out of sample over the mean return in sample, by row: 1 keeps all. Null where the windows of choice did not earn. */
  readonly efficiency: number | null
  /** At the end, in no test window. */
  readonly rowsLeft: number
}

/** Undefined where the rows do not hold a single fold. Runs that failed are undefined and never chosen. */
export function walkForward(runs: readonly (RunRecord | undefined)[], plan: WalkForwardPlan): WalkForward | undefined {
  const { instants, trainRows, testRows, embargoRows } = plan
  const rows = instants.length - 1
  const stepMs = (instants[1] ?? 0) - (instants[0] ?? 0)
  const folds: Fold[] = []
  const tests: Piece[] = []
  const seen: number[] = []
  const firstTest = trainRows + embargoRows
  for (let from = firstTest; from + testRows <= rows; from += testRows) {
    const trainTo = from - embargoRows
    const trainFrom = plan.isAnchored ? 0 : trainTo - trainRows
    const chosen = chooseRun(runs, trainFrom, trainTo, plan.choice)
    const run = chosen === undefined ? undefined : runs[chosen]
    const train: Piece = { run, from: trainFrom, to: trainTo }
    const test: Piece = { run, from, to: from + testRows }
    tests.push(test)
    seen.push(meanOf(stitch([train])) as number)
    folds.push({
      train: windowOf(train, instants),
      test: windowOf(test, instants),
      chosen,
      inSample: metricsOfPieces([train], instants, stepMs),
      outOfSample: metricsOfPieces([test], instants, stepMs),
    })
  }
  if (folds.length === 0) return undefined
  const returns = stitch(tests)
  const [inside, outside] = [meanOf(seen) as number, meanOf(returns) as number]
  return {
    folds,
    returns,
    startMs: instants[firstTest] as number,
    metrics: metricsOfPieces(tests, instants, stepMs),
    efficiency: inside > 0 ? outside / inside : null,
    rowsLeft: rows - firstTest - folds.length * testRows,
  }
}

const windowOf = ({ from, to }: Piece, instants: Float64Array): Window => ({ from: instants[from] as number, to: instants[to] as number })

function metricsOfPieces(pieces: readonly Piece[], instants: Float64Array, stepMs: number): PieceMetrics {
  const trades = pieces.reduce((sum, piece) => sum + exitsIn(piece), 0)
  return metricsOfRows(stitch(pieces), instants[pieces[0]?.from ?? 0] as number, stepMs, trades)
}
