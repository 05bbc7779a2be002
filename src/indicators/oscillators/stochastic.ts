/**
 * Stochastic oscillator (Lane 1984): 100 (close - lowest) / (highest - lowest) of `period` bars, smoothed by a simple average (%K) and again (%D).
 */
import { type Extreme, highest, isExtremeReady, lowest, makeExtreme, updateExtreme } from '../bands/extreme.ts'
import { type Window, isWindowFull, makeWindow, pushWindow, windowMean } from '../window.ts'

export interface Stochastic {
  readonly extreme: Extreme
  readonly fast: Window
  readonly slow: Window
  k: number
  d: number
}

/** All at least 1; `smooth` 1 is the fast stochastic. */
export const makeStochastic = (period: number, smooth: number, signal: number): Stochastic => ({
  extreme: makeExtreme(period),
  fast: makeWindow(smooth),
  slow: makeWindow(signal),
  k: Number.NaN,
  d: Number.NaN,
})

/** Takes the next bar, in any one unit of price. `k` and `d` are 0 to 100, NaN while not ready. */
export function updateStochastic(stochastic: Stochastic, high: number, low: number, close: number): void {
  const { extreme, fast, slow } = stochastic
  updateExtreme(extreme, high, low)
  if (!isExtremeReady(extreme)) return
  const range = highest(extreme) - lowest(extreme)
  pushWindow(fast, range === 0 ? 50 : (100 * (close - lowest(extreme))) / range)
  if (!isWindowFull(fast)) return
  stochastic.k = windowMean(fast)
  pushWindow(slow, stochastic.k)
  if (isWindowFull(slow)) stochastic.d = windowMean(slow)
}
