/**
 * A model judged on rows that it has never seen: fitted anew on the train rows of each split, with everything that is fitted beside it.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { type CalibrationMap, type CalibrationName, calibrate, fitCalibration } from '../calibration/calibration.ts'
import type { Folds } from '../folds/folds.ts'
import { type IndexRange, type LabelSpans, indicesOf } from '../folds/labels.ts'
import { importanceOf } from '../importance/importance.ts'
import { type FeatureDrop, permutationImportance } from '../importance/permutation.ts'
import { type FitRefusal, type FittedModel, type ModelName, type ModelRules, fitModel, predictModel } from '../models/fit-model.ts'
import type { Task } from '../models/task.ts'
import { takeRows, takeValues } from '../samples.ts'
import { type Scores, rankCorrelation, scoresOf } from '../scores/scores.ts'

export interface EvaluationRequest {
  readonly features: readonly Float64Array[]
  /** Of a classification 0 and 1. */
  readonly target: Float64Array
  readonly task: Task
  readonly spans: LabelSpans
  readonly folds: Folds
  readonly model: ModelName
  readonly rules: ModelRules
  /** `none` of a regression. */
  readonly calibration: CalibrationName
  /** Whether each feature is dealt out among the test rows of each split. */
  readonly permutes: boolean
  /** Called after each split. */
  readonly onSplit?: (done: number) => void
}

export interface SplitResult {
  readonly train: number
  readonly test: number
  readonly scores: Scores
  /** Rank correlation of predictions and target; null where one stands still. */
  readonly correlation: number | null
}

export interface PathResult {
  readonly predictions: Float64Array
  readonly scores: Scores
  readonly correlation: number | null
}

export interface Evaluation {
  readonly splits: readonly SplitResult[]
  /** Whole histories, each row predicted by a model that had not seen it. */
  readonly paths: readonly PathResult[]
  readonly importance: { readonly by: string; readonly values: Float64Array }
  /** Mean over the splits, and the deviation between them; undefined unless asked for. */
  readonly permutation: readonly FeatureDrop[] | undefined
}

export type EvaluationRefusal =
  | { readonly code: FitRefusal; readonly split: number }
  | { readonly code: 'one-value-to-train'; readonly split: number }

/** Part of the train rows, the latest, that a calibration is fitted on and the model is not. */
const HELD_OUT = 0.2

export function crossValidate(request: EvaluationRequest): Result<Evaluation, EvaluationRefusal> {
  const { features, target, task, folds } = request
  const splits: SplitResult[] = []
  const predicted: Float64Array[] = []
  const importance = new Float64Array(features.length)
  const drops: FeatureDrop[][] = []
  let by = ''
  for (const [at, split] of folds.splits.entries()) {
    const fitted = fitCalibrated(request, indicesOf(split.train), at)
    if (!fitted.ok) return fitted
    const { model, map } = fitted.value
    const test = indicesOf(split.test)
    const [tested, truth] = [takeRows(features, test), takeValues(target, test)]
    const raw = predictModel(model, tested)
    const predictions = map === undefined ? raw : calibrate(map, raw)
    const whole = new Float64Array(target.length)
    for (let k = 0; k < test.length; k += 1) whole[test[k] as number] = predictions[k] as number
    predicted.push(whole)
    splits.push({
      train: indicesOf(split.train).length,
      test: test.length,
      scores: scoresOf(task, predictions, truth),
      correlation: rankCorrelation(predictions, truth),
    })
    const told = importanceOf(model, features.length)
    by = told.by
    for (let k = 0; k < importance.length; k += 1)
      importance[k] = (importance[k] as number) + (told.values[k] as number) / folds.splits.length
    if (request.permutes) drops.push(permutationImportance(model, tested, truth, task, 1, request.rules.seed) ?? [])
    request.onSplit?.(at + 1)
  }
  const paths = folds.paths.map((path) => pathOf(request, path, predicted))
  return ok({
    splits,
    paths,
    importance: { by, values: importance },
    permutation: request.permutes ? meanDrops(drops, features.length) : undefined,
  })
}

/**
 * A model on these rows, or, where it is calibrated, on the earlier ones of them and its calibration on the later.
 * @param split named in a refusal
 */
export function fitCalibrated(
  {
    features,
    target,
    task,
    spans,
    model,
    rules,
    calibration,
  }: Pick<EvaluationRequest, 'features' | 'target' | 'task' | 'spans' | 'model' | 'rules' | 'calibration'>,
  train: Int32Array,
  split: number,
): Result<{ readonly model: FittedModel; readonly map: CalibrationMap | undefined }, EvaluationRefusal> {
  const held = calibration === 'none' ? train.length : Math.floor(train.length * (1 - HELD_OUT))
  const calibrated = train.subarray(held)
  // What trains the model must not know the labels that it is calibrated on.
  const from = calibrated.length === 0 ? Number.POSITIVE_INFINITY : (spans.t0[calibrated[0] as number] as number)
  const inner = calibrated.length === 0 ? train : train.subarray(0, held).filter((row) => (spans.t1[row] as number) < from)
  const innerTarget = takeValues(target, inner)
  const heldTarget = takeValues(target, calibrated)
  if (!varies(innerTarget) || (calibration !== 'none' && !varies(heldTarget))) return err({ code: 'one-value-to-train', split })
  const fitted = fitModel(model, { features: takeRows(features, inner), target: innerTarget, task }, rules)
  if (!fitted.ok) return err({ code: fitted.error, split })
  if (calibration === 'none') return ok({ model: fitted.value, map: undefined })
  const scores = predictModel(fitted.value, takeRows(features, calibrated))
  return ok({ model: fitted.value, map: fitCalibration(calibration, scores, heldTarget) })
}

const varies = (values: Float64Array): boolean => values.some((value) => value !== values[0])

/** A path takes each group's rows from the split that it names. */
function pathOf({ folds, task, target }: EvaluationRequest, path: readonly number[], predicted: readonly Float64Array[]): PathResult {
  const predictions = new Float64Array(target.length)
  for (const [group, split] of path.entries()) {
    const [from, to] = folds.groups[group] as IndexRange
    predictions.set((predicted[split] as Float64Array).subarray(from, to), from)
  }
  return { predictions, scores: scoresOf(task, predictions, target), correlation: rankCorrelation(predictions, target) }
}

/** Splits whose test rows allowed no score say nothing. */
function meanDrops(drops: readonly (readonly FeatureDrop[])[], features: number): FeatureDrop[] {
  const told = drops.filter((each) => each.length > 0)
  return Array.from({ length: features }, (_, at) => {
    const values = told.map((each) => each[at]?.drop ?? 0)
    const drop = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
    const squares = values.reduce((sum, value) => sum + (value - drop) ** 2, 0)
    return { drop, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
  })
}
