/**
 * How symbols move: beta to the benchmark, volatility of a day and correlations, from closes of equal distance.
 */
import { DAY_MS } from '../../core/units.ts'
import { covarianceOf, deviationOf } from '../../portfolio/results/statistics.ts'

export interface Close {
  /** ms. */
  readonly ts: number
  readonly close: number
}
export interface SymbolRisk {
  readonly symbol: string
  /** Covariance with the benchmark over its variance. */
  readonly beta: number
  /** Standard deviation of a day's return: that of a period times the root of periods a day. */
  readonly dayVolatility: number
  /** Whether both are assumed, since there were too few closes. */
  readonly isAssumed: boolean
}
export interface MarketRisk {
  readonly symbols: readonly SymbolRisk[]
  /** By the order of `symbols`; 1 between two of which one is assumed. */
  readonly correlation: readonly (readonly number[])[]
}

/** Where a symbol has no closes it moves as the benchmark does, and as much as coins do on a wild day. */
export const ASSUMED = { beta: 1, dayVolatility: 0.05 } as const
/** Two days of hours. */
export const CLOSES_MIN = 49

/** `closes` by symbol, oldest first, `stepMs` apart; those of the benchmark among them. */
export function marketRiskOf(
  symbols: readonly string[],
  benchmark: string,
  closes: ReadonlyMap<string, readonly Close[]>,
  stepMs: number,
): MarketRisk {
  const returns = new Map([...closes].map(([symbol, rows]) => [symbol, returnsByTs(rows, stepMs)]))
  const market = returns.get(benchmark)
  const risks = symbols.map((symbol): SymbolRisk => {
    const own = returns.get(symbol)
    const pairs = own === undefined || market === undefined ? undefined : together(own, market)
    const variance = pairs === undefined ? 0 : (deviationOf(pairs.b) ?? 0) ** 2
    if (own === undefined || pairs === undefined || pairs.a.length < CLOSES_MIN - 1 || variance === 0)
      return { symbol, ...ASSUMED, isAssumed: true }
    const dayVolatility = (deviationOf([...own.values()]) as number) * Math.sqrt(DAY_MS / stepMs)
    const beta = symbol === benchmark ? 1 : (covarianceOf(pairs.a, pairs.b) as number) / variance
    return { symbol, beta, dayVolatility, isAssumed: false }
  })
  const correlation = risks.map((a, i) =>
    risks.map((b, j) => (i === j || a.isAssumed || b.isAssumed ? 1 : correlationOf(returns.get(a.symbol), returns.get(b.symbol)))),
  )
  return { symbols: risks, correlation }
}

/** Simple returns by the instant of their close; over a hole there is none. */
function returnsByTs(rows: readonly Close[], stepMs: number): Map<number, number> {
  const returns = new Map<number, number>()
  rows.forEach((row, at) => {
    const before = rows[at - 1]
    if (before !== undefined && row.ts - before.ts === stepMs && before.close > 0) returns.set(row.ts, row.close / before.close - 1)
  })
  return returns
}

function together(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): { readonly a: number[]; readonly b: number[] } {
  const both: { a: number[]; b: number[] } = { a: [], b: [] }
  for (const [ts, value] of a) {
    const other = b.get(ts)
    if (other === undefined) continue
    both.a.push(value)
    both.b.push(other)
  }
  return both
}

function correlationOf(a: ReadonlyMap<number, number> | undefined, b: ReadonlyMap<number, number> | undefined): number {
  if (a === undefined || b === undefined) return 1
  const pairs = together(a, b)
  const spread = (deviationOf(pairs.a) ?? 0) * (deviationOf(pairs.b) ?? 0)
  return pairs.a.length < CLOSES_MIN - 1 || spread === 0
    ? 1
    : Math.max(-1, Math.min(1, (covarianceOf(pairs.a, pairs.b) as number) / spread))
}
