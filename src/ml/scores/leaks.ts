/**
 * Features that know the answer: a single one that orders the target nearly by itself is more likely to look ahead than to be that good.
 */
import type { Task } from '../models/task.ts'
import { aucOf, rankCorrelation } from './scores.ts'

export interface Leak {
  /** Index of the feature. */
  readonly feature: number
  /** AUC of the feature alone, 0.5 to 1 whichever way it points; of a regression the size of its rank correlation. */
  readonly score: number
}

/** Above this no honest feature of a market is known to be. */
export const LEAK_SCORE = 0.95
/** A score that extreme shows in far fewer rows. */
const ROWS_MAX = 5_000

export function findLeaks(features: readonly Float64Array[], target: Float64Array, task: Task): Leak[] {
  const stride = Math.max(1, target.length / ROWS_MAX)
  const thin = (column: Float64Array): Float64Array =>
    stride === 1 ? column : Float64Array.from({ length: ROWS_MAX }, (_, at) => column[Math.floor(at * stride)] as number)
  const truth = thin(target)
  return features.flatMap((column, feature) => {
    const score = strengthOf(thin(column), truth, task)
    return score >= LEAK_SCORE ? [{ feature, score }] : []
  })
}

function strengthOf(column: Float64Array, target: Float64Array, task: Task): number {
  if (task === 'regression') return Math.abs(rankCorrelation(column, target) ?? 0)
  const auc = aucOf(column, target) ?? 0.5
  return Math.max(auc, 1 - auc)
}
