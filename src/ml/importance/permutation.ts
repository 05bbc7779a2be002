/**
 * Permutation importance: how much worse a fitted model scores when the values of one feature are dealt out anew among the rows
 * (Breiman 2001). Meant for rows that the model has not seen.
 */
import { Random } from '../../core/random.ts'
import { type FittedModel, predictModel } from '../models/fit-model.ts'
import type { Task } from '../models/task.ts'
import { aucOf, r2Of } from '../scores/scores.ts'

export interface FeatureDrop {
  /** Mean loss of AUC, or of r2 in a regression; about 0 for a feature without use, below 0 by chance. */
  readonly drop: number
  /** Standard deviation over the deals, ddof 1; 0 of a single one. */
  readonly deviation: number
}

/** By feature; null where the rows allow no score. @param deals how often each feature is dealt out, 1 or more */
export function permutationImportance(
  model: FittedModel,
  features: readonly Float64Array[],
  target: Float64Array,
  task: Task,
  deals: number,
  seed: number,
): FeatureDrop[] | null {
  const scored = (columns: readonly Float64Array[]): number | null => {
    const predictions = predictModel(model, columns)
    return task === 'classification' ? aucOf(predictions, target) : r2Of(predictions, target)
  }
  const whole = scored(features)
  if (whole === null) return null
  const random = new Random(seed)
  return features.map((column, at) => {
    const dealt = column.slice()
    const columns = features.map((each, other) => (other === at ? dealt : each))
    const drops = Float64Array.from({ length: deals }, () => {
      deal(dealt, random)
      return whole - (scored(columns) as number)
    })
    const drop = drops.reduce((sum, each) => sum + each, 0) / deals
    const squares = drops.reduce((sum, each) => sum + (each - drop) ** 2, 0)
    return { drop, deviation: deals > 1 ? Math.sqrt(squares / (deals - 1)) : 0 }
  })
}

function deal(values: Float64Array, random: Random): void {
  for (let at = values.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    const kept = values[at] as number
    values[at] = values[other] as number
    values[other] = kept
  }
}
