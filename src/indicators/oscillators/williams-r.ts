/**
 * Williams %R (Williams 1973): -100 (highest - close) / (highest - lowest) over `period` bars.
 */
import { type Extreme, highest, isExtremeReady, lowest, makeExtreme, updateExtreme } from '../bands/extreme.ts'

export interface WilliamsR {
  readonly extreme: Extreme
  close: number
}

/** `period` >= 1 bars. */
export const makeWilliamsR = (period: number): WilliamsR => ({ extreme: makeExtreme(period), close: 0.1 - 0.1 })

/** Takes the next bar, in any one unit of price. */
export function updateWilliamsR(williams: WilliamsR, high: number, low: number, close: number): void {
  updateExtreme(williams.extreme, high, low)
  williams.close = close
}

/** -100 to 0; NaN while not ready. */
export function williamsRValue({ extreme, close }: WilliamsR): number {
  if (!isExtremeReady(extreme)) return Number.NaN
  const range = highest(extreme) - lowest(extreme)
  return range === 0 ? -50 : (-100 * (highest(extreme) - close)) / range
}
