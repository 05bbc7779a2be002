/**
 * `ballast metrics EQUITY.csv`: the performance figures of an equity series, from row to row.
 */
import type { Command } from 'commander'
import {
  EQUITY_METRICS,
  type EquityMetrics,
  PERIODS_PER_YEAR,
  annualReason,
  equityMetrics,
  withoutAnnual,
} from '../../portfolio/results/performance.ts'
import { periodsOf } from '../../portfolio/results/periods.ts'
import { formatInterval } from '../../market/candles/interval.ts'
import { contextOf } from '../context.ts'
import { readEquityCsv } from './equity-csv.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount, formatPercent, formatRatio, formatTime } from '../ui/format.ts'

export function register(program: Command): void {
  program
    .command('metrics')
    .description('compute performance figures of an equity series')
    .argument('<equity.csv>', 'file with a time and an equity column: CSV, JSON, Parquet or Feather, also compressed')
    .option('--periods-per-year <n>', 'rows per year, for annual figures (default: from the times, else 365)')
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

async function runMetrics(file: string, flags: { periodsPerYear?: string }, command: Command): Promise<void> {
  const { out } = contextOf(command)
  const given = flags.periodsPerYear === undefined ? undefined : Number(flags.periodsPerYear)
  if (given !== undefined && !(given > 0 && Number.isFinite(given)))
    throw new CliError(
      EXIT.usage,
      `--periods-per-year '${flags.periodsPerYear}' is not a positive number.`,
      'Use 365 for daily rows, 8760 for hourly ones.',
    )
  const { series, notes } = await readEquityCsv(file)
  const spacing = periodsOf(series.ts)
  const periodsPerYear = given ?? spacing?.perYear ?? PERIODS_PER_YEAR
  const metrics = withoutAnnual(equityMetrics(series, periodsPerYear), series)
  const reason = annualReason(series)
  for (const note of notes) out.note(note)
  out.answer({ metrics, periodsPerYear, rows: series.ts.length, annual: reason ?? null }, () => {
    const rows = series.ts.length
    if (rows > 0)
      out.line(`${formatCount(rows)} rows, ${formatTime(series.ts[0] as number)} to ${formatTime(series.ts[rows - 1] as number)} UTC`)
    out.line(
      `${formatCount(Math.round(periodsPerYear))} rows per year: ${given === undefined ? originOf(spacing?.distanceMs, spacing !== undefined) : 'set by you'}`,
    )
    out.fields(EQUITY_METRICS.map((name) => [name, show(name, metrics)]))
    if (reason !== undefined) out.note(reason)
    if (EQUITY_METRICS.some((name) => metrics[name] === null)) out.note('– means there is not enough data for this figure.')
  })
}

function originOf(distanceMs: number | undefined, isTold: boolean): string {
  if (distanceMs !== undefined) return `rows are ${formatInterval(distanceMs) ?? `${distanceMs / 1000} s`} apart`
  return isTold ? 'average over the period, since spacing varies' : 'a single row has no spacing; daily rows assumed'
}

const show = (name: keyof EquityMetrics, metrics: EquityMetrics): string =>
  FRACTIONS.has(name) ? formatPercent(metrics[name]) : formatRatio(metrics[name])
