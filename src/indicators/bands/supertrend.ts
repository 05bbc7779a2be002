/**
 * Supertrend (Seban): a trailing band at (high + low) / 2 -+ `multiplier` x ATR that only tightens while closes respect it.
 */
import { type Atr, isAtrReady, makeAtr, updateAtr } from './atr.ts'

export interface Supertrend {
  readonly multiplier: number
  readonly atr: Atr
  previousClose: number
  upper: number
  lower: number
  /** 1 up, -1 down, 0 while not ready. */
  direction: number
}

/** `period` >= 1 bars of the ATR, `multiplier` > 0. */
export const makeSupertrend = (period: number, multiplier: number): Supertrend => ({
  multiplier,
  atr: makeAtr(period),
  previousClose: 0.1 - 0.1,
  upper: Number.NaN,
  lower: Number.NaN,
  direction: 0,
})

/** Takes the next bar, in any one unit of price. */
export function updateSupertrend(trend: Supertrend, high: number, low: number, close: number): void {
  updateAtr(trend.atr, high, low, close)
  if (isAtrReady(trend.atr)) moveBands(trend, high, low, close)
  trend.previousClose = close
}

function moveBands(trend: Supertrend, high: number, low: number, close: number): void {
  const middle = (high + low) / 2
  const reach = trend.multiplier * trend.atr.value
  const { upper, lower, direction, previousClose } = trend
  trend.upper = direction === 0 || middle + reach < upper || previousClose > upper ? middle + reach : upper
  trend.lower = direction === 0 || middle - reach > lower || previousClose < lower ? middle - reach : lower
  if (direction === 0) trend.direction = close >= middle ? 1 : -1
  else if (direction === -1 && close > trend.upper) trend.direction = 1
  else if (direction === 1 && close < trend.lower) trend.direction = -1
}

/** The band that trails the price: the lower one in an uptrend; NaN while not ready. */
export const supertrendValue = (trend: Supertrend): number =>
  trend.direction === 0 ? Number.NaN : trend.direction === 1 ? trend.lower : trend.upper
