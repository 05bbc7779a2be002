/**
 * What is kept of a fitted model: all that predicting takes, where it comes from, and what is known of it.
 */
import type { CalibrationMap } from '../calibration/calibration.ts'
import type { Reference } from '../drift/reference.ts'
import type { Verdict } from '../evaluation/verdict.ts'
import type { FeatureSpec } from '../features/spec.ts'
import type { FittedModel, ModelName, ModelRules } from '../models/fit-model.ts'
import type { Task } from '../models/task.ts'
import type { Scores } from '../scores/scores.ts'

export interface SavedModel {
  /** Of the line that it belongs to; its versions count from 1. */
  readonly name: string
  readonly version: number
  /** Wall-clock ms. */
  readonly createdAt: number
  /** Market time from which on it takes no entries, ms; null: never. */
  readonly expiresAt: number | null
  readonly kind: ModelName
  readonly task: Task
  readonly rules: Partial<ModelRules>
  readonly seed: number
  readonly model: FittedModel
  /** Fitted on the latest fifth of the train rows, which the model has not seen; null: it says what it says. */
  readonly calibration: CalibrationMap | null
  /** In the order of the model's columns, by the names that the spec gives them. */
  readonly features: readonly string[]
  readonly spec: FeatureSpec
  /** Of the bars, ms. */
  readonly intervalMs: number
  /** Hash of names, versions of functions and interval of the features. */
  readonly schema: string
  readonly target: string
  /** Whether a larger prediction means a higher price: `probability` that it rises, log `return`, or `none`, which cannot be traded. */
  readonly says: Says
  readonly symbols: readonly string[]
  readonly data: {
    /** Of the file of samples. */
    readonly hash: string
    /** Of the candles behind it. */
    readonly candles: string
    readonly rows: number
    /** t0 of the first train row, and the latest t1 of all rows that trained: what came later it has not seen. */
    readonly from: number
    readonly until: number
  }
  readonly train: Scores
  readonly test: Scores | null
  /** Of purged cross-validation; null: it was not judged. */
  readonly verdict: Verdict | null
  readonly importance: readonly number[]
  readonly importanceBy: string
  /** Mean size of what a position of a train row made, as a fraction, before costs; null where the file does not say. */
  readonly meanMove: number | null
  /** Bars that a label looks ahead at most. */
  readonly reach: number
  readonly reference: Reference
  /** The version that was the champion when it was fitted. */
  readonly parent: number | null
}

export const SAYS = ['probability', 'return', 'none'] as const
export type Says = (typeof SAYS)[number]

/** As `trend v3`. */
export const titleOf = ({ name, version }: Pick<SavedModel, 'name' | 'version'>): string => `${name} v${version}`
