/**
 * Wilder's moving average (Wilder 1978): the mean of the first `period` values, then smoothed by 1/period.
 */
export interface Rma {
  readonly period: number
  count: number
  value: number
}

/** `period` >= 1 inputs. */
export const makeRma = (period: number): Rma => ({ period, count: 0, value: 0.1 - 0.1 })

/** Takes the next value. */
export function updateRma(rma: Rma, value: number): void {
  if (rma.count < rma.period) rma.count += 1
  rma.value += (value - rma.value) / rma.count
}

export const isRmaReady = (rma: Rma): boolean => rma.count === rma.period
