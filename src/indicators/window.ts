/**
 * The last `period` values in a ring, and what is computed from all of them: mean, standard deviation, mean absolute deviation.
 */
export interface Window {
  readonly period: number
  readonly ring: number[]
  at: number
  count: number
}

/** `period` >= 1 values. */
export const makeWindow = (period: number): Window => ({ period, ring: new Array<number>(period).fill(0), at: 0, count: 0 })

/** Takes the next value; the oldest leaves once the window is full. */
export function pushWindow(window: Window, value: number): void {
  window.ring[window.at] = value
  window.at = window.at + 1 === window.period ? 0 : window.at + 1
  if (window.count < window.period) window.count += 1
}

export const isWindowFull = (window: Window): boolean => window.count === window.period

/** The value that leaves next: the one of `period` - 1 steps ago once the window is full. */
export const oldestOf = (window: Window): number => (isWindowFull(window) ? (window.ring[window.at] as number) : (window.ring[0] as number))

/** Arithmetic mean of a full window. */
export function windowMean(window: Window): number {
  let sum = 0
  for (const value of window.ring) sum += value
  return sum / window.period
}

/** Standard deviation of a full window around `mean`, with ddof 0. */
export function windowDeviation(window: Window, mean: number): number {
  let sum = 0
  for (const value of window.ring) sum += (value - mean) * (value - mean)
  return Math.sqrt(sum / window.period)
}

/** Mean absolute distance of a full window from `mean`. */
export function windowAbsoluteDeviation(window: Window, mean: number): number {
  let sum = 0
  for (const value of window.ring) sum += Math.abs(value - mean)
  return sum / window.period
}
