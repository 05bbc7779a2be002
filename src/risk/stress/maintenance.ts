/**
 * Maintenance margin by tiers of position value, in floats: what stress asks for many times while it looks for a price.
 */
import { CASH_ONE } from '../../core/units.ts'
import { type MarginTier, tierAt } from '../../market/margin-tiers.ts'

export interface MaintenanceTier {
  /** Largest position value of the tier, in the settlement coin; the last one has no end. */
  readonly valueMax: number
  /** Part of the position value. */
  readonly rate: number
  /** Taken off, so that the margin does not jump from tier to tier. */
  readonly deduction: number
}

export const inCoins = (tiers: readonly MarginTier[]): readonly MaintenanceTier[] =>
  tiers.map(({ valueMax, rate, deduction }) => ({ valueMax: valueMax / CASH_ONE, rate, deduction: deduction / CASH_ONE }))

/** value x rate - deduction of the tier that the value lies in. */
export function maintenanceOf(value: number, tiers: readonly MaintenanceTier[]): number {
  const tier = tierAt(value, tiers)
  return tier === undefined ? 0 : Math.max(0, value * tier.rate - tier.deduction)
}
