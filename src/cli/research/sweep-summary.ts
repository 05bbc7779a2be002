/**
 * The summary of a sweep on a terminal: what speaks against its best run first, then the best runs as a table.
 */
import type { GridAxis } from '../../backtest/sweep/parameter-grid.ts'
import type { BestRuns } from '../../backtest/sweep/best-runs.ts'
import type { SortMetric } from '../../backtest/sweep/ranking.ts'
import type { Metrics } from '../../portfolio/results/performance.ts'
import type { DataInfo } from './backtest-summary.ts'
import { formatCount, formatPercent, formatRatio } from '../ui/format.ts'
import type { Column, Output } from '../ui/output.ts'

export interface SweepAnswer extends BestRuns {
  readonly strategy: string
  readonly data: DataInfo | { readonly series: readonly DataInfo[]; readonly bars: number; readonly hash: string }
  readonly runs: number
  /** Combinations that the strategy's schema refuses. */
  readonly skipped: number
  readonly workers: number
  readonly elapsedMs: number
  readonly runsPerSecond: number
}

export function printSweep(out: Output, answer: SweepAnswer, axes: readonly GridAxis[]): void {
  out.line(`${out.style('bold', answer.strategy)}  ${formatCount(answer.runs)} runs over ${formatCount(answer.data.bars)} bars`)
  for (const doubt of doubtsOf(answer)) out.line(`${out.style('warn', '!')} ${doubt}`)
  out.line()
  const shown: readonly SortMetric[] = ['sharpe', 'totalReturn', 'maxDrawdown', 'trades']
  const metrics = shown.includes(answer.sort) ? shown : [answer.sort, ...shown]
  const columns: Column[] = [...axes.map(({ name }) => name), ...metrics].map((title) => ({ title, align: 'right' }))
  out.table(
    columns,
    answer.best.map((run) => [...axes.map(({ name }) => String(run.params[name])), ...metrics.map((metric) => show(metric, run.metrics))]),
  )
  out.line()
  const { plateau, sort } = answer
  if (plateau !== null)
    out.line(
      `Neighbors of the best in the grid, ${formatCount(plateau.neighbors)}: ${sort} ${showValue(sort, plateau.mean)} on average, ${showValue(sort, plateau.least)} to ${showValue(sort, plateau.most)}.`,
    )
  out.line(
    out.style(
      'dim',
      `${formatCount(Math.round(answer.elapsedMs))} ms with ${answer.workers} worker${answer.workers === 1 ? '' : 's'}, ${formatRatio(answer.runsPerSecond)} runs/s`,
    ),
  )
}

function doubtsOf({ runs, luckSharpe, best, sort }: SweepAnswer): string[] {
  const doubts = ['The parameters were chosen on these same bars: expect worse results on new data.']
  if (best.every(({ metrics }) => metrics[sort] == null))
    doubts.push(
      `No run has a ${sort}, most often because the data is too few days: the rows are in the order of the grid. Try --sort totalReturn.`,
    )
  const top = Math.max(...best.map((run) => run.metrics.sharpe ?? Number.NEGATIVE_INFINITY))
  if (luckSharpe !== null && Number.isFinite(top))
    doubts.push(
      `The best of ${formatCount(runs)} unskilled runs would show a Sharpe ratio near ${formatRatio(luckSharpe)}; the best here has ${formatRatio(top)}.`,
    )
  if (best.some((run) => (run.metrics.trades ?? 0) < 30)) doubts.push('Some of the best runs have fewer than 30 trades.')
  return doubts
}

const FRACTIONS: ReadonlySet<SortMetric> = new Set(['totalReturn', 'cagr', 'volatility', 'maxDrawdown', 'winRate', 'benchmarkReturn'])

const show = (metric: SortMetric, metrics: Metrics): string => showValue(metric, metrics[metric] ?? null)

function showValue(metric: SortMetric, value: number | null): string {
  if (FRACTIONS.has(metric)) return formatPercent(value)
  return metric === 'trades' ? formatCount(value ?? 0) : formatRatio(value)
}
