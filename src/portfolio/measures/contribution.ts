/**
 * A part of an account, a strategy or a symbol, as an equity series of its own: what its closed trades made of the account, period by period.
 */
import type { EquitySeries } from '../equity.ts'

export interface Result {
  /** When the trade was closed, ms. */
  readonly ts: number
  /** Net of fees and funding, in the settlement coin. */
  readonly pnl: number
}

/**
 * Starts at the first equity of the account; each period grows by the results closed within it (after its start, up to its end) over the
 * account's equity at its start. `account` is as it was, deposits included.
 */
export function contributionOf(account: EquitySeries, results: readonly Result[]): EquitySeries {
  const { ts, equity } = account
  const pnl = new Float64Array(ts.length)
  for (const result of results) {
    const row = firstFrom(ts, result.ts)
    if (row > 0 && row < ts.length) pnl[row] = (pnl[row] as number) + result.pnl
  }
  const curve = new Float64Array(ts.length)
  for (let row = 0; row < ts.length; row += 1) {
    const before = equity[row - 1]
    if (before === undefined) curve[row] = equity[row] as number
    else curve[row] = (curve[row - 1] as number) * (before > 0 ? 1 + (pnl[row] as number) / before : 1)
  }
  return { ts, equity: curve }
}

/** The first row at or after the instant. */
function firstFrom(ts: Float64Array, instant: number): number {
  let low = 0
  let high = ts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ts[middle] as number) < instant) low = middle + 1
    else high = middle
  }
  return low
}
