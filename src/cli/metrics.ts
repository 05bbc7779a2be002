/**
 * `ballast metrics EQUITY.csv`: the performance figures of an equity series, from row to row.
 * Never resamples: the rows are the periods.
 */
import type { Command } from 'commander'
import {
  ANNUAL_DAYS_MIN,
  EQUITY_METRICS,
  type EquityMetrics,
  PERIODS_PER_YEAR,
  equityMetrics,
  spanDays,
  withoutAnnual,
} from '../portfolio/performance.ts'
import { contextOf } from './context.ts'
import { readEquityCsv } from './equity-csv.ts'
import { CliError, EXIT } from './exit.ts'
import { formatCount, formatPercent, formatRatio, formatTime } from './format.ts'

export function register(program: Command): void {
  program
    .command('metrics')
    .description('performance figures of an equity series')
    .argument('<equity.csv>', 'CSV with the columns timestamp,equity; may be gzipped')
    .option('--periods-per-year <n>', 'rows in a year, for the annual figures', String(PERIODS_PER_YEAR))
    .action(runMetrics)
}

const FRACTIONS: ReadonlySet<string> = new Set([
  'totalReturn',
  'cagr',
  'volatility',
  'maxDrawdown',
  'avgDrawdown',
  'ulcerIndex',
  'var95',
  'cvar95',
  'probabilisticSharpe',
])

function runMetrics(file: string, flags: { periodsPerYear: string }, command: Command): void {
  const { out } = contextOf(command)
  const periodsPerYear = Number(flags.periodsPerYear)
  if (!(periodsPerYear > 0 && Number.isFinite(periodsPerYear)))
    throw new CliError(
      EXIT.usage,
      `--periods-per-year '${flags.periodsPerYear}' is not a positive number.`,
      'Use 365 for daily rows, 8760 for hourly ones.',
    )
  const series = readEquityCsv(file)
  const metrics = withoutAnnual(equityMetrics(series, periodsPerYear), series)
  out.answer({ metrics }, () => {
    const rows = series.ts.length
    if (rows > 0)
      out.line(`${formatCount(rows)} rows, ${formatTime(series.ts[0] as number)} to ${formatTime(series.ts[rows - 1] as number)} UTC`)
    out.fields(EQUITY_METRICS.map((name) => [name, show(name, metrics)]))
    if (rows > 1 && spanDays(series) < ANNUAL_DAYS_MIN)
      out.note(`The rows span ${spanDays(series).toFixed(1)} days: annual figures need ${ANNUAL_DAYS_MIN}.`)
    if (EQUITY_METRICS.some((name) => metrics[name] === null)) out.note('– means that the data does not allow this figure.')
  })
}

const show = (name: keyof EquityMetrics, metrics: EquityMetrics): string =>
  FRACTIONS.has(name) ? formatPercent(metrics[name]) : formatRatio(metrics[name])
