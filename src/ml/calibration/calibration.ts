/**
 * From a model's scores to probabilities that come true as often as they say, fitted on rows that the model has not seen.
 */
import { type IsotonicMap, fitIsotonic, isotonicProbability } from './isotonic.ts'
import { type PlattMap, fitPlatt, plattProbability } from './platt.ts'

export const CALIBRATIONS = ['none', 'platt', 'isotonic'] as const
export type CalibrationName = (typeof CALIBRATIONS)[number]
export type CalibrationMap = IsotonicMap | PlattMap

/** @param scores of rows that did not train; `classes` of 0 and 1, both of them */
export const fitCalibration = (name: 'platt' | 'isotonic', scores: Float64Array, classes: Float64Array): CalibrationMap =>
  name === 'platt' ? fitPlatt(scores, classes) : fitIsotonic(scores, classes)

export const calibrate = (map: CalibrationMap, scores: Float64Array): Float64Array => scores.map((score) => calibrated(map, score))

export const calibrated = (map: CalibrationMap, score: number): number =>
  map.type === 'platt' ? plattProbability(map, score) : isotonicProbability(map, score)

/** What was said and what came, of rows with about the same probability. */
export interface ReliabilityBin {
  readonly rows: number
  readonly predicted: number
  readonly came: number
}

export const RELIABILITY_BINS = 10

/** Bins of equal width from 0 to 1; those without rows are left out. */
export function reliability(probabilities: Float64Array, classes: Float64Array): ReliabilityBin[] {
  const sums = Array.from({ length: RELIABILITY_BINS }, () => ({ rows: 0, predicted: 0, came: 0 }))
  for (let row = 0; row < probabilities.length; row += 1) {
    const p = Math.min(1, Math.max(0, probabilities[row] as number))
    const bin = sums[Math.min(RELIABILITY_BINS - 1, Math.floor(p * RELIABILITY_BINS))] as (typeof sums)[number]
    bin.rows += 1
    bin.predicted += p
    bin.came += classes[row] as number
  }
  return sums.filter(({ rows }) => rows > 0).map(({ rows, predicted, came }) => ({ rows, predicted: predicted / rows, came: came / rows }))
}

/** Expected calibration error: mean distance of predicted and came over the bins, by their rows (Naeini, Cooper and Hauskrecht 2015). */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0)
  return bins.reduce((sum, bin) => sum + (bin.rows / rows) * Math.abs(bin.predicted - bin.came), 0)
}
