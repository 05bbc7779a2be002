/**
 * Average true range (Wilder 1978, New Concepts in Technical Trading Systems): mean of the first `period` true ranges, then smoothed by 1/period.
 */
export interface Atr {
  readonly period: number
  count: number
  previousClose: number
  value: number
}

export const makeAtr = (period: number): Atr => ({ period, count: -1, previousClose: 0.1 - 0.1, value: 0.1 - 0.1 })

/** Takes the next bar, in any one unit of price. */
export function updateAtr(atr: Atr, high: number, low: number, close: number): void {
  if (atr.count >= 0) {
    const range = Math.max(high - low, Math.abs(high - atr.previousClose), Math.abs(low - atr.previousClose))
    atr.count += 1
    atr.value += (range - atr.value) / (atr.count < atr.period ? atr.count : atr.period)
  } else atr.count = 0
  atr.previousClose = close
}

export const isAtrReady = (atr: Atr): boolean => atr.count >= atr.period
