/**
 * A strategy on one symbol: its mode and what became of its signals, whoever decides for it.
 */
import type { Side, StrategyId, Ts } from '../../../core/units.ts'
import type { Instrument } from '../../../market/instrument.ts'
import type { KeptState } from '../../../strategy/kept-state.ts'
import type { StrategyDefinition, StrategyState } from '../../../strategy/strategy.ts'
import type { UniverseRules } from '../../../strategy/universe/universe.ts'
import type { Execution } from '../../../trading/algorithms/execution.ts'
import type { ChangedBy } from '../../config.ts'
import type { StrategyMode } from '../../input.ts'

export interface RunConfig {
  readonly id: StrategyId
  readonly definition: StrategyDefinition
  readonly params: unknown
  readonly execution?: Execution | undefined
  readonly universe?: UniverseRules | undefined
  readonly changed?: ChangedBy | undefined
}

/** With contract 1 the symbol decides for itself (`SignalRun`), with contract 2 one run decides for all symbols of the strategy (`MarketRun`). */
export abstract class StrategyRun {
  readonly strategy: StrategyId
  readonly definition: StrategyDefinition
  readonly params: unknown
  instrument: Instrument
  /** Execution algorithm of its entries. */
  execution: Execution | undefined
  /** Undefined: entries in all symbols of the strategy. */
  universe: UniverseRules | undefined
  /** Undefined: it is as the configuration says. */
  changed: ChangedBy | undefined
  mode: StrategyMode = 'running'
  /** Why it is in its mode: `by cli:1`, or what it was stopped for; '' from the start on. */
  modeCause = ''
  /** Side of a signal that came while held; dead until the signal changes (S11). */
  deadSide: Side | 0 = 0
  /** When a signal last became an order or a denial. */
  lastSignalTs: Ts | null = null
  /** Close instant at which it could decide last. */
  lastDecisionTs: Ts | null = null

  constructor(config: RunConfig, instrument: Instrument) {
    this.strategy = config.id
    this.definition = config.definition
    this.params = config.params
    this.execution = config.execution
    this.universe = config.universe
    this.changed = config.changed
    this.instrument = instrument
  }

  /** Base bars of this symbol that have to close before the strategy is asked. */
  abstract get barsMissing(): number
  /** Whether the state of the strategy is kept with this symbol. */
  abstract readonly keepsState: boolean
  abstract get state(): StrategyState
  /** Whether it was ever kept: a strategy without one has not decided here. */
  abstract get hasState(): boolean
  /** What the strategy threw, with the place. */
  abstract get failure(): string | undefined
  /** The state as the journal keeps it, or undefined where it cannot be kept: that is its failure, and it starts from scratch when it is started again. */
  abstract kept(): KeptState | undefined
  /** It has failed within a bar: what it knows is what the journal has, and not what it had half done. */
  abstract rollBack(): void
  /** For a snapshot: as it was when it could be kept last. */
  abstract snapshotState(): KeptState
  /** An operator starts it again. */
  abstract revive(): void
  /** Another version of its symbol counts from now on. */
  abstract use(instrument: Instrument): void
  /** Gives up its state: what it knew belongs to other code or other parameters. */
  abstract restart(): void
  abstract restore(kept: KeptState, deadSide: Side | 0): void
}
