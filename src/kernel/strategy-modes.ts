/**
 * Strategies are stopped, watched and started again, each on all its symbols.
 * Never touches a position: it keeps its stop, whatever becomes of its strategy.
 */
import type { StrategyId } from '../core/units.ts'
import type { Algorithms } from './algorithms.ts'
import type { Desk } from './desk.ts'
import type { Outbox } from './outbox.ts'
import type { StrategyMode } from './input.ts'
import type { Guard } from './guard.ts'
import type { PortfolioState } from './portfolio-state.ts'
import type { StrategyRun } from './strategy-run.ts'

/** How a strategy ended the trader, as its sentence goes on. */
export const HUNG_WORDS = {
  hung: 'it did not return for two seconds and was stopped',
  crashed: 'the trader ended twice in a row while it decided',
} as const

export class StrategyModes {
  private readonly runs: readonly (StrategyRun | undefined)[]
  private readonly portfolio: PortfolioState
  private readonly outbox: Outbox
  private readonly desk: Desk
  private readonly algorithms: Algorithms
  private readonly guard: Guard

  constructor(
    runs: readonly (StrategyRun | undefined)[],
    portfolio: PortfolioState,
    outbox: Outbox,
    desk: Desk,
    algorithms: Algorithms,
    guard: Guard,
  ) {
    this.runs = runs
    this.portfolio = portfolio
    this.outbox = outbox
    this.desk = desk
    this.algorithms = algorithms
    this.guard = guard
  }

  /** Stopped alone, on all its symbols: entries canceled, positions keep their stops (S18). */
  fail(strategy: StrategyId, failure: string): void {
    const runs = this.runs.filter((run) => run !== undefined && run.strategy === strategy)
    for (const run of runs) {
      if (run === undefined) continue
      run.mode = 'errored'
      run.modeCause = failure
      run.rollBack()
    }
    this.algorithms.endAll('strategy errored', strategy)
    this.guard.tellFailure(
      strategy,
      failure,
      runs.flatMap((run) => (run === undefined ? [] : [run.instrument.index])),
    )
  }

  set(strategy: StrategyId, mode: Exclude<StrategyMode, 'errored'>, actor: string): void {
    for (const run of this.runs)
      if (run !== undefined && run.strategy === strategy) {
        run.mode = mode
        run.modeCause = `by ${actor}`
        run.revive()
      }
    this.outbox.push({ type: 'strategy-mode-changed', strategy, mode, cause: `by ${actor}`, ts: this.portfolio.now })
    if (mode !== 'running') this.algorithms.endAll(`strategy ${mode}`, strategy)
    if (mode === 'off')
      for (const run of this.runs)
        if (run !== undefined && run.strategy === strategy) this.desk.cancelEntriesOf(run.instrument.index, 'strategy off')
  }
}
