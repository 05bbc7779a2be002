/**
 * `ballast overfit RETURNS.csv`: what the best of many trials is worth, once it is known how many were tried.
 */
import type { Command } from 'commander'
import { type Overfit, judgeTrials } from '../../backtest/overfit.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount, formatPercent, formatRatio } from '../ui/format.ts'
import type { Output } from '../ui/output.ts'
import { type ReturnsTable, readReturnsCsv } from './returns-csv.ts'

/** Longer lists are not read. */
const LIST_MAX = 10
/** Where the field's authors draw the lines. */
const DEFLATED_MIN = 0.95
const PBO_MAX = 0.05

export function register(program: Command): void {
  program
    .command('overfit')
    .description('test whether the best of many trials beats luck')
    .argument(
      '<returns.csv>',
      'CSV with one column per trial (time and counter columns are ignored); also Parquet, Feather, JSON, compressed',
    )
    .action(runOverfit)
}

async function runOverfit(file: string, _flags: unknown, command: Command): Promise<void> {
  const { out } = contextOf(command)
  const table = await readReturnsCsv(file)
  for (const note of table.notes) out.note(note)
  const [first] = table.columns
  if (first === undefined || first.length < 2)
    throw new CliError(
      EXIT.error,
      `${file} has fewer than two rows of returns.`,
      'Pass at least two rows; 32 for the probability of overfitting.',
    )
  const verdict = judgeTrials(table.columns)
  const best = verdict.best === null ? null : (table.names[verdict.best] as string)
  const { sharpe, probabilisticSharpe, deflatedSharpe, pbo, minTrackRecord } = verdict
  const answer = { sharpe, probabilisticSharpe, deflatedSharpe, pbo, minTrackRecord, best, trials: table.names.length, rows: first.length }
  out.answer(answer, () => print(out, table, verdict, best))
}

function print(out: Output, table: ReturnsTable, verdict: Overfit, best: string | null): void {
  const rows = (table.columns[0] as Float64Array).length
  for (const doubt of doubtsOf(verdict, table.names.length, rows)) out.line(`${out.style('warn', '!')} ${doubt}`)
  out.line(
    `${formatCount(table.names.length)} trial${table.names.length === 1 ? '' : 's'}, ${formatCount(rows)} rows; the best is ${best ?? 'none'}`,
  )
  out.fields([
    ['probabilisticSharpe', formatPercent(verdict.probabilisticSharpe)],
    ['deflatedSharpe', formatPercent(verdict.deflatedSharpe)],
    ['pbo', formatPercent(verdict.pbo)],
    ['minTrackRecord', verdict.minTrackRecord === null ? '–' : `${formatCount(Math.ceil(verdict.minTrackRecord))} rows`],
  ])
  out.line()
  const ranked = table.names
    .map((name, at) => ({ name, sharpe: verdict.sharpe[at] ?? null }))
    .sort((a, b) => (b.sharpe ?? Number.NEGATIVE_INFINITY) - (a.sharpe ?? Number.NEGATIVE_INFINITY))
  out.table(
    [{ title: 'trial' }, { title: 'sharpe per row', align: 'right' }],
    ranked.slice(0, LIST_MAX).map(({ name, sharpe }) => [name, formatRatio(sharpe, 4)]),
  )
  if (ranked.length > LIST_MAX) out.note(`${formatCount(ranked.length - LIST_MAX)} more with --json.`)
}

function doubtsOf(verdict: Overfit, trials: number, rows: number): string[] {
  const doubts: string[] = []
  const { deflatedSharpe, pbo, minTrackRecord, best } = verdict
  if (best === null) doubts.push('No trial varies, so none has a Sharpe ratio.')
  if (deflatedSharpe !== null && deflatedSharpe < DEFLATED_MIN)
    doubts.push(
      `Luck may explain the best trial: the chance that it beats the best of ${formatCount(trials)} unskilled trials is ${formatPercent(deflatedSharpe)}.`,
    )
  if (pbo !== null && pbo > PBO_MAX)
    doubts.push(
      `The choice is likely overfitted: in ${formatPercent(pbo)} of the splits, the best trial of one half is below the median of the other half.`,
    )
  if (minTrackRecord !== null && minTrackRecord > rows)
    doubts.push(`The record is too short: ${formatCount(Math.ceil(minTrackRecord))} rows are needed, and there are ${formatCount(rows)}.`)
  if (best !== null && minTrackRecord === null) doubts.push('Even the best trial has no positive mean.')
  return doubts
}
