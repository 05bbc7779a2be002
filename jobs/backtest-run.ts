/**
 * A backtest as a job asks for it: from a request in names to columns, run and figures. Runs in a worker thread.
 */
import { z } from 'zod'
import { type BacktestRequest, type BacktestRun, runBacktestRequest } from '../src/backtest/backtest-run.ts'
import packageJson from '../package.json' with { type: 'json' }
import { readModelSettings, riskWith, withImpact } from '../src/backtest/model-settings.ts'
import { MODEL_NAMES } from '../src/venue/sim/models/model-names.ts'
import { modelsOf } from '../src/backtest/simulation.ts'
import { doubtsOf } from '../src/backtest/doubts.ts'
import { costWordsOf } from '../src/backtest/report/cost-words.ts'
import { reportHtml } from '../src/backtest/report/report.ts'
import { equityOf, tradesOf } from '../src/backtest/report/run-rows.ts'
import { SORT_METRICS } from '../src/backtest/sweep/ranking.ts'
import type { StrategyDefinition } from '../src/strategy/strategy.ts'
import { cash, instrumentIndex } from '../src/core/units.ts'
import { storedDetail, storedMarks } from '../src/market/candles/finer-candles.ts'
import { findSeries } from '../src/market/candles/find-series.ts'
import { openStore } from '../src/market/candles/store.ts'
import { makeInstrument } from '../src/market/instrument.ts'
import { RISK_PROFILES } from '../src/risk/profiles.ts'
import { type Catalog, strategyNamed } from '../src/strategy/registry.ts'
import type { BacktestFiles } from './backtest-files.ts'
import { MAKER_RATE, NOTIONAL_MIN, SIM_COSTS, SPOT_RATE, TAKER_RATE, simTiers } from '../src/venue/sim/models/costs.ts'

export const backtestSpec = z.object({
  strategy: z.string(),
  symbol: z.string(),
  interval: z.string().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
  params: z.record(z.string(), z.string()),
  /** Models of the simulation that are on, in words (docs/research.md). */
  models: z.partialRecord(z.enum(MODEL_NAMES), z.string()).optional(),
  /** Of an optimization: values by parameter, `5:29:2` or `5,10,20`. */
  grid: z.record(z.string(), z.string()).optional(),
  /** Of an optimization: the metric that ranks its runs. */
  sort: z.enum(SORT_METRICS).optional(),
})
export type BacktestSpec = z.infer<typeof backtestSpec>

export interface BacktestAnswer {
  readonly strategy: string
  readonly params: Readonly<Record<string, unknown>>
  readonly data: {
    readonly venue: string
    readonly symbol: string
    readonly interval: string
    readonly from: number
    readonly to: number
    readonly bars: number
    readonly hash: string
  }
  /** By model: what it was set to, or `off`. */
  readonly models: Readonly<Record<string, unknown>>
  readonly fingerprint: string
  readonly metrics: Readonly<Record<string, number | null>>
  readonly doubts: readonly string[]
  /** At most 400 points, for a picture. */
  readonly curve: readonly (readonly [ts: number, equity: number])[]
  readonly elapsedMs: number
  readonly barsPerSecond: number
}

/** What of a run is part of a search besides its parameters: as a backtest at the terminal without options has it. */
export const RUN_SETTINGS = { limits: 'research', limitFill: 'through' } as const

const OPENING_CASH = cash(10_000 * 1e8)
/** Of the tiers of the simulated exchange. */
const LEVERAGE_MAX = 100
const CURVE_POINTS = 400
const EQUITY_POINTS = 10_000

type ModelsAsked = NonNullable<BacktestSpec['models']>

/** Why these models cannot be; undefined where they can. Without looking for what is stored. */
export function modelsProblem(models: ModelsAsked = {}): string | undefined {
  if (models.mark !== undefined && models.mark !== 'stored') return `mark '${models.mark}' is not the word stored.`
  if (models.riskTiers !== undefined && models.riskTiers !== 'simulated')
    return `riskTiers '${models.riskTiers}' is not the word simulated.`
  const read = readModelSettings(models)
  if (!read.ok) return `${read.error.key} '${models[read.error.key]}' ${read.error.what}. ${read.error.next}`
  return undefined
}

/** What a job runs: the request, and the series that it is about. */
export interface Asked {
  readonly definition: StrategyDefinition
  readonly request: Omit<BacktestRequest, 'params'>
  readonly data: BacktestAnswer['data'] & { readonly gaps: number }
}

/** @returns a sentence where it cannot be */
export function askedOf(candlesRoot: string, catalog: Catalog, spec: BacktestSpec): Asked | string {
  const named = strategyNamed(catalog, spec.strategy)
  if (!named.ok) return named.error
  const definition = named.value
  const store = openStore(candlesRoot)
  const found = findSeries(store, { symbol: spec.symbol, interval: spec.interval })
  if (!found.ok) return `${found.error.sentence} ${found.error.next}`
  const key = { venue: found.value.venue, symbol: spec.symbol, interval: found.value.interval }
  const loaded = store.load({
    ...key,
    ...(spec.from === undefined ? {} : { from: spec.from }),
    ...(spec.to === undefined ? {} : { to: spec.to }),
  })
  if (!loaded.ok) return `${loaded.error.sentence} ${loaded.error.next}`
  const { columns, meta } = loaded.value
  if (columns.ts.length === 0) return `There are no bars of ${spec.symbol} in that range.`
  const instrument = makeInstrument({
    index: instrumentIndex(0),
    venue: meta.venue,
    symbol: spec.symbol,
    tickSize: meta.tickSize,
    lotSize: meta.lotSize,
    notionalMin: NOTIONAL_MIN,
    ...meta.bounds,
    ...(spec.models?.riskTiers === undefined ? {} : { tiers: simTiers(LEVERAGE_MAX) }),
  })
  const { models = {} } = spec
  const problem = modelsProblem(models)
  if (problem !== undefined) return problem
  const read = readModelSettings(models)
  const settings = read.ok ? read.value : {}
  const of = { venue: meta.venue, symbol: spec.symbol, intervalMs: meta.intervalMs, tickSize: meta.tickSize, columns }
  const detail = models.detail === undefined ? undefined : storedDetail(store, of, models.detail)
  if (detail?.ok === false) return `${detail.error.sentence} ${detail.error.next}`
  const isMarked = models.mark !== undefined && instrument.category !== 'spot'
  const mark = isMarked ? storedMarks(store, of, detail?.value.intervalMs ?? meta.intervalMs) : undefined
  if (mark?.ok === false) return `${mark.error.sentence} ${mark.error.next}`
  const slippage = withImpact(SIM_COSTS.slippage, settings.impact) ?? SIM_COSTS.slippage
  const risk = riskWith(RISK_PROFILES[RUN_SETTINGS.limits], settings)
  const request = {
    definition,
    series: [{ instrument, intervalMs: meta.intervalMs, columns, funding: undefined, detail: detail?.value, mark: mark?.value }],
    risk,
    sizing: definition.givesStop ? risk.sizing : ({ type: 'all' } as const),
    openingCash: OPENING_CASH,
    makerRate: MAKER_RATE,
    takerRate: TAKER_RATE,
    spotRate: SPOT_RATE,
    slippage,
    stopShare: SIM_COSTS.stopShare,
    maxVolumeShare: settings.maxVolumeShare,
    latencyMs: settings.latencyMs,
    liquidation: settings.liquidation,
    asked: { from: spec.from, to: spec.to },
    limitFill: RUN_SETTINGS.limitFill,
    stopFraction: undefined,
  }
  return { definition, request, data: { ...key, from: meta.from, to: meta.to, bars: columns.ts.length, hash: meta.hash, gaps: meta.gaps } }
}

/**
 * Runs it.
 * @param progress answers false to stop
 * @param keep takes what the run leaves beside its figures
 * @returns a sentence where it cannot be
 */
export function runBacktestJob(
  candlesRoot: string,
  catalog: Catalog,
  spec: BacktestSpec,
  progress: (done: number) => boolean,
  keep: (files: BacktestFiles) => void,
): BacktestAnswer | string {
  const asked = askedOf(candlesRoot, catalog, spec)
  if (typeof asked === 'string') return asked
  const { definition } = asked
  const params = definition.params.safeParse(spec.params)
  if (!params.success) return `${spec.strategy}: ${params.error.issues.map((i) => `${i.path.join('.')} ${i.message}`).join('; ')}.`
  const { gaps, ...data } = asked.data
  const request = { ...asked.request, params: params.data, progress }
  const run = runBacktestRequest(request)
  if (run.result.failure !== undefined) return `The strategy failed: ${run.result.failure}`
  const verdict = doubtsOf(run, request)
  const answer: BacktestAnswer = {
    strategy: definition.name,
    params: params.data as Record<string, unknown>,
    data,
    models: { ...modelsOf(request) },
    fingerprint: run.fingerprint,
    metrics: { ...run.metrics },
    doubts: verdict.doubts.map((d) => d.text),
    curve: curveOf(run),
    elapsedMs: Math.round(run.elapsedMs),
    barsPerSecond: Math.round((run.result.bars / Math.max(run.elapsedMs, 0.001)) * 1000),
  }
  const { curve: _, ...figures } = answer
  keep({
    html: reportHtml({
      run,
      request,
      verdict,
      series: [{ ...data, gaps }],
      params: answer.params,
      costs: { ...costWordsOf(request), minNotional: NOTIONAL_MIN, funding: 'none', limits: RUN_SETTINGS.limits },
      version: packageJson.version,
      generatedAt: new Date().toISOString(),
      answer: figures,
    }),
    trades: tradesOf(run, request.series),
    equity: equityOf(run, EQUITY_POINTS),
  })
  return answer
}

function curveOf(run: BacktestRun): [number, number][] {
  const { ts, equity } = run.equity
  const step = Math.max(1, Math.ceil(ts.length / CURVE_POINTS))
  const points: [number, number][] = []
  for (let k = 0; k < ts.length; k += step) points.push([ts[k] as number, equity[k] as number])
  const last = ts.length - 1
  if (last >= 0 && points[points.length - 1]?.[0] !== ts[last]) points.push([ts[last] as number, equity[last] as number])
  return points
}
