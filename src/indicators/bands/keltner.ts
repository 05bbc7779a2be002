/**
 * Keltner channel in Raschke's form: EMA of closes, and `multiplier` ATRs around it.
 */
import { type Atr, isAtrReady, makeAtr, updateAtr } from './atr.ts'
import { type Ema, isEmaReady, makeEma, updateEma } from '../averages/ema.ts'

export interface Keltner {
  readonly multiplier: number
  readonly ema: Ema
  readonly atr: Atr
}

/** `period` >= 1 bars of the average, `atr` >= 1 bars of the ATR, `multiplier` > 0. */
export const makeKeltner = (period: number, atr: number, multiplier: number): Keltner => ({
  multiplier,
  ema: makeEma(period),
  atr: makeAtr(atr),
})

/** Takes the next bar, in any one unit of price. */
export function updateKeltner(keltner: Keltner, high: number, low: number, close: number): void {
  updateEma(keltner.ema, close)
  updateAtr(keltner.atr, high, low, close)
}

/** The band `side` ATR multiples away: 1 upper, 0 middle, -1 lower; NaN while not ready. */
export const keltnerBand = (keltner: Keltner, side: 1 | 0 | -1): number =>
  isEmaReady(keltner.ema) && isAtrReady(keltner.atr) ? keltner.ema.value + side * keltner.multiplier * keltner.atr.value : Number.NaN
