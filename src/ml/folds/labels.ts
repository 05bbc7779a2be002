/**
 * What folds are made of: for each sample the time it is decided at and the time its label is known, and contiguous blocks of samples.
 */

/** Samples in order of their decision times. */
export interface LabelSpans {
  /** Decision time of each sample, ms UTC, ascending; samples of several symbols may share one. */
  readonly t0: Float64Array
  /** Time at which the label is known, at `t0` or later, ms UTC. */
  readonly t1: Float64Array
}

/** Indices of samples [from, to). */
export type IndexRange = readonly [from: number, to: number]

/** Cuts `count` samples into contiguous blocks whose sizes differ by at most one; the first ones are the longer. */
export function blocksOf(count: number, blocks: number): IndexRange[] {
  const short = Math.floor(count / blocks)
  const longer = count % blocks
  return Array.from({ length: blocks }, (_, at): IndexRange => {
    const from = at * short + Math.min(at, longer)
    return [from, from + short + (at < longer ? 1 : 0)]
  })
}

/** Neighbors that touch become one range; the ranges ascend and do not overlap. */
export function joinRanges(ranges: readonly IndexRange[]): IndexRange[] {
  const joined: [number, number][] = []
  for (const [from, to] of ranges) {
    const last = joined.at(-1)
    if (last !== undefined && last[1] === from) last[1] = to
    else joined.push([from, to])
  }
  return joined
}

/** The samples of a mask as ranges. */
export function rangesOf(mask: Uint8Array): IndexRange[] {
  const ranges: IndexRange[] = []
  for (let at = 0; at < mask.length; at += 1) {
    if (mask[at] === 0) continue
    let to = at + 1
    while (to < mask.length && mask[to] !== 0) to += 1
    ranges.push([at, to])
    at = to
  }
  return ranges
}

export const countOf = (ranges: readonly IndexRange[]): number => ranges.reduce((sum, [from, to]) => sum + to - from, 0)

/** The indices of ranges, in order. */
export function indicesOf(ranges: readonly IndexRange[]): Int32Array {
  const indices = new Int32Array(countOf(ranges))
  let at = 0
  for (const [from, to] of ranges) for (let index = from; index < to; index += 1) indices[at++] = index
  return indices
}
