/**
 * Risk measures of an equity series: what its returns, its drawdowns and its growth say; each formula is in docs/measures.md.
 */
import { assert } from '../../core/assert.ts'
import { DAY_MS } from '../../core/units.ts'
import { type EquitySeries, returnsOf } from '../equity.ts'
import { benchmarkMetrics, equityMetrics, standardMoment, withoutAnnual } from '../results/performance.ts'
import { deviationOf, meanOf, quantileOf } from '../results/statistics.ts'
import { type Consistency, type Week, consistencyOf, positiveShare, tailSymmetryOf, trendFitOf, weekOf } from './consistency.ts'
import { type Confidence, RETURNS_MIN, type ReturnShape, type VarMethod, tailFigures } from './tail-risk.ts'

/** Value at risk of one period, or the mean loss beyond it, by method and confidence. Positive fractions are losses. */
export type TailMeasure = { readonly [M in VarMethod]: { readonly [C in Confidence]: number | null } }

export interface Measures {
  /** How many returns they rest on. */
  readonly returns: number
  /** A year's, as are Sharpe and Sortino: null below 30 days. */
  readonly volatility: number | null
  readonly sharpe: number | null
  readonly sortino: number | null
  /** Standard deviation of one period's return. */
  readonly deviation: number | null
  readonly var: TailMeasure
  readonly cvar: TailMeasure
  readonly maxDrawdown: number | null
  /** Below the highest equity of the series, now. */
  readonly currentDrawdown: number | null
  readonly ulcerIndex: number | null
  readonly beta: number | null
  readonly consistency: Consistency
}

export interface MeasureOptions {
  /** How many periods make a year: 365 for days, 8,760 for hours. */
  readonly periodsPerYear: number
  /** Equity or price of the benchmark at the instants of the series. */
  readonly benchmark?: Float64Array | undefined
}

/** Of a whole series, instants ascending. */
export function measuresOf(series: EquitySeries, { periodsPerYear, benchmark }: MeasureOptions): Measures {
  const { ts, equity } = series
  assert(benchmark === undefined || benchmark.length === equity.length, 'a benchmark has a value for each row')
  const base = withoutAnnual(equityMetrics(series, periodsPerYear), series)
  const returns = returnsOf(equity) ?? new Float64Array(0)
  const ascending = returns.slice().sort()
  const deviation = deviationOf(returns)
  const beta = benchmark === undefined ? null : benchmarkMetrics(series, { ts, equity: benchmark }, periodsPerYear).beta
  return assembled({
    returns: returns.length,
    volatility: base.volatility,
    sharpe: base.sharpe,
    sortino: base.sortino,
    ascending,
    shape: {
      mean: meanOf(returns) ?? 0,
      deviation: deviation ?? 0,
      skew: standardMoment(returns, deviation, 3),
      excess: lessThree(standardMoment(returns, deviation, 4)),
    },
    maxDrawdown: base.maxDrawdown,
    currentDrawdown: base.maxDrawdown === null ? null : 1 - (equity[equity.length - 1] as number) / equity.reduce((a, b) => Math.max(a, b)),
    ulcerIndex: base.ulcerIndex,
    beta,
    weeks: weeksOf(series),
    trendFit: trendOf(series),
  })
}

export const lessThree = (moment: number | undefined): number | undefined => (moment === undefined ? undefined : moment - 3)

/** What both ways of measuring end with. */
export interface Parts {
  readonly returns: number
  readonly volatility: number | null
  readonly sharpe: number | null
  readonly sortino: number | null
  readonly ascending: Float64Array
  readonly shape: ReturnShape
  readonly maxDrawdown: number | null
  readonly currentDrawdown: number | null
  readonly ulcerIndex: number | null
  readonly beta: number | null
  readonly weeks: readonly Week[]
  readonly trendFit: number | null
}

/** Takes away what rests on too few returns. */
export function assembled(parts: Parts): Measures {
  const { ascending, shape } = parts
  const isEnough = parts.returns >= RETURNS_MIN
  const enough = (value: number | null): number | null => (isEnough ? value : null)
  const tailSymmetry = isEnough ? tailSymmetryOf(quantileOf(ascending, 0.05), quantileOf(ascending, 0.95)) : null
  const of = (figure: 'var' | 'cvar', method: VarMethod) => ({
    95: tailFigures(method, 95, ascending, shape)[figure],
    99: tailFigures(method, 99, ascending, shape)[figure],
  })
  const tails = (figure: 'var' | 'cvar'): TailMeasure => ({
    historical: of(figure, 'historical'),
    gaussian: of(figure, 'gaussian'),
    cornishFisher: of(figure, 'cornishFisher'),
  })
  return {
    returns: parts.returns,
    volatility: enough(parts.volatility),
    sharpe: enough(parts.sharpe),
    sortino: enough(parts.sortino),
    deviation: enough(shape.deviation),
    var: tails('var'),
    cvar: tails('cvar'),
    maxDrawdown: parts.maxDrawdown,
    currentDrawdown: parts.currentDrawdown,
    ulcerIndex: parts.ulcerIndex,
    beta: enough(parts.beta),
    consistency: consistencyOf({ positiveWeeks: positiveShare(parts.weeks), trendFit: enough(parts.trendFit), tailSymmetry }),
  }
}

/** Equity before and after each UTC week that the series touches; the first and the last may be parts of one. */
function weeksOf({ ts, equity }: EquitySeries): Week[] {
  const weeks: { week: number; from: number; to: number }[] = []
  for (let row = 1; row < ts.length; row += 1) {
    const week = weekOf(ts[row] as number)
    const to = equity[row] as number
    const last = weeks.at(-1)
    if (last?.week === week) last.to = to
    else weeks.push({ week, from: equity[row - 1] as number, to })
  }
  return weeks
}

function trendOf({ ts, equity }: EquitySeries): number | null {
  const rows = ts.length
  if (rows < 2 || equity.some((value) => !(value > 0))) return null
  const days = ts.map((at) => (at - (ts[0] as number)) / DAY_MS)
  const logs = equity.map((value) => Math.log(value / (equity[0] as number)))
  const day = meanOf(days) as number
  const log = meanOf(logs) as number
  let days2 = 0
  let logs2 = 0
  let dayLogs = 0
  for (let row = 0; row < rows; row += 1) {
    const x = (days[row] as number) - day
    const y = (logs[row] as number) - log
    days2 += x * x
    logs2 += y * y
    dayLogs += x * y
  }
  return trendFitOf(rows, days2, logs2, dayLogs)
}
