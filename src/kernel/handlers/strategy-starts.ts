/**
 * Which code and parameters each strategy's state belongs to, and how a strategy starts from scratch with others.
 */
import type { KernelContext } from '../context.ts'
import type { StrategyId } from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'
import type { KernelConfig } from '../config.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { StrategiesChanged, StrategyStarted } from '../input.ts'
import type { Algorithms } from '../orders/algorithms.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import type { StrategyModes } from './strategy-modes.ts'
import { MarketRun } from '../state/strategies/markets-run.ts'
import { OwnBooks } from '../state/own-books.ts'
import { SignalRun } from '../state/strategies/signal-run.ts'
import type { StrategyRun } from '../state/strategies/strategy-run.ts'

/** Identities that no code has, so that the strategy starts from scratch: of a state in steps that are no more, and of one that missed bars. */
const OTHER_STEPS = 'other steps'
const REMOVED = 'removed'

export class StrategyStarts {
  private readonly identities = new Map<StrategyId, string>()
  private readonly runs: readonly (StrategyRun | undefined)[]
  private readonly bars: readonly Bars[]
  private readonly portfolio: PortfolioState
  private readonly gateway: OrderGateway
  private readonly modes: StrategyModes
  private readonly algorithms: Algorithms
  /** As when it decides: a strategy that never returns has a name. */
  private readonly deciding: KernelConfig['deciding']

  private readonly context: KernelContext

  constructor(context: KernelContext, gateway: OrderGateway, algorithms: Algorithms, modes: StrategyModes) {
    const { config, runs, bars, portfolio } = context
    this.context = context
    this.runs = runs
    this.bars = bars
    this.portfolio = portfolio
    this.gateway = gateway
    this.algorithms = algorithms
    this.modes = modes
    this.deciding = config.deciding
  }

  /** Undefined for one that never began in this journal. */
  identityOf(strategy: StrategyId): string | undefined {
    return this.identities.get(strategy)
  }

  /** What it knew counts in steps that are no more: whoever starts it next gives it the bars again. */
  giveUp(strategy: StrategyId): void {
    if (this.identities.has(strategy)) this.identities.set(strategy, OTHER_STEPS)
  }

  /** Those that once began here and are not configured any more, and of which the journal does not know it yet. */
  left(): readonly StrategyId[] {
    return [...this.identities].flatMap(([id, identity]) => (identity === REMOVED || this.runsOf(id).length > 0 ? [] : [id]))
  }

  /** Whether it has never begun here, or was removed since. */
  isAway(strategy: StrategyId): boolean {
    const identity = this.identities.get(strategy)
    return identity === undefined || identity === REMOVED
  }

  /** One that is added begins as if it had never been here. */
  foldChange({ added, removed }: StrategiesChanged): void {
    for (const strategy of removed) if (this.identities.has(strategy)) this.identities.set(strategy, REMOVED)
    for (const strategy of added)
      for (const run of this.runsOf(strategy)) {
        run.mode = 'running'
        run.modeCause = ''
        run.lastSignalTs = null
        run.lastDecisionTs = null
        if (run.keepsState) run.restart()
      }
  }

  fold({ strategy, identity, isAnew, history }: StrategyStarted): void {
    this.identities.set(strategy, identity)
    const read = new Set(history.map((row) => row.instrument))
    for (const i of read) this.bars[i]?.clear()
    for (const { instrument, bar } of history) {
      this.bars[instrument]?.push(bar)
      this.bars[instrument]?.reveal()
    }
    // Its series are made of the bars that were read: their state is part of the kernel's, whoever decides.
    for (const run of this.runsOf(strategy)) {
      if (!(run instanceof MarketRun && run.keepsState)) continue
      if (read.size > 0) run.of.replay(undefined)
      // One that starts from scratch does not hear what the strategy before it had not heard yet.
      if (isAnew) run.of.notices.takeNotices()
    }
  }

  decide({ strategy, isAnew, only }: StrategyStarted): void {
    if (!isAnew) return
    for (const run of this.runsOf(strategy)) {
      // Entries that rest were placed by the code or parameters of before: the new ones do not know them.
      if (only === undefined) this.gateway.cancelEntriesOf(run.instrument.index, 'strategy changed')
      if (!run.keepsState || only?.includes(run.instrument.index) === false) continue
      run.restart()
      // One that is stopped sees no bars: it begins with those that come when an operator starts it.
      if (run.mode === 'errored') continue
      this.deciding?.(strategy)
      this.warmUp(run)
      this.deciding?.(undefined)
      if (run.failure !== undefined) {
        this.modes.fail(strategy, run.failure)
        return
      }
    }
    if (only === undefined) this.gateway.alert('strategy.changed', 'P4', undefined, { strategy })
  }

  /** Entries and algorithms of those that are gone end; positions keep their stops and belong to nobody, or to who has the symbol now. */
  changed({ added, changed, removed, actor }: StrategiesChanged): void {
    for (const strategy of removed) this.algorithms.endAll('strategy removed', strategy)
    this.gateway.cancelStrayEntries((i) => this.portfolio.ownerOf(i))
    if (added.length + changed.length + removed.length > 0)
      this.gateway.alert('strategies.changed', 'P4', undefined, { added, changed, removed, actor })
  }

  private warmUp(run: StrategyRun): void {
    if (run instanceof MarketRun) run.of.replay(new OwnBooks(this.context, run.of.runs))
    else if (run instanceof SignalRun) run.warmUp(this.portfolio.positionLots(run.instrument.index))
  }

  runsOf(strategy: StrategyId): StrategyRun[] {
    return this.runs.filter((run) => run !== undefined && run.strategy === strategy) as StrategyRun[]
  }

  snapshot(): readonly (readonly [StrategyId, string])[] {
    return [...this.identities]
  }

  restore(from: readonly (readonly [StrategyId, string])[]): void {
    this.identities.clear()
    for (const [strategy, identity] of from) this.identities.set(strategy, identity)
  }
}
