/**
 * One row at a time, as a live bar brings it: the same operations in the same order as over columns, so that both agree to the last bit.
 */
import type { FittedModel } from './fit-model.ts'
import type { LinearModel } from './linear/linear-model.ts'
import type { Network } from './mlp/mlp.ts'
import { sigmoid } from './sigmoid.ts'
import type { Tree } from './trees/tree.ts'

/** The row has a feature a place, all finite. Answers a probability of class 1, or a value. */
export type RowPredictor = (row: Float64Array) => number

export function rowPredictor(model: FittedModel): RowPredictor {
  switch (model.type) {
    case 'logistic':
      return (row) => sigmoid(linearScore(model, row))
    case 'ridge':
      return (row) => linearScore(model, row)
    case 'gbdt': {
      const sum = treeSum(model.trees)
      return model.task === 'classification' ? (row) => sigmoid(sum(row, model.start)) : (row) => sum(row, model.start)
    }
    case 'forest': {
      const sum = treeSum(model.trees)
      const count = model.trees.length
      return model.task === 'classification' ? (row) => Math.min(1, Math.max(0, sum(row, 0) / count)) : (row) => sum(row, 0) / count
    }
    case 'mlp': {
      const standardized = new Float64Array(model.standardization.means.length)
      return (row) => {
        const score = networkScore(model, row, standardized)
        return model.task === 'classification' ? sigmoid(score) : model.targetMean + model.targetDeviation * score
      }
    }
  }
}

/** Intercept plus weights times standardized features. */
export function linearScore({ weights, intercept, standardization: { means, deviations } }: LinearModel, row: Float64Array): number {
  let score = intercept
  for (let at = 0; at < weights.length; at += 1)
    score += (weights[at] as number) * (((row[at] as number) - (means[at] as number)) / (deviations[at] as number))
  return score
}

/** All trees in one run of memory. Answers `start` plus what each tree says. */
function treeSum(trees: readonly Tree[]): (row: Float64Array, start: number) => number {
  const nodes = trees.reduce((sum, { feature }) => sum + feature.length, 0)
  const roots = new Int32Array(trees.length)
  const [feature, left, right] = [new Int32Array(nodes), new Int32Array(nodes), new Int32Array(nodes)]
  const [threshold, value] = [new Float64Array(nodes), new Float64Array(nodes)]
  let offset = 0
  for (const [at, tree] of trees.entries()) {
    roots[at] = offset
    feature.set(tree.feature, offset)
    threshold.set(tree.threshold, offset)
    value.set(tree.value, offset)
    for (let node = 0; node < tree.feature.length; node += 1) {
      left[offset + node] = offset + (tree.left[node] as number)
      right[offset + node] = offset + (tree.right[node] as number)
    }
    offset += tree.feature.length
  }
  return (row, start) => {
    let sum = start
    for (let at = 0; at < roots.length; at += 1) {
      let node = roots[at] as number
      for (let asked = feature[node] as number; asked >= 0; asked = feature[node] as number)
        node = (row[asked] as number) <= (threshold[node] as number) ? (left[node] as number) : (right[node] as number)
      sum += value[node] as number
    }
    return sum
  }
}

/** Log odds, or the value in deviations of the target. @param standardized is written */
export function networkScore(model: Network, row: Float64Array, standardized: Float64Array): number {
  const { standardization, inner, innerBias, outer, hidden } = model
  const features = standardized.length
  for (let at = 0; at < features; at += 1)
    standardized[at] = ((row[at] as number) - (standardization.means[at] as number)) / (standardization.deviations[at] as number)
  let score = model.outerBias
  for (let unit = 0; unit < hidden; unit += 1) {
    let sum = innerBias[unit] as number
    const cell = unit * features
    for (let at = 0; at < features; at += 1) sum += (inner[cell + at] as number) * (standardized[at] as number)
    if (sum > 0) score += (outer[unit] as number) * sum
  }
  return score
}
