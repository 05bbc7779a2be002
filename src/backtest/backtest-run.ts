/**
 * A backtest as somebody asks for it, in names and fractions, turned into a run and its figures.
 */
import { createHash } from 'node:crypto'
import { formatDecimal } from '../core/decimal.ts'
import { CASH_SCALE, type Cash, type Rate, formatSide, strategyId } from '../core/units.ts'
import type { KernelConfig, StrategyConfig } from '../kernel/config.ts'
import { type BarColumns, Bars } from '../market/bars.ts'
import type { FinerBars } from '../market/finer-bars.ts'
import { type Instrument, formatPrice, formatQuantity } from '../market/instrument.ts'
import { type EquitySeries, dailyEquity } from '../portfolio/equity.ts'
import { type Metrics, metricsOf } from '../portfolio/results/performance.ts'
import type { RiskProfile } from '../risk/profiles.ts'
import type { Sizing } from '../risk/sizing.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import type { UniverseRules } from '../strategy/universe/universe.ts'
import type { Execution } from '../trading/algorithms/execution.ts'
import { MAINTENANCE_RATE } from '../venue/sim/models/costs.ts'
import type { SlippageModel } from '../venue/sim/models/models.ts'
import type { SimOptions } from '../venue/sim/sim-order.ts'
import type { MarkSeries } from './mark-rows.ts'
import { type BacktestResult, type Fill, type FundingSeries, runBacktest } from './backtest.ts'

export interface RunSeries {
  readonly instrument: Instrument
  readonly intervalMs: number
  readonly columns: BarColumns
  readonly funding: FundingSeries | undefined
  /** Finer bars that decide the order of events inside a bar; absent: the bar's own path does (decision 0007). */
  readonly detail?: FinerBars | undefined
  /** Mark prices, which trigger stops and liquidate; absent: the last price stands for them. */
  readonly mark?: MarkSeries | undefined
}

export interface BacktestRequest {
  readonly definition: StrategyDefinition
  /** Parsed by the definition's schema. */
  readonly params: unknown
  /** Several strategies over the one account in place of the one above, each symbol with one owner. */
  readonly together?: readonly StrategyConfig[] | undefined
  readonly series: readonly RunSeries[]
  readonly risk: RiskProfile
  readonly sizing: Sizing
  readonly openingCash: Cash
  readonly makerRate: Rate
  readonly takerRate: Rate
  /** Of spot, maker and taker alike. */
  readonly spotRate: Rate
  readonly slippage: SlippageModel
  /** See {@link SimOptions.stopShare}; absent: stops fill at their price. */
  readonly stopShare?: number | undefined
  /** The span that was asked for, where it was: the data may begin later and end earlier. */
  readonly asked?: { readonly from?: number | undefined; readonly to?: number | undefined } | undefined
  /** See {@link SimOptions.liquidation}. */
  readonly liquidation?: SimOptions['liquidation']
  /** From a decision to the exchange; absent: at once. */
  readonly latencyMs?: number | undefined
  /** See {@link SimOptions.maxVolumeShare}; absent: no bound. */
  readonly maxVolumeShare?: number | undefined
  readonly limitFill: 'through' | 'touch'
  readonly stopFraction: number | undefined
  /** Execution algorithm of entries; absent: at once. */
  readonly execution?: Execution | undefined
  /** Which of the symbols may take entries; absent: all of them. */
  readonly universe?: UniverseRules | undefined
  readonly progress?: (done: number) => boolean
}

/** What a run earned, without the work of telling its fills apart from another run's. */
export interface RunFigures {
  readonly result: BacktestResult
  readonly metrics: Metrics
  /** Opening cash, then equity at each close. */
  readonly equity: EquitySeries
  /** The kernel loop alone, wall-clock ms. */
  readonly elapsedMs: number
}

export interface BacktestRun extends RunFigures {
  readonly fingerprint: string
}

export function runBacktestRequest(request: BacktestRequest): BacktestRun {
  const figures = runFigures(request)
  return { ...figures, fingerprint: fingerprintOf(figures.result.fills, instrumentsOf(request)) }
}

export function runFigures(request: BacktestRequest): RunFigures {
  const kernel = kernelOf(request)
  const bars = request.series.map((s) => new Bars(s.intervalMs, s.columns))
  const startedMs = performance.now()
  const result = runBacktest({
    kernel,
    venue: {
      makerRate: request.makerRate,
      takerRate: request.takerRate,
      spotRate: request.spotRate,
      slippage: request.slippage,
      stopShare: request.stopShare,
      maxVolumeShare: request.maxVolumeShare,
      liquidation: request.liquidation,
      limitFill: request.limitFill,
      leverage: request.risk.limits.leverage,
      maintenanceRate: MAINTENANCE_RATE,
      idPrefix: 'bt-',
    },
    openingCash: request.openingCash,
    bars,
    funding: request.series.map((s) => s.funding),
    latencyMs: request.latencyMs,
    marks: request.series.map((s) => s.mark),
    detail: request.series.map((s) => s.detail),
    ...(request.progress === undefined ? {} : { progress: request.progress }),
  })
  const elapsedMs = performance.now() - startedMs
  const equity = withOpening(result, request)
  return { result, metrics: figuresOf(result, equity, request, kernel.instruments), equity, elapsedMs }
}

const instrumentsOf = (request: BacktestRequest): Instrument[] => request.series.map((s) => s.instrument)

export function kernelOf(request: BacktestRequest): KernelConfig {
  return {
    tag: 'backts',
    instruments: instrumentsOf(request),
    intervalMs: request.series[0]?.intervalMs ?? 60_000,
    strategies: request.together ?? [
      {
        id: strategyId(request.definition.name),
        definition: request.definition,
        params: request.params,
        execution: request.execution,
        universe: request.universe,
        instruments: request.series.map((s) => s.instrument.index),
      },
    ],
    limits: request.risk.limits,
    sizing: request.sizing,
    costs: { ...request.risk.costs, takerRate: request.takerRate, spotTakerRate: request.spotRate },
    defaultStopFraction: request.stopFraction,
    isJournaled: false,
    allowsBudget: true,
  }
}

/** The opening cash belongs to the first bar's open: the first return starts there. */
function withOpening(result: BacktestResult, request: BacktestRequest): EquitySeries {
  const { ts, value } = result.equity
  const rows = ts.length + 1
  const times = new Float64Array(rows)
  const equity = new Float64Array(rows)
  times[0] = Math.min(...request.series.map((s) => s.columns.ts[0] ?? 0))
  equity[0] = request.openingCash / 1e8
  times.set(ts, 1)
  for (let k = 0; k < value.length; k++) equity[k + 1] = (value[k] as number) / 1e8
  return { ts: times, equity }
}

function figuresOf(result: BacktestResult, equity: EquitySeries, request: BacktestRequest, instruments: readonly Instrument[]): Metrics {
  const daily = dailyEquity(equity)
  const only = request.series.length === 1 ? request.series[0] : undefined
  const benchmark = only === undefined ? undefined : buyAndHold(only, equity)
  return metricsOf({
    series: equity,
    returnSeries: daily,
    trades: [...result.trades, ...result.openTrades],
    instruments,
    ...(benchmark === undefined ? {} : { benchmark: dailyEquity(benchmark) }),
  })
}

/** One unit bought at the first open, marked at each close. */
function buyAndHold(series: RunSeries, equity: EquitySeries): EquitySeries {
  const value = new Float64Array(equity.ts.length)
  value[0] = series.columns.open[0] ?? 0
  for (let k = 1; k < value.length; k++) value[k] = series.columns.close[k - 1] ?? 0
  return { ts: equity.ts, equity: value }
}

/** sha256 of the lines `ts,symbol,side,price,quantity,fee`, each ended by a line feed, in fill order. */
export function fingerprintOf(fills: readonly Omit<Fill, 'strategy'>[], instruments: readonly Instrument[]): string {
  const hash = createHash('sha256')
  let chunk: string[] = []
  for (const fill of fills) {
    chunk.push(fillLine(fill, instruments[fill.instrument] as Instrument))
    if (chunk.length === 4096) {
      hash.update(chunk.join(''))
      chunk = []
    }
  }
  hash.update(chunk.join(''))
  return hash.digest('hex')
}

export const fillLine = (fill: Omit<Fill, 'strategy'>, instrument: Instrument): string =>
  `${fill.ts},${instrument.symbol},${formatSide(fill.side)},${formatPrice(instrument, fill.price)},${formatQuantity(instrument, fill.lots)},${formatDecimal(fill.fee, CASH_SCALE)}\n`

/** Funding at a constant rate each `intervalMs` of UTC, over the span of the columns. */
export function constantFunding(columns: BarColumns, rate: Rate, intervalMs: number): FundingSeries {
  const first = columns.ts[0] ?? 0
  const last = columns.ts[columns.ts.length - 1] ?? 0
  const times: number[] = []
  for (let at = Math.ceil(first / intervalMs) * intervalMs; at <= last; at += intervalMs) times.push(at)
  return { ts: Float64Array.from(times), rate: new Float64Array(times.length).fill(rate) }
}
