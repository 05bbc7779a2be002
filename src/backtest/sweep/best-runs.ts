/**
 * The best runs of a search, and what their choice is worth: how far luck alone would have come, and what their neighbors in the grid made.
 */
import type { Metrics } from '../../portfolio/results/performance.ts'
import { expectedMaxSharpe } from '../overfit.ts'
import type { Combination, GridAxis } from './parameter-grid.ts'
import { type Plateau, plateauOf } from './plateau.ts'
import { type SortMetric, rankRuns } from './ranking.ts'
import type { SweepOutcome } from './sweep-plan.ts'

export interface BestRuns {
  /** Runs in which the strategy stopped. */
  readonly failed: number
  /** Sharpe ratio, as in the metrics, that the best of so many runs would show without any skill; null where one run alone has one. */
  readonly luckSharpe: number | null
  readonly sort: SortMetric
  /** Of the best run by `sort`: its neighbors in the grid; null where it has none. */
  readonly plateau: Plateau | null
  readonly best: readonly { readonly params: Readonly<Record<string, unknown>>; readonly metrics: Metrics }[]
}

/** What was run, in the order of its outcomes. */
export interface Searched {
  readonly axes: readonly GridAxis[]
  readonly combinations: readonly Combination[]
  readonly params: readonly unknown[]
}

/** @param top so many of the best, the best first */
export function bestRunsOf(
  outcomes: readonly SweepOutcome[],
  { axes, combinations, params }: Searched,
  sort: SortMetric,
  top: number,
): BestRuns {
  const ranked = rankRuns(outcomes, sort, top)
  const figures = outcomes.map((outcome) => (outcome.type === 'run' ? (outcome.metrics[sort] ?? null) : null))
  const sharpes = outcomes.flatMap((outcome) => (outcome.type === 'run' ? (outcome.metrics.sharpe ?? []) : []))
  return {
    failed: outcomes.filter(({ type }) => type === 'failed').length,
    luckSharpe: expectedMaxSharpe(sharpes) ?? null,
    sort,
    plateau: ranked[0] === undefined ? null : (plateauOf(axes, combinations, figures, ranked[0].at) ?? null),
    best: ranked.map(({ at, metrics }) => ({ params: params[at] as Record<string, unknown>, metrics })),
  }
}
