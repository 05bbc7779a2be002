/**
 * `ballast data`: imports, downloads, lists and verifies stored candles and funding rates.
 */
import type { Command } from 'commander'
import type { DamagedSeries } from '../../market/candles/all-series.ts'
import { type ImportReport, importFiles } from '../../market/candles/import.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import type { SeriesInfo } from '../../market/candles/store.ts'
import { contextOf, dataFailure } from '../context.ts'
import { registerDownload } from './data-download.ts'
import { CliError, EXIT } from '../exit.ts'
import { type FileFlags, addFileOptions, fileWishesOf } from '../flags/file-flags.ts'
import { stepFlag } from '../flags/flag-values.ts'
import { formatCount, formatPercent, formatTime } from '../ui/format.ts'
import type { Output } from '../ui/output.ts'
import { startProgress } from '../ui/progress.ts'

interface ImportFlags extends FileFlags {
  readonly symbol: string
  readonly interval?: string
  readonly venue: string
  readonly mark?: boolean
  readonly tick?: string
  readonly lot?: string
  readonly replace?: boolean
}

export function register(program: Command): void {
  const data = program.command('data').description('import, download, list and verify stored candles and funding rates')
  const command = data
    .command('import')
    .description('import candles or funding rates: CSV, JSON, Parquet or Feather, also in gzip, zip, zstd or xz (docs/files.md)')
    .argument('<files...>', 'files of one series, or a folder with them')
    .requiredOption('--symbol <symbol>', 'symbol to store it under, for example BTCUSDT')
    .option('--interval <interval>', 'bar interval, for example 1m (default: read from the file)')
    .option('--venue <venue>', 'exchange it was recorded on', 'bybit')
    .option('--mark', 'the file holds mark prices')
    .option('--tick <size>', 'tick size; off-grid prices are then an error (default: from the decimals in the file)')
    .option('--lot <size>', 'lot size (default: 0.000001, larger for prices below 0.01)')
    .option('--replace', 'overwrite stored bars that differ from the file')
  addFileOptions(command).action(runImport)
  registerDownload(data)
  data
    .command('list')
    .description('list the stored series')
    .action((_flags: unknown, command: Command) => runList(command))
  data
    .command('verify')
    .description('check every stored series: checksums, hashes, order, gaps')
    .action((_flags: unknown, command: Command) => runVerify(command))
}

async function runImport(files: string[], flags: ImportFlags, command: Command): Promise<void> {
  checkFlags(flags)
  const context = contextOf(command)
  const store = context.candleStore()
  const progress = await startProgress(context.out, `reading ${files[0]}${files.length > 1 ? ` and ${files.length - 1} more` : ''}`)
  const started = performance.now()
  const imported = await importFiles(store, {
    files,
    venue: flags.venue,
    symbol: flags.symbol,
    kind: flags.mark === true ? 'mark' : 'last',
    replace: flags.replace,
    wishes: {
      ...fileWishesOf(flags),
      interval: flags.interval,
      tick: stepFlag('tick', flags.tick),
      lot: stepFlag('lot', flags.lot),
      onProgress: (share) => progress.update(share),
    },
  })
  progress.stop()
  if (!imported.ok) throw dataFailure(imported.error)
  const { info, ...report } = imported.value
  const elapsedMs = Math.round(performance.now() - started)
  context.out.answer({ series: [info], imported: report, elapsedMs }, () => showImport(context.out, imported.value, flags, elapsedMs))
}

function checkFlags(flags: ImportFlags): void {
  if (flags.interval !== undefined && flags.interval !== 'funding' && parseInterval(flags.interval) === undefined)
    throw new CliError(
      EXIT.usage,
      `--interval '${flags.interval}' is not an interval.`,
      'Use minutes, hours, days or weeks: 1m, 5m, 4h, 1d.',
    )
}

function showImport(out: Output, report: ImportReport, flags: ImportFlags, elapsedMs: number): void {
  const { info } = report
  const unit = info.kind === 'funding' ? 'settlements' : 'bars'
  out.line(
    `${out.style('good', '✓')} ${out.style('bold', nameOf(info))}  ${formatCount(report.rows)} ${unit} read in ${(elapsedMs / 1000).toFixed(2)} s`,
  )
  const fields: [string, string][] = [['span', `${formatTime(info.from)} to ${formatTime(info.to)} UTC`]]
  if (info.kind !== 'funding') {
    fields.push(['tick', `${info.tickSize} (${tickReason(report)})`])
    fields.push(['lot', `${info.lotSize} (${flags.lot === undefined ? 'default, --lot sets another' : 'given'})`])
    if (!report.hasVolume)
      fields.push([
        'volume',
        info.kind === 'mark' ? 'none (mark prices have no volume)' : 'none in the file, stored as 0 (for mark prices pass --mark)',
      ])
  }
  for (const note of report.notes) fields.push(['note', note])
  fields.push(['gaps', describeGaps(info)])
  const replaced = report.replaced > 0 ? `, ${formatCount(report.replaced)} replaced` : ''
  fields.push([
    'stored',
    `${formatCount(report.added)} new, ${formatCount(report.same)} already stored${replaced}; ${formatCount(info.bars)} in total`,
  ])
  fields.push(['hash', info.hash])
  out.fields(fields)
}

function tickReason(report: ImportReport): string {
  switch (report.tickOrigin) {
    case 'given':
      return 'given'
    case 'stored':
      return `as already stored${report.rounded > 0 ? `, ${formatCount(report.rounded)} prices rounded to it` : ''}`
    case 'nine-digits':
      return `from 9 significant digits at the highest price; ${formatCount(report.rounded)} prices with more were rounded to the nearest tick`
    default:
      return 'from the decimals in the file'
  }
}

const nameOf = (info: Pick<SeriesInfo, 'venue' | 'symbol' | 'interval' | 'kind'>): string =>
  `${info.venue}/${info.symbol}/${info.interval}${info.kind === 'mark' ? ' mark' : ''}`

function describeGaps(info: Pick<SeriesInfo, 'gaps' | 'missing' | 'bars'>): string {
  if (info.gaps === 0) return 'none'
  const share = formatPercent(info.missing / (info.missing + info.bars), 1)
  return `${formatCount(info.gaps)} with ${formatCount(info.missing)} missing (${share}), not filled`
}

const damagedRow = ({ venue, symbol, interval, error }: DamagedSeries) => ({ venue, symbol, interval, problem: error.sentence })

function runList(command: Command): void {
  const context = contextOf(command)
  const { series, damaged } = context.candleStore().list()
  for (const { error } of damaged) context.out.note(`Skipped: ${error.sentence}`)
  context.out.answer({ series, damaged: damaged.map(damagedRow) }, () => {
    if (series.length === 0 && damaged.length === 0) {
      context.out.line('Nothing is stored yet.')
      context.out.note(
        'Download candles: ballast data download --symbol BTCUSDT --from 2025-01-01, or import a file: ballast data import FILE --symbol BTCUSDT',
      )
      return
    }
    context.out.table(
      [
        { title: 'series' },
        { title: 'from (UTC)' },
        { title: 'to (UTC)' },
        { title: 'bars', align: 'right' },
        { title: 'gaps', align: 'right' },
        { title: 'tick', align: 'right' },
        { title: 'hash' },
      ],
      series.map((info) => [
        nameOf(info),
        formatTime(info.from),
        formatTime(info.to),
        formatCount(info.bars),
        formatCount(info.gaps),
        info.kind === 'funding' ? '–' : info.tickSize,
        info.hash.slice(0, 12),
      ]),
    )
  })
}

function runVerify(command: Command): void {
  const context = contextOf(command)
  const verified = context.candleStore().verify()
  const { damaged } = verified
  const series = verified.series.map((each) => ({ ...each, ok: each.problems.length === 0 }))
  const { out } = context
  out.answer({ series, damaged: damaged.map(damagedRow) }, () => {
    if (series.length === 0 && damaged.length === 0) out.line('Nothing is stored yet.')
    for (const { venue, symbol, interval, error } of damaged) {
      out.line(`${out.style('bad', '✗')} ${venue}/${symbol}/${interval}`)
      out.line(`    ${error.sentence} ${error.next}`)
    }
    for (const each of series) {
      const mark = each.ok ? out.style('good', '✓') : out.style('bad', '✗')
      out.line(`${mark} ${nameOf(each)}  ${formatCount(each.bars)} bars, gaps: ${describeGaps(each)}`)
      for (const problem of each.problems) out.line(`    ${problem}`)
    }
  })
  const bad = series.filter((each) => !each.ok).length + damaged.length
  if (bad > 0)
    throw new CliError(
      EXIT.checksFailed,
      `${bad} of ${series.length + damaged.length} series failed verification.`,
      'Import the named series again with --replace.',
    )
}
