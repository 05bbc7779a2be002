/**
 * Relative strength index (Wilder 1978): 100 - 100 / (1 + average gain / average loss), averages smoothed by 1/period.
 */
export interface Rsi {
  readonly period: number
  count: number
  previous: number
  gain: number
  loss: number
}

export const makeRsi = (period: number): Rsi => ({ period, count: -1, previous: 0.1 - 0.1, gain: 0.1 - 0.1, loss: 0.1 - 0.1 })

/** Takes the next value. */
export function updateRsi(rsi: Rsi, value: number): void {
  if (rsi.count >= 0) {
    const change = value - rsi.previous
    rsi.count += 1
    const weight = rsi.count < rsi.period ? rsi.count : rsi.period
    rsi.gain += ((change > 0 ? change : 0) - rsi.gain) / weight
    rsi.loss += ((change < 0 ? -change : 0) - rsi.loss) / weight
  } else rsi.count = 0
  rsi.previous = value
}

export const isRsiReady = (rsi: Rsi): boolean => rsi.count >= rsi.period

/** 0 to 100; NaN while not ready. */
export function rsiValue(rsi: Rsi): number {
  if (!isRsiReady(rsi)) return Number.NaN
  if (rsi.gain + rsi.loss === 0) return 50
  return (100 * rsi.gain) / (rsi.gain + rsi.loss)
}
