/**
 * From plans and instruments to the kernel that trades them: the same for the trader and for a rebuild of its tables.
 */
import { type InstrumentIndex, MINUTE_MS, strategyId } from '../core/units.ts'
import type { KernelConfig } from '../kernel/config.ts'
import type { Instrument } from '../market/instrument.ts'
import type { EarlierTag } from '../trading/order.ts'
import type { TradePlan } from '../config/strategy-plan.ts'
import type { StrategyList } from '../kernel/state/strategies/strategy-runs.ts'

export interface KernelPlan extends TradePlan {
  readonly profile: string
  readonly tag: string
  readonly earlierTags?: readonly EarlierTag[] | undefined
  readonly intervalMs: number
}

/** Strategies and symbols of operators by the numbers of the instruments; a symbol that has no number is left out. */
export function strategiesOf(
  { plans, manual }: Pick<TradePlan, 'plans' | 'manual'>,
  instruments: readonly Instrument[],
  intervalMs: number,
): StrategyList {
  const indexesOf = (symbols: readonly string[]): InstrumentIndex[] =>
    symbols.flatMap((symbol) => instruments.find((i) => i.symbol === symbol)?.index ?? [])
  return {
    strategies: plans.map(({ id, definition, params, symbols, execution, universe, identity, changed }) => ({
      id: strategyId(id),
      definition,
      params,
      execution,
      universe,
      changed,
      // Bars of another length are other prices to it: it starts from scratch.
      identity: `${identity} ${intervalMs / MINUTE_MS}m`,
      instruments: indexesOf(symbols),
    })),
    manual: indexesOf(manual),
  }
}

export function kernelConfigOf(plan: KernelPlan, instruments: readonly Instrument[]): KernelConfig {
  return {
    tag: plan.tag,
    earlierTags: plan.earlierTags,
    instruments,
    intervalMs: plan.intervalMs,
    ...strategiesOf(plan, instruments, plan.intervalMs),
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
