/**
 * What each feature adds to one prediction.
 */
import type { FittedModel } from '../models/fit-model.ts'
import { networkScore } from '../models/predict-row.ts'
import type { Tree } from '../models/trees/tree.ts'

export interface Contributions {
  /** What the model says without any feature. */
  readonly base: number
  /** By feature; with the base they sum to the score, unless the model is a network. Log odds of a logistic, boosted trees and a network that classify; else in the unit of the prediction. */
  readonly parts: Float64Array
  /** `exact`: weight times standardized feature. `path`: what each split on the row's way changes (Saabas 2014). `occlusion`: what is lost where the feature stands at its train mean. */
  readonly by: 'exact' | 'path' | 'occlusion'
}

export function contributionsOf(model: FittedModel, row: Float64Array): Contributions {
  const parts = new Float64Array(row.length)
  switch (model.type) {
    case 'logistic':
    case 'ridge': {
      const { means, deviations } = model.standardization
      for (let at = 0; at < parts.length; at += 1)
        parts[at] = (model.weights[at] as number) * (((row[at] as number) - (means[at] as number)) / (deviations[at] as number))
      return { base: model.intercept, parts, by: 'exact' }
    }
    case 'gbdt':
      return { base: addPaths(model.trees, row, 1, parts, model.start), parts, by: 'path' }
    case 'forest':
      return { base: addPaths(model.trees, row, 1 / model.trees.length, parts, 0), parts, by: 'path' }
    case 'mlp': {
      const scratch = new Float64Array(row.length)
      const unit = model.task === 'regression' ? model.targetDeviation : 1
      const whole = networkScore(model, row, scratch)
      const without = row.slice()
      for (let at = 0; at < parts.length; at += 1) {
        without[at] = model.standardization.means[at] as number
        parts[at] = unit * (whole - networkScore(model, without, scratch))
        without[at] = row[at] as number
      }
      const base = networkScore(model, model.standardization.means, scratch)
      return { base: model.task === 'regression' ? model.targetMean + unit * base : base, parts, by: 'occlusion' }
    }
  }
}

/** Adds to each feature what the splits on it change along the way. Answers the base: `start` and the roots. */
function addPaths(trees: readonly Tree[], row: Float64Array, share: number, parts: Float64Array, start: number): number {
  let base = start
  for (const { feature, threshold, left, right, value } of trees) {
    base += share * (value[0] as number)
    let node = 0
    for (let asked = feature[0] as number; asked >= 0; asked = feature[node] as number) {
      const next = (row[asked] as number) <= (threshold[node] as number) ? (left[node] as number) : (right[node] as number)
      parts[asked] = (parts[asked] as number) + share * ((value[next] as number) - (value[node] as number))
      node = next
    }
  }
  return base
}
