/**
 * How the predictions of a model fit what came after them, counted as it becomes known.
 */
import type { Task } from '../models/task.ts'

/** Plain data: sums over the predictions whose label is known. */
export interface LiveScore {
  rows: number
  right: number
  brier: number
  predictions: number
  labels: number
  predictionSquares: number
  labelSquares: number
  products: number
}

export const noScore = (): LiveScore => ({
  rows: 0,
  right: 0,
  brier: 0,
  predictions: 0,
  labels: 0,
  predictionSquares: 0,
  labelSquares: 0,
  products: 0,
})

/** @param label of a classification 0 or 1 */
export function addScore(score: LiveScore, task: Task, prediction: number, label: number): void {
  score.rows += 1
  if (task === 'classification') {
    if (prediction >= 0.5 === (label === 1)) score.right += 1
    score.brier += (prediction - label) ** 2
  } else if (Math.sign(prediction) === Math.sign(label)) score.right += 1
  score.predictions += prediction
  score.labels += label
  score.predictionSquares += prediction * prediction
  score.labelSquares += label * label
  score.products += prediction * label
}

export interface LiveFigures {
  readonly rows: number
  /** Share whose side was right. */
  readonly accuracy: number
  /** Pearson's correlation of prediction and label; null where one of them has stood still. */
  readonly correlation: number | null
  /** Mean squared distance of probability and class; null of a regression. */
  readonly brier: number | null
}

/** Null before the first label is known. */
export function figuresOf(score: LiveScore, task: Task): LiveFigures | null {
  const { rows } = score
  if (rows === 0) return null
  const covariance = score.products - (score.predictions * score.labels) / rows
  const [own, other] = [score.predictionSquares - score.predictions ** 2 / rows, score.labelSquares - score.labels ** 2 / rows]
  const spread = Math.sqrt(own * other)
  return {
    rows,
    accuracy: score.right / rows,
    correlation: own > 1e-18 && other > 1e-18 ? covariance / spread : null,
    brier: task === 'classification' ? score.brier / rows : null,
  }
}
