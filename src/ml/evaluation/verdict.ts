/**
 * The gate of a model: is what it shows on rows that it had not seen more than luck, and does it hold over time?
 */
import type { Task } from '../models/task.ts'
import type { Evaluation, PathResult, SplitResult } from './cross-validate.ts'
import { afterTrials, shiftTest } from './shift-test.ts'

/** AUC of a classification, rank correlation of a regression. */
export interface SkillScore {
  readonly name: 'auc' | 'rankCorrelation'
  /** What no skill shows. */
  readonly chance: number
  /** Over the paths. */
  readonly mean: number
  readonly min: number
  readonly max: number
}

export type Doubt =
  /** No better than no skill at all. */
  | { readonly code: 'no-skill'; readonly score: number; readonly chance: number }
  | { readonly code: 'luck'; readonly pValue: number; readonly most: number; readonly trials: number }
  /** Better than chance in half of the splits or fewer. */
  | { readonly code: 'not-lasting'; readonly good: number; readonly splits: number }
  /** Too few rows beside the length of the labels, or predictions that stand still. */
  | { readonly code: 'cannot-tell' }

export interface Verdict {
  readonly accepted: boolean
  readonly score: SkillScore | null
  /** After all trials; null where it cannot be told. */
  readonly pValue: number | null
  readonly shifts: number
  readonly doubts: readonly Doubt[]
}

/** The chance of luck that a model may have at most. */
export const LUCK_MAX = 0.05

/**
 * @param reach rows that a label looks ahead at most
 * @param trials models that were tried on these rows, this one included
 */
export function judge(evaluation: Evaluation, target: Float64Array, task: Task, reach: number, trials: number, seed: number): Verdict {
  const chance = task === 'classification' ? 0.5 : 0
  const skill = ({ scores, correlation }: PathResult | SplitResult): number | null => (task === 'classification' ? scores.auc : correlation)
  const told = evaluation.paths
    .flatMap((path) => {
      const score = skill(path)
      return score === null ? [] : [{ path, score }]
    })
    .sort((a, b) => a.score - b.score)
  // Of several paths the one in the middle speaks for all.
  const middle = told[(told.length - 1) >> 1]
  const test = middle === undefined ? null : shiftTest(middle.path.predictions, target, reach, trials, seed)
  if (middle === undefined || test === null)
    return { accepted: false, score: null, pValue: null, shifts: 0, doubts: [{ code: 'cannot-tell' }] }
  const scores = told.map(({ score }) => score)
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const pValue = afterTrials(test.pValue, trials)
  const splits = evaluation.splits.length
  const good = evaluation.splits.filter((split) => (skill(split) ?? chance) > chance).length
  const doubts: Doubt[] = []
  if (mean <= chance) doubts.push({ code: 'no-skill', score: mean, chance })
  if (pValue > LUCK_MAX) doubts.push({ code: 'luck', pValue, most: LUCK_MAX, trials })
  if (2 * good <= splits) doubts.push({ code: 'not-lasting', good, splits })
  return {
    accepted: doubts.length === 0,
    score: {
      name: task === 'classification' ? 'auc' : 'rankCorrelation',
      chance,
      mean,
      min: scores[0] as number,
      max: scores.at(-1) as number,
    },
    pValue,
    shifts: test.shifts,
    doubts,
  }
}
