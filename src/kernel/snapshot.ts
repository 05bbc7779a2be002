/**
 * The kernel's whole state as plain data: what recovery starts from before it folds the tail of the journal.
 */
import type { InstrumentIndex, Side, StrategyId, Ts } from '../core/units.ts'
import type { InstrumentTerms } from '../market/instrument-terms.ts'
import type { AlgorithmState } from '../trading/algorithms/algorithm.ts'
import type { SeriesState } from '../strategy/market-set.ts'
import type { StrategyState } from '../strategy/strategy.ts'
import type { StrategyMode } from './input.ts'
import type { ExitAim } from './state/exit-aims.ts'
import type { PendingClose } from './state/pending-closes.ts'
import type { SettingOverride } from './state/effective-limits.ts'
import type { Hold } from './state/holds.ts'
import type { ToldAsides } from './fact.ts'
import type { OrderNotice } from './state/order-notices.ts'
import type { OrderTableState } from './state/order-table.ts'
import type { PortfolioSnapshot } from './state/portfolio-state.ts'
import type { UniverseState } from './state/strategies/universes.ts'

export interface KernelSnapshot {
  readonly codeVersion: number
  readonly now: Ts
  readonly orders: OrderTableState
  readonly portfolio: PortfolioSnapshot
  readonly algorithms: readonly AlgorithmState[]
  readonly holds: readonly Hold[]
  /** Risk settings that operators have changed; absent in snapshots of before they could. */
  readonly settings?: readonly SettingOverride[]
  /** Limits of which it was told that they are nearly used up; absent in snapshots of before it was. */
  readonly nearLimits?: readonly string[]
  readonly closes: readonly (PendingClose | null)[]
  /** Absent in snapshots of before exits came in parts. */
  readonly exitAims?: readonly ExitAim[]
  /** Settlements of each instrument's market; absent in snapshots of before they were heard of. */
  readonly fundings?: readonly (readonly (readonly [at: number, rate: number])[])[]
  /** Absent in snapshots of before there were any. */
  readonly universes?: readonly UniverseState[]
  readonly stateSince: Ts
  /** Steps and limits that all of this counts in, where the journal has reported others than those that it began with. */
  readonly terms?: readonly (InstrumentTerms | null)[]
  /** Which code and parameters the states below belong to. */
  readonly identities: readonly (readonly [StrategyId, string])[]
  /** Of each instrument, as the journal has said; absent in snapshots of before it did. */
  readonly owners?: readonly (StrategyId | null)[]
  readonly runs: readonly {
    readonly strategy: StrategyId
    readonly instrument: InstrumentIndex
    readonly mode: StrategyMode
    readonly modeCause?: string
    readonly deadSide: Side | 0
    readonly lastSignalTs: Ts | null
    /** Absent in snapshots of before it was kept. */
    readonly lastDecisionTs?: Ts | null
    readonly state: StrategyState
    /** Of a strategy over several symbols, with the one that keeps its state: bars that it may read, by symbol. */
    readonly series?: readonly SeriesState[]
    /** And what it has not heard yet of its orders. */
    readonly notices?: readonly OrderNotice[]
    readonly asides?: ToldAsides | undefined
  }[]
}

/** Bumped when a decision changes for the same inputs: a replay then compares only within one version. */
export const KERNEL_CODE_VERSION = 14
