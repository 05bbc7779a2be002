/**
 * `ballast ml folds SAMPLES.csv`: splits of samples into train and test whose labels know nothing of each other.
 */
import type { Command } from 'commander'
import { makeFolds } from '../../ml/folds/folds.ts'
import { type IndexRange, countOf } from '../../ml/folds/labels.ts'
import { contextOf } from '../context.ts'
import { formatCount } from '../ui/format.ts'
import type { Output } from '../ui/output.ts'
import { TableText } from '../ui/table-text.ts'
import { type FoldFlags, addFoldOptions, foldFailure, foldPlanOf } from './fold-flags.ts'
import { readSpans } from './sample-times.ts'

export function addFolds(ml: Command): void {
  const command = ml
    .command('folds')
    .description('split samples for cross-validation, without samples whose labels overlap the test set')
    .argument('<samples.csv>', 'file with columns t0 and t1 in ms, a row a sample, in the order of t0')
  addFoldOptions(command).action(runFolds)
}

/** Ranges shown of one set. */
const SHOWN = 3

async function runFolds(file: string, flags: FoldFlags, command: Command): Promise<void> {
  const { out } = contextOf(command)
  const plan = foldPlanOf(flags)
  const spans = readSpans(await TableText.read(file, true))
  const made = makeFolds(spans, plan)
  if (!made.ok) throw foldFailure(file, made.error)
  const { splits, paths, embargoSamples } = made.value
  const answer = {
    kind: plan.kind,
    samples: spans.t0.length,
    embargoSamples,
    splits,
    paths: paths.length,
    pathSplits: paths,
  }
  out.answer(answer, () => {
    out.table(
      [
        { title: 'split', align: 'right' },
        { title: 'test' },
        { title: 'train' },
        { title: 'train rows', align: 'right' },
        { title: 'purged', align: 'right' },
        { title: 'embargo', align: 'right' },
      ],
      splits.map(({ test, train, purged, embargoed }, at) => [
        String(at),
        rangesText(test),
        rangesText(train),
        formatCount(countOf(train)),
        formatCount(purged),
        formatCount(embargoed),
      ]),
    )
    sayPaths(out, spans.t0.length, splits.length, paths.length)
  })
}

function sayPaths(out: Output, samples: number, splits: number, paths: number): void {
  out.line()
  out.line(
    `${formatCount(samples)} samples, ${formatCount(splits)} splits; the test sets cover every sample ${paths === 1 ? 'once' : `${formatCount(paths)} times, on ${formatCount(paths)} paths`}`,
  )
  out.note('Ranges are rows of the file from 0, without their end. --json has all of them.')
}

const rangesText = (ranges: readonly IndexRange[]): string =>
  ranges
    .slice(0, SHOWN)
    .map(([from, to]) => `${from}–${to}`)
    .join(' ') + (ranges.length > SHOWN ? ' …' : '')
