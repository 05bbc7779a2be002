/**
 * Universes in a backtest: selected at the close instants at which they are due, from bars that had closed by then.
 */
import type { InstrumentIndex, Ts } from '../core/units.ts'
import type { StrategyConfig } from '../kernel/config.ts'
import type { UniverseSelected } from '../kernel/input.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Bars } from '../market/bars.ts'
import type { Instrument } from '../market/instrument.ts'
import { measureOf } from '../strategy/universe/measure.ts'
import { type Measure, type UniverseRules, dueAt } from '../strategy/universe/universe.ts'
import { type SlippageModel, spreadTicksOf } from '../venue/sim/models/models.ts'

export class BacktestUniverses {
  private readonly kernel: Kernel
  private readonly bars: readonly Bars[]
  private readonly slippage: SlippageModel
  private readonly strategies: readonly StrategyConfig[]
  /** No selection is due before. */
  nextAt = 0

  constructor(kernel: Kernel, bars: readonly Bars[], slippage: SlippageModel) {
    this.kernel = kernel
    this.bars = bars
    this.slippage = slippage
    this.strategies = kernel.config.strategies.filter(({ universe }) => universe !== undefined)
    if (this.strategies.length === 0) this.nextAt = Number.POSITIVE_INFINITY
  }

  get isNone(): boolean {
    return this.strategies.length === 0
  }

  /** Selections that are due once the bars of `at` are decided. */
  due(at: Ts): readonly UniverseSelected[] {
    this.nextAt = Number.POSITIVE_INFINITY
    const selected: UniverseSelected[] = []
    for (const strategy of this.strategies) {
      const rules = strategy.universe as UniverseRules
      const last = this.kernel.universes.of(strategy.id)
      if (last === undefined || last.at < dueAt(rules, at)) {
        const names = strategy.instruments.map((i) => (this.kernel.config.instruments[i] as Instrument).symbol)
        const measures = strategy.instruments.map((i) => this.measure(i, rules, at))
        selected.push(this.kernel.universes.select(strategy, names, measures, at))
      }
      this.nextAt = Math.min(this.nextAt, dueAt(rules, at) + rules.everyMs)
    }
    return selected
  }

  private measure(i: InstrumentIndex, rules: UniverseRules, at: Ts): Measure {
    const bars = this.bars[i] as Bars
    const count = bars.cursor
    const close = count === 0 ? 0 : (bars.closeColumn[count - 1] as number)
    const spreadTicks = close === 0 ? undefined : spreadTicksOf(this.slippage, close)
    const series = {
      instrument: this.kernel.config.instruments[i] as Instrument,
      intervalMs: bars.intervalMs,
      columns: { ts: bars.tsColumn, close: bars.closeColumn, volume: bars.volumeColumn },
      count,
    }
    const isOld = count > 0 && (bars.tsColumn[0] as number) <= at - (rules.minAgeMs ?? 0)
    return measureOf(series, rules, at, isOld, spreadTicks === undefined ? undefined : (spreadTicks / close) * 1e4)
  }
}
