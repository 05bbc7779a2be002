/**
 * Highest and lowest of the last `period` bars (a Donchian channel; Richard Donchian), by monotonic queues in O(1) amortized.
 */
export interface Extreme {
  readonly period: number
  seen: number
  /** Candidates in order, with the count at which each was seen. */
  readonly highs: number[]
  readonly highAt: number[]
  readonly lows: number[]
  readonly lowAt: number[]
}

export const makeExtreme = (period: number): Extreme => ({ period, seen: 0, highs: [], highAt: [], lows: [], lowAt: [] })

/** Takes the next bar. */
export function updateExtreme(extreme: Extreme, high: number, low: number): void {
  const { highs, highAt, lows, lowAt } = extreme
  extreme.seen += 1
  const oldest = extreme.seen - extreme.period
  while (highs.length > 0 && (highs[highs.length - 1] as number) <= high) {
    highs.pop()
    highAt.pop()
  }
  highs.push(high)
  highAt.push(extreme.seen)
  if ((highAt[0] as number) <= oldest) {
    highs.shift()
    highAt.shift()
  }
  while (lows.length > 0 && (lows[lows.length - 1] as number) >= low) {
    lows.pop()
    lowAt.pop()
  }
  lows.push(low)
  lowAt.push(extreme.seen)
  if ((lowAt[0] as number) <= oldest) {
    lows.shift()
    lowAt.shift()
  }
}

export const isExtremeReady = (extreme: Extreme): boolean => extreme.seen >= extreme.period
/** Highest high of the window; NaN before the first bar. */
export const highest = (extreme: Extreme): number => extreme.highs[0] ?? Number.NaN
/** Lowest low of the window; NaN before the first bar. */
export const lowest = (extreme: Extreme): number => extreme.lows[0] ?? Number.NaN
