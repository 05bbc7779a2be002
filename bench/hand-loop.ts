/**
 * The floor that the kernel is measured against: sma-cross by hand, one loop over Float64Array, no engine and no objects.
 */
import type { BarColumns } from '../src/market/bars.ts'

export interface HandResult {
  readonly fills: number
  /** Equity at the last close, in 1e-8. */
  readonly equity: number
}

/**
 * Long while SMA(fast) > SMA(slow), filled at the next open. Prices in ticks, quantities in lots, money in 1e-8; `unit` is the money of
 * one tick times one lot. `fixed` is the quantity of each entry; 0 spends all cash, and nothing once it no longer buys a lot.
 */
export function handLoop(
  columns: BarColumns,
  fast: number,
  slow: number,
  feeRate: number,
  openingCash: number,
  fixed: number,
  unit: number,
): HandResult {
  const { open, close } = columns
  const bars = close.length
  let cash = openingCash
  let quantity = 0
  let fills = 0
  let sumFast = 0
  let sumSlow = 0
  let wish = 0
  for (let k = 0; k < bars; k++) {
    if (wish !== 0) {
      const price = (open[k] as number) * unit
      if (wish === 1) {
        quantity = fixed > 0 ? fixed : Math.floor(Math.floor(cash / (1 + feeRate)) / price)
        if (quantity > 0) {
          cash -= Math.ceil(quantity * price) + Math.ceil(quantity * price * feeRate)
          fills += 1
        }
      } else {
        cash += Math.floor(quantity * price) - Math.ceil(quantity * price * feeRate)
        quantity = 0
        fills += 1
      }
      wish = 0
    }
    const price = close[k] as number
    sumFast += price
    sumSlow += price
    if (k >= fast) sumFast -= close[k - fast] as number
    if (k >= slow) sumSlow -= close[k - slow] as number
    if (k >= slow - 1) {
      const isAbove = sumFast * slow > sumSlow * fast
      if (isAbove !== quantity > 0) wish = isAbove ? (fixed > 0 || cash >= Math.ceil(price * unit) ? 1 : 0) : -1
    }
  }
  return { fills, equity: cash + quantity * (close[bars - 1] as number) * unit }
}
