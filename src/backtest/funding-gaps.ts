/**
 * Funding that a run did not charge: settlements without a stored rate, and those of a run that charges none at all.
 */
import type { ClosedTrade } from '../portfolio/trade.ts'
import type { RunSeries } from './backtest-run.ts'

/** Settlements that fell into a trade of an instrument whose funding is not charged. */
export function unchargedSettlements(trades: readonly ClosedTrade[], series: readonly RunSeries[]): number {
  let count = 0
  for (const trade of trades) {
    const of = series[trade.instrument]
    if (of === undefined || of.funding !== undefined || of.instrument.category === 'spot') continue
    const interval = of.instrument.fundingIntervalMs
    if (interval > 0) count += Math.floor((trade.open ? trade.exitTs - 1 : trade.exitTs) / interval) - Math.floor(trade.entryTs / interval)
  }
  return count
}

/** Of the settlements between the first and the last bar, how many have no stored rate. */
export function missingSettlements(series: readonly RunSeries[]): { readonly missing: number; readonly due: number } {
  let missing = 0
  let due = 0
  for (const { funding, columns, instrument } of series) {
    if (funding === undefined || columns.ts.length === 0) continue
    const first = columns.ts[0] as number
    const last = columns.ts[columns.ts.length - 1] as number
    const interval = commonGap(funding.ts) ?? instrument.fundingIntervalMs
    if (interval <= 0) continue
    const expected = Math.floor(last / interval) - Math.ceil(first / interval) + 1
    let stored = 0
    for (const at of funding.ts) if (at >= first && at <= last) stored += 1
    due += Math.max(0, expected)
    missing += Math.max(0, expected - stored)
  }
  return { missing, due }
}

/** The distance that most neighbors have. */
function commonGap(times: Float64Array): number | undefined {
  const counts = new Map<number, number>()
  let best: number | undefined
  for (let k = 1; k < times.length; k++) {
    const gap = (times[k] as number) - (times[k - 1] as number)
    const count = (counts.get(gap) ?? 0) + 1
    counts.set(gap, count)
    if (best === undefined || count > (counts.get(best) ?? 0)) best = gap
  }
  return best
}
