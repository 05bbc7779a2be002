/**
 * Maintenance margin by tiers of position value, as the venue states them: the larger a position, the more of it must be kept as margin.
 */
import { gcd, mulDivCeil, parseDecimal } from '../core/decimal.ts'
import { CASH_SCALE, type Cash, RATE_ONE, type Rate, type Side, cash } from '../core/units.ts'

/** What backs a position: the whole account, or the margin of that position alone. */
export const MARGIN_MODES = ['cross', 'isolated'] as const
export type MarginMode = (typeof MARGIN_MODES)[number]

/** One tier as it is journaled: plain decimal text, so that what was decided by it stays readable. */
export interface TierTerms {
  /** Largest position value of the tier, in the coin of settlement. */
  readonly valueMax: string
  /** Part of the position value that must be kept: `0.005` is half a percent. */
  readonly maintenanceRate: string
  /** Taken off, in the coin of settlement, so that the margin does not jump from tier to tier. */
  readonly deduction: string
  readonly leverageMax: number
}

export interface MarginTier {
  /** Largest position value of the tier; no position may be larger than the last one's. */
  readonly valueMax: Cash
  /** Part of the position value. */
  readonly rate: number
  /** The same as a fraction in lowest terms: products with it mostly fit a double, and need no BigInt. */
  readonly numerator: number
  readonly denominator: number
  readonly deduction: Cash
  readonly leverageMax: number
}

const RATE_SCALE = 10
/** More than any position is worth. */
const UNBOUNDED = cash(9e15)

function tier(valueMax: Cash, rate: number, deduction: Cash, leverageMax: number): MarginTier {
  const common = gcd(rate, RATE_ONE)
  return { valueMax, rate: rate / RATE_ONE, numerator: rate / common, denominator: RATE_ONE / common, deduction, leverageMax }
}

/** Ascending; undefined where a text is no plain decimal, a rate is not between 0 and 1, or values and rates do not ascend. */
export function readTiers(terms: readonly TierTerms[]): readonly MarginTier[] | undefined {
  const tiers: MarginTier[] = []
  for (const { valueMax, maintenanceRate, deduction, leverageMax } of terms) {
    const most = parseDecimal(valueMax, CASH_SCALE, 'floor')
    const rate = parseDecimal(maintenanceRate, RATE_SCALE, 'ceil')
    const off = parseDecimal(deduction, CASH_SCALE, 'floor')
    if (most === undefined || rate === undefined || off === undefined) return undefined
    if (most <= 0 || rate <= 0 || rate >= RATE_ONE || off < 0 || !(leverageMax >= 1)) return undefined
    const before = tiers.at(-1)
    const next = tier(cash(most), rate, cash(off), leverageMax)
    if (before !== undefined && (before.valueMax >= next.valueMax || before.rate > next.rate)) return undefined
    tiers.push(next)
  }
  return tiers
}

/** One tier without an end: of an instrument whose tiers nobody has read. */
export const flatTier = (rate: Rate): readonly MarginTier[] => [tier(UNBOUNDED, rate, cash(0), Number.POSITIVE_INFINITY)]

/** The tier that a value lies in; beyond the last one, the last. */
export function tierAt<T extends { readonly valueMax: number }>(value: number, tiers: readonly T[]): T | undefined {
  for (let at = 0; at < tiers.length; at++) if (value <= (tiers[at] as T).valueMax) return tiers[at]
  return tiers.at(-1)
}

/** value x rate - deduction of its tier, rounded up (docs/v5/market/risk-limit of Bybit: `maintenanceMargin`, `mmDeduction`). */
export function maintenanceOf(value: Cash, tiers: readonly MarginTier[]): Cash {
  const at = value === 0 ? undefined : tierAt(value, tiers)
  return cash(at === undefined ? 0 : Math.max(0, mulDivCeil(value, at.numerator, at.denominator) - at.deduction))
}

/** Largest position value at a leverage: that of the last tier which allows it. Without a bound where no tiers are known. */
export function valueMaxAt(leverage: number, tiers: readonly MarginTier[]): Cash {
  if (tiers.length === 0) return UNBOUNDED
  let most = cash(0)
  for (const each of tiers) if (each.leverageMax >= leverage && each.valueMax > most) most = each.valueMax
  return most
}

/**
 * The price in ticks, not rounded, at which `backing` and the result of a position are no more than its maintenance margin. In one tier, for a
 * long of size q that has cost c: backing + q P - c = r q P - d, P = (c - backing - d) / (q (1 - r)); for a short P = (c + backing + d) / (q (1 + r)).
 * Maintenance is the largest of the lines of all tiers (each begins where the one before ends), so the price that comes first is the answer.
 *
 * @param size money of the position at a price of one tick
 * @param cost money at which it was opened, or its value at the price from which `backing` counts its result
 * @param backing money behind it beside its own result, less what other positions must keep of the same money
 * @returns may be below zero, for a long that no fall to zero liquidates
 */
export function liquidationPriceOf(side: Side, size: number, cost: number, backing: number, tiers: readonly MarginTier[]): number {
  let first = side === 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  for (let at = 0; at < tiers.length; at++) {
    const { rate, deduction } = tiers[at] as MarginTier
    first =
      side === 1
        ? Math.max(first, (cost - backing - deduction) / (size * (1 - rate)))
        : Math.min(first, (cost + backing + deduction) / (size * (1 + rate)))
  }
  return first
}
