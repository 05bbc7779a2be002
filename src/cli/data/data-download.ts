/**
 * `ballast data download`: Bybit's public history, into the candle store.
 */
import { errorWords } from '../../venue/port/error.ts'

import type { Command } from 'commander'
import type { DownloadFailure, DownloadReport, DownloadRequest } from '../../market-data/history-download.ts'
import { openPublicHistory } from '../../market-data/public-history.ts'
import { formatInterval, isOnGrid, parseInterval } from '../../market/candles/interval.ts'
import { WIRE_INTERVALS } from '../../venue/bybit/interval.ts'
import { type CliContext, contextOf, dataFailure } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount, formatTime } from '../ui/format.ts'
import { startProgress } from '../ui/progress.ts'
import { timeOf } from '../flags/time-flag.ts'

interface DownloadFlags {
  readonly symbol: readonly string[]
  readonly interval: string
  readonly from: string
  readonly to?: string
  readonly mark?: boolean
  readonly funding?: boolean
}

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), ...value.split(',')]

export function registerDownload(data: Command): void {
  data
    .command('download')
    .description('download candles or funding rates from Bybit, without a key; resumes an earlier run')
    .requiredOption('--symbol <symbol>', 'for example BTCUSDT or BTCUSDT-SPOT; separate several with commas', collect)
    .requiredOption('--from <time>', 'first bar, for example 2023-01-01 or 2023-01-01T06:00Z (UTC)')
    .option('--to <time>', 'end, exclusive (default: now)')
    .option('--interval <interval>', `bar interval: ${WIRE_INTERVALS.map(formatInterval).join(', ')}`, '1m')
    .option('--mark', 'mark prices instead of last prices')
    .option('--funding', 'funding rates instead of candles')
    .action(run)
}

async function run(flags: DownloadFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const symbols = [...new Set(flags.symbol.map((symbol) => symbol.trim().toUpperCase()))].filter((symbol) => symbol !== '')
  const opened = await openPublicHistory(context.config().values, symbols)
  if (!opened.ok)
    throw new CliError(opened.error.type === 'not-listed' ? EXIT.notFound : EXIT.unreachable, opened.error.sentence, opened.error.next)
  const history = opened.value
  const request = requestOf(flags, history.now)
  let isStopped = false
  // The piece in work is stored before the end: what was fetched is kept.
  const stop = (): void => {
    isStopped = true
    context.out.note('\nStopping after the current batch is stored …')
  }
  process.once('SIGINT', stop)
  const started = performance.now()
  const reports: DownloadReport[] = []
  try {
    for (const symbol of symbols) {
      if (isStopped) break
      const progress = await startProgress(context.out, `${symbol} ${request.kind === 'funding' ? 'funding' : flags.interval}`)
      const done = await history
        .download(context.candleStore(), symbol, request, { progress: (share) => progress.update(share), isStopped: () => isStopped })
        .finally(() => progress.stop())
      if (!done.ok) throw failureOf(symbol, done.error)
      reports.push(done.value)
      if (!context.out.options.json) show(context, symbol, done.value, performance.now() - started)
      if (done.value.stoppedAt !== undefined) isStopped = true
    }
  } finally {
    process.off('SIGINT', stop)
    await history.close()
  }
  const series = reports.flatMap(({ info }) => (info === undefined ? [] : [info]))
  const added = reports.reduce((sum, report) => sum + report.added, 0)
  context.out.answer({ series, added, isComplete: !isStopped, elapsedMs: Math.round(performance.now() - started) }, () => {})
  if (isStopped) throw new CliError(EXIT.interrupted, 'Stopped before the end.', 'Run the same command to resume.')
}

function requestOf(flags: DownloadFlags, now: number): DownloadRequest {
  if (flags.mark === true && flags.funding === true)
    throw new CliError(EXIT.usage, '--mark and --funding cannot be combined.', 'Run the command once with each.')
  const intervalMs = parseInterval(flags.interval)
  if (intervalMs === undefined || !WIRE_INTERVALS.includes(intervalMs))
    throw new CliError(
      EXIT.usage,
      `Bybit has no candles of '${flags.interval}'.`,
      `Available: ${WIRE_INTERVALS.map(formatInterval).join(', ')}.`,
    )
  const from = timeOf('from', flags.from)
  const until = flags.to === undefined ? now : Math.min(now, timeOf('to', flags.to))
  if (from >= until)
    throw new CliError(EXIT.usage, `--from ${flags.from} is not before ${formatTime(until)} UTC.`, 'Choose an earlier --from.')
  const kind = flags.funding === true ? 'funding' : flags.mark === true ? 'mark' : 'last'
  return { kind, intervalMs, from: kind === 'funding' ? from : gridUp(from, intervalMs), until }
}

function gridUp(at: number, intervalMs: number): number {
  // Minutes, hours and days lie on multiples; weeks on Mondays.
  let next = Math.ceil(at / 60_000) * 60_000
  while (!isOnGrid(next, intervalMs)) next += 60_000
  return next
}

function show({ out }: CliContext, symbol: string, { info, added, stoppedAt }: DownloadReport, elapsedMs: number): void {
  const mark = stoppedAt === undefined ? out.style('good', '✓') : out.style('warn', '–')
  if (info === undefined) {
    out.line(`${mark} ${symbol}  ${stoppedAt === undefined ? 'Bybit has no data for that period' : 'nothing is stored yet'}`)
    return
  }
  const unit = info.kind === 'funding' ? 'settlements' : 'bars'
  out.line(
    `${mark} ${info.venue}/${symbol}/${info.interval}${info.kind === 'mark' ? ' mark' : ''}  ${formatCount(added)} new ${unit} in ${(elapsedMs / 1000).toFixed(1)} s`,
  )
  const gaps = info.gaps === 0 ? 'none' : `${formatCount(info.gaps)} with ${formatCount(info.missing)} missing, not filled`
  out.fields([
    ['stored', `${formatCount(info.bars)} from ${formatTime(info.from)} to ${formatTime(info.to)} UTC`],
    ['gaps', gaps],
    ...(stoppedAt === undefined ? [] : [['stopped', `at ${formatTime(stoppedAt)} UTC`] as const]),
  ])
}

function failureOf(symbol: string, failure: DownloadFailure): CliError {
  if (failure.type === 'data') return dataFailure(failure.error)
  const kept = failure.added === 0 ? '' : ` ${formatCount(failure.added)} earlier bars are stored.`
  return new CliError(
    EXIT.unreachable,
    `${symbol}: Bybit did not answer (${errorWords(failure.error)}).${kept}`,
    'Run the same command to resume.',
  )
}
