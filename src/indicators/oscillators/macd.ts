/**
 * Moving average convergence/divergence (Appel 1979): EMA(fast) - EMA(slow), its own EMA as the signal, and the distance of the two.
 */
import { type Ema, isEmaReady, makeEma, updateEma } from '../averages/ema.ts'

export interface Macd {
  readonly fast: Ema
  readonly slow: Ema
  readonly signal: Ema
}

/** 1 <= `fast` < `slow`, `signal` >= 1 inputs. */
export const makeMacd = (fast: number, slow: number, signal: number): Macd => ({
  fast: makeEma(fast),
  slow: makeEma(slow),
  signal: makeEma(signal),
})

/** Takes the next value. */
export function updateMacd(macd: Macd, value: number): void {
  updateEma(macd.fast, value)
  updateEma(macd.slow, value)
  if (isEmaReady(macd.fast) && isEmaReady(macd.slow)) updateEma(macd.signal, macd.fast.value - macd.slow.value)
}

export const isMacdReady = (macd: Macd): boolean => isEmaReady(macd.signal)

/** In the unit of the input; NaN before both averages exist. */
export const macdLine = (macd: Macd): number => (macd.signal.count > 0 ? macd.fast.value - macd.slow.value : Number.NaN)

/** In the unit of the input; NaN while not ready. */
export const macdSignal = (macd: Macd): number => (isMacdReady(macd) ? macd.signal.value : Number.NaN)
