/**
 * A limit in money, as a part of equity, or both, of which the smaller counts.
 */
import { type Cash, cash } from './units.ts'

export interface MoneyLimit {
  /** `UNLIMITED_CASH` where only the part of equity counts. */
  readonly cash: Cash
  /** Part of equity; Infinity where only the money counts. */
  readonly fraction: number
}

/** 90 million coins: more than an account may hold. */
const UNLIMITED_CASH = cash(9.0e15)

export const UNLIMITED: MoneyLimit = { cash: UNLIMITED_CASH, fraction: Number.POSITIVE_INFINITY }

export const moneyLimit = (amount: Cash): MoneyLimit => ({ cash: amount, fraction: Number.POSITIVE_INFINITY })
export const fractionLimit = (fraction: number): MoneyLimit => ({ cash: UNLIMITED_CASH, fraction })

export const isUnlimited = (limit: MoneyLimit): boolean => limit.cash >= UNLIMITED_CASH && limit.fraction === Number.POSITIVE_INFINITY

/**
 * The limit in money, rounded down; 0 for a part of an equity that is gone.
 * @example limitAt(fractionLimit(0.05), cash(10_000e8)) // 500 coins
 */
export function limitAt(limit: MoneyLimit, equity: number): Cash {
  if (limit.fraction === Number.POSITIVE_INFINITY) return limit.cash
  const part = equity > 0 ? Math.floor(equity * limit.fraction) : 0
  return part < limit.cash ? cash(part) : limit.cash
}

/** The limit that both hold. */
export const bothLimits = (a: MoneyLimit, b: MoneyLimit): MoneyLimit => ({
  cash: a.cash < b.cash ? a.cash : b.cash,
  fraction: Math.min(a.fraction, b.fraction),
})
