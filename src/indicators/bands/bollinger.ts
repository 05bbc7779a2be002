/**
 * Bollinger bands (Bollinger 2001, Bollinger on Bollinger Bands): the simple average and `multiplier` standard deviations (ddof 0) around it.
 */
import { type Window, isWindowFull, makeWindow, pushWindow, windowDeviation, windowMean } from '../window.ts'

export interface Bollinger {
  readonly multiplier: number
  readonly window: Window
  middle: number
  /** Distance of either band from the middle. */
  reach: number
}

/** `period` >= 1 inputs, `multiplier` > 0. */
export const makeBollinger = (period: number, multiplier: number): Bollinger => ({
  multiplier,
  window: makeWindow(period),
  middle: Number.NaN,
  reach: Number.NaN,
})

/** Takes the next value. */
export function updateBollinger(bollinger: Bollinger, value: number): void {
  pushWindow(bollinger.window, value)
  if (!isWindowFull(bollinger.window)) return
  bollinger.middle = windowMean(bollinger.window)
  bollinger.reach = bollinger.multiplier * windowDeviation(bollinger.window, bollinger.middle)
}
