/**
 * Money flow index (Quong and Soudack 1989): the RSI's form on typical price x volume, summed over `period` bars by the sign of the change.
 */
import { type Window, isWindowFull, makeWindow, pushWindow } from '../window.ts'

export interface Mfi {
  /** Signed money flow a bar. */
  readonly flows: Window
  isStarted: boolean
  previous: number
}

/** `period` >= 1 changes. */
export const makeMfi = (period: number): Mfi => ({ flows: makeWindow(period), isStarted: false, previous: 0.1 - 0.1 })

/** Takes the next bar. */
export function updateMfi(mfi: Mfi, high: number, low: number, close: number, volume: number): void {
  // The sum of three and not their mean: equal typical prices must compare as equal.
  const typical = high + low + close
  if (mfi.isStarted) pushWindow(mfi.flows, Math.sign(typical - mfi.previous) * typical * volume)
  mfi.isStarted = true
  mfi.previous = typical
}

/** 0 to 100; NaN while not ready. */
export function mfiValue({ flows }: Mfi): number {
  if (!isWindowFull(flows)) return Number.NaN
  let positive = 0
  let total = 0
  for (const flow of flows.ring) {
    total += Math.abs(flow)
    if (flow > 0) positive += flow
  }
  return total === 0 ? 50 : (100 * positive) / total
}
