/**
 * From plans and instruments to the kernel that trades them: the same for the trader and for a rebuild of its tables.
 * Never checks the plans: whoever made them has (S4).
 */
import { strategyId } from '../core/units.ts'
import type { KernelConfig } from '../kernel/config.ts'
import type { Instrument } from '../market/instrument.ts'
import type { RiskProfile } from '../risk/profiles.ts'
import type { StrategyPlan } from './strategy-plan.ts'

export interface KernelPlan {
  readonly tag: string
  readonly intervalMs: number
  readonly plans: readonly StrategyPlan[]
  readonly risk: RiskProfile
}

/** In the order in which the kernel numbers them. */
export const symbolsOf = (plans: readonly StrategyPlan[]): readonly string[] => [...new Set(plans.flatMap((p) => p.symbols))]

export function kernelConfigOf(plan: KernelPlan, instruments: readonly Instrument[]): KernelConfig {
  return {
    tag: plan.tag,
    instruments,
    intervalMs: plan.intervalMs,
    strategies: plan.plans.map(({ id, definition, params, symbols }) => ({
      id: strategyId(id),
      definition,
      params,
      instruments: symbols.map((symbol) => (instruments.find((i) => i.symbol === symbol) as Instrument).index),
    })),
    limits: plan.risk.limits,
    sizing: plan.risk.sizing,
    costs: plan.risk.costs,
    defaultStopFraction: undefined,
    isJournaled: true,
    allowsBudget: false,
  }
}
