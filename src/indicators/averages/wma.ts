/**
 * Linearly weighted moving average: weights period, period - 1, … 1 from the newest value to the oldest, over their sum.
 */
import { type Window, isWindowFull, makeWindow, pushWindow } from '../window.ts'

export interface Wma {
  readonly window: Window
}

/** `period` >= 1 inputs. */
export const makeWma = (period: number): Wma => ({ window: makeWindow(period) })

/** Takes the next value. */
export const updateWma = (wma: Wma, value: number): void => pushWindow(wma.window, value)

/** NaN while not ready. */
export function wmaValue({ window }: Wma): number {
  if (!isWindowFull(window)) return Number.NaN
  const { period, ring, at } = window
  let sum = 0
  for (let age = 0; age < period; age += 1) sum += (period - age) * (ring[(at - 1 - age + period) % period] as number)
  return sum / ((period * (period + 1)) / 2)
}
