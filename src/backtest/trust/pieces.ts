/**
 * Pieces of recorded runs, cut out and put behind each other: a curve that nobody could choose with hindsight.
 */
import type { EquitySeries } from '../../portfolio/equity.ts'
import { type EquityMetrics, metricsOf } from '../../portfolio/results/performance.ts'
import type { RunRecord } from './run-record.ts'

/** Rows `from` to before `to` of a run; undefined where no run could be chosen: the money stands still. */
export interface Piece {
  readonly run: RunRecord | undefined
  readonly from: number
  readonly to: number
}

/** Figures of a curve of rows, and the trades that ended in it. */
export type PieceMetrics = EquityMetrics & { readonly trades: number }

/**
 * Returns of the pieces in their order. Where another run takes over, what the one before held is closed and what the next one holds is
 * opened: both are charged, since the runs themselves paid for neither.
 */
export function stitch(pieces: readonly Piece[]): Float64Array {
  const returns = new Float64Array(pieces.reduce((rows, { from, to }) => rows + to - from, 0))
  let row = 0
  pieces.forEach(({ run, from, to }, at) => {
    const start = row
    for (let k = from; k < to; k += 1, row += 1) returns[row] = run?.returns[k] ?? 0
    if (run === undefined || row === start) return
    if (!isContinued(pieces[at - 1], pieces[at])) charge(returns, start, run.turn[from] ?? 0)
    if (at + 1 < pieces.length && !isContinued(pieces[at], pieces[at + 1])) charge(returns, row - 1, run.turn[to] ?? 0)
  })
  return returns
}

const isContinued = (before: Piece | undefined, next: Piece | undefined): boolean =>
  before !== undefined && before.run === next?.run && before.to === next?.from

function charge(returns: Float64Array, row: number, cost: number): void {
  if (cost === 0) return
  returns[row] = Math.max(-1, (1 + (returns[row] as number)) * (1 - cost) - 1)
}

/** Growth of 1 by these returns; the first row is before the first return. */
export function curveOf(returns: Float64Array, startMs: number, stepMs: number): EquitySeries {
  const ts = Float64Array.from({ length: returns.length + 1 }, (_, row) => startMs + row * stepMs)
  const equity = new Float64Array(returns.length + 1)
  equity[0] = 1
  for (let row = 0; row < returns.length; row += 1) equity[row + 1] = (equity[row] as number) * (1 + (returns[row] as number))
  return { ts, equity }
}

/** A year is counted by time; ratios are made of the rows. */
export function metricsOfRows(returns: Float64Array, startMs: number, stepMs: number, trades: number): PieceMetrics {
  const series = curveOf(returns, startMs, stepMs)
  return { ...(metricsOf({ series, returnSeries: series }) as EquityMetrics), trades }
}

export const exitsIn = ({ run, from, to }: Piece): number => {
  let exits = 0
  for (let row = from; row < to; row += 1) exits += run?.exits[row] ?? 0
  return exits
}
