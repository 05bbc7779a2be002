/**
 * Features as small whole numbers, so that trees look at 255 places to cut and not at every value: bin k holds the values up to its edge.
 */

/** Bins that a byte can name. */
export const BINS_MAX = 255
/** Values that quantiles are taken from; more change nothing that a split would see. */
const QUANTILE_ROWS_MAX = 200_000

export interface Binned {
  readonly rows: number
  /** Columns one after the other: the bin of row r of feature f is at `f * rows + r`. */
  readonly bins: Uint8Array
  /** Of each feature its ascending edges, one less than it has bins; a value belongs to the first bin whose edge is not below it. */
  readonly edges: readonly Float64Array[]
}

/** @param binsMax 2 to 255 */
export function binFeatures(features: readonly Float64Array[], binsMax: number): Binned {
  const rows = features[0]?.length ?? 0
  const bins = new Uint8Array(rows * features.length)
  const edges = features.map((column) => edgesOf(column, binsMax))
  for (const [at, column] of features.entries()) binColumn(column, edges[at] as Float64Array, bins, at * rows)
  return { rows, bins, edges }
}

/**
 * Where a feature is cut: halfway between neighbors where it has few values, at quantiles otherwise, halfway between the values beside
 * them (the "midpoint" method, as scikit-learn's histogram trees do).
 */
export function edgesOf(column: Float64Array, binsMax: number): Float64Array {
  const sorted = spread(column).sort()
  const distinct = distinctOf(sorted, binsMax)
  if (distinct !== undefined) return Float64Array.from({ length: distinct.length - 1 }, (_, at) => middle(distinct, at, at + 1))
  const edges: number[] = []
  for (let cut = 1; cut < binsMax; cut += 1) {
    const place = ((sorted.length - 1) * cut) / binsMax
    const edge = middle(sorted, Math.floor(place), Math.ceil(place))
    if (edges.length === 0 || edge > (edges.at(-1) as number)) edges.push(edge)
  }
  return Float64Array.from(edges)
}

/** At most so many values, from everywhere in the column. */
function spread(column: Float64Array): Float64Array {
  if (column.length <= QUANTILE_ROWS_MAX) return column.slice()
  const stride = column.length / QUANTILE_ROWS_MAX
  return Float64Array.from({ length: QUANTILE_ROWS_MAX }, (_, at) => column[Math.floor(at * stride)] as number)
}

/** The distinct values, unless there are more than `most`. */
function distinctOf(sorted: Float64Array, most: number): number[] | undefined {
  const distinct: number[] = []
  for (const value of sorted)
    if (distinct.length === 0 || value !== distinct.at(-1)) {
      if (distinct.length === most) return undefined
      distinct.push(value)
    }
  return distinct
}

function middle(sorted: ArrayLike<number>, low: number, high: number): number {
  const below = sorted[low] as number
  const above = sorted[high] as number
  const half = below + (above - below) / 2
  // Between two neighboring doubles there is nothing, and an edge must not take what lies above it.
  return half < above ? half : below
}

function binColumn(column: Float64Array, edges: Float64Array, bins: Uint8Array, offset: number): void {
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] as number
    let low = 0
    let high = edges.length
    while (low < high) {
      const half = (low + high) >>> 1
      if ((edges[half] as number) < value) low = half + 1
      else high = half
    }
    bins[offset + row] = low
  }
}

/** Rows of `order[from..to)` that go left come first, each side in its order; answers where the right side begins. */
export function partitionRows(
  { bins, rows }: Binned,
  order: Int32Array,
  moved: Int32Array,
  from: number,
  to: number,
  feature: number,
  bin: number,
): number {
  const column = feature * rows
  let left = from
  let right = 0
  for (let k = from; k < to; k += 1) {
    const row = order[k] as number
    if ((bins[column + row] as number) <= bin) {
      order[left] = row
      left += 1
    } else {
      moved[right] = row
      right += 1
    }
  }
  order.set(moved.subarray(0, right), left)
  return left
}
