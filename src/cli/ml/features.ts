/**
 * `ballast ml features`: features and labels of stored candles or of a file, as a table that `ml folds` and `ml fit` read.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { RunSeries } from '../../backtest/backtest-run.ts'
import { formatInterval, parseInterval } from '../../market/candles/interval.ts'
import { FEATURE_FUNCTIONS } from '../../ml/features/catalog.ts'
import { type FeaturePlan, planFeatures, schemaText } from '../../ml/features/plan.ts'
import { type FeatureSpec, readFeatureSpec } from '../../ml/features/spec.ts'
import { symbolsOf } from '../../ml/features/stream.ts'
import { featureTable } from '../../ml/features/table.ts'
import { LABELS, readLabel } from '../../ml/labels/catalog.ts'
import type { Labels, MakeLabels } from '../../ml/labels/label.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { type FileFlags, addFileOptions } from '../flags/file-flags.ts'
import { loadSeries } from '../research/backtest-series.ts'
import { formatCount, formatTime } from '../ui/format.ts'
import { type SampleRows, writeSamples } from './samples-file.ts'
import { writeSamplesOrigin } from './samples-origin.ts'

interface FeaturesFlags extends FileFlags {
  readonly symbols?: string
  readonly csv?: string
  readonly spec: string
  readonly out: string
  readonly venue?: string
  readonly interval?: string
  readonly from?: string
  readonly to?: string
}

export function addFeatures(ml: Command): void {
  const command = ml
    .command('features')
    .description('compute features and labels of candles, as a file for ml folds, fit and evaluate')
    .requiredOption('--spec <file>', 'JSON that names features and a label (docs/ml.md)')
    .requiredOption('--out <file>', 'file to write: .csv or .parquet')
    .option('--symbols <symbols>', 'stored symbols that get samples: BTCUSDT,ETHUSDT')
    .option('--csv <file>', 'candles of one symbol from a file instead, in any shape of docs/files.md')
    .option('--venue <venue>', 'exchange of the stored candles, if several have them')
    .option('--interval <interval>', 'interval of the bars, for example 5m (default: 1m, or the only one stored)')
    .option('--from <time>', 'first time')
    .option('--to <time>', 'time after the last')
  addFileOptions(command)
    .addHelpText('after', () => `\nFeatures (prices of indicators as ratios to the close):\n${featureLines()}\n\nLabels:\n${labelLines()}`)
    .action(runFeatures)
}

const featureLines = (): string =>
  FEATURE_FUNCTIONS.map(({ name, summary, params, outputs }) => {
    const given = params.map((p) => `${p.name} ${p.default}`).join(', ')
    return helpLine(name, `${summary}${given === '' ? '' : ` (${given})`}${outputs.length > 1 ? ` → ${outputs.join(', ')}` : ''}`)
  }).join('\n')
const labelLines = (): string =>
  Object.entries(LABELS)
    .map(([name, { summary, defaults }]) => helpLine(name, `${summary} (${defaults})`))
    .join('\n')

const HELP_WIDTH = 80
const HELP_INDENT = 17

/** A name and what it is, in lines that a narrow terminal shows whole. */
function helpLine(name: string, text: string): string {
  const lines = [`  ${name}`.padEnd(HELP_INDENT - 1)]
  for (const word of text.split(' ')) {
    const last = lines.at(-1) as string
    if (last.length + 1 + word.length <= HELP_WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`${' '.repeat(HELP_INDENT)}${word}`)
  }
  return lines.join('\n')
}

/** @throws CliError that says what is wrong with the spec, the candles or the file. */
export async function makeSamples(context: CliContext, flags: Omit<FeaturesFlags, 'spec'>, spec: FeatureSpec, specFile: string) {
  const { out } = context
  const format = formatOf(flags.out)
  const makeLabels = labelOf(specFile, spec)
  const symbols = symbolsFlag(flags)
  // The interval of the bars is known once they are read; which symbols the spec reads is known without it.
  const named = symbolsOf(
    planOf(specFile, spec, 60_000, () => 60_000),
    symbols,
  )
  if (flags.csv !== undefined && named.length > 1)
    throw new CliError(
      EXIT.usage,
      `A file holds one symbol, and the spec reads ${named.join(', ')}.`,
      'Import the files with ballast data import, and pass --symbols.',
    )
  const needsFunding = spec.features.some(({ use }) => FEATURE_FUNCTIONS.find(({ name }) => name === use)?.needs === 'funding')
  const loaded = await loadSeries(context, { ...flags, symbol: named, funding: needsFunding ? 'history' : 'none' })
  for (const note of loaded.notes) out.note(`${note}.`)
  const intervalMs = intervalOf(loaded.series)
  const plan = planOf(specFile, spec, intervalMs, parseInterval)
  const started = performance.now()
  const series = loaded.series.map(({ instrument, columns, funding }) => ({ symbol: instrument.symbol, columns, funding }))
  const table = featureTable(plan, symbols, series)
  const labels = symbols.map((symbol) => {
    const own = series.find((each) => each.symbol === symbol)
    return makeLabels === undefined || own === undefined ? undefined : makeLabels(own.columns)
  })
  const samples = samplesOf(plan, symbols, table, labels, loaded.series, intervalMs)
  const elapsedMs = Math.round(performance.now() - started)
  await writeSamples(flags.out, format, samples.rows)
  const bars = series.reduce((sum, { columns }) => sum + columns.ts.length, 0)
  const { rows, unready, unlabeled } = samples
  const answer = {
    out: flags.out,
    symbols,
    interval: formatInterval(intervalMs) ?? `${intervalMs} ms`,
    bars,
    rows: rows.t0.length,
    unready,
    unlabeled,
    features: plan.columns.map(({ name }) => name),
    label: spec.label ?? null,
    schema: `sha256:${createHash('sha256').update(schemaText(plan)).digest('hex')}`,
    data: loaded.data,
    elapsedMs,
  }
  writeSamplesOrigin(flags.out, { spec, symbols, intervalMs, schema: answer.schema, candles: loaded.data.hash })
  return { answer, rows }
}

async function runFeatures(flags: FeaturesFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const spec = readSpec(flags.spec)
  const { answer, rows } = await makeSamples(context, flags, spec, flags.spec)
  const { symbols, bars, unready, unlabeled, elapsedMs } = answer
  out.answer(answer, () => {
    out.line(
      `${out.style('good', '✓')} ${formatCount(rows.t0.length)} samples of ${formatCount(answer.features.length)} feature${answer.features.length === 1 ? '' : 's'} in ${flags.out}`,
    )
    out.fields([
      ['symbols', symbols.join(', ')],
      ['bars', `${formatCount(bars)} of ${answer.interval}`],
      ['from, to', rows.t0.length === 0 ? 'none' : `${formatTime(rows.t0[0] as number)} to ${formatTime(rows.t0.at(-1) as number)} UTC`],
      ['left out', `${formatCount(unready)} bars before all features were known, ${formatCount(unlabeled)} without a label`],
      ['schema', answer.schema],
      ['time', `${formatCount(elapsedMs)} ms`],
    ])
    if (rows.t0.length > 0 && spec.label !== undefined) out.note(`Next: ballast ml evaluate ${flags.out} --target label --model gbdt`)
  })
}

function formatOf(file: string): 'csv' | 'parquet' {
  if (/\.csv$/i.test(file)) return 'csv'
  if (/\.parquet$/i.test(file)) return 'parquet'
  throw new CliError(EXIT.usage, `--out '${file}' ends neither in .csv nor in .parquet.`, 'Example: --out features.csv.')
}

function symbolsFlag(flags: Pick<FeaturesFlags, 'symbols' | 'csv'>): string[] {
  if (flags.symbols === undefined && flags.csv !== undefined) return ['CSV']
  const symbols = (flags.symbols ?? '')
    .split(',')
    .map((symbol) => symbol.trim())
    .filter((symbol) => symbol !== '')
  if (symbols.length === 0) throw new CliError(EXIT.usage, 'No data selected.', 'Pass --symbols BTCUSDT,ETHUSDT, or --csv FILE.')
  return [...new Set(symbols)]
}

function readSpec(file: string): FeatureSpec {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const isJson = cause instanceof SyntaxError
    throw new CliError(
      EXIT.error,
      isJson
        ? `${file} is not JSON (${cause.message}).`
        : `${file} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`,
      'docs/ml.md has an example of a spec.',
      { cause },
    )
  }
  const spec = readFeatureSpec(value)
  if (!spec.ok) throw specFailure(file, spec.error)
  return spec.value
}

const specFailure = (file: string, problem: string): CliError =>
  new CliError(
    EXIT.error,
    `${file}: ${problem}${problem.endsWith('?') ? '' : '.'}`,
    'ballast ml features --help lists features, parameters and labels.',
  )

function labelOf(file: string, { label }: FeatureSpec): MakeLabels | undefined {
  if (label === undefined) return undefined
  const read = readLabel(label)
  if (!read.ok) throw specFailure(file, read.error)
  return read.value
}

function planOf(file: string, spec: FeatureSpec, baseMs: number, read: (text: string) => number | undefined): FeaturePlan {
  const plan = planFeatures(spec, { baseMs, read })
  if (!plan.ok) throw specFailure(file, plan.error)
  return plan.value
}

function intervalOf(series: readonly RunSeries[]): number {
  const [first] = series
  const other = series.find(({ intervalMs }) => intervalMs !== first?.intervalMs)
  if (first === undefined || other !== undefined)
    throw new CliError(
      EXIT.conflict,
      `${first?.instrument.symbol} has bars of ${formatInterval(first?.intervalMs ?? 0)}, ${other?.instrument.symbol} of ${formatInterval(other?.intervalMs ?? 0)}.`,
      'Choose one interval that both have, with --interval.',
    )
  return first.intervalMs
}

/** Rows whose features are all known and, where there is a label, whose label is. */
function samplesOf(
  plan: FeaturePlan,
  symbols: readonly string[],
  table: ReturnType<typeof featureTable>,
  labels: readonly (Labels | undefined)[],
  series: readonly RunSeries[],
  intervalMs: number,
): { readonly rows: SampleRows; readonly unready: number; readonly unlabeled: number } {
  const hasLabel = labels.some((each) => each !== undefined)
  const times = symbols.map((symbol) => series.find(({ instrument }) => instrument.symbol === symbol)?.columns.ts)
  const kept: number[] = []
  let unready = 0
  let unlabeled = 0
  for (let row = 0; row < table.t0.length; row += 1) {
    const own = labels[table.symbol[row] as number]
    if (!table.features.every((column) => Number.isFinite(column[row]))) unready += 1
    else if (hasLabel && !Number.isFinite(own?.value[table.bar[row] as number])) unlabeled += 1
    else kept.push(row)
  }
  const take = (read: (row: number) => number): Float64Array => Float64Array.from(kept, read)
  const ofLabel = (row: number, read: (own: Labels, bar: number) => number): number => {
    const own = labels[table.symbol[row] as number]
    return own === undefined ? Number.NaN : read(own, table.bar[row] as number)
  }
  const grossReturn = take((row) => ofLabel(row, (own, bar) => own.grossReturn[bar] as number))
  const closeOf = (row: number, bar: number): number => (times[table.symbol[row] as number]?.[bar] as number) + intervalMs
  return {
    unready,
    unlabeled,
    rows: {
      symbol: kept.map((row) => symbols[table.symbol[row] as number] as string),
      t0: take((row) => table.t0[row] as number),
      label: hasLabel
        ? {
            t1: take((row) => ofLabel(row, (own, bar) => closeOf(row, own.end[bar] as number))),
            value: take((row) => ofLabel(row, (own, bar) => own.value[bar] as number)),
            grossReturn: grossReturn.every(Number.isNaN) ? undefined : grossReturn,
          }
        : undefined,
      features: plan.columns.map(({ name }, at) => ({ name, values: take((row) => (table.features[at] as Float64Array)[row] as number) })),
    },
  }
}
