/**
 * `ballast ml evaluate FEATURES.csv --target COLUMN --model MODEL`: a model judged by purged cross-validation; one that may be luck is refused.
 */
import type { Command } from 'commander'
import { CALIBRATIONS, calibrationError, reliability } from '../../ml/calibration/calibration.ts'
import { type Evaluation, type EvaluationRefusal, crossValidate } from '../../ml/evaluation/cross-validate.ts'
import { type ReturnFifths, returnFifths } from '../../ml/evaluation/fifths.ts'
import { type Doubt, type Verdict, judge } from '../../ml/evaluation/verdict.ts'
import { makeFolds } from '../../ml/folds/folds.ts'
import { labelReach } from '../../ml/folds/purge.ts'
import type { ModelName } from '../../ml/models/fit-model.ts'
import { findLeaks } from '../../ml/scores/leaks.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { choiceFlag, numberFlag, wholeFlag } from '../flags/flag-values.ts'
import { write } from '../ui/write-file.ts'
import { formatCount, formatPercent, formatRatio } from '../ui/format.ts'
import type { Output } from '../ui/output.ts'
import { startProgress } from '../ui/progress.ts'
import { TableText } from '../ui/table-text.ts'
import { type FoldFlags, addFoldOptions, foldFailure, foldPlanOf } from './fold-flags.ts'
import { fitFailure, leakWarning, nothingToCalibrate } from './fit-words.ts'
import { type ModelFlags, addModelOptions, modelWishOf } from './model-flags.ts'
import { predictionsCsv } from './predictions-csv.ts'
import { checkVaries, columnOf, readSamples, sampleColumns } from './sample-table.ts'
import { readSpans } from './sample-times.ts'
import { usedRows } from './split-column.ts'

interface EvaluateFlags extends ModelFlags, FoldFlags {
  readonly calibration: string
  readonly trials: string
  readonly permutation?: boolean
  readonly predictions?: string
  readonly returns?: string
  readonly costBps: string
}

export function addEvaluate(ml: Command): void {
  const command = ml
    .command('evaluate')
    .description('judge a model by purged cross-validation; one that may be luck is refused with code 10')
    .argument('<features.csv>', 'samples with columns t0 and t1 in ms, as ml features writes them')
  addModelOptions(command)
  addFoldOptions(command)
    .option('--calibration <method>', `${CALIBRATIONS.join(', ')}: probabilities fitted on the last fifth of the train rows`, 'none')
    .option('--trials <n>', 'models that you tried on these samples, this one included', '1')
    .option('--permutation', 'score lost when a feature is dealt out anew among the test rows')
    .option('--returns <column>', 'what a long position of each row made, as a fraction (default: label.return, if there)')
    .option('--cost-bps <n>', 'cost of getting in and out, in basis points; twice the taker fee', COST_DEFAULT)
    .option('--predictions <file>', 'write the prediction of each row, by a model that had not seen it, as CSV')
    .action(runEvaluate)
}

const TRIALS_MAX = 1_000_000
/** Twice 0.055 %. */
const COST_DEFAULT = '11'
const RETURNS_COLUMN = 'label.return'

async function runEvaluate(file: string, flags: EvaluateFlags, command: Command): Promise<void> {
  const { out } = contextOf(command)
  const wish = modelWishOf(flags)
  const plan = foldPlanOf(flags)
  const calibration = choiceFlag('calibration', flags.calibration, CALIBRATIONS)
  const trials = wholeFlag('trials', flags.trials, 1, TRIALS_MAX)
  if (wish.ignored.length > 0) out.note(`${wish.model} does not use ${wish.ignored.join(', ')}.`)
  const text = await TableText.read(file, true)
  columnOf(text, 'target', flags.target)
  const used = usedRows(text, file, undefined)
  const columns = sampleColumns(text, flags, 0)
  for (const note of columns.notes) out.note(note)
  const spans = readSpans(text)
  const { features, target } = readSamples(text, columns, flags.target, used.rows)
  const { task, classes, values } = target
  checkVaries(text, columns.names, features, 'used')
  if (task === 'regression' && calibration !== 'none') throw nothingToCalibrate(flags.target)
  const folds = makeFolds(spans, plan)
  if (!folds.ok) throw foldFailure(file, folds.error)
  const warnings = findLeaks(features, values, task).map(({ feature, score }) => leakWarning(columns.names[feature] as string, score, task))
  for (const warning of warnings) out.note(`! ${warning}`)
  const progress = await startProgress(out, `fitting ${wish.model}`)
  const started = performance.now()
  const evaluated = crossValidate({
    features,
    target: values,
    task,
    spans,
    folds: folds.value,
    model: wish.model,
    rules: wish.rules,
    calibration,
    permutes: flags.permutation === true,
    onSplit: (done) => progress.update(done / folds.value.splits.length),
  })
  progress.stop()
  if (!evaluated.ok) throw evaluationFailure(evaluated.error, wish.model, flags.target)
  const evaluation = evaluated.value
  const verdict = judge(evaluation, values, task, labelReach(spans), trials, wish.rules.seed)
  const elapsedMs = Math.round(performance.now() - started)
  const first = evaluation.paths[0]?.predictions ?? new Float64Array(0)
  if (flags.predictions !== undefined) write(flags.predictions, predictionsCsv(text, used, used.train, 'test', first, values))
  const returns = returnsOf(text, flags, used.rows, first)
  const bins = task === 'classification' ? reliability(first, values) : null
  const { names } = columns
  const byName = (read: (at: number) => unknown): Record<string, unknown> => Object.fromEntries(names.map((name, at) => [name, read(at)]))
  const answer = {
    model: wish.model,
    target: flags.target,
    task,
    classes: classes ?? null,
    features: names,
    kind: plan.kind,
    samples: values.length,
    splits: evaluation.splits.map(({ train, test, scores, correlation }) => ({
      train: { rows: train },
      test: { ...scores, rows: test, rankCorrelation: correlation },
    })),
    paths: evaluation.paths.map(({ scores, correlation }) => ({ ...scores, rankCorrelation: correlation })),
    calibration: bins === null ? null : { method: calibration, error: calibrationError(bins), bins },
    returns,
    importance: byName((at) => evaluation.importance.values[at]),
    importanceBy: evaluation.importance.by,
    permutation: evaluation.permutation === undefined ? null : byName((at) => evaluation.permutation?.[at]),
    verdict: { ...verdict, trials },
    rules: wish.used,
    warnings,
    elapsedMs,
  }
  out.answer(answer, () => print(out, { ...answer, verdict, evaluation }))
  if (!verdict.accepted) process.exitCode = EXIT.checksFailed
}

/** Null where no column says what a position made. */
function returnsOf(text: TableText, flags: EvaluateFlags, rows: Int32Array, predictions: Float64Array): Returns | null {
  const costBps = numberFlag('cost-bps', flags.costBps)
  const column = flags.returns ?? (text.names.includes(RETURNS_COLUMN) ? RETURNS_COLUMN : undefined)
  if (column === undefined) return null
  const values = text.numbers(columnOf(text, 'returns', column), rows, `return ${column}`)
  const fifths = returnFifths(predictions, values, costBps / 10_000)
  return fifths === null ? null : { column, costBps, ...fifths }
}

interface Returns extends ReturnFifths {
  readonly column: string
  readonly costBps: number
}

function evaluationFailure(refusal: EvaluationRefusal, model: ModelName, target: string): CliError {
  if (refusal.code === 'one-value-to-train')
    return new CliError(
      EXIT.error,
      `The target ${target} has one value in rows that train in split ${refusal.split}.`,
      'Use fewer folds, or more data.',
    )
  return fitFailure(refusal.code, model, target)
}

const FEATURES_SHOWN = 15

function print(
  out: Output,
  answer: {
    readonly model: ModelName
    readonly target: string
    readonly task: 'classification' | 'regression'
    readonly features: readonly string[]
    readonly samples: number
    readonly importance: Record<string, unknown>
    readonly importanceBy: string
    readonly calibration: { readonly method: string; readonly error: number } | null
    readonly returns: Returns | null
    readonly verdict: Verdict
    readonly evaluation: Evaluation
    readonly elapsedMs: number
  },
): void {
  const { verdict, evaluation, features } = answer
  out.line(verdictLine(out, verdict))
  for (const doubt of verdict.doubts) out.line(`${out.style('warn', '!')} ${doubtWords(doubt)}`)
  out.line(
    `${answer.model} on ${answer.target} (${answer.task}), ${formatCount(answer.samples)} samples, ${formatCount(features.length)} feature${features.length === 1 ? '' : 's'}, ${formatCount(evaluation.splits.length)} splits in ${formatCount(answer.elapsedMs)} ms`,
  )
  out.line()
  const scores = answer.task === 'classification' ? (['auc', 'logLoss', 'accuracy', 'brier'] as const) : (['r2'] as const)
  const right = 'right' as const
  out.table(
    [
      { title: 'split', align: right },
      { title: 'train', align: right },
      { title: 'test', align: right },
      ...scores.map((title) => ({ title, align: right })),
      { title: 'rank corr.', align: right },
    ],
    evaluation.splits.map((split, at) => [
      String(at),
      formatCount(split.train),
      formatCount(split.test),
      ...scores.map((score) => formatRatio(split.scores[score], 4)),
      formatRatio(split.correlation, 4),
    ]),
  )
  if (answer.calibration !== null)
    out.line(`\ncalibration ${answer.calibration.method}: probabilities are off by ${formatPercent(answer.calibration.error)} on average`)
  if (answer.returns !== null) sayReturns(out, answer.returns)
  out.line()
  const ranked = [...features].sort((a, b) => Number(answer.importance[b]) - Number(answer.importance[a]))
  const dealt = evaluation.permutation
  out.table(
    [
      { title: 'feature' },
      { title: `importance (${answer.importanceBy})`, align: right },
      ...(dealt === undefined
        ? []
        : [
            { title: 'permutation', align: right },
            { title: '±', align: right },
          ]),
    ],
    ranked.slice(0, FEATURES_SHOWN).map((name) => {
      const drop = dealt?.[features.indexOf(name)]
      return [
        name,
        formatRatio(Number(answer.importance[name]), 4),
        ...(drop === undefined ? [] : [formatRatio(drop.drop, 4), formatRatio(drop.deviation, 4)]),
      ]
    }),
  )
  if (ranked.length > FEATURES_SHOWN) out.note(`${formatCount(ranked.length - FEATURES_SHOWN)} more with --json.`)
}

function sayReturns(out: Output, { column, costBps, means, longAfterCosts, shortAfterCosts }: Returns): void {
  out.line()
  out.table(
    [{ title: 'predictions' }, ...['lowest', '2', '3', '4', 'highest'].map((title) => ({ title, align: 'right' as const }))],
    [[`mean ${column}`, ...means.map((mean) => formatPercent(mean, 3))]],
  )
  out.line(
    `after ${costBps} bps: long the highest ${formatPercent(longAfterCosts, 3)}, short the lowest ${formatPercent(shortAfterCosts, 3)} a position`,
  )
}

function verdictLine(out: Output, { accepted, score, pValue }: Verdict): string {
  const mark = accepted ? out.style('good', '✓ accepted') : out.style('bad', '✗ refused')
  if (score === null) return mark
  const name = score.name === 'auc' ? 'AUC' : 'rank correlation'
  const spread = score.min === score.max ? '' : ` (${formatRatio(score.min, 4)} to ${formatRatio(score.max, 4)} over the paths)`
  return `${mark}: ${name} ${formatRatio(score.mean, 4)}${spread} on rows that it had not seen; chance of luck ${formatPercent(pValue)}`
}

function doubtWords(doubt: Doubt): string {
  switch (doubt.code) {
    case 'no-skill':
      return `It shows ${formatRatio(doubt.score, 4)}, no more than ${doubt.chance} without any skill.`
    case 'luck': {
      const tried = doubt.trials === 1 ? '' : ` in ${formatCount(doubt.trials)} trials`
      return `Luck may explain it: without skill it would do as well${tried} with a chance of ${formatPercent(doubt.pValue)}; at most ${formatPercent(doubt.most, 0)} is accepted.`
    }
    case 'not-lasting':
      return `It does not last: it beats chance in ${doubt.good} of ${doubt.splits} splits.`
    case 'cannot-tell':
      return 'Nothing can be told: the samples are too few beside the length of their labels, or all predictions are the same.'
  }
}
