/**
 * Volume-weighted average of typical prices: since the start of the UTC day (the session), or over the last `period` closes (VWMA).
 */
import { DAY_MS } from '../../core/units.ts'
import { type Window, isWindowFull, makeWindow, pushWindow } from '../window.ts'

export interface Vwap {
  day: number
  notional: number
  volume: number
}

export const makeVwap = (): Vwap => ({ day: -1, notional: 0.1 - 0.1, volume: 0.1 - 0.1 })

/** Takes the next bar; `openTs` in ms UTC decides the day that it belongs to. */
export function updateVwap(vwap: Vwap, openTs: number, high: number, low: number, close: number, volume: number): void {
  const day = Math.floor(openTs / DAY_MS)
  if (day !== vwap.day) {
    vwap.day = day
    vwap.notional = 0
    vwap.volume = 0
  }
  vwap.notional += ((high + low + close) / 3) * volume
  vwap.volume += volume
}

/** In the unit of the prices; NaN before the day's first volume. */
export const vwapValue = (vwap: Vwap): number => (vwap.volume > 0 ? vwap.notional / vwap.volume : Number.NaN)

export interface Vwma {
  readonly notional: Window
  readonly volume: Window
}

/** `period` >= 1 bars. */
export const makeVwma = (period: number): Vwma => ({ notional: makeWindow(period), volume: makeWindow(period) })

/** Takes the next close and its volume. */
export function updateVwma(vwma: Vwma, close: number, volume: number): void {
  pushWindow(vwma.notional, close * volume)
  pushWindow(vwma.volume, volume)
}

/** In the unit of the closes; NaN while not ready, and where the window has no volume. */
export function vwmaValue({ notional, volume }: Vwma): number {
  if (!isWindowFull(volume)) return Number.NaN
  const total = volume.ring.reduce((sum, v) => sum + v, 0)
  return total > 0 ? notional.ring.reduce((sum, v) => sum + v, 0) / total : Number.NaN
}
