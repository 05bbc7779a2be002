/**
 * `ballast indicator NAME CANDLES.csv`: an indicator over a file of candles, by the incremental code that strategies use.
 */
import type { Command } from 'commander'
import { nearestOf } from '../../core/nearest.ts'
import type { IndicatorBar, IndicatorEntry, IndicatorParam, IndicatorParams } from '../../indicators/catalog.ts'
import { INDICATORS, findIndicator } from '../../indicators/registry.ts'
import type { BarColumns } from '../../market/bars.ts'
import { type CandleFile, readCandles } from '../../market/candles/candle-file.ts'
import { instrumentIndex } from '../../core/units.ts'
import { makeInstrument, tickFloat } from '../../market/instrument.ts'
import { contextOf, dataFailure } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { addFileOptions, fileWishesOf } from '../flags/file-flags.ts'
import { stepFlag } from '../flags/flag-values.ts'
import type { Output } from '../ui/output.ts'

/** Digits that survive the scaling of ticks to prices. */
const DIGITS = 13
const CHUNK_ROWS = 8_192

const PARAM_NAMES = [...new Set(INDICATORS.flatMap((entry) => entry.params.map(({ name }) => name)))]

export function register(program: Command): void {
  const command = program
    .command('indicator')
    .description('compute an indicator over a file of candles, as CSV')
    .argument('<name>', 'one of the indicators below')
    .argument('<candles.csv>', 'candles as CSV, JSON, Parquet or Feather, also compressed; or a folder (docs/files.md)')
  for (const name of PARAM_NAMES)
    command.option(
      `--${name} <n>`,
      `parameter for ${INDICATORS.filter((e) => hasParam(e, name))
        .map((e) => e.name)
        .join(', ')}`,
    )
  addFileOptions(command)
    .option('--interval <interval>', 'interval of the file, if its times do not show it')
    .option('--tick <size>', 'tick size of the file’s prices (default: from its decimals)')
    .addHelpText('after', `\nIndicators:\n${INDICATORS.map(helpLine).join('\n')}`)
    .action(runIndicator)
}

const hasParam = (entry: IndicatorEntry, name: string): boolean => entry.params.some((p) => p.name === name)

function helpLine(entry: IndicatorEntry): string {
  const params = entry.params.map((p) => `${p.name} ${p.default}`).join(', ')
  return `  ${entry.name.padEnd(11)} ${entry.summary}${params === '' ? '' : ` (${params})`} → ${entry.outputs.map(({ name }) => name).join(', ')}`
}

type Flags = Readonly<Record<string, string | undefined>>

async function runIndicator(name: string, file: string, flags: Flags, command: Command): Promise<void> {
  const { out } = contextOf(command)
  const entry = entryOf(name)
  const params = paramsOf(entry, flags)
  const read = await readCandles([file], { ...fileWishesOf(flags), interval: flags['interval'], tick: stepFlag('tick', flags['tick']) })
  if (!read.ok) throw dataFailure(read.error)
  const candles = read.value
  for (const note of candles.notes) out.note(`${file}: ${note}.`)
  if (candles.rounded > 0)
    out.note(
      `${candles.rounded} prices have more than 9 significant digits and are rounded to the tick ${candles.tickSize}; pass --tick for a finer one.`,
    )
  if (!candles.hasVolume && entry.usesVolume === true) out.note('The file has no volume; 0 is used.')
  if (out.options.json) printJson(out, entry, params, candles)
  else printCsv(out, entry, params, candles)
}

function entryOf(name: string): IndicatorEntry {
  const entry = findIndicator(name.toLowerCase())
  if (entry !== undefined) return entry
  const nearest = nearestOf(
    name,
    INDICATORS.flatMap((e) => [e.name, ...e.aliases]),
  )
  throw new CliError(
    EXIT.notFound,
    `There is no indicator '${name}'.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`,
    `Indicators: ${INDICATORS.map((e) => e.name).join(', ')}.`,
  )
}

function paramsOf(entry: IndicatorEntry, flags: Flags): IndicatorParams {
  const foreign = PARAM_NAMES.find((name) => flags[name] !== undefined && !hasParam(entry, name))
  const own = entry.params.map(({ name }) => `--${name}`).join(', ')
  if (foreign !== undefined)
    throw new CliError(
      EXIT.usage,
      `${entry.name} has no parameter --${foreign}.`,
      own === '' ? 'It has no parameters.' : `Its parameters: ${own}.`,
    )
  const params = Object.fromEntries(entry.params.map((p) => [p.name, paramOf(p, flags[p.name])]))
  const conflict = entry.conflict?.(params)
  if (conflict !== undefined) throw new CliError(EXIT.usage, `${entry.name}: ${conflict}.`, `Its parameters: ${own}.`)
  return params
}

function paramOf(p: IndicatorParam, text: string | undefined): number {
  if (text === undefined) return p.default
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= p.min && value <= p.max && (!p.isWhole || Number.isInteger(value))) return value
  throw new CliError(
    EXIT.usage,
    `--${p.name} '${text}' is not a ${p.isWhole ? 'whole ' : ''}number from ${p.min} to ${p.max}.`,
    `Its default is ${p.default}.`,
  )
}

/** Calls `row` with each bar's open time and outputs in the units of the file; the array is reused. */
function play(entry: IndicatorEntry, params: IndicatorParams, candles: CandleFile, row: (ts: number, values: Float64Array) => void): void {
  const { step } = entry.start(params)
  const tick = tickFloat(
    makeInstrument({ index: instrumentIndex(0), venue: 'csv', symbol: 'CSV', tickSize: candles.tickSize, lotSize: candles.lotSize }),
  )
  const scales = entry.outputs.map(({ unit }) => (unit === 'price' ? tick : 1))
  const values = new Float64Array(scales.length)
  const bar: IndicatorBar = { ts: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 }
  const { columns } = candles
  for (let k = 0; k < columns.ts.length; k += 1) {
    fill(bar, columns, k)
    step(bar, values)
    for (let at = 0; at < values.length; at += 1) values[at] = (values[at] as number) * (scales[at] as number)
    row(bar.ts, values)
  }
}

function fill(bar: IndicatorBar, columns: BarColumns, k: number): void {
  bar.ts = columns.ts[k] as number
  bar.open = columns.open[k] as number
  bar.high = columns.high[k] as number
  bar.low = columns.low[k] as number
  bar.close = columns.close[k] as number
  bar.volume = columns.volume[k] as number
}

const rounded = (value: number): number => Number(value.toPrecision(DIGITS))

function printCsv(out: Output, entry: IndicatorEntry, params: IndicatorParams, candles: CandleFile): void {
  let lines = [['timestamp', ...entry.outputs.map(({ name }) => name)].join(',')]
  play(entry, params, candles, (ts, values) => {
    let line = String(ts)
    for (const value of values) line += Number.isNaN(value) ? ',' : `,${rounded(value)}`
    lines.push(line)
    if (lines.length < CHUNK_ROWS) return
    out.line(lines.join('\n'))
    lines = []
  })
  if (lines.length > 0) out.line(lines.join('\n'))
}

function printJson(out: Output, entry: IndicatorEntry, params: IndicatorParams, candles: CandleFile): void {
  const rows: (number | null)[][] = []
  play(entry, params, candles, (ts, values) => {
    rows.push([ts, ...Array.from(values, (value) => (Number.isNaN(value) ? null : rounded(value)))])
  })
  const columns = ['timestamp', ...entry.outputs.map(({ name }) => name)]
  out.answer({ indicator: entry.name, params, columns, rows }, () => {})
}
