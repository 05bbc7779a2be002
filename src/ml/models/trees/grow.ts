/**
 * Grows one tree on gradients, best split first, over histograms: a child's is filled from its rows, its larger sibling's is what is left.
 * Ke et al. 2017, LightGBM; the gain of a split is that of Chen and Guestrin 2016, XGBoost, formula 7 without its constants.
 */
import { type Binned, partitionRows } from './bins.ts'
import { type Histogram, type WeightPacking, fillHistogram, subtractHistogram } from './histogram.ts'
import type { Tree } from './tree.ts'

export interface GrowRules {
  /** Leaves at most, 2 or more. */
  readonly leaves: number
  /** Rows of a leaf at least. */
  readonly minLeaf: number
  /** Weight of the squared leaf values. */
  readonly l2: number
}

/** A leaf's curvature at least; less is a division by nearly nothing. */
const CURVATURE_MIN = 1e-3

interface Leaf {
  readonly node: number
  readonly from: number
  readonly to: number
  readonly gradient: number
  /** Packed. */
  readonly weight: number
  readonly histogram: Histogram | undefined
  readonly split: SplitChoice | undefined
}

interface SplitChoice {
  readonly feature: number
  readonly bin: number
  readonly gain: number
  readonly gradient: number
  readonly weight: number
}

export class TreeGrower {
  private readonly binned: Binned
  private readonly packing: WeightPacking
  private readonly rules: GrowRules
  /** Numbers of a feature in a histogram. */
  private readonly stride: number
  private readonly order: Int32Array
  private readonly moved: Int32Array
  private readonly scratch: readonly [Float64Array, Float64Array]
  private readonly free: Histogram[] = []

  constructor(binned: Binned, packing: WeightPacking, rules: GrowRules) {
    this.binned = binned
    this.packing = packing
    this.rules = rules
    this.stride = 2 * Math.max(1, ...binned.edges.map((edges) => edges.length + 1))
    this.order = new Int32Array(binned.rows)
    this.moved = new Int32Array(binned.rows)
    this.scratch = [new Float64Array(binned.rows), new Float64Array(binned.rows)]
  }

  /**
   * The tree whose leaf values, times `rate`, go down the gradient; they are added to `predictions`.
   * @param weight packed by the packing that this was made with
   */
  grow(gradient: Float64Array, weight: Float64Array, rate: number, predictions: Float64Array): Tree {
    const { binned, rules, order } = this
    const nodes = 2 * rules.leaves - 1
    const tree: Tree = {
      feature: new Int32Array(nodes).fill(-1),
      threshold: new Float64Array(nodes),
      left: new Int32Array(nodes),
      right: new Int32Array(nodes),
      value: new Float64Array(nodes),
      gain: new Float64Array(nodes),
    }
    for (let row = 0; row < binned.rows; row += 1) order[row] = row
    let sumGradient = 0
    let sumWeight = 0
    for (let row = 0; row < binned.rows; row += 1) {
      sumGradient += gradient[row] as number
      sumWeight += weight[row] as number
    }
    const root = this.fill(0, binned.rows, gradient, weight)
    const leaves: Leaf[] = [this.leafOf(0, 0, binned.rows, sumGradient, sumWeight, root)]
    let used = 1
    while (leaves.length < rules.leaves) {
      const best = bestOf(leaves)
      const leaf = leaves[best] as Leaf
      const { split, histogram } = leaf
      if (split === undefined || histogram === undefined) break
      tree.value[leaf.node] = this.answerOf(leaf, rate)
      const middle = partitionRows(binned, order, this.moved, leaf.from, leaf.to, split.feature, split.bin)
      const [left, right] = [used, used + 1]
      used += 2
      tree.feature[leaf.node] = split.feature
      tree.threshold[leaf.node] = (binned.edges[split.feature] as Float64Array)[split.bin] as number
      tree.left[leaf.node] = left
      tree.right[leaf.node] = right
      tree.gain[leaf.node] = split.gain
      const isLast = leaves.length + 1 === rules.leaves
      const [leftHistogram, rightHistogram] = isLast
        ? [undefined, undefined]
        : this.childHistograms(leaf.from, middle, leaf.to, histogram, gradient, weight)
      if (isLast) this.free.push(histogram)
      leaves[best] = this.leafOf(left, leaf.from, middle, split.gradient, split.weight, leftHistogram)
      leaves.push(this.leafOf(right, middle, leaf.to, leaf.gradient - split.gradient, leaf.weight - split.weight, rightHistogram))
    }
    for (const leaf of leaves) {
      if (leaf.histogram !== undefined) this.free.push(leaf.histogram)
      const value = this.answerOf(leaf, rate)
      tree.value[leaf.node] = value
      for (let k = leaf.from; k < leaf.to; k += 1) {
        const row = order[k] as number
        predictions[row] = (predictions[row] as number) + value
      }
    }
    return used === nodes ? tree : cut(tree, used)
  }

  private answerOf({ gradient, weight }: Leaf, rate: number): number {
    return -rate * (gradient / (this.packing.curvatureOf(weight) + this.rules.l2))
  }

  private fill(from: number, to: number, gradient: Float64Array, weight: Float64Array): Histogram {
    const { binned, stride } = this
    const features = binned.edges.length
    const histogram = this.free.pop() ?? new Float64Array(features * stride)
    fillHistogram(histogram, binned.bins, binned.rows, stride, features, this.order, from, to, gradient, weight, this.scratch)
    return histogram
  }

  private childHistograms(
    from: number,
    middle: number,
    to: number,
    parent: Histogram,
    gradient: Float64Array,
    weight: Float64Array,
  ): [Histogram, Histogram] {
    if (middle - from <= to - middle) {
      const left = this.fill(from, middle, gradient, weight)
      subtractHistogram(parent, left)
      return [left, parent]
    }
    const right = this.fill(middle, to, gradient, weight)
    subtractHistogram(parent, right)
    return [parent, right]
  }

  private leafOf(node: number, from: number, to: number, gradient: number, weight: number, histogram: Histogram | undefined): Leaf {
    const split = histogram === undefined ? undefined : this.bestSplit(gradient, weight, histogram)
    return { node, from, to, gradient, weight, histogram, split }
  }

  private bestSplit(gradient: number, weight: number, histogram: Histogram): SplitChoice | undefined {
    const { packing, stride, rules } = this
    const { edges } = this.binned
    const { minLeaf, l2 } = rules
    const rows = packing.countOf(weight)
    if (rows < 2 * minLeaf) return undefined
    const curvature = packing.curvatureOf(weight)
    const whole = (gradient * gradient) / (curvature + l2)
    let gain = 0
    let feature = -1
    let bin = 0
    let leftGradient = 0
    let leftWeight = 0
    for (let f = 0; f < edges.length; f += 1) {
      const cuts = (edges[f] as Float64Array).length
      const base = f * stride
      let sumG = 0
      let sumW = 0
      for (let b = 0; b < cuts; b += 1) {
        const at = base + (b << 1)
        const w = histogram[at + 1] as number
        // An empty bin leaves everything as it was.
        if (w === 0) continue
        sumG += histogram[at] as number
        sumW += w
        const left = packing.countOf(sumW)
        if (left < minLeaf) continue
        if (rows - left < minLeaf) break
        const leftCurvature = packing.curvatureOf(sumW)
        const rightCurvature = curvature - leftCurvature
        if (leftCurvature < CURVATURE_MIN || rightCurvature < CURVATURE_MIN) continue
        const rest = gradient - sumG
        const won = (sumG * sumG) / (leftCurvature + l2) + (rest * rest) / (rightCurvature + l2) - whole
        if (won > gain) {
          gain = won
          feature = f
          bin = b
          leftGradient = sumG
          leftWeight = sumW
        }
      }
    }
    return feature < 0 ? undefined : { feature, bin, gain, gradient: leftGradient, weight: leftWeight }
  }
}

function bestOf(leaves: readonly Leaf[]): number {
  let best = 0
  let gain = -1
  for (let at = 0; at < leaves.length; at += 1) {
    const { split } = leaves[at] as Leaf
    if (split !== undefined && split.gain > gain) {
      best = at
      gain = split.gain
    }
  }
  return best
}

const cut = (tree: Tree, nodes: number): Tree => ({
  feature: tree.feature.slice(0, nodes),
  threshold: tree.threshold.slice(0, nodes),
  left: tree.left.slice(0, nodes),
  right: tree.right.slice(0, nodes),
  value: tree.value.slice(0, nodes),
  gain: tree.gain.slice(0, nodes),
})
