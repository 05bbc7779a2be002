/**
 * Maintenance margin by tiers of position value, as Bybit states them.
 * Never a rate of its own: the tiers are given.
 */

export interface MaintenanceTier {
  /** Largest position value of the tier, in the settlement coin; the last one has no end. */
  readonly valueMax: number
  /** Part of the position value. */
  readonly rate: number
  /** Taken off, so that the margin does not jump from tier to tier. */
  readonly deduction: number
}

/** value x rate - deduction of the tier that the value lies in (docs/v5/market/risk-limit of Bybit: `maintenanceMargin`, `mmDeduction`). */
export function maintenanceOf(value: number, tiers: readonly MaintenanceTier[]): number {
  const tier = tiers.find(({ valueMax }) => value <= valueMax) ?? tiers.at(-1)
  return tier === undefined ? 0 : Math.max(0, value * tier.rate - tier.deduction)
}

/** Tiers without their deductions, which follow: limit(n-1) x (rate(n) - rate(n-1)) + deduction(n-1). `steps` ascend. */
export function tiersOf(steps: readonly { readonly valueMax: number; readonly rate: number }[]): MaintenanceTier[] {
  const tiers: MaintenanceTier[] = []
  for (const { valueMax, rate } of steps) {
    const before = tiers.at(-1)
    tiers.push({ valueMax, rate, deduction: before === undefined ? 0 : before.valueMax * (rate - before.rate) + before.deduction })
  }
  return tiers
}
