/**
 * Features as bars close, the same code live and over files: bars of an instant go in, a row a symbol comes out, and nothing else is looked at.
 * What a run keeps is plain data: a stream that goes on from it gives the same rows, bit for bit.
 */
import { type Ts, type Rate, ts } from '../../core/units.ts'
import type { IndicatorBar } from '../../indicators/catalog.ts'
import { Bars } from '../../market/bars.ts'
import { FundingRates } from '../../market/funding-rates.ts'
import { HigherBars, type HigherBarsState } from '../../market/higher-bars.ts'
import type { FeatureInput, FeatureRun } from './feature-function.ts'
import type { Calculation, FeaturePlan } from './plan.ts'

interface SeriesState {
  readonly higher: readonly { readonly bars: HigherBarsState; readonly newest: number }[]
  readonly funding: readonly (readonly [at: number, rate: number])[]
}

interface RunState {
  readonly state: object
  readonly values: readonly number[]
  readonly at: number
}

/** Plain data; parts of it are changed by the stream that it was taken of: copy it before that goes on. */
export interface FeatureStreamState {
  readonly series: readonly SeriesState[]
  readonly runs: readonly RunState[]
}

/** Closed bars of a longer interval that one base bar can bring: one that ended in a gap, and its own. */
const HIGHER_KEPT = 2

type Mutable<Fields> = { -readonly [Key in keyof Fields]: Fields[Key] }

const emptyBar = (): IndicatorBar => ({ ts: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 })

/** The bars of one symbol, and the longer ones that are made from them. */
class SymbolSeries {
  readonly funding = new FundingRates()
  readonly higher: { readonly intervalMs: number; readonly bars: HigherBars; newest: number; fresh: number }[]
  private readonly bars: Bars
  /** Whether a bar closed at the instant that is being settled. */
  isTaken = false
  readonly bar: IndicatorBar = emptyBar()

  constructor(baseMs: number, intervals: readonly number[]) {
    this.bars = Bars.withCapacity(baseMs, 2 * HIGHER_KEPT)
    this.higher = intervals.map((intervalMs) => ({
      intervalMs,
      bars: new HigherBars(baseMs, intervalMs, HIGHER_KEPT),
      newest: Number.NEGATIVE_INFINITY,
      fresh: 0,
    }))
  }

  take(openTs: number, open: number, high: number, low: number, close: number, volume: number): void {
    this.isTaken = true
    fill(this.bar, openTs, open, high, low, close, volume)
    if (this.higher.length === 0) return
    this.bars.append(openTs, open, high, low, close, volume)
    this.bars.reveal()
    for (const each of this.higher) {
      each.fresh = 0
      if (!each.bars.see(this.bars)) continue
      while (each.fresh < each.bars.count && each.bars.openTs(each.fresh) > each.newest) each.fresh += 1
      each.newest = each.bars.openTs(0)
    }
  }

  snapshot(): SeriesState {
    return { higher: this.higher.map(({ bars, newest }) => ({ bars: bars.snapshot(), newest })), funding: this.funding.snapshot() }
  }

  restore({ higher, funding }: SeriesState): void {
    for (const [at, kept] of higher.entries()) {
      const each = this.higher[at]
      if (each === undefined) continue
      each.bars.restore(kept.bars)
      each.newest = kept.newest
    }
    this.funding.restore(funding)
  }
}

function fill(bar: IndicatorBar, openTs: number, open: number, high: number, low: number, close: number, volume: number): void {
  bar.ts = openTs
  bar.open = open
  bar.high = high
  bar.low = low
  bar.close = close
  bar.volume = volume
}

/** A calculation on one symbol: its state, and the outputs of its last bars. */
class Run {
  readonly calculation: Calculation
  readonly series: SymbolSeries
  readonly other: SymbolSeries | undefined
  private readonly run: FeatureRun
  private readonly outputs: number
  private readonly out: Float64Array
  /** Rows of outputs in a ring as long as the largest lag asks for; NaN where there was no bar yet. */
  private readonly values: number[]
  private at: number

  constructor(calculation: Calculation, series: SymbolSeries, other: SymbolSeries | undefined, kept: RunState | undefined) {
    this.calculation = calculation
    this.series = series
    this.other = other
    this.run = calculation.function.start(calculation.params, kept?.state)
    this.outputs = calculation.function.outputs.length
    this.out = new Float64Array(this.outputs)
    this.values = kept === undefined ? new Array<number>(this.outputs * (calculation.lagMax + 1)).fill(Number.NaN) : [...kept.values]
    this.at = kept?.at ?? 0
  }

  step(input: FeatureInput): void {
    this.run.step(input, this.out)
    this.at = this.at === this.calculation.lagMax ? 0 : this.at + 1
    for (let k = 0; k < this.outputs; k += 1) this.values[this.at * this.outputs + k] = this.out[k] as number
  }

  value(output: number, lag: number): number {
    const slot = this.at - lag
    return this.values[(slot < 0 ? slot + this.calculation.lagMax + 1 : slot) * this.outputs + output] as number
  }

  snapshot(): RunState {
    return { state: this.run.state, values: [...this.values], at: this.at }
  }
}

export class FeatureStream {
  private readonly plan: FeaturePlan
  private readonly series = new Map<string, SymbolSeries>()
  private readonly runs: Run[] = []
  /** Of each symbol that rows are asked of, the run of each column. */
  private readonly byColumn = new Map<string, readonly Run[]>()
  /** Symbols that had a bar at the instant that was settled last. */
  private readonly settled = new Set<string>()
  /** One for all steps: a million bars would leave as many behind. */
  private readonly input: Mutable<FeatureInput> = { bar: emptyBar(), closeTs: 0, other: undefined, funding: new FundingRates() }
  private readonly higherBar: IndicatorBar = emptyBar()
  private readonly otherBar: IndicatorBar = emptyBar()

  /**
   * @param symbols those that rows are asked of; others that the plan names are read beside them
   * @param kept what {@link snapshot} gave of a stream with the same plan and symbols, or a copy of it
   */
  constructor(plan: FeaturePlan, symbols: readonly string[], kept?: FeatureStreamState) {
    this.plan = plan
    const intervals = [...new Set(plan.calculations.map(({ intervalMs }) => intervalMs))].filter((ms) => ms !== plan.intervalMs)
    for (const symbol of symbolsOf(plan, symbols)) this.series.set(symbol, new SymbolSeries(plan.intervalMs, intervals))
    const shared = new Map<Calculation, Run>()
    const make = (calculation: Calculation, symbol: string): Run => {
      const other = calculation.with === undefined ? undefined : this.of(calculation.with)
      const run = new Run(calculation, this.of(symbol), other, kept?.runs[this.runs.length])
      this.runs.push(run)
      return run
    }
    for (const calculation of plan.calculations)
      if (calculation.of !== undefined) shared.set(calculation, make(calculation, calculation.of))
    for (const symbol of symbols) {
      const own = plan.calculations.map((calculation) => shared.get(calculation) ?? make(calculation, symbol))
      this.byColumn.set(
        symbol,
        plan.columns.map((column) => own[column.calculation] as Run),
      )
    }
    if (kept === undefined) return
    for (const [at, series] of [...this.series.values()].entries()) series.restore(kept.series[at] as SeriesState)
  }

  /** Symbols whose bars are read. */
  get symbols(): string[] {
    return [...this.series.keys()]
  }

  private of(symbol: string): SymbolSeries {
    const series = this.series.get(symbol)
    if (series === undefined) throw new RangeError(`${symbol} is no symbol of this stream`)
    return series
  }

  /** A settled funding rate; before the bars of the instant at which it becomes known. */
  fund(symbol: string, at: Ts, rate: Rate): void {
    this.of(symbol).funding.add(at, rate)
  }

  /** A bar of the instant that is settled next; prices in any unit that stays. */
  take(symbol: string, openTs: number, open: number, high: number, low: number, close: number, volume: number): void {
    this.of(symbol).take(openTs, open, high, low, close, volume)
  }

  /** All bars of an instant have been taken. `closeTs` is that instant, ms UTC. */
  settle(closeTs: number): void {
    const { input } = this
    for (const run of this.runs) {
      const { series, other, calculation } = run
      if (!series.isTaken) continue
      input.funding = series.funding
      if (calculation.intervalMs === this.plan.intervalMs) {
        input.bar = series.bar
        input.closeTs = closeTs
        input.other = other?.isTaken === true ? other.bar : undefined
        run.step(input)
        continue
      }
      const higher = series.higher.find(({ intervalMs }) => intervalMs === calculation.intervalMs)
      if (higher === undefined) continue
      for (let back = higher.fresh - 1; back >= 0; back -= 1) {
        readHigher(higher.bars, back, this.higherBar)
        input.bar = this.higherBar
        input.closeTs = this.higherBar.ts + calculation.intervalMs
        input.other = other === undefined ? undefined : this.sameHigher(other, calculation.intervalMs, this.higherBar.ts)
        run.step(input)
      }
    }
    this.settled.clear()
    for (const [symbol, series] of this.series) {
      if (series.isTaken) this.settled.add(symbol)
      series.isTaken = false
      for (const each of series.higher) each.fresh = 0
    }
  }

  private sameHigher(other: SymbolSeries, intervalMs: number, openTs: number): IndicatorBar | undefined {
    const bars = other.higher.find((each) => each.intervalMs === intervalMs)?.bars
    if (bars === undefined) return undefined
    for (let back = 0; back < bars.count; back += 1)
      if (bars.openTs(back) === ts(openTs)) {
        readHigher(bars, back, this.otherBar)
        return this.otherBar
      }
    return undefined
  }

  /**
   * Writes the features of a symbol at the instant that was settled last, NaN where one is not known yet. Answers false where the symbol
   * had no bar at that instant. A feature of another symbol that had none is NaN: what is stale is not shown as fresh.
   */
  row(symbol: string, out: Float64Array): boolean {
    if (!this.settled.has(symbol)) return false
    const runs = this.byColumn.get(symbol) as readonly Run[]
    for (const [at, { output, lag }] of this.plan.columns.entries()) {
      const run = runs[at] as Run
      const { of } = run.calculation
      out[at] = of === undefined || this.settled.has(of) ? run.value(output, lag) : Number.NaN
    }
    return true
  }

  snapshot(): FeatureStreamState {
    return { series: [...this.series.values()].map((each) => each.snapshot()), runs: this.runs.map((run) => run.snapshot()) }
  }
}

function readHigher(bars: HigherBars, back: number, bar: IndicatorBar): void {
  fill(bar, bars.openTs(back), bars.open(back), bars.high(back), bars.low(back), bars.close(back), bars.volume(back))
}

/** Symbols that rows are asked of, then others that the plan reads. */
export const symbolsOf = (plan: FeaturePlan, symbols: readonly string[]): string[] => [
  ...new Set([...symbols, ...plan.calculations.flatMap((each) => [each.of, each.with].filter((name) => name !== undefined))]),
]
