/**
 * A saved model made ready to predict: its plan of features, narrowed to those that it uses, and its function of one row.
 */
import { parseDuration } from '../../core/duration.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { rate, ts } from '../../core/units.ts'
import { calibrated } from '../calibration/calibration.ts'
import { type FeaturePlan, planFeatures, schemaText } from '../features/plan.ts'
import type { FeatureSpec } from '../features/spec.ts'
import { FeatureStream } from '../features/stream.ts'
import { readLabel } from '../labels/catalog.ts'
import type { MakeLabels } from '../labels/label.ts'
import { type RowPredictor, rowPredictor } from '../models/predict-row.ts'
import type { SavedModel } from './saved-model.ts'

export interface LoadedModel {
  readonly saved: SavedModel
  /** Of its file. */
  readonly hash: string
  readonly plan: FeaturePlan
  readonly predict: RowPredictor
  /** What its predictions are judged by once it is known; undefined where its target is a column of the user's own, or too far ahead. */
  readonly makeLabels: MakeLabels | undefined
  /** Base bars until all its features are known, and some more for averages with a long memory. */
  readonly warmupBars: number
}

/** Problems are parts of a sentence: `was fitted on other features`. */
export function loadModel(saved: SavedModel, hash: string, hashOf: (text: string) => string): Result<LoadedModel, string> {
  const plan = narrowedPlan(saved.spec, saved.intervalMs, saved.features)
  if (!plan.ok) return plan
  if (hashOf(schemaText(plan.value)) !== saved.schema)
    return err('was fitted on features whose formulas are others in this version of Ballast: fit it again')
  const label = saved.target === 'label' && saved.spec.label !== undefined ? readLabel(saved.spec.label) : undefined
  return ok({
    saved,
    hash,
    plan: plan.value,
    predict: predictorOf(saved),
    makeLabels: label?.ok === true && saved.reach <= REACH_MAX ? label.value : undefined,
    warmupBars: warmupOf(plan.value),
  })
}

/** Bars that are read back for a label at most: a strategy reads them from the exchange after each start. */
const REACH_MAX = 2_000

function predictorOf({ model, calibration }: SavedModel): RowPredictor {
  const predict = rowPredictor(model)
  return calibration === null ? predict : (row) => calibrated(calibration, predict(row))
}

/** The plan of a spec with these columns alone, in this order. */
export function narrowedPlan(spec: FeatureSpec, intervalMs: number, names: readonly string[]): Result<FeaturePlan, string> {
  const whole = planFeatures(spec, { baseMs: intervalMs, read: parseDuration })
  if (!whole.ok) return err(`has a spec of features that cannot be read: ${whole.error}`)
  const columns = names.map((name) => whole.value.columns.find((column) => column.name === name))
  const missing = columns.indexOf(undefined)
  if (missing >= 0) return err(`uses '${names[missing]}', which its spec of features does not give`)
  const known = columns.filter((column) => column !== undefined)
  const used = [...new Set(known.map(({ calculation }) => calculation))].sort((a, b) => a - b)
  return ok({
    intervalMs,
    columns: known.map((column) => ({ ...column, calculation: used.indexOf(column.calculation) })),
    calculations: used.flatMap((at) => {
      const calculation = whole.value.calculations[at]
      const lags = known.filter((column) => column.calculation === at).map(({ lag }) => lag)
      return calculation === undefined ? [] : [{ ...calculation, lagMax: Math.max(...lags) }]
    }),
  })
}

/** Averages with a long memory take some times as long as windows to forget where they began. */
const WARMUP_TIMES = 4
const WARMUP_MAX = 20_000
const PROBE = 'PROBE'

/** Found by trying: a stream is fed with a made-up walk until it answers. */
function warmupOf(plan: FeaturePlan): number {
  const stream = new FeatureStream(plan, [PROBE])
  const row = new Float64Array(plan.columns.length)
  const { symbols } = stream
  for (let bar = 0; bar * WARMUP_TIMES < WARMUP_MAX; bar += 1) {
    const openTs = bar * plan.intervalMs
    for (const symbol of symbols) {
      stream.fund(symbol, ts(openTs), rate(1 + (bar % 7)))
      const price = 1_000 + 50 * Math.sin(bar * 1.7) + 20 * Math.sin(bar * 0.3)
      stream.take(symbol, openTs, price - 3, price + 9, price - 8, price, 10 + (bar % 5))
    }
    stream.settle(openTs + plan.intervalMs)
    if (stream.row(PROBE, row) && row.every(Number.isFinite)) return (bar + 1) * WARMUP_TIMES
  }
  return WARMUP_MAX
}
