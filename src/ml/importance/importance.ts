/**
 * How much a fitted model uses each feature, as its kind of model tells: gains of splits, or sizes of weights.
 */
import type { FittedModel } from '../models/fit-model.ts'
import type { Network } from '../models/mlp/mlp.ts'
import { gainShares } from '../models/trees/tree.ts'

export interface Importance {
  /** `gain`: shares of what all splits won; `weight`: shares of the sizes of weights, of standardized features. */
  readonly by: 'gain' | 'weight'
  /** By feature; they sum to 1, unless the model uses none. */
  readonly values: Float64Array
}

export function importanceOf(model: FittedModel, features: number): Importance {
  switch (model.type) {
    case 'gbdt':
    case 'forest':
      return { by: 'gain', values: gainShares(model.trees, features) }
    case 'ridge':
    case 'logistic':
      return { by: 'weight', values: shares(model.weights.map(Math.abs)) }
    case 'mlp':
      return { by: 'weight', values: shares(pathWeights(model, features)) }
  }
}

/** Of each feature the sizes of its ways to the output: inner times outer weight, summed over the hidden units (Garson 1991). */
const pathWeights = (model: Network, features: number): Float64Array =>
  Float64Array.from({ length: features }, (_, at) => {
    let sum = 0
    for (let unit = 0; unit < model.hidden; unit += 1)
      sum += Math.abs((model.inner[unit * features + at] as number) * (model.outer[unit] as number))
    return sum
  })

function shares(sizes: Float64Array): Float64Array {
  const sum = sizes.reduce((total, size) => total + size, 0)
  return sum > 0 ? sizes.map((size) => size / sum) : sizes
}
