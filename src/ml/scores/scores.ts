/**
 * How well predictions fit what came. A score that the rows do not allow is null: an AUC of one class, an r2 of a target that stands still.
 */
import type { Task } from '../models/task.ts'
import { midranks } from './ranks.ts'

export interface Scores {
  readonly rows: number
  /** Chance that a row of class 1 is predicted above one of class 0, ties counting half (Hanley and McNeil 1982). */
  readonly auc: number | null
  /** Mean of −ln of the probability given to what came; probabilities are held 1e-15 from 0 and 1. */
  readonly logLoss: number | null
  /** Share of rows whose class has the larger probability; exactly one half says class 1. */
  readonly accuracy: number | null
  /** Mean squared distance of probability and class (Brier 1950). */
  readonly brier: number | null
  /** 1 less the squared errors over those of the mean of these rows; below 0 where the mean is better. */
  readonly r2: number | null
}

const PROBABILITY_MIN = 1e-15

/** @param target of a classification 0 and 1; predictions are then probabilities, and are held to 0 and 1 */
export function scoresOf(task: Task, predictions: Float64Array, target: Float64Array): Scores {
  const rows = target.length
  const none = { rows, auc: null, logLoss: null, accuracy: null, brier: null, r2: null }
  if (rows === 0) return none
  if (task === 'regression') return { ...none, r2: r2Of(predictions, target) }
  let logLoss = 0
  let right = 0
  let brier = 0
  for (let row = 0; row < rows; row += 1) {
    const truth = target[row] as number
    const p = Math.min(1, Math.max(0, predictions[row] as number))
    logLoss -= Math.log(Math.max(PROBABILITY_MIN, truth === 1 ? p : 1 - p))
    if (p >= 0.5 === (truth === 1)) right += 1
    brier += (p - truth) ** 2
  }
  return { ...none, auc: aucOf(predictions, target), logLoss: logLoss / rows, accuracy: right / rows, brier: brier / rows }
}

/** Area under the ROC curve by the sum of ranks; null where the rows are of one class. */
export function aucOf(predictions: Float64Array, target: Float64Array): number | null {
  const ranks = midranks(predictions)
  let ones = 0
  let sum = 0
  for (let row = 0; row < target.length; row += 1)
    if (target[row] === 1) {
      ones += 1
      sum += ranks[row] as number
    }
  const zeros = target.length - ones
  return ones === 0 || zeros === 0 ? null : (sum - (ones * (ones + 1)) / 2) / (ones * zeros)
}

export function r2Of(predictions: Float64Array, target: Float64Array): number | null {
  const mean = target.reduce((sum, value) => sum + value, 0) / target.length
  let errors = 0
  let total = 0
  for (let row = 0; row < target.length; row += 1) {
    errors += ((target[row] as number) - (predictions[row] as number)) ** 2
    total += ((target[row] as number) - mean) ** 2
  }
  return total > 0 ? 1 - errors / total : null
}

/** Spearman's correlation: Pearson's of ranks; null where one side stands still. */
export function rankCorrelation(a: Float64Array, b: Float64Array): number | null {
  const [x, y] = [midranks(a), midranks(b)]
  const mean = (x.length + 1) / 2
  let together = 0
  let ofX = 0
  let ofY = 0
  for (let at = 0; at < x.length; at += 1) {
    const dx = (x[at] as number) - mean
    const dy = (y[at] as number) - mean
    together += dx * dy
    ofX += dx * dx
    ofY += dy * dy
  }
  return ofX > 0 && ofY > 0 ? together / Math.sqrt(ofX * ofY) : null
}
