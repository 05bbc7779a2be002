/**
 * Commodity channel index (Lambert 1980): (typical price - its mean) / (0.015 x its mean absolute deviation) over `period` bars.
 */
import { type Window, isWindowFull, makeWindow, pushWindow, windowAbsoluteDeviation, windowMean } from '../window.ts'

/** Lambert's constant: it puts most values between -100 and 100. */
const SCALE = 0.015

export interface Cci {
  readonly window: Window
  value: number
}

/** `period` >= 1 bars. */
export const makeCci = (period: number): Cci => ({ window: makeWindow(period), value: Number.NaN })

/** Takes the next bar, in any one unit of price. `value` has no bounds; NaN while not ready. */
export function updateCci(cci: Cci, high: number, low: number, close: number): void {
  const typical = (high + low + close) / 3
  pushWindow(cci.window, typical)
  if (!isWindowFull(cci.window)) return
  const mean = windowMean(cci.window)
  const deviation = windowAbsoluteDeviation(cci.window, mean)
  // Below this the distances are what rounding leaves of equal prices.
  cci.value = deviation <= Math.abs(mean) * 1e-14 ? 0 : (typical - mean) / (SCALE * deviation)
}
