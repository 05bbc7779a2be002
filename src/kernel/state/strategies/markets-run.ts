/**
 * A strategy of contract 2 over all its symbols: its state, its series, and one decision for each close instant.
 */
import { type Side, ts } from '../../../core/units.ts'
import { utcText } from '../../../core/utc.ts'
import type { Bars } from '../../../market/bars.ts'
import type { Instrument } from '../../../market/instrument.ts'
import { Merge } from '../../../market/merge.ts'
import { checkAnswer } from '../../../strategy/answer.ts'
import { failureText } from '../../../strategy/failure.ts'
import { type KeptState, checkState } from '../../../strategy/kept-state.ts'
import { MarketSet, type SeriesState } from '../../../strategy/market-set.ts'
import type { MarketSource, QuoteAtClose } from '../../../strategy/set-market.ts'
import type { MarketBooks } from '../../../strategy/own-orders.ts'
import type { StrategyState } from '../../../strategy/strategy.ts'
import type { StrategyStateKept, ToldAsides } from '../../fact.ts'
import { OrderNotices } from '../order-notices.ts'
import { StateKeeper, isCheckedBar } from '../state-keeper.ts'
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
  get barsMissing(): number {
    return this.of.set?.barsMissing(this.at, this.universe !== undefined) ?? 0
  }
  get state(): StrategyState {
    return this.of.keeper.state
  }
  get hasState(): boolean {
    return this.of.keeper.hasState
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
  /** What it has not heard yet of its orders. */
  readonly notices = new OrderNotices()
  /** What was told of its reasons for taking no entries. */
  toldAsides: ToldAsides | undefined
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

  see(at: number, quote?: QuoteAtClose): void {
    this.set?.see(at, quote)
  }

  /**
   * Lets it decide at the newest close instant, after it has heard of its orders. False where it was not asked, or has failed.
   * @param hears false while it only warms up: what it has not heard then waits
   */
  decide(books: MarketBooks, hears = true): boolean {
    const { set, keeper } = this
    if (set === undefined || keeper.failure !== undefined || !set.begin(books, this.runs[0]?.universe !== undefined)) return false
    this.callsSeen += 1
    try {
      if (hears && !this.notices.isEmpty) this.hear(set)
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

  private hear(set: MarketSet): void {
    const { definition } = this.config
    for (const notice of this.notices.takeNotices()) {
      const market = set.nameOf(notice.market)
      const answer: unknown =
        notice.type === 'fill'
          ? definition.onFill?.(set.context, { market, ...notice.fill }, this.keeper.state)
          : definition.onOrderEnd?.(set.context, { market, ...notice.end }, this.keeper.state)
      if (set.refused !== undefined) throw set.refused
      if (answer !== undefined) checkAnswer(answer)
    }
  }

  /** What is kept with its state: dead sides of all symbols, and what it has not heard yet. */
  keptBeside(): Pick<StrategyStateKept, 'deadSides' | 'unheard' | 'asides'> {
    return {
      ...(this.runs.length > 1 ? { deadSides: this.runs.map((run) => run.deadSide) } : undefined),
      ...(this.notices.isEmpty ? undefined : { unheard: this.notices.snapshot() }),
      ...(this.toldAsides === undefined ? undefined : { asides: this.toldAsides }),
    }
  }

  foldBeside({ deadSides, unheard, asides }: Pick<StrategyStateKept, 'deadSides' | 'unheard' | 'asides'>): void {
    deadSides?.forEach((side, k) => {
      const run = this.runs[k]
      if (run !== undefined) run.deadSide = side
    })
    this.notices.restore(unheard ?? [])
    this.toldAsides = asides
  }

  revive(): void {
    this.keeper.revive()
  }

  restart(): void {
    this.keeper.restart()
    this.toldAsides = undefined
    this.notices.takeNotices()
    for (const run of this.runs) run.deadSide = 0
  }

  /** Gives up all bars that it has seen. */
  clear(): void {
    this.set?.clear()
  }

  /** Sees the bars that are there, by close instant; with `decides` as if they closed now, and what it says is ignored. */
  replay(books: MarketBooks | undefined): void {
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
      if (books !== undefined && this.failure === undefined) this.decide(books, false)
    }
    if (books === undefined) return
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
