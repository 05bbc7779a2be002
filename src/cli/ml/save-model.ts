/**
 * `ml fit --save NAME`: the fitted model as the next version of a line, with what judged it and what its features look like.
 */
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { parseDuration } from '../../core/duration.ts'
import type { SavedModel, Says } from '../../ml/champion/saved-model.ts'
import { narrowedPlan } from '../../ml/champion/loaded-model.ts'
import type { CalibrationMap, CalibrationName } from '../../ml/calibration/calibration.ts'
import { referenceOf } from '../../ml/drift/reference.ts'
import { crossValidate } from '../../ml/evaluation/cross-validate.ts'
import { type Verdict, judge } from '../../ml/evaluation/verdict.ts'
import { planFeatures, schemaText } from '../../ml/features/plan.ts'
import { makeFolds } from '../../ml/folds/folds.ts'
import { labelReach } from '../../ml/folds/purge.ts'
import type { Importance } from '../../ml/importance/importance.ts'
import type { FittedModel, ModelName, ModelRules } from '../../ml/models/fit-model.ts'
import type { Scores } from '../../ml/scores/scores.ts'
import { takeValues } from '../../ml/samples.ts'
import { hashOf } from '../../model-files/model-file.ts'
import { LINE_NAME, ModelStore } from '../../model-files/model-store.ts'
import { pathsOf } from '../../system/paths.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { spanFlag, wholeFlag } from '../flags/flag-values.ts'
import { startProgress } from '../ui/progress.ts'
import type { TableText } from '../ui/table-text.ts'
import { foldFailure } from './fold-flags.ts'
import type { ModelWish } from './model-flags.ts'
import type { Target } from './sample-table.ts'
import { readSpans } from './sample-times.ts'
import { readSamplesOrigin } from './samples-origin.ts'
import type { UsedRows } from './split-column.ts'

export interface SaveFlags {
  readonly save?: string
  readonly expires: string
  readonly judge: boolean
  readonly trials: string
}

export interface Fitted {
  readonly file: string
  readonly text: TableText
  readonly used: UsedRows
  readonly names: readonly string[]
  /** Of all rows that are used, and of those that trained. */
  readonly whole: readonly Float64Array[]
  readonly features: readonly Float64Array[]
  readonly target: Target
  readonly targetName: string
  readonly model: FittedModel
  readonly calibration: CalibrationMap | null
  readonly calibrationName: CalibrationName
  readonly kind: ModelName
  readonly rules: ModelRules
  readonly usedRules: ModelWish['used']
  readonly train: Scores
  readonly test: Scores | null
  readonly importance: Importance
}

const RETURNS_COLUMN = 'label.return'
const SIDES: readonly string[] = ['direction', 'triple-barrier', 'trend-scan']
const FOLDS = { kind: 'kfold', folds: 5, embargo: 0.01 } as const

/** Looked at before anything is fitted. @throws CliError that names the option. */
export function checkSave({ save, expires, trials }: SaveFlags, file: string): void {
  if (save === undefined) return
  if (!LINE_NAME.test(save))
    throw new CliError(EXIT.usage, `--save '${save}' is no name of a model.`, 'Use small letters, digits and -: --save eth-hour.')
  wholeFlag('trials', trials, 1, 1_000_000)
  expiryOf(expires)
  readSamplesOrigin(file)
}

const expiryOf = (text: string): number | undefined => (text === 'never' ? undefined : spanFlag('expires', text))

/** @throws CliError where the file does not say what a saved model needs, or it cannot be written. */
export async function saveModel(context: CliContext, flags: SaveFlags, name: string, fitted: Fitted): Promise<SavedModel> {
  const { file, text, used, names, target, targetName, features } = fitted
  const origin = readSamplesOrigin(file)
  const made = planFeatures(origin.spec, { baseMs: origin.intervalMs, read: parseDuration })
  if (!made.ok || hashOf(schemaText(made.value)) !== origin.schema)
    throw new CliError(
      EXIT.error,
      `The features of ${file} were made by another version of Ballast, whose formulas were others.`,
      'Make them again with: ballast ml features',
    )
  const plan = narrowedPlan(origin.spec, origin.intervalMs, names)
  if (!plan.ok)
    throw new CliError(
      EXIT.error,
      `The model ${plan.error}, so that live bars cannot be given to it.`,
      'Leave columns of your own out with --exclude, or fit without --save.',
    )
  const spans = readSpans(text)
  const rows = { t0: takeValues(spans.t0, used.rows), t1: takeValues(spans.t1, used.rows) }
  const verdict = flags.judge ? await verdictOf(context, flags, fitted, rows) : null
  const trained = { t0: takeValues(rows.t0, used.train), t1: takeValues(rows.t1, used.train) }
  const returns = text.names.indexOf(RETURNS_COLUMN)
  const moves = returns < 0 ? undefined : takeValues(text.numbers(returns, used.rows, 'label.return'), used.train)
  const expiresIn = expiryOf(flags.expires)
  const createdAt = Date.now()
  const store = new ModelStore(pathsOf(context.dataDir()).models)
  try {
    return store.save({
      name,
      createdAt,
      expiresAt: expiresIn === undefined ? null : createdAt + expiresIn,
      kind: fitted.kind,
      task: target.task,
      rules: fitted.usedRules,
      seed: fitted.rules.seed,
      model: fitted.model,
      calibration: fitted.calibration,
      features: names,
      spec: origin.spec,
      intervalMs: origin.intervalMs,
      schema: hashOf(schemaText(plan.value)),
      target: targetName,
      says: saysOf(targetName, target.task, origin.spec.label?.use),
      symbols: origin.symbols,
      data: {
        hash: `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`,
        candles: origin.candles,
        rows: used.train.length,
        from: trained.t0[0] as number,
        until: trained.t1.reduce((latest, at) => Math.max(latest, at), 0),
      },
      train: fitted.train,
      test: fitted.test,
      verdict,
      importance: [...fitted.importance.values],
      importanceBy: fitted.importance.by,
      meanMove: moves === undefined ? null : moves.reduce((sum, move) => sum + Math.abs(move), 0) / moves.length,
      reach: trained.t0.reduce((most, t0, at) => Math.max(most, Math.round(((trained.t1[at] as number) - t0) / origin.intervalMs)), 0),
      reference: referenceOf(features),
    })
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw new CliError(
      EXIT.error,
      `The model could not be written (${cause instanceof Error ? cause.message : String(cause)}).`,
      'Check the data directory: ballast paths',
      { cause },
    )
  }
}

function saysOf(target: string, task: Target['task'], label: string | undefined): Says {
  if (target !== 'label' || label === undefined) return 'none'
  if (task === 'classification' && SIDES.includes(label)) return 'probability'
  return label === 'return' && task === 'regression' ? 'return' : 'none'
}

/** As `ml evaluate` with its defaults judges the same model on the same rows. */
async function verdictOf(
  { out }: CliContext,
  flags: SaveFlags,
  { whole, target, kind, rules, file, names, targetName, calibrationName }: Fitted,
  spans: { readonly t0: Float64Array; readonly t1: Float64Array },
): Promise<Verdict> {
  const folds = makeFolds(spans, FOLDS)
  if (!folds.ok) throw foldFailure(file, folds.error)
  const progress = await startProgress(out, `judging ${kind}`)
  const evaluated = crossValidate({
    features: whole,
    target: target.values,
    task: target.task,
    spans,
    folds: folds.value,
    model: kind,
    rules,
    calibration: calibrationName,
    permutes: false,
    onSplit: (done) => progress.update(done / folds.value.splits.length),
  })
  progress.stop()
  if (!evaluated.ok)
    throw new CliError(
      EXIT.error,
      `${kind} on ${targetName} with ${names.length} features cannot be judged: a split has one value to train on, or no best weights.`,
      'Use more data, or --no-judge to save it unjudged.',
    )
  const trials = wholeFlag('trials', flags.trials, 1, 1_000_000)
  return judge(evaluated.value, target.values, target.task, labelReach(spans), trials, rules.seed)
}
