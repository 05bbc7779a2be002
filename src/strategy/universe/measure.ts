/**
 * What the candles of a symbol say of it at an instant, by bars that had closed by then and no others.
 */
import { DAY_MS, HOUR_MS, type Ts } from '../../core/units.ts'
import type { BarColumns } from '../../market/bars.ts'
import { type Instrument, lotFloat, tickFloat } from '../../market/instrument.ts'
import type { Measure, UniverseRules } from './universe.ts'

/** A symbol whose newest bar closed longer ago than this, or than three bars, is not traded. */
const QUIET_MS = HOUR_MS

export interface MeasuredSeries {
  readonly instrument: Instrument
  readonly intervalMs: number
  /** Ascending; bars that close after the instant are not looked at. */
  readonly columns: Pick<BarColumns, 'ts' | 'close' | 'volume'>
  readonly count: number
}

/** @param isOld whether there are candles from `minAgeMs` ago, which may be more than the series holds */
export function measureOf(
  { instrument, intervalMs, columns: { ts: times, close, volume }, count }: MeasuredSeries,
  { overMs }: Pick<UniverseRules, 'overMs'>,
  now: Ts,
  isOld: boolean,
  spreadBps: number | undefined,
): Measure {
  const end = closedBy(times, count, now - intervalMs)
  const begin = closedBy(times, end, now - overMs - 1)
  const newest = end === 0 ? Number.NEGATIVE_INFINITY : (times[end - 1] as number) + intervalMs
  let turnover = 0
  let squares = 0
  for (let k = begin; k < end; k++) {
    turnover += (close[k] as number) * (volume[k] as number)
    if (k > begin) squares += Math.log((close[k] as number) / (close[k - 1] as number)) ** 2
  }
  const covered = end - begin < 2 ? 0 : (times[end - 1] as number) - (times[begin] as number)
  return {
    isTraded: now - newest <= Math.max(QUIET_MS, 3 * intervalMs),
    isOld,
    volume: (turnover * tickFloat(instrument) * lotFloat(instrument)) / (overMs / DAY_MS),
    volatility: covered === 0 ? undefined : Math.sqrt(squares / (covered / DAY_MS)) * 100,
    spreadBps,
  }
}

/** How many of the first `count` bars begin at or before `at`. */
export function closedBy(times: Float64Array, count: number, at: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) <= at) low = middle + 1
    else high = middle
  }
  return low
}
