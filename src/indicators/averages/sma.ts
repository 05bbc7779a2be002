/**
 * Simple moving average as an exact running sum over a ring of integers.
 */
export interface Sma {
  readonly period: number
  readonly ring: number[]
  at: number
  count: number
  sum: number
}

/** `period` >= 1 inputs. */
export const makeSma = (period: number): Sma => ({ period, ring: new Array<number>(period).fill(0), at: 0, count: 0, sum: 0 })

/** Takes the next value. */
export function updateSma(sma: Sma, value: number): void {
  sma.sum += value - (sma.ring[sma.at] as number)
  sma.ring[sma.at] = value
  sma.at = sma.at + 1 === sma.period ? 0 : sma.at + 1
  if (sma.count < sma.period) sma.count += 1
}

export const isSmaReady = (sma: Sma): boolean => sma.count === sma.period

/** Mean of the last `period` values; NaN while not ready. */
export const smaValue = (sma: Sma): number => (isSmaReady(sma) ? sma.sum / sma.period : Number.NaN)

/** Sign of smaValue(a) - smaValue(b) without a division, so that equal averages compare as equal. */
export function compareSma(a: Sma, b: Sma): number {
  return a.sum * b.period - b.sum * a.period
}
