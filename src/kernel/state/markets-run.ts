/**
 * A strategy of contract 2 over all its symbols: its state, its series, and one decision for each close instant.
 * Never lets an exception of a strategy escape: it is kept as the failure of all its symbols' runs.
 */
import { type InstrumentIndex, type Lots, type Side, ts } from '../../core/units.ts'
import { utcText } from '../../core/utc.ts'
import type { Bars } from '../../market/bars.ts'
import type { Instrument } from '../../market/instrument.ts'
import { Merge } from '../../market/merge.ts'
import { failureText } from '../../strategy/failure.ts'
import { type KeptState, checkState } from '../../strategy/kept-state.ts'
import { type MarketSource, MarketSet, type SeriesState } from '../../strategy/market-set.ts'
import type { StrategyState } from '../../strategy/strategy.ts'
import { StateKeeper, checkAnswer, isCheckedBar } from './state-keeper.ts'
import { type RunConfig, StrategyRun } from './strategy-run.ts'

/** Its own symbol of a strategy that decides for several. The first symbol keeps the state of all. */
export class MarketRun extends StrategyRun {
  readonly of: MarketsRun
  /** Which of the strategy's symbols it is. */
  readonly at: number

  constructor(of: MarketsRun, at: number, config: RunConfig, instrument: Instrument) {
    super(config, instrument)
    this.of = of
    this.at = at
  }

  get keepsState(): boolean {
    return this.at === 0
  }
  get state(): StrategyState {
    return this.of.keeper.state
  }
  get failure(): string | undefined {
    return this.of.failure
  }
  kept(): KeptState | undefined {
    return this.of.keeper.kept()
  }
  rollBack(): void {
    this.of.keeper.rollBack()
  }
  snapshotState(): KeptState {
    return this.keepsState ? this.of.keeper.snapshot() : {}
  }
  revive(): void {
    this.of.revive()
  }
  use(instrument: Instrument): void {
    this.instrument = instrument
    this.of.set?.use(this.at, instrument)
  }
  restart(): void {
    this.of.restart()
  }
  restore(kept: KeptState, deadSide: Side | 0): void {
    if (this.keepsState) this.of.keeper.restore(kept)
    this.deadSide = deadSide
  }
}

export class MarketsRun {
  readonly runs: readonly MarketRun[]
  readonly keeper: StateKeeper
  /** Undefined where symbols, intervals and strategy do not fit: that is its failure, and no start mends it. */
  readonly set: MarketSet | undefined
  private readonly config: RunConfig
  private readonly sources: readonly MarketSource[]
  private readonly misfit: string | undefined
  private callsSeen = 0

  constructor(config: RunConfig, sources: readonly MarketSource[]) {
    this.config = config
    this.sources = sources
    this.runs = sources.map(({ instrument }, at) => new MarketRun(this, at, config, instrument))
    this.keeper = new StateKeeper(config.definition, config.params, () => `bars that closed at ${utcText(this.set?.context.now ?? ts(0))}`)
    try {
      this.set = new MarketSet(config.definition, config.params, sources)
    } catch (thrown) {
      this.misfit = failureText(thrown)
    }
  }

  get failure(): string | undefined {
    return this.misfit ?? this.keeper.failure
  }

  see(at: number): void {
    this.set?.see(at)
  }

  /** Lets it decide at the newest close instant. False where it was not asked, or has failed. */
  decide(position: (i: InstrumentIndex) => Lots): boolean {
    const { set, keeper, runs } = this
    if (set === undefined || keeper.failure !== undefined) return false
    if (!set.begin((k) => position((runs[k] as MarketRun).instrument.index))) return false
    this.callsSeen += 1
    try {
      const answer: unknown = this.config.definition.onBar(set.context, keeper.state)
      if (set.refused !== undefined) throw set.refused
      if (answer !== undefined) checkAnswer(answer)
      if (isCheckedBar(this.callsSeen)) checkState(keeper.state)
    } catch (thrown) {
      keeper.fail(thrown)
      return false
    }
    return true
  }

  revive(): void {
    this.keeper.revive()
  }

  restart(): void {
    this.keeper.restart()
    for (const run of this.runs) run.deadSide = 0
  }

  /** Gives up all bars that it has seen. */
  clear(): void {
    this.set?.clear()
  }

  /** Sees the bars that are there, by close instant; with `decides` as if they closed now, and what it says is ignored. */
  replay(position: ((i: InstrumentIndex) => Lots) | undefined): void {
    const bars = this.sources.map((source) => source.bars)
    this.clear()
    for (const each of bars) each.cursor = 0
    const merge = new Merge(bars)
    while (merge.next()) {
      for (let k = 0; k < merge.count; k++) {
        const at = merge.members[k] as number
        ;(bars[at] as Bars).reveal()
        this.see(at)
      }
      if (position !== undefined && this.failure === undefined) this.decide(position)
    }
    if (position === undefined) return
    // The journal holds no warm-up: a replay must find the same state, or the one that the strategy begins with.
    if (this.keeper.failure === undefined) this.keeper.kept()
    if (this.keeper.failure !== undefined) this.keeper.rollBack()
  }

  series(): readonly SeriesState[] {
    const { set } = this
    return set === undefined ? [] : this.runs.map((_, k) => set.seriesOf(k))
  }

  restoreSeries(from: readonly SeriesState[]): void {
    from.forEach((series, k) => {
      if (k < this.runs.length) this.set?.restoreSeries(k, series)
    })
  }
}
