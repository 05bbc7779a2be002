/**
 * The models of a run beyond the plain one: which were on, in words for its answer and its report. What each leaves out: docs/research.md.
 */
import { formatInterval } from '../market/candles/interval.ts'
import type { MarginMode } from '../market/margin-tiers.ts'
import { barsWithoutMark } from './mark-rows.ts'
import type { BacktestRequest, RunSeries } from './backtest-run.ts'

/** How many bars of a run had finer ones to go by. */
export interface DetailCounts {
  readonly interval: string
  readonly bars: number
  readonly used: number
  readonly missing: number
  readonly differing: number
}

/** Over all series; undefined where the run has no detail. */
export function detailOf(series: readonly RunSeries[]): DetailCounts | undefined {
  const fine = series.flatMap(({ detail, columns }) => (detail === undefined ? [] : [{ detail, bars: columns.ts.length }]))
  const [first] = fine
  if (first === undefined) return undefined
  const sum = (pick: (each: NonNullable<typeof first>) => number): number => fine.reduce((total, each) => total + pick(each), 0)
  return {
    interval: formatInterval(first.detail.intervalMs) ?? `${first.detail.intervalMs} ms`,
    bars: sum(({ bars }) => bars),
    used: sum(({ detail }) => detail.used),
    missing: sum(({ detail }) => detail.missing),
    differing: sum(({ detail }) => detail.differing),
  }
}

/** How many bars of a run have mark prices. */
export interface MarkCounts {
  readonly interval: string
  readonly bars: number
  readonly without: number
}

/** Over all series that have some; undefined where none has. */
export function marksOf(series: readonly RunSeries[]): MarkCounts | undefined {
  let counts: MarkCounts | undefined
  for (const each of series) {
    if (each.mark === undefined) continue
    const interval = formatInterval(each.mark.intervalMs) ?? `${each.mark.intervalMs} ms`
    const bars = (counts?.bars ?? 0) + each.columns.ts.length
    counts = { interval, bars, without: (counts?.without ?? 0) + barsWithoutMark(each, each.mark) }
  }
  return counts
}

/** By model: what it was set to, or `off`. */
export interface ModelsOfRun {
  readonly detail: DetailCounts | 'off'
  /** Coefficient. */
  readonly impact: number | 'off'
  /** In (0, 1]. */
  readonly maxVolumeShare: number | 'off'
  readonly latencyMs: number | 'off'
  /** `off`: the last price stands for the mark. */
  readonly mark: MarkCounts | 'off'
  readonly margin: MarginMode
  /** Most tiers of an instrument; 1: one rate for positions of any size. */
  readonly riskTiers: number
  readonly liquidation: 'whole' | 'stepwise'
}

export function modelsOf(request: BacktestRequest): ModelsOfRun {
  const { slippage, maxVolumeShare, latencyMs, liquidation } = request
  return {
    detail: detailOf(request.series) ?? 'off',
    impact: slippage.type === 'impact' ? slippage.coefficient : 'off',
    maxVolumeShare: maxVolumeShare ?? 'off',
    latencyMs: latencyMs ?? 'off',
    mark: marksOf(request.series) ?? 'off',
    margin: request.risk.limits.marginMode,
    riskTiers: Math.max(1, ...request.series.map(({ instrument }) => instrument.tiers.length)),
    liquidation: liquidation ?? 'whole',
  }
}

/** The models that are on, each in a few words. */
export function modelWordsOf(request: BacktestRequest): string[] {
  const { detail, impact, maxVolumeShare, latencyMs, mark, margin, riskTiers, liquidation } = modelsOf(request)
  return [
    ...(detail === 'off' ? [] : [`${detail.interval} detail in ${detail.used} of ${detail.bars} bars`]),
    ...(impact === 'off' ? [] : [`square-root impact of ${impact}`]),
    ...(maxVolumeShare === 'off' ? [] : [`fills of at most ${maxVolumeShare * 100} % of the volume`]),
    ...(latencyMs === 'off' ? [] : [`${latencyMs} ms of latency`]),
    ...(mark === 'off' ? [] : [`${mark.interval} mark prices in ${mark.bars - mark.without} of ${mark.bars} bars`]),
    ...(margin === 'cross' ? [] : ['isolated margin']),
    ...(riskTiers === 1 ? [] : [`${riskTiers} risk tiers`]),
    ...(liquidation === 'whole' ? [] : ['stepwise liquidation']),
  ]
}
