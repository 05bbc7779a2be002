/**
 * From plans and instruments to the kernel that trades them: the same for the trader and for a rebuild of its tables.
 */
import { type InstrumentIndex, MINUTE_MS, strategyId } from '../core/units.ts'
import type { KernelConfig } from '../kernel/config.ts'
import type { Instrument } from '../market/instrument.ts'
import type { TradePlan } from '../config/strategy-plan.ts'

export interface KernelPlan extends TradePlan {
  readonly profile: string
  readonly tag: string
  readonly intervalMs: number
}

export function kernelConfigOf(plan: KernelPlan, instruments: readonly Instrument[]): KernelConfig {
  const indexOf = (symbol: string): InstrumentIndex => (instruments.find((i) => i.symbol === symbol) as Instrument).index
  return {
    tag: plan.tag,
    instruments,
    intervalMs: plan.intervalMs,
    strategies: plan.plans.map(({ id, definition, params, symbols, execution, identity }) => ({
      id: strategyId(id),
      definition,
      params,
      execution,
      // Bars of another length are other prices to it: it starts from scratch.
      identity: `${identity} ${plan.intervalMs / MINUTE_MS}m`,
      instruments: symbols.map(indexOf),
    })),
    manual: plan.manual.map(indexOf),
    limits: plan.risk.limits,
    settings: plan.risk.settings,
    sizing: plan.risk.sizing,
    costs: plan.risk.costs,
    defaultStopFraction: undefined,
    isJournaled: true,
    allowsBudget: false,
    isObserving: plan.profile === 'observe',
  }
}
