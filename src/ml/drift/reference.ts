/**
 * What the features of the train rows look like, kept with a model so that live ones can be set beside them: their distribution in bins,
 * how far parts of the train rows themselves stray from it, and how far a row lies from their middle.
 */
import { standardizationOf } from '../models/linear/standardize.ts'
import { edgesOf } from '../models/trees/bins.ts'
import { groupCountsOf, groupSharesOf, groupsOf, ks, psi } from './distances.ts'

export interface FeatureReference {
  /** Ascending; a value belongs to the first bin whose edge is not below it. */
  readonly edges: Float64Array
  /** Part of the train rows in each bin; they sum to 1. */
  readonly shares: Float64Array
  /** PSI and KS that 19 of 20 whole windows of consecutive train rows stay within against all of them: markets change within any year. */
  readonly usualPsi: number
  readonly usualKs: number
}

export interface Reference {
  readonly features: readonly FeatureReference[]
  /** Rows of a window. */
  readonly window: number
  readonly means: Float64Array
  readonly deviations: Float64Array
  /** Mean squared standardized feature that 999 of 1,000 train rows stay below. */
  readonly distanceMax: number
}

const BINS = 50
/** Rows of a window: enough for ten groups, and two days of five-minute bars. */
const WINDOW = 500
const WITHIN = 0.999
const USUAL = 0.95

/** @param features columns of the train rows, in the order of time */
export function referenceOf(features: readonly Float64Array[]): Reference {
  const rows = features[0]?.length ?? 0
  const window = Math.min(WINDOW, Math.max(1, rows))
  const { means, deviations } = standardizationOf(features)
  const distances = new Float64Array(rows)
  const row = new Float64Array(features.length)
  for (let at = 0; at < rows; at += 1) {
    for (const [k, column] of features.entries()) row[k] = column[at] as number
    distances[at] = distanceOf(row, means, deviations)
  }
  distances.sort()
  return {
    features: features.map((column) => featureReference(column, window)),
    window,
    means,
    deviations,
    distanceMax: distances[Math.max(0, Math.ceil(WITHIN * rows) - 1)] ?? 0,
  }
}

function featureReference(column: Float64Array, window: number): FeatureReference {
  const edges = edgesOf(column, BINS)
  const counts = new Int32Array(edges.length + 1)
  const bins = Uint8Array.from(column, (value) => binOf(edges, value))
  for (const bin of bins) counts[bin] = (counts[bin] as number) + 1
  const shares = Float64Array.from(counts, (count) => count / column.length)
  const groups = groupsOf(shares)
  const groupShares = groupSharesOf(shares, groups)
  const indexes: number[] = []
  const distances: number[] = []
  for (let from = 0; from + window <= bins.length; from += window) {
    counts.fill(0)
    for (let at = from; at < from + window; at += 1) counts[bins[at] as number] = (counts[bins[at] as number] as number) + 1
    indexes.push(psi(groupShares, groupCountsOf(counts, groups)))
    distances.push(ks(shares, counts))
  }
  return { edges, shares, usualPsi: usualOf(indexes), usualKs: usualOf(distances) }
}

/** The largest of fewer than twenty. */
const usualOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.ceil(USUAL * values.length) - 1] ?? 0

/** Mean squared standardized feature: 1 on average of the train rows. */
export function distanceOf(row: Float64Array, means: Float64Array, deviations: Float64Array): number {
  let sum = 0
  for (let at = 0; at < row.length; at += 1) {
    const z = ((row[at] as number) - (means[at] as number)) / (deviations[at] as number)
    sum += z * z
  }
  return sum / row.length
}

export function binOf(edges: Float64Array, value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const half = (low + high) >>> 1
    if ((edges[half] as number) < value) low = half + 1
    else high = half
  }
  return low
}
