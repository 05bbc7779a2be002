/**
 * Weights by a method of src/portfolio/allocation on returns of closed candles, as the exchange lists them now.
 */
import type { MethodWeights, WeightsRequest } from '../../api/ports/portfolio-ports.ts'
import { type Result, err, ok } from '../core/result.ts'
import { allocate } from '../portfolio/allocation/allocate.ts'
import { LONG_ONLY } from '../portfolio/allocation/bounds.ts'
import { EWMA_DECAY } from '../portfolio/allocation/covariance.ts'
import { CVAR_CONFIDENCE } from '../portfolio/allocation/min-cvar.ts'
import { type Close, alignedReturns } from '../portfolio/rebalance/returns.ts'
import { loadLinearSolver } from './linear-solver.ts'

interface CandleSource {
  chart(symbol: string, interval: string, bars: number): Promise<readonly Close[] | undefined>
}

/** Of the market's risk aversion and the uncertainty of its equilibrium: as `ballast allocate` has them. */
const RISK_AVERSION = 2.5
const TAU = 0.05

export async function methodWeights(source: CandleSource, request: WeightsRequest): Promise<Result<MethodWeights, string>> {
  const { method, symbols, covariance, interval, bars } = request
  const series: (readonly Close[])[] = []
  for (const symbol of symbols) {
    const candles = await source.chart(symbol, interval, bars)
    if (candles === undefined) return err(`The exchange gives no ${interval} candles of ${symbol} now.`)
    series.push(candles)
  }
  const returns = alignedReturns(series)
  const count = symbols.length
  const allocated = allocate({
    method,
    names: symbols,
    returns,
    covariance,
    decay: EWMA_DECAY,
    bounds: LONG_ONLY,
    confidence: CVAR_CONFIDENCE,
    blackLitterman: { market: new Float64Array(count).fill(1 / count), views: [], riskAversion: RISK_AVERSION, tau: TAU },
    solveLinear: await loadLinearSolver(),
  })
  return allocated.ok ? ok({ weights: [...allocated.value.weights], rows: returns[0]?.length ?? 0 }) : allocated
}
