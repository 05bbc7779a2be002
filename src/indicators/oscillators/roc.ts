/**
 * Rate of change: 100 (value / value `period` bars ago - 1).
 */
import { type Window, isWindowFull, makeWindow, oldestOf, pushWindow } from '../window.ts'

export interface Roc {
  readonly window: Window
}

/** `period` >= 1 steps. */
export const makeRoc = (period: number): Roc => ({ window: makeWindow(period + 1) })

/** Takes the next value, above zero. */
export const updateRoc = (roc: Roc, value: number): void => pushWindow(roc.window, value)

/** In percent; NaN while not ready. */
export function rocValue({ window }: Roc): number {
  if (!isWindowFull(window)) return Number.NaN
  const newest = window.ring[(window.at - 1 + window.period) % window.period] as number
  return 100 * (newest / oldestOf(window) - 1)
}
