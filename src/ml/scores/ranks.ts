/**
 * Ranks of values, equal ones sharing the mean of theirs: what scores that only look at order are made of.
 */

/** The place of each value from 1 up. @example midranks(Float64Array.of(3, 1, 3)) is 2.5, 1, 2.5 */
export function midranks(values: Float64Array): Float64Array {
  const order = ascending(values)
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    const value = values[order[from] as number]
    let to = from + 1
    while (to < order.length && values[order[to] as number] === value) to += 1
    for (let at = from; at < to; at += 1) ranks[order[at] as number] = (from + 1 + to) / 2
    from = to
  }
  return ranks
}

/** Indices of values from the smallest to the largest; equal ones in their order. */
export function ascending(values: Float64Array): Int32Array {
  return Int32Array.from(values, (_, at) => at).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b)
}
