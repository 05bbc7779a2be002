/**
 * A line of models over the symbols of a strategy as bars close: features once for models that share them, the champion's prediction with how far the
 * row lies from what it was trained on, those of its challengers beside it, and what became of each.
 */
import type { Rate, Ts } from '../../core/units.ts'
import type { BarColumns, RevealedBars } from '../../market/bars.ts'
import { type DriftState, type FeatureDrift, DriftWatch } from '../drift/drift-watch.ts'
import { distanceOf } from '../drift/reference.ts'
import { FeatureStream, type FeatureStreamState } from '../features/stream.ts'
import { type LiveScore, addScore, noScore } from './live-score.ts'
import type { LoadedModel } from './loaded-model.ts'

/** A name with the version that trades and those that only watch. */
export interface ModelLine {
  readonly name: string
  /** Undefined: there is none yet, or its file is damaged. */
  readonly champion: LoadedModel | undefined
  readonly challengers: readonly LoadedModel[]
}

export interface Prediction {
  /** Of the champion. */
  readonly value: number
  /** Mean squared standardized feature; 1 on average of what it was trained on. */
  readonly distance: number
}

interface Watched {
  readonly version: number
  readonly score: LiveScore
  /** By symbol: predictions whose label is still to come, as [close instant, prediction]. */
  readonly open: Record<string, [number, number][]>
  /** The newest prediction by symbol. */
  readonly last: Record<string, number>
}

/** Plain data. */
export interface LineRunState {
  /** By schema of the features. */
  readonly streams: Readonly<Record<string, FeatureStreamState>>
  readonly drift: DriftState
  readonly models: readonly Watched[]
}

interface Member {
  readonly model: LoadedModel
  readonly stream: FeatureStream
  readonly row: Float64Array
  readonly watched: Watched
}

/** Bars that the label of a triple barrier looks back for its deviation, unless its spec says. */
const LABEL_LOOKBACK = 100

/** Predictions are judged so many at a time: their bars are read once. */
const JUDGED_TOGETHER = 16

/** Base bars that must be read back to know the labels of predictions that are `reach` bars old and more. */
export const labelBars = ({ saved, makeLabels }: LoadedModel): number => {
  const period = saved.spec.label?.['period']
  return makeLabels === undefined ? 1 : saved.reach + (typeof period === 'number' ? period : LABEL_LOOKBACK) + JUDGED_TOGETHER + 2
}

export class LineRun {
  readonly champion: LoadedModel
  private readonly members: readonly Member[]
  private readonly streams = new Map<string, FeatureStream>()
  private readonly drift: DriftWatch
  private readonly rows = new Map<string, Float64Array>()
  private readonly hasFunding: boolean

  /**
   * @param symbols those that predictions are asked of
   * @param kept what {@link snapshot} gave of a run with the same line and symbols, or a copy of it
   */
  constructor(champion: LoadedModel, challengers: readonly LoadedModel[], symbols: readonly string[], kept?: LineRunState) {
    this.champion = champion
    this.hasFunding = [champion, ...challengers].some(({ plan }) => plan.calculations.some((each) => each.function.needs === 'funding'))
    this.drift = new DriftWatch(champion.saved.reference, kept?.drift)
    this.members = [champion, ...challengers].map((model) => {
      const { schema } = model.saved
      const stream = this.streams.get(schema) ?? new FeatureStream(model.plan, symbols, kept?.streams[schema])
      this.streams.set(schema, stream)
      const watched = kept?.models.find(({ version }) => version === model.saved.version) ?? {
        version: model.saved.version,
        score: noScore(),
        open: {},
        last: {},
      }
      return { model, stream, row: new Float64Array(model.plan.columns.length), watched }
    })
  }

  /** Symbols whose bars it reads, those without predictions among them. */
  get reads(): ReadonlySet<string> {
    return new Set([...this.streams.values()].flatMap(({ symbols }) => symbols))
  }

  /** Whether a feature reads funding rates. */
  get needsFunding(): boolean {
    return this.hasFunding
  }

  /** The champion's features of the symbol at its newest prediction; undefined before the first. */
  lastRow(symbol: string): Float64Array | undefined {
    return this.rows.get(symbol)
  }

  private rowOf(symbol: string): Float64Array {
    const known = this.rows.get(symbol) ?? new Float64Array(this.champion.plan.columns.length)
    this.rows.set(symbol, known)
    return known
  }

  take(symbol: string, openTs: number, open: number, high: number, low: number, close: number, volume: number): void {
    for (const stream of this.streams.values())
      if (stream.symbols.includes(symbol)) stream.take(symbol, openTs, open, high, low, close, volume)
  }

  fund(symbol: string, at: Ts, settled: Rate): void {
    for (const stream of this.streams.values()) if (stream.symbols.includes(symbol)) stream.fund(symbol, at, settled)
  }

  /** All bars of the instant have been taken. */
  settle(closeTs: number): void {
    for (const stream of this.streams.values()) stream.settle(closeTs)
  }

  /**
   * The champion's prediction for the symbol at the instant that was settled last; undefined where a feature is not known.
   * @param bars of the symbol, the newest of that instant
   */
  predict(symbol: string, closeTs: number, bars: RevealedBars): Prediction | undefined {
    let found: Prediction | undefined
    for (const { model, stream, row, watched } of this.members) {
      judge(watched, model, symbol, bars)
      delete watched.last[symbol]
      if (!stream.row(symbol, row) || !row.every(Number.isFinite)) continue
      const value = model.predict(row)
      watched.last[symbol] = value
      // What it was trained on says nothing about how good it is.
      if (model.makeLabels !== undefined && closeTs > model.saved.data.until) {
        const waiting = watched.open[symbol] ?? []
        waiting.push([closeTs, value])
        watched.open[symbol] = waiting
      }
      if (model !== this.champion) continue
      this.drift.add(row)
      const { means, deviations } = model.saved.reference
      this.rowOf(symbol).set(row)
      found = { value, distance: distanceOf(row, means, deviations) }
    }
    return found
  }

  /** Whether a feature of the champion has left what it was trained on. */
  isDrifted(feature: number): boolean {
    return this.drift.isDrifted(feature)
  }
  /** By feature of the champion; undefined while too few rows were seen. */
  get drifts(): readonly FeatureDrift[] | undefined {
    return this.drift.figures()
  }
  get rowsMissing(): number {
    return this.drift.rowsMissing
  }

  /** What is known of each, the champion first. */
  get watched(): readonly { readonly model: LoadedModel; readonly score: LiveScore; readonly last: Readonly<Record<string, number>> }[] {
    return this.members.map(({ model, watched: { score, last } }) => ({ model, score, last }))
  }

  snapshot(): LineRunState {
    return {
      streams: Object.fromEntries([...this.streams].map(([schema, stream]) => [schema, stream.snapshot()])),
      drift: this.drift.snapshot(),
      models: this.members.map(({ watched }) => watched),
    }
  }
}

/** The labels of open predictions, where the bars say them by now. */
function judge({ open, score }: Watched, model: LoadedModel, symbol: string, bars: RevealedBars): void {
  const { saved, makeLabels } = model
  const waiting = open[symbol]
  const [oldest] = waiting ?? []
  if (waiting === undefined || oldest === undefined || makeLabels === undefined) return
  const backOf = ([closeTs]: [number, number]): number => Math.round((bars.closeTs(0) - closeTs) / saved.intervalMs)
  if (backOf(oldest) < saved.reach + JUDGED_TOGETHER - 1) return
  const columns = columnsOf(bars, labelBars(model))
  const labels = makeLabels(columns)
  for (let next = waiting[0]; next !== undefined && backOf(next) >= saved.reach; next = waiting[0]) {
    waiting.shift()
    const [closeTs, prediction] = next
    const at = columns.ts.lastIndexOf(closeTs - saved.intervalMs)
    const label = at < 0 ? Number.NaN : (labels.value[at] as number)
    // Where the label says nothing, nothing is right or wrong.
    if (!Number.isNaN(label)) addScore(score, saved.task, prediction, label)
  }
}

/** The newest bars as columns. */
function columnsOf(bars: RevealedBars, count: number): BarColumns {
  const known = Math.min(count, bars.count)
  const column = (read: (back: number) => number): Float64Array => {
    const values = new Float64Array(known)
    for (let k = 0; k < known; k += 1) values[k] = read(known - 1 - k)
    return values
  }
  return {
    ts: column((back) => bars.openTs(back)),
    open: column((back) => bars.open(back)),
    high: column((back) => bars.high(back)),
    low: column((back) => bars.low(back)),
    close: column((back) => bars.close(back)),
    volume: column((back) => bars.volume(back)),
  }
}
