/**
 * How much a fitted model uses each feature, as its kind of model tells: gains of splits, sizes of weights, or scores lost.
 */
import type { FittedModel } from '../models/fit-model.ts'
import type { Task } from '../models/task.ts'
import { gainShares } from '../models/trees/tree.ts'
import { permutationImportance } from './permutation.ts'

export interface Importance {
  /** `gain`: shares of what all splits won; `weight`: shares of the sizes of weights on standardized features; `permutation`: score lost. */
  readonly by: 'gain' | 'weight' | 'permutation'
  /** By feature. */
  readonly values: Float64Array
}

/** A network tells nothing by itself, so that the given rows are dealt out for it. */
const DEALS = 3

export function importanceOf(
  model: FittedModel,
  features: readonly Float64Array[],
  target: Float64Array,
  task: Task,
  seed: number,
): Importance {
  switch (model.type) {
    case 'gbdt':
    case 'forest':
      return { by: 'gain', values: gainShares(model.trees, features.length) }
    case 'ridge':
    case 'logistic': {
      const sizes = model.weights.map(Math.abs)
      const sum = sizes.reduce((total, size) => total + size, 0)
      return { by: 'weight', values: sum > 0 ? sizes.map((size) => size / sum) : sizes }
    }
    case 'mlp': {
      const drops = permutationImportance(model, features, target, task, DEALS, seed)
      return { by: 'permutation', values: Float64Array.from(features, (_, at) => drops?.[at]?.drop ?? 0) }
    }
  }
}
