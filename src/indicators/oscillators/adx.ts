/**
 * Directional movement (Wilder 1978): +DI, -DI and ADX, all smoothed as Wilder's average, each seeded with the mean of its first `period` values.
 */
import { type Rma, isRmaReady, makeRma, updateRma } from '../averages/rma.ts'

export interface Adx {
  readonly range: Rma
  readonly plus: Rma
  readonly minus: Rma
  readonly index: Rma
  isStarted: boolean
  previousHigh: number
  previousLow: number
  previousClose: number
}

/** `period` >= 1 bars. */
export const makeAdx = (period: number): Adx => ({
  range: makeRma(period),
  plus: makeRma(period),
  minus: makeRma(period),
  index: makeRma(period),
  isStarted: false,
  previousHigh: 0.1 - 0.1,
  previousLow: 0.1 - 0.1,
  previousClose: 0.1 - 0.1,
})

/** Takes the next bar, in any one unit of price. */
export function updateAdx(adx: Adx, high: number, low: number, close: number): void {
  if (adx.isStarted) takeMovement(adx, high, low)
  adx.isStarted = true
  adx.previousHigh = high
  adx.previousLow = low
  adx.previousClose = close
}

function takeMovement(adx: Adx, high: number, low: number): void {
  const up = high - adx.previousHigh
  const down = adx.previousLow - low
  updateRma(adx.plus, up > down && up > 0 ? up : 0)
  updateRma(adx.minus, down > up && down > 0 ? down : 0)
  updateRma(adx.range, Math.max(high, adx.previousClose) - Math.min(low, adx.previousClose))
  if (!isRmaReady(adx.range)) return
  const sum = adx.plus.value + adx.minus.value
  updateRma(adx.index, sum === 0 ? 0 : (100 * Math.abs(adx.plus.value - adx.minus.value)) / sum)
}

const directional = (adx: Adx, movement: Rma): number => {
  if (!isRmaReady(adx.range)) return Number.NaN
  return adx.range.value === 0 ? 0 : (100 * movement.value) / adx.range.value
}

/** 0 to 100; NaN before `period` movements. */
export const plusDi = (adx: Adx): number => directional(adx, adx.plus)
/** 0 to 100; NaN before `period` movements. */
export const minusDi = (adx: Adx): number => directional(adx, adx.minus)
/** 0 to 100; NaN before 2 x `period` - 1 movements. */
export const adxValue = (adx: Adx): number => (isRmaReady(adx.index) ? adx.index.value : Number.NaN)
