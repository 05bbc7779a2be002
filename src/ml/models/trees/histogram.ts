/**
 * What a split is chosen by: per bin of each feature the sum of gradients, and the number of rows together with the sum of their curvatures.
 *
 * The number of rows and the sum of curvatures share one double, which saves a third of the memory that the innermost loop moves:
 * curvatures are whole multiples of a small step, and the row count lies above all that they can sum to. Both stay exact.
 */

/** Bits of a whole number that a double holds. */
const DOUBLE_BITS = 53
const CURVATURE_BITS_MAX = 24

export class WeightPacking {
  /** What one row adds beside its curvature. */
  readonly one: number
  /** Curvature of one step. */
  private readonly step: number
  /** Exact, as both are powers of two. */
  private readonly perOne: number

  /** @param curvatureMax the largest curvature that a row can have */
  constructor(rows: number, curvatureMax: number) {
    const rowBits = Math.ceil(Math.log2(rows + 1))
    const bits = Math.min(CURVATURE_BITS_MAX, DOUBLE_BITS - 2 * rowBits)
    this.step = curvatureMax / 2 ** bits
    this.one = 2 ** (bits + rowBits)
    this.perOne = 1 / this.one
  }

  pack(curvature: number): number {
    return this.one + Math.round(curvature / this.step)
  }

  countOf(sum: number): number {
    return Math.floor(sum * this.perOne)
  }

  curvatureOf(sum: number): number {
    return (sum - Math.floor(sum * this.perOne) * this.one) * this.step
  }
}

/** Two numbers a bin: the sum of gradients, then that of packed weights; features one after the other. */
export type Histogram = Float64Array

/**
 * Fills the histogram of the rows `order[from..to)`. `gradient` and `weight` are by row.
 * @param scratch two columns as long as there are rows
 */
export function fillHistogram(
  histogram: Histogram,
  bins: Uint8Array,
  rows: number,
  stride: number,
  features: number,
  order: Int32Array,
  from: number,
  to: number,
  gradient: Float64Array,
  weight: Float64Array,
  scratch: readonly [Float64Array, Float64Array],
): void {
  histogram.fill(0)
  const [gradients, weights] = scratch
  for (let k = from; k < to; k += 1) {
    const row = order[k] as number
    gradients[k] = gradient[row] as number
    weights[k] = weight[row] as number
  }
  let feature = 0
  // Four features at a time share what they load of each row.
  for (; feature + 3 < features; feature += 4) {
    const column = feature * rows
    const second = column + rows
    const third = second + rows
    const fourth = third + rows
    const base = feature * stride
    const secondBase = base + stride
    const thirdBase = secondBase + stride
    const fourthBase = thirdBase + stride
    for (let k = from; k < to; k += 1) {
      const row = order[k] as number
      const g = gradients[k] as number
      const w = weights[k] as number
      const a = base + ((bins[column + row] as number) << 1)
      histogram[a] = (histogram[a] as number) + g
      histogram[a + 1] = (histogram[a + 1] as number) + w
      const b = secondBase + ((bins[second + row] as number) << 1)
      histogram[b] = (histogram[b] as number) + g
      histogram[b + 1] = (histogram[b + 1] as number) + w
      const c = thirdBase + ((bins[third + row] as number) << 1)
      histogram[c] = (histogram[c] as number) + g
      histogram[c + 1] = (histogram[c + 1] as number) + w
      const d = fourthBase + ((bins[fourth + row] as number) << 1)
      histogram[d] = (histogram[d] as number) + g
      histogram[d + 1] = (histogram[d + 1] as number) + w
    }
  }
  for (; feature < features; feature += 1) {
    const column = feature * rows
    const base = feature * stride
    for (let k = from; k < to; k += 1) {
      const a = base + ((bins[column + (order[k] as number)] as number) << 1)
      histogram[a] = (histogram[a] as number) + (gradients[k] as number)
      histogram[a + 1] = (histogram[a + 1] as number) + (weights[k] as number)
    }
  }
}

/** What is left of a parent's histogram without that of one child is the other child's; written over the parent's. */
export function subtractHistogram(parent: Histogram, child: Histogram): void {
  for (let at = 0; at < parent.length; at += 1) parent[at] = (parent[at] as number) - (child[at] as number)
}
