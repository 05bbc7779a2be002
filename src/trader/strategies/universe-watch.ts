/**
 * Selects the universes of strategies when they are due: reads candles of before, and tells the kernel between two bars.
 * Never holds a decision up, and leaves a selection as it is where candles cannot be read: it tries again at the next close.
 */
import { isDeepStrictEqual } from 'node:util'
import { type InstrumentIndex, type Ts, ts } from '../../core/units.ts'
import type { StrategyConfig } from '../../kernel/config.ts'
import type { KernelInput, UniverseSelected } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Membership } from '../../kernel/state/strategies/universes.ts'
import type { Bar } from '../../market/bars.ts'
import type { Instrument } from '../../market/instrument.ts'
import { measureOf } from '../../strategy/universe/measure.ts'
import { type Measure, type UniverseRules, dueAt, isIn } from '../../strategy/universe/universe.ts'
import { UNIVERSE_WORDS } from '../../risk/denial-sentence.ts'
import type { Venue } from '../../venue/port/venue.ts'

export interface UniverseWatchPorts {
  readonly kernel: Kernel
  readonly venue: Pick<Venue, 'candles'>
  readonly intervalMs: number
  readonly submit: (inputs: () => readonly KernelInput[]) => Promise<number>
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

export class UniverseWatch {
  private readonly ports: UniverseWatchPorts
  private running: Promise<void> | undefined

  constructor(ports: UniverseWatchPorts) {
    this.ports = ports
  }

  /** The bars that close at `at` are decided. While one selection is being made, another call waits for it and makes none. */
  after(at: Ts): Promise<void> {
    this.running ??= this.selectDue(at).finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async selectDue(at: Ts): Promise<void> {
    const { kernel } = this.ports
    for (const strategy of [...kernel.config.strategies]) {
      const rules = strategy.universe
      if (rules === undefined || !this.isDue(strategy, rules, at) || this.lacksSpreads(strategy, rules)) continue
      const measures = await this.measure(strategy, rules, at)
      if (measures !== undefined) await this.tell(strategy, measures, at)
    }
  }

  /** At each multiple of its schedule, and at once where it has never been selected, or by other rules, or of other symbols. */
  private isDue({ id, instruments }: StrategyConfig, rules: UniverseRules, at: Ts): boolean {
    const last = this.ports.kernel.universes.of(id)
    if (last === undefined || last.at < dueAt(rules, at)) return true
    const isSame = last.members.length === instruments.length && last.members.every(({ instrument }, k) => instrument === instruments[k])
    // As the journal keeps them: without what is undefined, and in no order.
    return !isSame || !isDeepStrictEqual(JSON.parse(JSON.stringify(last.rules)), JSON.parse(JSON.stringify(rules)))
  }

  /** Spreads are heard with the first bar that closes: a selection by them waits for that. */
  private lacksSpreads({ instruments }: StrategyConfig, { maxSpreadBps }: UniverseRules): boolean {
    return maxSpreadBps !== undefined && instruments.every((i) => this.ports.kernel.portfolio.spreadTicks(i) === 0)
  }

  private async measure({ id, instruments }: StrategyConfig, rules: UniverseRules, at: Ts): Promise<readonly Measure[] | undefined> {
    const { venue, intervalMs, log, kernel } = this.ports
    const measures: Measure[] = []
    for (const i of instruments) {
      const read = await venue.candles(i, ts(at - rules.overMs), at, Math.ceil(rules.overMs / intervalMs) + 1)
      const oldest = at - (rules.minAgeMs ?? 0)
      const old = rules.minAgeMs === undefined ? read : await venue.candles(i, undefined, ts(oldest + intervalMs), 1)
      if (!read.ok || !old.ok) {
        const { symbol } = this.instrument(i)
        const detail = !read.ok ? read.error.detail : old.ok ? '' : old.error.detail
        log('warn', `could not read candles of ${symbol} for the universe of ${id}, it stays as it is until the next close: ${detail}`)
        return undefined
      }
      const spread = kernel.portfolio.spreadTicks(i)
      const mark = kernel.portfolio.mark(i)
      const spreadBps = spread > 0 && mark > 0 ? (spread / mark) * 1e4 : undefined
      measures.push(measureOf(this.seriesOf(i, read.value), rules, at, old.value.length > 0, spreadBps))
    }
    return measures
  }

  private seriesOf(i: InstrumentIndex, bars: readonly Bar[]) {
    const columns = {
      ts: Float64Array.from(bars, (bar) => bar.ts),
      close: Float64Array.from(bars, (bar) => bar.close),
      volume: Float64Array.from(bars, (bar) => bar.volume),
    }
    return { instrument: this.instrument(i), intervalMs: this.ports.intervalMs, columns, count: bars.length }
  }

  private instrument(i: InstrumentIndex): Instrument {
    return this.ports.kernel.config.instruments[i] as Instrument
  }

  /** Selected when its turn comes, by the strategy as it is then. */
  private async tell({ id, universe, instruments }: StrategyConfig, measures: readonly Measure[], at: Ts): Promise<void> {
    const { kernel, submit } = this.ports
    await submit(() => {
      const strategy = kernel.config.strategies.find((each) => each.id === id)
      if (strategy === undefined || strategy.universe !== universe || strategy.instruments !== instruments) return []
      const before = kernel.universes.of(id)?.members ?? []
      const names = instruments.map((i) => this.instrument(i).symbol)
      const now = kernel.now > at ? kernel.now : at
      const selected: UniverseSelected = { ...kernel.universes.select(strategy, names, measures, at), ts: now }
      const words = this.changeWords(before, selected)
      if (words === '') return [selected]
      const summary = `Universe of ${id}: ${words}.`
      return [selected, { type: 'notice', alert: 'universe.changed', severity: 'P4', about: undefined, summary, ts: now }]
    })
  }

  /** As `SOLUSDT takes entries; ETHUSDT takes no more entries (others rank higher), its position keeps its stop`. */
  private changeWords(before: readonly Membership[], { rows }: UniverseSelected): string {
    const wasIn = (i: InstrumentIndex): boolean => before.some(({ instrument, verdict }) => instrument === i && isIn(verdict))
    return rows
      .filter(({ instrument, verdict }) => isIn(verdict) !== wasIn(instrument))
      .map(({ instrument, verdict }) => {
        const { symbol } = this.instrument(instrument)
        if (isIn(verdict)) return `${symbol} takes entries`
        const held = this.ports.kernel.portfolio.positionLots(instrument) === 0 ? '' : ', and its position keeps its stop'
        return `${symbol} takes no more entries (${UNIVERSE_WORDS[verdict] ?? verdict})${held}`
      })
      .join('; ')
  }
}
