/**
 * `ballast ml fit FEATURES.csv --target COLUMN --model MODEL`: fits a model on the train rows of a file and scores it on the test rows.
 */
import type { Command } from 'commander'
import { importanceOf } from '../../ml/importance/importance.ts'
import { type FitRefusal, type FittedModel, type ModelName, fitModel, predictModel } from '../../ml/models/fit-model.ts'
import { takeRows, takeValues } from '../../ml/samples.ts'
import { findLeaks } from '../../ml/scores/leaks.ts'
import { type Scores, scoresOf } from '../../ml/scores/scores.ts'
import { type CliContext, contextOf } from '../context.ts'
import { formatCount, formatRatio } from '../ui/format.ts'
import type { Output } from '../ui/output.ts'
import { TableText } from '../ui/table-text.ts'
import { write } from '../ui/write-file.ts'
import { fitFailure, leakWarning, nothingToCalibrate } from './fit-words.ts'
import { type ModelFlags, addModelOptions, modelWishOf } from './model-flags.ts'
import { predictionsCsv } from './predictions-csv.ts'
import { checkOrder, checkVaries, columnOf, readSamples, sampleColumns } from './sample-table.ts'
import { type UsedRows, overlapWarning, usedRows } from './split-column.ts'
import { readSpans } from './sample-times.ts'
import { CALIBRATIONS, calibrate } from '../../ml/calibration/calibration.ts'
import { type EvaluationRefusal, fitCalibrated } from '../../ml/evaluation/cross-validate.ts'
import type { LabelSpans } from '../../ml/folds/labels.ts'
import { choiceFlag } from '../flags/flag-values.ts'
import { type SaveFlags, checkSave, saveModel } from './save-model.ts'
import { verdictWords } from './verdict-words.ts'
import { titleOf } from '../../ml/champion/saved-model.ts'

export interface FitFlags extends ModelFlags, SaveFlags {
  readonly calibration?: string
  readonly split?: string
  readonly predictions?: string
}

export function addFit(ml: Command): void {
  const command = ml
    .command('fit')
    .description('fit a model on the train rows of a file and score it on its test rows')
    .argument('<features.csv>', 'a row a sample, a column a feature; CSV, JSON, Parquet or Feather, also compressed')
  addModelOptions(command)
    .option('--split <column>', 'column that says train or test; rows with anything else are left out (default: all train)')
    .option('--predictions <file>', 'write the predictions of the test rows as CSV')
    .option('--calibration <method>', `${CALIBRATIONS.join(', ')}: probabilities fitted on the last fifth of the train rows`, 'none')
    .option('--save <name>', 'keep the model as the next version of a line of models (docs/ml.md), judged as ml evaluate would')
    .option('--expires <span>', 'with --save: time from now after which it takes no entries, or never', '90d')
    .option('--trials <n>', 'with --save: models that you tried on these samples, this one included', '1')
    .option('--no-judge', 'with --save: keep it unjudged; it is not promoted then without the word anyway')
    .action(runFit)
}

const runFit = (file: string, flags: FitFlags, command: Command): Promise<void> => fitSamples(contextOf(command), file, flags)

/** Fits, says so, and keeps the model where that is asked. @throws CliError that says what is wrong with the file or the options. */
export async function fitSamples(context: CliContext, file: string, flags: FitFlags): Promise<void> {
  const { out } = context
  checkSave(flags, file)
  const calibration = choiceFlag('calibration', flags.calibration ?? 'none', CALIBRATIONS)
  const wish = modelWishOf(flags)
  const { model, rules } = wish
  if (wish.ignored.length > 0) out.note(`${model} does not use ${wish.ignored.join(', ')}.`)
  const text = await TableText.read(file, true)
  columnOf(text, 'target', flags.target)
  const used = usedRows(text, file, flags.split)
  const columns = sampleColumns(text, flags, used.rows[0] as number)
  for (const note of columns.notes) out.note(note)
  checkOrder(text)
  const { names } = columns
  const { features: whole, target } = readSamples(text, columns, flags.target, used.rows)
  const { task, classes } = target
  if (task === 'regression' && calibration !== 'none') throw nothingToCalibrate(flags.target)
  const [features, tested] = [takeRows(whole, used.train), takeRows(whole, used.test)]
  const [trainTarget, testTarget] = [takeValues(target.values, used.train), takeValues(target.values, used.test)]
  if (trainTarget.every((value) => value === trainTarget[0]))
    throw text.bad(-1, `the target ${flags.target} has one value in the train rows`, 'Train on rows of both classes.')
  checkVaries(text, names, features, used.hasSplit ? 'train' : 'used')
  const warnings = [
    ...findLeaks(features, trainTarget, task).map(({ feature, score }) => leakWarning(names[feature] as string, score, task)),
    ...overlapWarning(text, used),
    ...(task === 'classification' && testTarget.length > 0 && testTarget.every((value) => value === testTarget[0])
      ? [`The target ${flags.target} has one value in the test rows, so that there is no AUC.`]
      : []),
  ]
  for (const warning of warnings) out.note(`! ${warning}`)
  const started = performance.now()
  const fitted =
    calibration === 'none'
      ? fitModel(model, { features, target: trainTarget, task }, rules)
      : fitCalibrated(
          { features: whole, target: target.values, task, spans: spansOf(text, used), model, rules, calibration },
          used.train,
          0,
        )
  const elapsedMs = Math.round(performance.now() - started)
  if (!fitted.ok) throw refusal(text, fitted.error, model, flags.target)
  const { value } = fitted
  const [fit, map] = 'map' in value ? [value.model, value.map] : [value, undefined]
  const predict = (columns: readonly Float64Array[]): Float64Array => {
    const said = predictModel(fit, columns)
    return map === undefined ? said : calibrate(map, said)
  }
  const trainScores = scoresOf(task, predict(features), trainTarget)
  const testPredictions = predict(tested)
  const testScores = scoresOf(task, testPredictions, testTarget)
  const hasTest = used.test.length > 0
  const importance = importanceOf(fit, names.length)
  if (flags.predictions !== undefined) {
    const part = hasTest ? used.test : used.train
    const predictions = hasTest ? testPredictions : predict(features)
    write(flags.predictions, predictionsCsv(text, used, part, hasTest ? 'test' : 'train', predictions, target.values))
    if (!hasTest) out.note('There are no test rows: the predictions are of the rows that trained, and flatter the model.')
  }
  const saved =
    flags.save === undefined
      ? undefined
      : await saveModel(context, flags, flags.save, {
          file,
          text,
          used,
          names,
          whole,
          features,
          target,
          targetName: flags.target,
          model: fit,
          calibration: map ?? null,
          calibrationName: calibration,
          kind: model,
          rules,
          usedRules: wish.used,
          train: trainScores,
          test: hasTest ? testScores : null,
          importance,
        })
  const answer = {
    model,
    target: flags.target,
    task,
    classes: classes ?? null,
    features: names,
    train: trainScores,
    test: testScores,
    gap: text.rows - used.rows.length,
    coefficients: coefficientsOf(fit, names),
    importance: Object.fromEntries(names.map((name, at) => [name, importance.values[at] as number])),
    importanceBy: importance.by,
    rules: wish.used,
    warnings,
    elapsedMs,
    ...(saved === undefined
      ? {}
      : { saved: { name: saved.name, version: saved.version, says: saved.says, expiresAt: saved.expiresAt, verdict: saved.verdict } }),
  }
  out.answer(answer, () => {
    print(out, answer, hasTest)
    if (saved === undefined) {
      if (!hasTest) out.note('No row was kept for a test: pass --split, or judge the model with: ballast ml evaluate')
      return
    }
    out.line()
    out.line(`${out.style('good', '✓')} saved as ${titleOf(saved)}, ${verdictWords(saved.verdict)}`)
    if (saved.says === 'none') out.note('It says no side: it can be compared, and the ml strategy cannot trade it.')
    else
      out.note(
        `Next: ballast backtest ml --model ${saved.name}@${saved.version} ${saved.symbols.map((each) => `--symbol ${each}`).join(' ')}`,
      )
  })
}

const spansOf = (text: TableText, { rows }: UsedRows): LabelSpans => {
  const { t0, t1 } = readSpans(text)
  return { t0: takeValues(t0, rows), t1: takeValues(t1, rows) }
}

function refusal(text: TableText, error: FitRefusal | EvaluationRefusal, model: ModelName, target: string): Error {
  if (typeof error === 'string') return fitFailure(error, model, target)
  return error.code === 'one-value-to-train'
    ? text.bad(-1, `the target ${target} has one value in the rows that train, or in the last fifth, which calibrates`, 'Use more data.')
    : fitFailure(error.code, model, target)
}

/** By feature, with the intercept last. */
function coefficientsOf(model: FittedModel, names: readonly string[]): Record<string, number> | null {
  if (model.type !== 'ridge' && model.type !== 'logistic') return null
  return { ...Object.fromEntries(names.map((name, at) => [name, model.weights[at] as number])), intercept: model.intercept }
}

const FEATURES_SHOWN = 15

interface Answer {
  readonly model: ModelName
  readonly target: string
  readonly task: 'classification' | 'regression'
  readonly features: readonly string[]
  readonly train: Scores
  readonly test: Scores
  readonly gap: number
  readonly coefficients: Record<string, number> | null
  readonly importance: Record<string, number>
  readonly importanceBy: string
  readonly elapsedMs: number
}

function print(out: Output, answer: Answer, hasTest: boolean): void {
  const { train, test, features, coefficients, importance } = answer
  out.line(
    `${answer.model} on ${answer.target} (${answer.task}), ${formatCount(features.length)} feature${features.length === 1 ? '' : 's'}, fitted in ${formatCount(answer.elapsedMs)} ms`,
  )
  const scores = answer.task === 'classification' ? (['auc', 'logLoss', 'accuracy', 'brier'] as const) : (['r2'] as const)
  const right = 'right' as const
  out.table(
    [{ title: 'part' }, { title: 'rows', align: right }, ...scores.map((title) => ({ title, align: right }))],
    [['train', train] as const, ...(hasTest ? [['test', test] as const] : [])].map(([part, figures]) => [
      part,
      formatCount(figures.rows),
      ...scores.map((score) => formatRatio(figures[score], 4)),
    ]),
  )
  if (answer.gap > 0) out.line(`${formatCount(answer.gap)} rows are neither train nor test and were left out`)
  out.line()
  const ranked = [...features].sort((a, b) => (importance[b] as number) - (importance[a] as number))
  out.table(
    [
      { title: 'feature' },
      { title: `importance (${answer.importanceBy})`, align: right },
      ...(coefficients === null ? [] : [{ title: 'coefficient', align: right }]),
    ],
    ranked
      .slice(0, FEATURES_SHOWN)
      .map((name) => [
        name,
        formatRatio(importance[name] as number, 4),
        ...(coefficients === null ? [] : [formatRatio(coefficients[name] as number, 6)]),
      ]),
  )
  if (ranked.length > FEATURES_SHOWN) out.note(`${formatCount(ranked.length - FEATURES_SHOWN)} more with --json.`)
}
