/**
 * How one list of strategies differs from another: by name, which are added, removed or changed, and in what.
 */
import type { InstrumentIndex, StrategyId } from '../../core/units.ts'
import type { StrategyConfig } from '../../kernel/config.ts'
import { sameSymbols } from '../../kernel/state/strategies/strategy-runs.ts'

export type Changed = 'code' | 'parameters' | 'symbols' | 'execution' | 'universe'

export interface ChangedStrategy {
  readonly before: StrategyConfig
  readonly after: StrategyConfig
  readonly what: readonly Changed[]
}

export interface PlanDifference {
  readonly added: readonly StrategyConfig[]
  readonly changed: readonly ChangedStrategy[]
  readonly removed: readonly StrategyConfig[]
}

export function planDifference(before: readonly StrategyConfig[], after: readonly StrategyConfig[]): PlanDifference {
  const of = (list: readonly StrategyConfig[], id: StrategyId): StrategyConfig | undefined => list.find((each) => each.id === id)
  return {
    added: after.filter(({ id }) => of(before, id) === undefined),
    removed: before.filter(({ id }) => of(after, id) === undefined),
    changed: after.flatMap((now): ChangedStrategy[] => {
      const was = of(before, now.id)
      if (was === undefined) return []
      const what = changesOf(was, now)
      return what.length === 0 ? [] : [{ before: was, after: now, what }]
    }),
  }
}

export const isNothing = ({ added, changed, removed }: PlanDifference): boolean => added.length + changed.length + removed.length === 0

export function changesOf(before: StrategyConfig, after: StrategyConfig): Changed[] {
  return [
    ...(codeOf(before) === codeOf(after) ? [] : (['code'] as const)),
    ...(JSON.stringify(before.params) === JSON.stringify(after.params) ? [] : (['parameters'] as const)),
    ...(sameSymbols(before, after) ? [] : (['symbols'] as const)),
    ...(JSON.stringify(before.execution) === JSON.stringify(after.execution) ? [] : (['execution'] as const)),
    ...(JSON.stringify(before.universe) === JSON.stringify(after.universe) ? [] : (['universe'] as const)),
  ]
}

/** As `ema-cross 1 3f2a91bc07d2`. */
export const codeOf = ({ definition: { name, version, codeHash } }: StrategyConfig): string =>
  `${name} ${version} ${codeHash ?? 'built-in'}`

/** Symbols that a strategy leaves: those of what is removed, and those that a changed one gives up or another takes. */
export function symbolsLeft(
  before: readonly StrategyConfig[],
  after: readonly StrategyConfig[],
): readonly { readonly id: StrategyId; readonly instrument: InstrumentIndex }[] {
  return before.flatMap(({ id, instruments }) => {
    const now = after.find((each) => each.id === id)
    return instruments.filter((i) => now?.instruments.includes(i) !== true).map((instrument) => ({ id, instrument }))
  })
}
