/**
 * Which runs of a sweep are best, by one of their metrics.
 */
import { BENCHMARK_METRICS, EQUITY_METRICS, type Metrics, TRADE_METRICS } from '../../portfolio/results/performance.ts'
import type { SweepOutcome } from './sweep-plan.ts'

export const SORT_METRICS = [...EQUITY_METRICS, ...TRADE_METRICS, ...BENCHMARK_METRICS] as const
export type SortMetric = (typeof SORT_METRICS)[number]

/** Less of these is better. */
const ASCENDING: ReadonlySet<SortMetric> = new Set([
  'volatility',
  'maxDrawdown',
  'maxDrawdownDays',
  'avgDrawdown',
  'ulcerIndex',
  'var95',
  'cvar95',
  'kurtosis',
  'maxLossStreak',
  'exposure',
  'turnover',
  'fees',
  'funding',
  'slippage',
])

export interface RankedRun {
  /** Index in the plan. */
  readonly at: number
  readonly metrics: Metrics
}

/** The first `count` of the runs that did not fail, the best first; equal ones in the order of the plan. */
export function rankRuns(outcomes: readonly SweepOutcome[], metric: SortMetric, count: number): RankedRun[] {
  const sign = ASCENDING.has(metric) ? 1 : -1
  const key = (run: RankedRun): number => {
    const value = run.metrics[metric]
    return value === null || value === undefined ? Number.POSITIVE_INFINITY : sign * value
  }
  return outcomes
    .flatMap((outcome): RankedRun[] => (outcome.type === 'run' ? [{ at: outcome.at, metrics: outcome.metrics }] : []))
    .sort((a, b) => {
      const [left, right] = [key(a), key(b)]
      return left === right ? a.at - b.at : left - right
    })
    .slice(0, count)
}
