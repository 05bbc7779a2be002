/**
 * A weight per standardized feature and an intercept: what ridge and logistic regression fit, and what both predict by.
 */
import { sigmoid } from '../sigmoid.ts'
import { type Standardization, standardize } from './standardize.ts'

export interface LinearModel {
  readonly type: 'ridge' | 'logistic'
  readonly standardization: Standardization
  /** By feature, of the standardized ones. */
  readonly weights: Float64Array
  readonly intercept: number
}

/** Intercept plus weights times standardized features, by row. */
export function linearScores(weights: Float64Array, intercept: number, standardized: readonly Float64Array[]): Float64Array {
  const scores = new Float64Array(standardized[0]?.length ?? 0).fill(intercept)
  for (const [at, column] of standardized.entries()) {
    const weight = weights[at] as number
    for (let row = 0; row < scores.length; row += 1) scores[row] = (scores[row] as number) + weight * (column[row] as number)
  }
  return scores
}

/** Values of a ridge, probabilities of class 1 of a logistic regression. */
export function predictLinear(model: LinearModel, features: readonly Float64Array[]): Float64Array {
  const scores = linearScores(model.weights, model.intercept, standardize(model.standardization, features))
  return model.type === 'logistic' ? scores.map(sigmoid) : scores
}

/** Sums of products of the columns, each row weighed; symmetric. Without weights each counts once. */
export function weightedGram(columns: readonly Float64Array[], weights: Float64Array | undefined): Float64Array[] {
  const gram = columns.map(() => new Float64Array(columns.length))
  const weighed = new Float64Array(columns[0]?.length ?? 0)
  for (const [i, column] of columns.entries()) {
    if (weights === undefined) weighed.set(column)
    else for (let row = 0; row < weighed.length; row += 1) weighed[row] = (column[row] as number) * (weights[row] as number)
    for (let j = 0; j <= i; j += 1) {
      const other = columns[j] as Float64Array
      let sum = 0
      for (let row = 0; row < weighed.length; row += 1) sum += (weighed[row] as number) * (other[row] as number)
      ;(gram[i] as Float64Array)[j] = sum
      ;(gram[j] as Float64Array)[i] = sum
    }
  }
  return gram
}
