/**
 * A decision tree as flat columns: a row goes left where its feature is at most the threshold, until a node has no children.
 */

export interface Tree {
  /** Feature that a node asks; -1 of a leaf. */
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  /** What a leaf answers; of a node above one what it would answer without its split, which tells what each split adds. */
  readonly value: Float64Array
  /** What a node's split won. */
  readonly gain: Float64Array
}

/** Adds the tree's answer for each row to `out`. */
export function addTree(tree: Tree, features: readonly Float64Array[], out: Float64Array): void {
  const { feature, threshold, left, right, value } = tree
  for (let row = 0; row < out.length; row += 1) {
    let node = 0
    for (let asked = feature[0] as number; asked >= 0; asked = feature[node] as number)
      node =
        ((features[asked] as Float64Array)[row] as number) <= (threshold[node] as number) ? (left[node] as number) : (right[node] as number)
    out[row] = (out[row] as number) + (value[node] as number)
  }
}

/** Sum of the gains of all splits by feature, as shares of 1; all 0 where no tree split. */
export function gainShares(trees: readonly Tree[], features: number): Float64Array {
  const shares = new Float64Array(features)
  let total = 0
  for (const { feature, gain } of trees)
    for (let node = 0; node < feature.length; node += 1) {
      const asked = feature[node] as number
      if (asked < 0) continue
      shares[asked] = (shares[asked] as number) + (gain[node] as number)
      total += gain[node] as number
    }
  return total > 0 ? shares.map((gain) => gain / total) : shares
}
