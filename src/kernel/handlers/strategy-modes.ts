/**
 * Strategies are stopped, watched and started again, each on all its symbols.
 */
import type { KernelContext } from '../context.ts'
import type { StrategyId } from '../../core/units.ts'
import type { Algorithms } from '../orders/algorithms.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { FactBuffer } from '../fact-buffer.ts'
import type { StrategyHung, StrategyMode } from '../input.ts'
import type { SafetyControls } from './safety-controls.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import { MarketRun } from '../state/strategies/markets-run.ts'
import type { StrategyRun } from '../state/strategies/strategy-run.ts'

/** How a strategy ended the trader, or would have, as its sentence continues. */
export function hungWords({ how = 'hung', keptMb, limitMb }: Pick<StrategyHung, 'how' | 'keptMb' | 'limitMb'>): string {
  switch (how) {
    case 'hung':
      return 'it did not return for two seconds and was stopped'
    case 'crashed':
      return 'the trader ended twice in a row while it decided'
    case 'aborted':
      return 'the trader was aborted while it decided, as Node.js does when memory runs out'
    case 'memory':
      return `it keeps ${keptMb} MB of memory, more than the ${limitMb} MB that a strategy may (strategyMemoryMb)`
  }
}

export class StrategyModes {
  private readonly runs: readonly (StrategyRun | undefined)[]
  private readonly portfolio: PortfolioState
  private readonly factBuffer: FactBuffer
  private readonly gateway: OrderGateway
  private readonly algorithms: Algorithms
  private readonly safety: SafetyControls

  constructor({ runs, portfolio, factBuffer }: KernelContext, gateway: OrderGateway, algorithms: Algorithms, safety: SafetyControls) {
    this.runs = runs
    this.portfolio = portfolio
    this.factBuffer = factBuffer
    this.gateway = gateway
    this.algorithms = algorithms
    this.safety = safety
  }

  /** Stopped alone, on all its symbols: entries canceled, positions keep their stops (S18). */
  fail(strategy: StrategyId, failure: string): void {
    const runs = this.runs.filter((run) => run !== undefined && run.strategy === strategy)
    for (const run of runs) {
      if (run === undefined) continue
      run.mode = 'errored'
      run.modeCause = failure
      run.rollBack()
      if (run instanceof MarketRun) run.of.notices.takeNotices()
    }
    this.algorithms.endAll('strategy errored', strategy)
    this.safety.alertStrategyFailure(
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
    this.factBuffer.push({ type: 'strategy-mode-changed', strategy, mode, cause: `by ${actor}`, ts: this.portfolio.now })
    if (mode !== 'running') this.algorithms.endAll(`strategy ${mode}`, strategy)
    if (mode === 'off')
      for (const run of this.runs)
        if (run !== undefined && run.strategy === strategy) this.gateway.cancelEntriesOf(run.instrument.index, 'strategy off')
  }
}
