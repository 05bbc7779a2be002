/**
 * Performance figures of an equity series, of trades and against a benchmark; every formula is in docs/metrics.md.
 */
import { CASH_ONE, DAY_MS } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import { type EquitySeries, drawdownsOf, returnsOf } from '../equity.ts'
import { centralMoment, covarianceOf, deviationOf, meanOf, normalCdf, quantileOf, sumOf } from './statistics.ts'
import type { ClosedTrade } from '../trade.ts'

export const PERIODS_PER_YEAR = 365

export const EQUITY_METRICS = [
  'totalReturn',
  'cagr',
  'volatility',
  'sharpe',
  'sortino',
  'calmar',
  'maxDrawdown',
  'maxDrawdownDays',
  'avgDrawdown',
  'ulcerIndex',
  'recoveryFactor',
  'var95',
  'cvar95',
  'omega',
  'skew',
  'kurtosis',
  'tailRatio',
  'gainToPain',
  'probabilisticSharpe',
] as const
export const TRADE_METRICS = [
  'trades',
  'winRate',
  'profitFactor',
  'expectancy',
  'payoff',
  'avgWin',
  'avgLoss',
  'bestTrade',
  'worstTrade',
  'maxWinStreak',
  'maxLossStreak',
  'avgHoldingMs',
  'exposure',
  'turnover',
  'fees',
  'funding',
  'slippage',
  'slippageBps',
  'kelly',
  'sqn',
] as const
export const BENCHMARK_METRICS = ['benchmarkReturn', 'alpha', 'beta', 'informationRatio'] as const

type Figures<Name extends string> = { readonly [K in Name]: number | null }
export type EquityMetrics = Figures<(typeof EQUITY_METRICS)[number]>
export type TradeMetrics = Figures<(typeof TRADE_METRICS)[number]>
export type BenchmarkMetrics = Figures<(typeof BENCHMARK_METRICS)[number]>
export type Metrics = EquityMetrics & Partial<TradeMetrics> & Partial<BenchmarkMetrics>

export interface PerformanceInput {
  /** Drives the total return and everything about drawdown. */
  readonly series: EquitySeries
  /** Drives everything made of returns; `series` itself where absent. A backtest passes its daily series, whose year is counted by time. */
  readonly returnSeries?: EquitySeries | undefined
  /** Buy-and-hold at the instants of the return series. */
  readonly benchmark?: EquitySeries | undefined
  readonly trades?: readonly ClosedTrade[] | undefined
  /** By InstrumentIndex, for the turnover. */
  readonly instruments?: readonly Instrument[] | undefined
  readonly periodsPerYear?: number | undefined
}

export function metricsOf(input: PerformanceInput): Metrics {
  const { series, returnSeries } = input
  const periodsPerYear = input.periodsPerYear ?? (returnSeries === undefined ? PERIODS_PER_YEAR : periodsByTime(returnSeries))
  const base = equityMetrics(series, periodsPerYear, returnSeries)
  const ofTrades = input.trades === undefined ? {} : tradeMetrics(input.trades, series, input.instruments)
  const against = input.benchmark === undefined ? {} : benchmarkMetrics(returnSeries ?? series, input.benchmark, periodsPerYear)
  return withoutAnnual({ ...base, ...ofTrades, ...against }, series)
}

/** A year is not reported from less than this. */
const ANNUAL_DAYS_MIN = 30
/** Figures that are scaled to a year. */
export const ANNUAL_METRICS = ['cagr', 'volatility', 'sharpe', 'sortino', 'calmar', 'alpha', 'informationRatio'] as const

/** Days that a series spans by its instants. */
function spanDays({ ts }: Pick<EquitySeries, 'ts'>): number {
  return ts.length === 0 ? 0 : ((ts[ts.length - 1] as number) - (ts[0] as number)) / DAY_MS
}

/** Periods that a year of this series has by its instants: 365 of whole days, more where parts of days begin or end it. */
function periodsByTime(series: EquitySeries): number {
  const days = spanDays(series)
  return days > 0 ? ((series.ts.length - 1) / days) * PERIODS_PER_YEAR : PERIODS_PER_YEAR
}

/** Why the annual figures of a series are null, where they are. */
export const annualReason = (series: Pick<EquitySeries, 'ts'>): string | undefined =>
  series.ts.length > 1 && spanDays(series) < ANNUAL_DAYS_MIN
    ? `The rows span ${spanDays(series).toFixed(1)} days: annual figures need ${ANNUAL_DAYS_MIN}.`
    : undefined

/** Annual figures of less than a month are null: two hours make 1.18e75 percent a year. */
export function withoutAnnual<M extends Partial<Metrics>>(metrics: M, series: Pick<EquitySeries, 'ts'>): M {
  if (spanDays(series) >= ANNUAL_DAYS_MIN) return metrics
  const nulls = Object.fromEntries(ANNUAL_METRICS.filter((name) => name in metrics).map((name) => [name, null]))
  return { ...metrics, ...nulls }
}

/** A figure that is a finite number, or null. */
const figure = (value: number | undefined): number | null => (value === undefined || !Number.isFinite(value) ? null : value)

/** Null where the divisor is absent, zero, or nothing but the rounding noise of doubles near 1. */
const NOISE = 1e-15
const ratio = (value: number | undefined, divisor: number | undefined): number | undefined =>
  value === undefined || divisor === undefined || Math.abs(divisor) <= NOISE ? undefined : value / divisor

export function equityMetrics(
  series: EquitySeries,
  periodsPerYear: number = PERIODS_PER_YEAR,
  returnSeries: EquitySeries = series,
): EquityMetrics {
  const returns = returnsOf(returnSeries.equity)
  const enough = series.equity.length >= 2
  const growth = enough ? ratio(series.equity[series.equity.length - 1], series.equity[0]) : undefined
  const positive = growth !== undefined && (series.equity[0] as number) > 0
  const totalReturn = positive ? growth - 1 : undefined
  const periods = returns?.length ?? 0
  const cagr = positive && growth >= 0 && periods > 0 ? growth ** (periodsPerYear / periods) - 1 : undefined
  const drawdowns = enough ? drawdownsOf(series) : undefined
  const ofReturns = returnMetrics(returns, periodsPerYear)
  return {
    totalReturn: figure(totalReturn),
    cagr: figure(cagr),
    volatility: ofReturns.volatility,
    sharpe: ofReturns.sharpe,
    sortino: ofReturns.sortino,
    calmar: figure(ratio(cagr, drawdowns?.max)),
    maxDrawdown: figure(drawdowns?.max),
    maxDrawdownDays: figure(drawdowns === undefined ? undefined : drawdowns.longestMs / DAY_MS),
    avgDrawdown: figure(drawdowns?.average),
    ulcerIndex: figure(drawdowns?.ulcer),
    recoveryFactor: figure(ratio(totalReturn, drawdowns?.max)),
    var95: ofReturns.var95,
    cvar95: ofReturns.cvar95,
    omega: ofReturns.omega,
    skew: ofReturns.skew,
    kurtosis: ofReturns.kurtosis,
    tailRatio: ofReturns.tailRatio,
    gainToPain: ofReturns.gainToPain,
    probabilisticSharpe: ofReturns.probabilisticSharpe,
  }
}

type ReturnMetrics = Pick<
  EquityMetrics,
  | 'volatility'
  | 'sharpe'
  | 'sortino'
  | 'var95'
  | 'cvar95'
  | 'omega'
  | 'skew'
  | 'kurtosis'
  | 'tailRatio'
  | 'gainToPain'
  | 'probabilisticSharpe'
>

function returnMetrics(series: Float64Array | undefined, periodsPerYear: number): ReturnMetrics {
  const returns = series ?? new Float64Array(0)
  const count = returns.length
  const mean = meanOf(returns)
  const deviation = deviationOf(returns)
  const gains = sumOf(returns.map((value) => Math.max(value, 0)))
  const losses = -sumOf(returns.map((value) => Math.min(value, 0)))
  const downside = Math.sqrt(sumOf(returns.map((value) => Math.min(value, 0) ** 2)) / count)
  const sorted = returns.slice().sort()
  const enough = count >= 2
  const low = enough ? quantileOf(sorted, 0.05) : undefined
  const high = enough ? quantileOf(sorted, 0.95) : undefined
  const tail = low === undefined ? undefined : meanOf(sorted.filter((value) => value <= low))
  const annual = Math.sqrt(periodsPerYear)
  const perPeriod = ratio(mean, deviation)
  const g3 = standardMoment(returns, deviation, 3)
  const g4 = standardMoment(returns, deviation, 4)
  return {
    volatility: figure(deviation === undefined ? undefined : deviation * annual),
    sharpe: figure(perPeriod === undefined ? undefined : perPeriod * annual),
    sortino: figure(count === 0 ? undefined : scaled(ratio(mean, downside), annual)),
    var95: figure(negated(low)),
    cvar95: figure(negated(tail)),
    omega: figure(ratio(gains, losses)),
    skew: figure(g3 === undefined || count < 3 ? undefined : (Math.sqrt(count * (count - 1)) / (count - 2)) * g3),
    kurtosis: figure(
      g4 === undefined || count < 4 ? undefined : ((count - 1) / ((count - 2) * (count - 3))) * ((count + 1) * (g4 - 3) + 6),
    ),
    tailRatio: figure(scaled(ratio(high, low), 1, Math.abs)),
    gainToPain: figure(ratio(gains - losses, losses)),
    probabilisticSharpe: figure(probabilisticSharpe(perPeriod, 0, count, g3, g4)),
  }
}

const negated = (value: number | undefined): number | undefined => (value === undefined ? undefined : 0 - value)
const scaled = (value: number | undefined, factor: number, map: (n: number) => number = (n) => n): number | undefined =>
  value === undefined ? undefined : map(value * factor)

/** Biased standardized moment; undefined where nothing varies. `deviation` is that of the returns, ddof 1. */
export function standardMoment(returns: Float64Array, deviation: number | undefined, power: 3 | 4): number | undefined {
  if (deviation === undefined || deviation <= NOISE) return undefined
  const variance = centralMoment(returns, 2)
  const moment = centralMoment(returns, power)
  return variance === undefined || moment === undefined ? undefined : moment / variance ** (power / 2)
}

/**
 * Probability that the true Sharpe ratio lies above `benchmark` (Bailey and Lopez de Prado, 2012). Both ratios are per period;
 * `g3` is the biased skewness, `g4` the raw kurtosis (3 for a normal distribution).
 */
export function probabilisticSharpe(
  sharpe: number | undefined,
  benchmark: number,
  count: number,
  g3: number | undefined,
  g4: number | undefined,
): number | undefined {
  if (sharpe === undefined || g3 === undefined || g4 === undefined || count < 2) return undefined
  const variance = 1 - g3 * sharpe + ((g4 - 1) / 4) * sharpe * sharpe
  return variance <= 0 ? undefined : normalCdf(((sharpe - benchmark) * Math.sqrt(count - 1)) / Math.sqrt(variance))
}

/** Figures of the closed trades, and what the run as a whole cost and used. Money is in the settlement coin. */
export function tradeMetrics(trades: readonly ClosedTrade[], series: EquitySeries, instruments?: readonly Instrument[]): TradeMetrics {
  const closed = trades.filter((trade) => !trade.open)
  const count = closed.length
  const pnl = closed.map((trade) => trade.pnl / CASH_ONE)
  const wins = pnl.filter((value) => value > 0)
  const losses = pnl.filter((value) => value < 0)
  const winRate = count === 0 ? undefined : wins.length / count
  const avgWin = meanOf(wins)
  const avgLoss = meanOf(losses)
  const payoff = avgWin === undefined || avgLoss === undefined ? undefined : avgWin / -avgLoss
  const expectancy = meanOf(pnl)
  const total = (amounts: readonly number[]): number => sumOf(amounts) / CASH_ONE
  // Of the run, and not of what has ended in it: what was paid and where the money stood is so for a position that is open, too.
  const none = trades.length === 0
  const slippage = trades.flatMap((trade) => (trade.slippage === undefined ? [] : [trade.slippage]))
  const slipped = none || slippage.length < trades.length ? undefined : total(slippage)
  const traded = tradedOf(trades, instruments)
  return {
    trades: count,
    winRate: figure(winRate),
    profitFactor: figure(losses.length === 0 || count === 0 ? undefined : sumOf(wins) / -sumOf(losses)),
    expectancy: figure(expectancy),
    payoff: figure(payoff),
    avgWin: figure(avgWin),
    avgLoss: figure(avgLoss),
    bestTrade: figure(count === 0 ? undefined : pnl.reduce((a, b) => Math.max(a, b))),
    worstTrade: figure(count === 0 ? undefined : pnl.reduce((a, b) => Math.min(a, b))),
    maxWinStreak: figure(count === 0 ? undefined : longestRun(pnl, (value) => value > 0)),
    maxLossStreak: figure(count === 0 ? undefined : longestRun(pnl, (value) => value < 0)),
    avgHoldingMs: figure(meanOf(closed.map((trade) => trade.exitTs - trade.entryTs))),
    exposure: figure(exposureOf(trades, series)),
    turnover: figure(ratio(traded, meanOf(series.equity))),
    fees: figure(none ? undefined : total(trades.map((trade) => trade.fee))),
    funding: figure(none ? undefined : total(trades.map((trade) => trade.funding))),
    slippage: figure(slipped),
    slippageBps: figure(scaled(ratio(slipped, traded), 1e4)),
    kelly: figure(winRate === undefined || payoff === undefined ? undefined : winRate - (1 - winRate) / payoff),
    sqn: figure(scaled(ratio(expectancy, deviationOf(pnl)), Math.sqrt(count))),
  }
}

function longestRun(values: readonly number[], matches: (value: number) => boolean): number {
  let longest = 0
  let run = 0
  for (const value of values) {
    run = matches(value) ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}

/** Share of the span of the series in which at least one trade was open. */
function exposureOf(trades: readonly ClosedTrade[], series: EquitySeries): number | undefined {
  const first = series.ts[0]
  const last = series.ts[series.ts.length - 1]
  if (first === undefined || last === undefined || last <= first || trades.length === 0) return undefined
  const byEntry = [...trades].sort((a, b) => a.entryTs - b.entryTs)
  let covered = 0
  let until = first
  for (const trade of byEntry) {
    const from = Math.max(trade.entryTs, until)
    const to = Math.min(trade.exitTs, last)
    if (to > from) {
      covered += to - from
      until = to
    }
  }
  return covered / (last - first)
}

/** Money traded at entries and exits; of an open position at its entry alone. */
function tradedOf(trades: readonly ClosedTrade[], instruments: readonly Instrument[] | undefined): number | undefined {
  if (instruments === undefined || trades.length === 0) return undefined
  let traded = 0
  for (const trade of trades) {
    const instrument = instruments[trade.instrument]
    if (instrument === undefined) return undefined
    // Average prices may lie between ticks, so that the exact product of ticks and lots does not apply.
    const cashPerUnit = instrument.cashNumerator / instrument.cashDenominator / CASH_ONE
    traded += (trade.entryPrice + (trade.open ? 0 : trade.exitPrice)) * trade.quantity * cashPerUnit
  }
  return traded
}

/** Figures against a benchmark whose rows are those of the series. */
export function benchmarkMetrics(
  series: EquitySeries,
  benchmark: EquitySeries,
  periodsPerYear: number = PERIODS_PER_YEAR,
): BenchmarkMetrics {
  const own = returnsOf(series.equity)
  const market = returnsOf(benchmark.equity)
  const growth = benchmark.equity.length < 2 ? undefined : ratio(benchmark.equity[benchmark.equity.length - 1], benchmark.equity[0])
  const benchmarkReturn = figure(growth === undefined ? undefined : growth - 1)
  if (own === undefined || market === undefined || own.length !== market.length || own.length < 2)
    return { benchmarkReturn, alpha: null, beta: null, informationRatio: null }
  const deviation = deviationOf(market)
  const beta = deviation === undefined || deviation <= NOISE ? undefined : (covarianceOf(own, market) as number) / deviation ** 2
  const alpha = beta === undefined ? undefined : ((meanOf(own) as number) - beta * (meanOf(market) as number)) * periodsPerYear
  const active = own.map((value, at) => value - (market[at] as number))
  return {
    benchmarkReturn,
    alpha: figure(alpha),
    beta: figure(beta),
    informationRatio: figure(scaled(ratio(meanOf(active), deviationOf(active)), Math.sqrt(periodsPerYear))),
  }
}
