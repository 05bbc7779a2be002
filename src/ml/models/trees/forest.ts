/**
 * A random forest: trees on rows drawn with replacement, each split chosen among a few features drawn anew; their answers are averaged
 * (Breiman 2001). Probabilities are means of leaves, so that a class of 0 and 1 is split as a number is: the Gini gain is the same.
 */
import { Random } from '../../../core/random.ts'
import type { Task } from '../task.ts'
import { type Binned, binFeatures, partitionRows } from './bins.ts'
import { type Tree, addTree } from './tree.ts'

export interface ForestRules {
  readonly trees: number
  readonly minLeaf: number
  readonly bins: number
  readonly seed: number
}

export interface RandomForest {
  readonly type: 'forest'
  readonly task: Task
  readonly trees: readonly Tree[]
}

/** Features that a split chooses among: the square root of all for classes, a third for numbers (Breiman's own). */
const triedFeatures = (features: number, task: Task): number =>
  Math.max(1, task === 'classification' ? Math.round(Math.sqrt(features)) : Math.round(features / 3))

/** @param target of a classification 0 and 1 */
export function fitForest(features: readonly Float64Array[], target: Float64Array, task: Task, rules: ForestRules): RandomForest {
  const random = new Random(rules.seed)
  const grower = new ForestGrower(binFeatures(features, rules.bins), target, triedFeatures(features.length, task), rules.minLeaf, random)
  return { type: 'forest', task, trees: Array.from({ length: rules.trees }, () => grower.grow()) }
}

/** Probabilities of class 1, or values. */
export function predictForest(model: RandomForest, features: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(features[0]?.length ?? 0)
  for (const tree of model.trees) addTree(tree, features, sums)
  const means = sums.map((sum) => sum / model.trees.length)
  // A mean of means of 0 and 1 may miss its bounds by rounding.
  return model.task === 'classification' ? means.map((mean) => Math.min(1, Math.max(0, mean))) : means
}

interface Open {
  readonly node: number
  readonly from: number
  readonly to: number
  /** Of targets less their mean. */
  readonly sum: number
}

interface ForestSplit {
  readonly feature: number
  readonly bin: number
  readonly gain: number
  readonly leftSum: number
}

class ForestGrower {
  private readonly binned: Binned
  private readonly target: Float64Array
  private readonly mean: number
  private readonly tried: number
  private readonly minLeaf: number
  private readonly random: Random
  private readonly order: Int32Array
  private readonly moved: Int32Array
  private readonly drawn: Int32Array
  /** Sum of targets, then rows, of each bin of the feature that is looked at. */
  private readonly bars: Float64Array

  constructor(binned: Binned, target: Float64Array, tried: number, minLeaf: number, random: Random) {
    this.binned = binned
    this.mean = target.reduce((sum, value) => sum + value, 0) / target.length
    this.target = target.map((value) => value - this.mean)
    this.tried = tried
    this.minLeaf = minLeaf
    this.random = random
    this.order = new Int32Array(binned.rows)
    this.moved = new Int32Array(binned.rows)
    this.drawn = Int32Array.from(binned.edges, (_, at) => at)
    this.bars = new Float64Array(2 * Math.max(1, ...binned.edges.map((edges) => edges.length + 1)))
  }

  grow(): Tree {
    const { binned, random, order, target, mean } = this
    const { rows } = binned
    let sum = 0
    for (let k = 0; k < rows; k += 1) {
      const row = random.below(rows)
      order[k] = row
      sum += target[row] as number
    }
    // In the order of rows a pass over a column goes through memory once.
    order.sort()
    const feature = [-1]
    const threshold = [0]
    const left = [0]
    const right = [0]
    const value = [0]
    const gain = [0]
    const add = (): number => {
      for (const column of [threshold, left, right, value, gain]) column.push(0)
      return feature.push(-1) - 1
    }
    const open: Open[] = [{ node: 0, from: 0, to: rows, sum }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { node, from, to } = next
      value[node] = mean + next.sum / (to - from)
      const split = this.bestSplit(next)
      if (split === undefined) continue
      const middle = partitionRows(binned, order, this.moved, from, to, split.feature, split.bin)
      feature[node] = split.feature
      threshold[node] = (binned.edges[split.feature] as Float64Array)[split.bin] as number
      gain[node] = split.gain
      const below = add()
      const above = add()
      left[node] = below
      right[node] = above
      open.push({ node: above, from: middle, to, sum: next.sum - split.leftSum }, { node: below, from, to: middle, sum: split.leftSum })
    }
    return {
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(threshold),
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      value: Float64Array.from(value),
      gain: Float64Array.from(gain),
    }
  }

  private bestSplit({ from, to, sum }: Open): ForestSplit | undefined {
    const { minLeaf, drawn, random, tried } = this
    const rows = to - from
    if (rows < 2 * minLeaf) return undefined
    const whole = (sum * sum) / rows
    // What rounding leaves of targets that are all the same is no gain.
    let best: ForestSplit | undefined
    let gain = 1e-9 * rows
    for (let k = 0; k < tried; k += 1) {
      const pick = k + random.below(drawn.length - k)
      const feature = drawn[pick] as number
      drawn[pick] = drawn[k] as number
      drawn[k] = feature
      const cuts = this.fillBars(feature, from, to)
      const { bars } = this
      let leftSum = 0
      let left = 0
      for (let bin = 0; bin < cuts; bin += 1) {
        leftSum += bars[2 * bin] as number
        left += bars[2 * bin + 1] as number
        if (left < minLeaf) continue
        if (rows - left < minLeaf) break
        const rest = sum - leftSum
        const won = (leftSum * leftSum) / left + (rest * rest) / (rows - left) - whole
        if (won > gain) {
          gain = won
          best = { feature, bin, gain: won, leftSum }
        }
      }
    }
    return best
  }

  /** Answers how many places the feature can be cut at. */
  private fillBars(feature: number, from: number, to: number): number {
    const { bars, order, target } = this
    const { bins, rows, edges } = this.binned
    const cuts = (edges[feature] as Float64Array).length
    bars.fill(0, 0, 2 * (cuts + 1))
    const column = feature * rows
    for (let k = from; k < to; k += 1) {
      const row = order[k] as number
      const at = (bins[column + row] as number) << 1
      bars[at] = (bars[at] as number) + (target[row] as number)
      bars[at + 1] = (bars[at + 1] as number) + 1
    }
    return cuts
  }
}
