/**
 * Bybit's names of bar intervals.
 */
import { DAY_MS, MINUTE_MS } from '../../core/units.ts'

const MINUTES = [1, 3, 5, 15, 30, 60, 120, 240, 360, 720]
const NAMES: ReadonlyMap<number, string> = new Map([
  ...MINUTES.map((minutes) => [minutes * MINUTE_MS, String(minutes)] as const),
  [DAY_MS, 'D'],
  [7 * DAY_MS, 'W'],
])

/** Undefined where Bybit has no candles of that length. */
export const intervalName = (intervalMs: number): string | undefined => NAMES.get(intervalMs)
/** In ms, ascending. */
export const WIRE_INTERVALS: readonly number[] = [...NAMES.keys()]
