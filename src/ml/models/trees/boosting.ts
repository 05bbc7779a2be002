/**
 * Gradient-boosted trees: each tree goes down the gradient of the loss at what the trees before it predict (Friedman 2001).
 */
import { sigmoid } from '../sigmoid.ts'
import type { Task } from '../task.ts'
import { binFeatures } from './bins.ts'
import { TreeGrower } from './grow.ts'
import { WeightPacking } from './histogram.ts'
import { type Tree, addTree } from './tree.ts'

export interface BoostingRules {
  /** Trees, 1 or more. */
  readonly rounds: number
  /** Part of each tree's answer that counts, above 0. */
  readonly rate: number
  readonly leaves: number
  readonly minLeaf: number
  readonly bins: number
  readonly l2: number
}

export interface BoostedTrees {
  readonly type: 'gbdt'
  readonly task: Task
  /** What is predicted before the first tree: the mean, or the log odds of the classes. */
  readonly start: number
  readonly trees: readonly Tree[]
}

/** A class of 0 or 1 has a curvature of at most p (1 - p) at p = 1/2. */
const CURVATURE_MAX = { classification: 0.25, regression: 1 } as const

/** @param target of a classification 0 and 1, both of them */
export function fitBoosting(features: readonly Float64Array[], target: Float64Array, task: Task, rules: BoostingRules): BoostedTrees {
  const rows = target.length
  const mean = target.reduce((sum, value) => sum + value, 0) / rows
  const start = task === 'classification' ? Math.log(mean / (1 - mean)) : mean
  const packing = new WeightPacking(rows, CURVATURE_MAX[task])
  const grower = new TreeGrower(binFeatures(features, rules.bins), packing, rules)
  const predictions = new Float64Array(rows).fill(start)
  const gradient = new Float64Array(rows)
  const weight = new Float64Array(rows).fill(packing.pack(1))
  const trees: Tree[] = []
  for (let round = 0; round < rules.rounds; round += 1) {
    for (let row = 0; row < rows; row += 1) {
      if (task === 'regression') gradient[row] = (predictions[row] as number) - (target[row] as number)
      else {
        const p = sigmoid(predictions[row] as number)
        gradient[row] = p - (target[row] as number)
        weight[row] = packing.pack(p * (1 - p))
      }
    }
    trees.push(grower.grow(gradient, weight, rules.rate, predictions))
  }
  return { type: 'gbdt', task, start, trees }
}

/** Probabilities of class 1, or values. */
export function predictBoosting(model: BoostedTrees, features: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(features[0]?.length ?? 0).fill(model.start)
  for (const tree of model.trees) addTree(tree, features, out)
  return model.task === 'classification' ? out.map(sigmoid) : out
}
