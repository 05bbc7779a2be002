/**
 * Exponential moving average, seeded with the simple average of the first `period` values, alpha = 2 / (period + 1).
 */
export interface Ema {
  readonly period: number
  readonly alpha: number
  count: number
  value: number
}

export const makeEma = (period: number): Ema => ({ period, alpha: 2 / (period + 1), count: 0, value: 0.1 - 0.1 })

/** Takes the next value. */
export function updateEma(ema: Ema, value: number): void {
  if (ema.count < ema.period) {
    ema.count += 1
    ema.value += (value - ema.value) / ema.count
  } else ema.value += ema.alpha * (value - ema.value)
}

export const isEmaReady = (ema: Ema): boolean => ema.count >= ema.period
