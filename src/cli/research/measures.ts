/**
 * `ballast measures EQUITY.csv`: risk measures and risk level of an equity or price series in a file.
 */
import { existsSync } from 'node:fs'
import { levelFields, measureFields, missingText } from '../../../api/commands/words/measure-words.ts'
import { DAY_MS, HOUR_MS } from '../../core/units.ts'
import { formatInterval } from '../../market/candles/interval.ts'
import { type EquitySeries, dailyEquity } from '../../portfolio/equity.ts'
import { type MeasureOptions, measuresOf } from '../../portfolio/measures/measures.ts'
import { riskLevelOf } from '../../portfolio/measures/risk-level.ts'
import { type VarVerdict, varForecasts, varVerdicts } from '../../portfolio/measures/var-backtest.ts'
import { PERIODS_PER_YEAR, annualReason } from '../../portfolio/results/performance.ts'
import { periodsOf } from '../../portfolio/results/periods.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount, formatPercent, formatTime } from '../ui/format.ts'
import type { Output } from '../ui/output.ts'
import { readEquityCsv } from './equity-csv.ts'

export interface MeasuresFlags {
  readonly benchmark?: string
  readonly daily?: boolean
  readonly periodsPerYear?: string
  readonly varBacktest?: string | true
}

/** Rows of the window of a forecast: a trading year of Basel. */
const FORECAST_ROWS = 250
const FORECAST_ROWS_MIN = 100
const P_SHOWN_MIN = 0.001

export const isFile = (word: string | undefined): word is string => word !== undefined && (existsSync(word) || /[./\\]/.test(word))

export async function measureFile({ out }: CliContext, file: string, flags: MeasuresFlags): Promise<void> {
  const given = numberFlag('--periods-per-year', flags.periodsPerYear, 0, 'Use 365 for daily rows, 8760 for hourly ones.')
  const window =
    flags.varBacktest === undefined
      ? undefined
      : flags.varBacktest === true
        ? FORECAST_ROWS
        : numberFlag(
            '--var-backtest',
            flags.varBacktest,
            FORECAST_ROWS_MIN - 1,
            `Give at least ${FORECAST_ROWS_MIN} rows; without a number it is ${FORECAST_ROWS}.`,
          )
  const own = await readEquityCsv(file, true)
  const series = flags.daily === true ? dailyEquity(own.series) : own.series
  const benchmark = flags.benchmark === undefined ? undefined : await readEquityCsv(flags.benchmark, true)
  for (const note of [...own.notes, ...(benchmark?.notes ?? [])]) out.note(note)
  const spacing = periodsOf(series.ts)
  const periodsPerYear = given ?? spacing?.perYear ?? PERIODS_PER_YEAR
  const options: MeasureOptions = {
    periodsPerYear,
    benchmark: benchmark === undefined ? undefined : alignedTo(series, benchmark.series, flags.benchmark as string),
  }
  const measures = measuresOf(series, options)
  const judgement = riskLevelOf({ measures, periodsPerDay: periodsPerYear / PERIODS_PER_YEAR })
  const verdicts = window === undefined ? undefined : backtestOf(series, periodsPerYear, spacing?.distanceMs, window)
  const rows = series.ts.length
  const answer = {
    measures,
    level: judgement.level,
    reasons: judgement.reasons,
    periodsPerYear,
    rows,
    annual: annualReason(series) ?? null,
  }
  out.answer(verdicts === undefined ? answer : { ...answer, varBacktest: { window, verdicts } }, () => {
    if (rows > 0)
      out.line(`${formatCount(rows)} rows, ${formatTime(series.ts[0] as number)} to ${formatTime(series.ts[rows - 1] as number)} UTC`)
    out.fields(
      [...levelFields(judgement), ...measureFields(measures, everyText(spacing?.distanceMs), 'benchmark')].map(({ name, value }) => [
        name,
        value,
      ]),
    )
    const missing = missingText(measures)
    if (missing !== undefined) out.note(missing)
    if (verdicts !== undefined && window !== undefined) printVerdicts(out, verdicts, window)
  })
}

/** `an hour`, `a day`, `a row of 5m`. */
function everyText(distanceMs: number | undefined): string {
  if (distanceMs === HOUR_MS) return 'an hour'
  if (distanceMs === DAY_MS) return 'a day'
  return distanceMs === undefined ? 'a row' : `a row of ${formatInterval(distanceMs) ?? `${distanceMs / 1000} s`}`
}

function numberFlag(flag: string, text: string | undefined, above: number, next: string): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!(value > above && Number.isFinite(value))) throw new CliError(EXIT.usage, `${flag} '${text}' is not a number above ${above}.`, next)
  return value
}

/** The benchmark as it stood at each row. @throws CliError where it does not reach over the series. */
function alignedTo(series: EquitySeries, benchmark: EquitySeries, file: string): Float64Array {
  const [first, last] = [series.ts[0] ?? 0, series.ts[series.ts.length - 1] ?? 0]
  const [begin, end] = [benchmark.ts[0] ?? Number.POSITIVE_INFINITY, benchmark.ts[benchmark.ts.length - 1] ?? Number.NEGATIVE_INFINITY]
  const reach = (periodsOf(benchmark.ts)?.distanceMs ?? DAY_MS) + (periodsOf(series.ts)?.distanceMs ?? 0)
  if (series.ts.length > 0 && (begin > first || end + reach < last))
    throw new CliError(
      EXIT.error,
      `The benchmark ${file} does not cover the series: it ${begin > first ? `begins at ${said(begin)}, and the series at ${said(first)}` : `ends at ${said(end)}, and the series at ${said(last)}`} UTC.`,
      'Use a benchmark of the same time, or a part of the series.',
    )
  const values = new Float64Array(series.ts.length)
  let at = 0
  for (let row = 0; row < values.length; row += 1) {
    while (at + 1 < benchmark.ts.length && (benchmark.ts[at + 1] as number) <= (series.ts[row] as number)) at += 1
    values[row] = benchmark.equity[at] as number
  }
  return values
}

const said = (instant: number): string => (Number.isFinite(instant) ? formatTime(instant) : 'no row')

function backtestOf(series: EquitySeries, periodsPerYear: number, distanceMs: number | undefined, window: number): VarVerdict[] {
  if (distanceMs === undefined)
    throw new CliError(
      EXIT.error,
      'The rows have no fixed distance, so that their returns cannot be held against one forecast.',
      'Add --daily.',
    )
  const verdicts = varVerdicts(varForecasts(series, { periodsPerYear, windowMs: window * distanceMs }))
  if (verdicts.length === 0)
    throw new CliError(
      EXIT.error,
      `The series has ${formatCount(series.ts.length)} rows, and a forecast from ${window} rows needs more than that.`,
      `Use a longer series, or a window of ${FORECAST_ROWS_MIN} rows with --var-backtest ${FORECAST_ROWS_MIN}.`,
    )
  return verdicts
}

function printVerdicts(out: Output, verdicts: readonly VarVerdict[], window: number): void {
  out.line()
  out.line(`VaR forecast from the ${formatCount(window)} rows before each, against what the row brought`)
  const p = (value: number | undefined): string => (value === undefined ? '–' : value < P_SHOWN_MIN ? `< ${P_SHOWN_MIN}` : value.toFixed(3))
  out.table(
    [
      { title: 'method' },
      { title: 'VaR', align: 'right' },
      { title: 'rows', align: 'right' },
      { title: 'beyond', align: 'right' },
      { title: 'expected', align: 'right' },
      { title: 'share', align: 'right' },
      { title: 'Kupiec p', align: 'right' },
      { title: 'independence p', align: 'right' },
    ],
    verdicts.map((v) => [
      v.method,
      String(v.confidence),
      formatCount(v.forecasts),
      formatCount(v.exceptions),
      v.expected.toFixed(1),
      formatPercent(v.exceptions / v.forecasts),
      p(v.kupiec.pValue),
      p(v.independence?.pValue),
    ]),
  )
  out.note('A p below 0.05 speaks against the forecast: beyond it too often or too rarely (Kupiec), or several in a row (independence).')
}
