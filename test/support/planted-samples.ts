/**
 * Samples with a planted signal, to the last bit as test/fixtures/ml/reference.py makes them: sums and products of whole numbers over 2^32.
 */

export interface PlantedSamples {
  readonly features: Float64Array[]
  /** Classes of 0 and 1. */
  readonly classes: Float64Array
  /** A number with the same signal in it. */
  readonly values: Float64Array
}

/** Murmur3's finalizer of a counter. */
function uniformAt(seed: number, lane: number, row: number): number {
  let h = (Math.imul(row, 977) + Math.imul(lane, 104_729) + Math.imul(seed, 7_919)) | 0
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  h ^= h >>> 16
  return ((h >>> 0) + 0.5) / 4_294_967_296
}

export const uniforms = (seed: number, rows: number, lane: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => uniformAt(seed, lane, row))

const bell = (seed: number, rows: number, lane: number): Float64Array =>
  Float64Array.from(
    { length: rows },
    (_, row) => (uniformAt(seed, 3 * lane, row) + uniformAt(seed, 3 * lane + 1, row) + uniformAt(seed, 3 * lane + 2, row) - 1.5) * 2,
  )

/** @param features 5 or more, of which the first five tell something */
export function plantedSamples(seed: number, rows: number, features: number): PlantedSamples {
  const x = Array.from({ length: features }, (_, lane) => bell(seed, rows, lane))
  const at = (lane: number, row: number): number => (x[lane] as Float64Array)[row] as number
  const chance = uniforms(seed, rows, 3 * features)
  const noise = bell(seed, rows, features + 7)
  const scores = Float64Array.from(
    { length: rows },
    (_, row) => at(0, row) * 1.5 + at(1, row) * at(2, row) * 2 + Math.abs(at(3, row)) - 1 + (at(4, row) > 0.5 ? 1 : 0),
  )
  return {
    features: x,
    classes: scores.map((score, row) => ((chance[row] as number) < 0.5 + 0.5 * (score / (1 + Math.abs(score))) ? 1 : 0)),
    values: scores.map((score, row) => score + (noise[row] as number)),
  }
}
