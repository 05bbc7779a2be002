/**
 * What stops would have cost at other prices of the bars that reached them: at the close, and at the far end.
 */
import type { BarColumns } from '../market/bars.ts'
import type { ClosedTrade } from '../portfolio/trade.ts'
import type { RunSeries } from './backtest-run.ts'

export interface StopGaps {
  /** Trades that a stop ended. */
  readonly stops: number
  /** What these trades lost in all, in coins, above 0. */
  readonly loss: number
  /** More than that, had each filled at the close of its bar; below 0 where the closes were better. */
  readonly atClose: number
  /** More than that, had each filled at the far end of its bar. */
  readonly atWorst: number
}

export function stopGapsOf(trades: readonly ClosedTrade[], series: readonly RunSeries[]): StopGaps {
  let stops = 0
  let loss = 0
  let atClose = 0
  let atWorst = 0
  for (const trade of trades) {
    const of = series[trade.instrument]
    if (trade.exitReason !== 'stop' || of === undefined) continue
    const met = rowOf(of, trade.exitTs)
    if (met === undefined) continue
    const { instrument } = of
    const { columns, at } = met
    const coins = (trade.quantity * instrument.cashNumerator) / instrument.cashDenominator / 1e8
    const end = trade.side === 1 ? columns.low[at] : columns.high[at]
    const missed = (price: number | undefined): number => (trade.exitPrice - (price ?? trade.exitPrice)) * trade.side * coins
    stops += 1
    loss -= trade.pnl / 1e8
    atClose += missed(columns.close[at])
    atWorst += missed(end)
  }
  return { stops, loss, atClose, atWorst }
}

/** The bar that opened at that instant, finer where its finer bars decided. */
function rowOf({ columns, detail }: RunSeries, openTs: number): { readonly columns: BarColumns; readonly at: number } | undefined {
  const fine = detail === undefined ? -1 : indexOf(detail.columns.ts, openTs)
  const at = indexOf(columns.ts, openTs)
  // A finer bar that nothing was played by opens with a bar that falls back to its own path.
  if (detail !== undefined && fine >= 0 && (at < 0 || detail.firstRows[at] === fine)) return { columns: detail.columns, at: fine }
  return at < 0 ? undefined : { columns, at }
}

/** Row of a bar that opened at that instant, or -1. */
function indexOf(times: Float64Array, at: number): number {
  let low = 0
  let high = times.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = times[middle] as number
    if (found === at) return middle
    if (found < at) low = middle + 1
    else high = middle - 1
  }
  return -1
}
