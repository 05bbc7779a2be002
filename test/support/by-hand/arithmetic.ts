/**
 * Indicators as their definitions read, over whole series: what the incremental ones are set beside. NaN where there is no value yet.
 */
import type { Candle } from './market.ts'

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Exponential average, begun with the plain mean of its first `period` values. */
export function emaSeries(values: readonly number[], period: number): number[] {
  const first = values.findIndex((value) => !Number.isNaN(value))
  const out: number[] = []
  for (let k = 0; k < values.length; k++) {
    const start = first + period - 1
    if (first < 0 || k < start) out.push(Number.NaN)
    else if (k === start) out.push(mean(values.slice(first, k + 1)))
    else out.push((out[k - 1] as number) + (2 / (period + 1)) * ((values[k] as number) - (out[k - 1] as number)))
  }
  return out
}

/** Wilder's average true range: the mean of the first `period` ranges, then (before x (period - 1) + range) / period. */
export function atrSeries(candles: readonly Candle[], period: number): number[] {
  const ranges = candles.map(({ high, low }, k) => {
    const before = candles[k - 1]?.close
    return before === undefined ? Number.NaN : Math.max(high - low, Math.abs(high - before), Math.abs(low - before))
  })
  const out: number[] = []
  for (let k = 0; k < candles.length; k++) {
    if (k < period) out.push(Number.NaN)
    else if (k === period) out.push(mean(ranges.slice(1, period + 1)))
    else out.push(((out[k - 1] as number) * (period - 1) + (ranges[k] as number)) / period)
  }
  return out
}

/** Mean and standard deviation (ddof 0) of the last `period` values at `k`; undefined before there are so many. */
export function windowAt(values: readonly number[], k: number, period: number): { mean: number; deviation: number } | undefined {
  if (k + 1 < period) return undefined
  const part = values.slice(k + 1 - period, k + 1)
  const middle = mean(part)
  return { mean: middle, deviation: Math.sqrt(mean(part.map((value) => (value - middle) ** 2))) }
}

/** Wilder's RSI: smoothed gains over smoothed gains and losses. */
export function rsiSeries(values: readonly number[], period: number): number[] {
  const changes = values.map((value, k) => (k === 0 ? Number.NaN : value - (values[k - 1] as number)))
  const smooth = (pick: (change: number) => number): number[] => {
    const out: number[] = []
    changes.forEach((change, k) => {
      if (k < period) out.push(Number.NaN)
      else if (k === period) out.push(mean(changes.slice(1, period + 1).map(pick)))
      else out.push(((out[k - 1] as number) * (period - 1) + pick(change)) / period)
    })
    return out
  }
  const [gains, losses] = [smooth((change) => Math.max(0, change)), smooth((change) => Math.max(0, -change))]
  return gains.map((gain, k) => (100 * gain) / (gain + (losses[k] as number)))
}
