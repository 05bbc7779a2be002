/**
 * Risk measures over the last days of an equity series that grows row by row; the same as {@link measuresOf} gives for the rows of the window.
 * A row costs O(log n) and one move of memory; reading the measures costs what the tails hold, and O(n) for the ulcer index alone.
 */
import { assert } from '../../core/assert.ts'
import { DAY_MS } from '../../core/units.ts'
import { drawdownsOf } from '../equity.ts'
import { withoutAnnual } from '../results/performance.ts'
import { trendFitOf, weekOf } from './consistency.ts'
import { type Measures, assembled } from './measures.ts'
import { type Moments, joinMoments, momentsOf } from './moments.ts'
import { Sliding } from './sliding.ts'
import { Sorted } from './sorted.ts'
import { type Stretch, joinStretches, stretchOf } from './stretch.ts'

interface Row {
  readonly ts: number
  readonly equity: number
  readonly benchmark: number
}
interface RollingWeek {
  readonly week: number
  from: number
  to: number
  rows: number
}

export interface RollingOptions {
  readonly periodsPerYear: number
  /** Rows older than this before the newest leave, ms. */
  readonly windowMs: number
}

/** A deviation below is rounding noise of doubles near 1, as in `performance.ts`. */
const NOISE = 1e-15

export class RollingMeasures {
  private readonly options: RollingOptions
  private rows: Row[] = []
  private first = 0
  private readonly returns: (number | undefined)[] = []
  private firstReturn = 0
  private undefinedReturns = 0
  private readonly moments = new Sliding<Moments>(joinMoments)
  private readonly stretches = new Sliding<Stretch>(joinStretches)
  private readonly sorted = new Sorted()
  private readonly weeks: RollingWeek[] = []
  private firstTs: number | undefined
  /** Logs are taken of equity over the first that has one, so that they are small. */
  private unit: number | undefined

  constructor(options: RollingOptions) {
    this.options = options
  }

  /** The next row, `ts` above that of the one before. `benchmark` is given always or never. */
  push(ts: number, equity: number, benchmark = 1): void {
    const before = this.rows.at(-1)
    assert(Number.isFinite(equity) && Number.isFinite(benchmark) && (before === undefined || ts > before.ts), 'rows are finite and ascend')
    const row = { ts, equity, benchmark }
    this.firstTs ??= ts
    this.unit ??= equity > 0 ? equity : undefined
    this.rows.push(row)
    this.stretches.add(stretchOf((ts - this.firstTs) / DAY_MS, equity, Math.log(equity / (this.unit ?? 1))))
    if (before !== undefined) this.addReturn(before, row)
    while (this.oldest.ts < ts - this.options.windowMs) this.dropOldest()
    this.compact()
  }

  get measures(): Measures {
    const isDefined = this.undefinedReturns === 0
    const moments = isDefined ? this.moments.all : undefined
    const stretch = this.stretches.all
    const count = moments?.count ?? 0
    const deviation = moments === undefined || count < 2 ? undefined : Math.sqrt(moments.m2 / (count - 1))
    const annual = Math.sqrt(this.options.periodsPerYear)
    const over = (value: number, divisor: number | undefined): number | null =>
      divisor === undefined || !(divisor > NOISE) ? null : value / divisor
    const years = withoutAnnual(
      {
        volatility: deviation === undefined ? null : deviation * annual,
        sharpe: moments === undefined ? null : over(moments.mean * annual, deviation),
        sortino: moments === undefined ? null : over(moments.mean * annual, Math.sqrt(moments.downside / count)),
      },
      { ts: Float64Array.of(this.rows[this.first]?.ts ?? 0, this.rows.at(-1)?.ts ?? 0) },
    )
    const isDeep = (this.rows[this.first]?.equity ?? 0) > 0 && this.rows.length - this.first > 1
    const varies = deviation !== undefined && deviation > NOISE && moments !== undefined
    const spread = varies ? moments.m2 / count : 1
    return assembled({
      returns: count,
      volatility: years.volatility,
      sharpe: years.sharpe,
      sortino: years.sortino,
      ascending: isDefined ? this.sorted.ascending : new Float64Array(0),
      shape: {
        mean: moments?.mean ?? 0,
        deviation: deviation ?? 0,
        skew: varies ? moments.m3 / count / spread ** 1.5 : undefined,
        excess: varies ? moments.m4 / count / spread ** 2 - 3 : undefined,
      },
      maxDrawdown: isDeep && stretch !== undefined ? stretch.drawdown : null,
      currentDrawdown: isDeep && stretch !== undefined ? 1 - (this.rows.at(-1) as Row).equity / stretch.highest : null,
      ulcerIndex: isDeep ? this.ulcer() : null,
      beta: this.beta(moments),
      weeks: this.weeks,
      trendFit:
        stretch === undefined || stretch.rows < 2 || !(stretch.lowest > 0)
          ? null
          : trendFitOf(stretch.rows, stretch.days2, stretch.logs2, stretch.dayLogs),
    })
  }

  private beta(moments: Moments | undefined): number | null {
    if (moments === undefined || moments.count < 2) return null
    const deviation = Math.sqrt(moments.benchmarkM2 / (moments.count - 1))
    return deviation > NOISE ? moments.together / moments.benchmarkM2 : null
  }

  private ulcer(): number | null {
    const window = this.rows.slice(this.first)
    return drawdownsOf({ ts: Float64Array.from(window, (r) => r.ts), equity: Float64Array.from(window, (r) => r.equity) })?.ulcer ?? null
  }

  private get oldest(): Row {
    return this.rows[this.first] as Row
  }

  private addReturn(before: Row, row: Row): void {
    const value = before.equity > 0 ? row.equity / before.equity - 1 : undefined
    this.returns.push(value)
    if (value === undefined) this.undefinedReturns += 1
    else this.sorted.add(value)
    this.moments.add(momentsOf(value ?? 0, before.benchmark > 0 ? row.benchmark / before.benchmark - 1 : Number.NaN))
    const week = weekOf(row.ts)
    const last = this.weeks.at(-1)
    if (last?.week === week) {
      last.to = row.equity
      last.rows += 1
    } else this.weeks.push({ week, from: before.equity, to: row.equity, rows: 1 })
  }

  private dropOldest(): void {
    this.first += 1
    this.stretches.dropOldest()
    this.moments.dropOldest()
    const value = this.returns[this.firstReturn]
    this.firstReturn += 1
    if (value === undefined) this.undefinedReturns -= 1
    else this.sorted.drop(value)
    const [week] = this.weeks
    if (week === undefined) return
    week.from = this.oldest.equity
    week.rows -= 1
    if (week.rows === 0) this.weeks.shift()
  }

  /** Forgets what has left, once it is more than what stays. */
  private compact(): void {
    if (this.first * 2 < this.rows.length) return
    this.rows = this.rows.slice(this.first)
    this.returns.splice(0, this.firstReturn)
    this.first = 0
    this.firstReturn = 0
  }
}
