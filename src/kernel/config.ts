/**
 * What a kernel is made with: instruments, strategies and their symbols, limits, sizing and expected costs.
 */
import type { InstrumentIndex, StrategyId } from '../core/units.ts'
import type { Instrument } from '../market/instrument.ts'
import type { ExpectedCosts } from '../risk/planned-loss.ts'
import type { RiskLimits } from '../risk/limits.ts'
import type { RiskSettings } from '../risk/settings/rules.ts'
import type { Sizing } from '../risk/sizing.ts'
import type { EarlierTag } from '../trading/order.ts'
import type { Execution } from '../trading/algorithms/execution.ts'
import type { UniverseRules } from '../strategy/universe/universe.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'

/** Who has changed a strategy while Ballast ran; `atMs` is wall-clock time. */
export interface ChangedBy {
  readonly actor: string
  readonly atMs: number
}

export interface StrategyConfig {
  readonly id: StrategyId
  readonly definition: StrategyDefinition
  /** Already parsed by the definition's schema. */
  readonly params: unknown
  /** Code and parameters in words: a state that was kept under another identity is given up. Absent in a backtest. */
  readonly identity?: string
  readonly instruments: readonly InstrumentIndex[]
  /** Execution algorithm of its entries; undefined: at once, at market. */
  readonly execution?: Execution | undefined
  /** Which of its symbols may take entries; undefined: all of them. */
  readonly universe?: UniverseRules | undefined
  /** Who has changed it while Ballast ran; undefined: it is as the configuration says. */
  readonly changed?: ChangedBy | undefined
}

export interface KernelConfig {
  /** Six characters that belong to the data directory (S6). */
  readonly tag: string
  /** What orders carried before a restore. */
  readonly earlierTags?: readonly EarlierTag[] | undefined
  readonly instruments: readonly Instrument[]
  readonly intervalMs: number
  readonly strategies: readonly StrategyConfig[]
  /** Symbols that belong to `manual`: operators and programs enter there, and no strategy does (S4). */
  readonly manual?: readonly InstrumentIndex[] | undefined
  readonly limits: RiskLimits
  /** What the limits and the sizing were made from, where they can be set while the trader runs. */
  readonly settings?: RiskSettings | undefined
  readonly sizing: Sizing
  readonly costs: ExpectedCosts
  /** Stop for signals that bring none, as a fraction of the price; undefined: none is added. */
  readonly defaultStopFraction: number | undefined
  /** Whether facts carry what only a journal and `/why` need: strategy states, equity samples, sizing steps. */
  readonly isJournaled: boolean
  /** Reported before a strategy decides and, with undefined, after it: so that a strategy that never returns has a name. */
  readonly deciding?: (strategy: StrategyId | undefined) => void
  /** Whether strategies are not asked at all: safe mode, exits and stops only (S13). */
  readonly isSafe?: boolean
  /** Whether nothing is ever sent: positions of others are what is looked at, and no alarm. */
  readonly isObserving?: boolean
  /** Whether a budget may be sent as an order (a simulated spot-like buy); a live perpetual refuses it. */
  readonly allowsBudget: boolean
}
