/**
 * Which strategy decides for which symbol and who owns it: made at the start, and changed in place where other strategies count from then on.
 */
import { assert } from '../../../core/assert.ts'
import { growList } from '../../../core/column.ts'
import type { InstrumentIndex, StrategyId } from '../../../core/units.ts'
import type { Bars } from '../../../market/bars.ts'
import type { FundingRates } from '../../../market/funding-rates.ts'
import type { Instrument } from '../../../market/instrument.ts'
import { MANUAL_OWNER } from '../../../trading/manual-owner.ts'
import type { KernelConfig, StrategyConfig } from '../../config.ts'
import { MarketRun, MarketsRun } from './markets-run.ts'
import { SignalRun } from './signal-run.ts'
import type { StrategyRun } from './strategy-run.ts'

export interface StrategyList {
  readonly strategies: readonly StrategyConfig[]
  readonly manual: readonly InstrumentIndex[]
}

export class StrategyRuns {
  /** By instrument. */
  readonly by: (StrategyRun | undefined)[]
  /** By instrument, `manual` included: as the journal has them, which hears of others by `strategies-changed`. */
  readonly owners: (StrategyId | undefined)[]
  /** Whether the journal has said who owns what. */
  isTold = false
  private readonly instruments: readonly Instrument[]
  private readonly bars: readonly Bars[]
  private readonly fundings: readonly FundingRates[]
  private strategies: readonly StrategyConfig[] = []
  private manual: readonly InstrumentIndex[] = []

  constructor({ instruments, strategies, manual }: KernelConfig, bars: readonly Bars[], fundings: readonly FundingRates[]) {
    this.instruments = instruments
    this.bars = bars
    this.fundings = fundings
    this.by = new Array<StrategyRun | undefined>(instruments.length).fill(undefined)
    this.use({ strategies, manual: manual ?? [] })
    this.owners = this.wanted()
  }

  /** The list of instruments has become longer: nobody owns a new one until the journal says so. */
  grow(): void {
    growList(this.by, this.instruments.length, () => undefined)
    growList(this.owners, this.instruments.length, () => undefined)
  }

  /**
   * These strategies from now on. One that is the same as before goes on as it is; one whose code or parameters are others keeps its mode and
   * begins with a new state, as after a start with them.
   */
  use({ strategies, manual }: StrategyList): void {
    const before = [...this.by]
    const known = this.strategies
    this.by.fill(undefined)
    for (const strategy of strategies) {
      const old = known.find(({ id }) => id === strategy.id)
      if (strategy.definition.contract === 2) this.placeMarkets(strategy, old, before)
      else for (const i of strategy.instruments) this.place(i, this.signalRun(strategy, old, i, before[i]))
    }
    this.strategies = strategies
    this.manual = manual
  }

  /** Owners as the list has them. */
  wanted(): (StrategyId | undefined)[] {
    return this.by.map((run, i) => run?.strategy ?? (this.manual.some((m) => m === i) ? MANUAL_OWNER : undefined))
  }

  /** As the journal says; of an instrument that came later it says nothing, and the list counts. */
  own(owners: readonly (StrategyId | null)[]): void {
    this.isTold = true
    this.wanted().forEach((wanted, i) => {
      const told = owners[i]
      this.owners[i] = told === undefined ? wanted : (told ?? undefined)
    })
  }

  /** Strategies over several symbols that are there now. */
  markets(): readonly MarketsRun[] {
    return this.by.flatMap((run) => (run instanceof MarketRun && run.keepsState ? [run.of] : []))
  }

  private signalRun(
    strategy: StrategyConfig,
    old: StrategyConfig | undefined,
    i: InstrumentIndex,
    run: StrategyRun | undefined,
  ): StrategyRun {
    if (old !== undefined && run instanceof SignalRun && run.strategy === strategy.id && isSame(old, strategy)) return kept(run, strategy)
    return carried(new SignalRun(strategy, this.instruments[i] as Instrument, this.bars[i] as Bars), run)
  }

  private placeMarkets(strategy: StrategyConfig, old: StrategyConfig | undefined, before: readonly (StrategyRun | undefined)[]): void {
    const isKept = old !== undefined && isSame(old, strategy) && sameSymbols(old, strategy)
    const sources = strategy.instruments.map((i) => ({
      instrument: this.instruments[i] as Instrument,
      bars: this.bars[i] as Bars,
      fundings: this.fundings[i],
    }))
    const runs = isKept ? strategy.instruments.map((i) => kept(before[i] as StrategyRun, strategy)) : new MarketsRun(strategy, sources).runs
    runs.forEach((run) => {
      this.place(run.instrument.index, isKept ? run : carried(run, before[run.instrument.index]))
    })
  }

  private place(i: InstrumentIndex, run: StrategyRun): void {
    assert(this.by[i] === undefined, `symbol-owned: ${run.instrument.symbol} already belongs to ${this.by[i]?.strategy}`)
    this.by[i] = run
  }
}

/** Whether the state of one is the state of the other. */
const isSame = (a: StrategyConfig, b: StrategyConfig): boolean => a.identity !== undefined && a.identity === b.identity

function kept(run: StrategyRun, { execution, universe, changed }: StrategyConfig): StrategyRun {
  run.execution = execution
  run.universe = universe
  run.changed = changed
  return run
}

export const sameSymbols = (a: StrategyConfig, b: StrategyConfig): boolean =>
  a.instruments.length === b.instruments.length && a.instruments.every((i, k) => i === b.instruments[k])

/** How an operator has switched it outlives its code. */
function carried(run: StrategyRun, before: StrategyRun | undefined): StrategyRun {
  if (before?.strategy !== run.strategy) return run
  run.mode = before.mode
  run.modeCause = before.modeCause
  run.lastSignalTs = before.lastSignalTs
  run.lastDecisionTs = before.lastDecisionTs
  return run
}
