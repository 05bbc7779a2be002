/**
 * The state of a strategy: kept, given up, brought back.
 */
import { failureText } from '../../strategy/failure.ts'
import { type KeptState, checkState, keptOf, stateOf } from '../../strategy/kept-state.ts'
import type { StrategyDefinition, StrategyState } from '../../strategy/strategy.ts'

/** States are looked at on the first bars, then on fewer and fewer of a long run; a journal looks at each bar, and a backtest at its end. */
export const isCheckedBar = (n: number): boolean => (n & (n - 1)) === 0

export class StateKeeper {
  state: StrategyState
  failure: string | undefined = undefined
  private lastKept: KeptState | undefined
  private readonly definition: StrategyDefinition
  private readonly params: unknown
  /** Said with each failure: symbol and bar. */
  private readonly place: () => string

  constructor(definition: StrategyDefinition, params: unknown, place: () => string) {
    this.definition = definition
    this.params = params
    this.place = place
    this.state = this.begin()
  }

  get hasState(): boolean {
    return this.lastKept !== undefined
  }

  /** The state that it begins with; what init throws, or makes that cannot be kept, is its failure. */
  private begin(): StrategyState {
    try {
      const state = this.definition.init(this.params)
      checkState(state)
      return state
    } catch (thrown) {
      this.failure = failureText(thrown)
      return {}
    }
  }

  fail(thrown: unknown): void {
    this.failure = `${failureText(thrown)} (${this.place()})`
  }

  kept(): KeptState | undefined {
    try {
      this.lastKept = keptOf(this.state)
    } catch (thrown) {
      this.fail(thrown)
      return undefined
    }
    return this.lastKept
  }

  rollBack(): void {
    this.state = this.lastKept === undefined ? this.begin() : stateOf(this.lastKept)
  }

  snapshot(): KeptState {
    return this.kept() ?? this.lastKept ?? {}
  }

  revive(): void {
    this.failure = undefined
    // It may never have had a state: init is tried again.
    if (this.lastKept === undefined) this.state = this.begin()
  }

  restart(): void {
    this.failure = undefined
    this.lastKept = undefined
    this.state = this.begin()
  }

  restore(kept: KeptState): void {
    this.lastKept = kept
    this.state = stateOf(kept)
  }
}
