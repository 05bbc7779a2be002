/**
 * The generated market as a source: plays steps, builds one-minute bars, settles funding on its hours.
 */
import { DAY_MS, type InstrumentIndex, MINUTE_MS, type Rate, type Ts, instrumentIndex, rate, ticks, ts } from '../../../../core/units.ts'
import { Bars } from '../../../../market/bars.ts'
import type { Instrument } from '../../../../market/instrument.ts'
import { GeneratedPrices, MARKET_EPOCH_MS, type MarketState, STEP_MS, generatedInstruments } from '../../models/market.ts'
import type { FormingBar, FundingPoint, MarketListener, MarketSource } from './market-source.ts'

/** Bars before the first instant, so that strategies can warm up. */
const HISTORY_MS = 2 * DAY_MS
const START_MS = MARKET_EPOCH_MS - HISTORY_MS
const BARS_CAPACITY = 20_000
const CHECKPOINTS_KEPT = 3
const FUNDING_KEPT = 1_000

export interface GeneratedState {
  readonly type: 'generated'
  readonly seed: number
  readonly now: number
  /** Steps played in all. */
  readonly steps: number
  /** One a market day; the oldest is where bars are made again from. */
  readonly checkpoints: readonly MarketState[]
}

const SILENT: MarketListener = { onFunding() {}, onBar() {}, onPrint() {}, onClose() {} }

export class GeneratedSource implements MarketSource {
  readonly instruments: readonly Instrument[] = generatedInstruments()
  readonly bars: readonly Bars[] = this.instruments.map(() => Bars.withCapacity(MINUTE_MS, BARS_CAPACITY))
  readonly prices: GeneratedPrices
  private readonly seed: number
  private readonly open: (FormingBar | undefined)[] = this.instruments.map(() => undefined)
  private readonly fundings: FundingPoint[][] = this.instruments.map(() => [])
  private readonly indexes: readonly InstrumentIndex[] = this.instruments.map((_, i) => instrumentIndex(i))
  private checkpoints: MarketState[] = []
  private clock: Ts = ts(START_MS)

  constructor(seed: number, saved?: GeneratedState) {
    this.seed = saved?.seed ?? seed
    this.prices = new GeneratedPrices(this.seed, this.instruments)
    const from = saved?.checkpoints[0]
    if (from !== undefined) this.prices.restore(from)
    const steps = saved?.steps ?? HISTORY_MS / STEP_MS
    while (this.prices.stepCount < steps) this.step(SILENT)
    this.clock = ts(saved?.now ?? this.nextStepTs())
  }

  get now(): Ts {
    return this.clock
  }

  forming(i: InstrumentIndex): FormingBar | undefined {
    return this.open[i]
  }

  fundingRate(i: InstrumentIndex): Rate {
    return rate(Math.round(this.prices.fundingRate(i) * 1e10))
  }

  fundingHistory(i: InstrumentIndex): readonly FundingPoint[] {
    return this.fundings[i] as FundingPoint[]
  }

  play(until: Ts, listener: MarketListener): boolean {
    while (this.nextStepTs() <= until) this.step(listener)
    this.clock = until
    return true
  }

  private nextStepTs(): number {
    return START_MS + this.prices.stepCount * STEP_MS
  }

  private step(listener: MarketListener): void {
    const at = ts(this.nextStepTs())
    this.clock = at
    if (at % MINUTE_MS === 0) this.closeBars(at, listener)
    if (at % DAY_MS === 0) {
      this.checkpoints.push(this.prices.state())
      if (this.checkpoints.length > CHECKPOINTS_KEPT) this.checkpoints.shift()
    }
    for (const i of this.indexes) {
      const { fundingIntervalMs, category } = this.instruments[i] as Instrument
      if (category === 'spot') continue
      if (at % fundingIntervalMs !== 0 || this.open[i] !== undefined || (this.bars[i] as Bars).length === 0) continue
      const points = this.fundings[i] as FundingPoint[]
      const point = { ts: at, rate: this.fundingRate(i) }
      points.push(point)
      if (points.length > FUNDING_KEPT) points.shift()
      listener.onFunding(i, point.rate, at)
    }
    this.prices.step()
    for (const i of this.indexes) {
      const price = this.prices.prices[i] as number
      const volume = this.prices.volumes[i] as number
      const bar = this.open[i]
      if (bar === undefined) this.open[i] = { ts: at, open: price, high: price, low: price, close: price, volume }
      else {
        if (price > bar.high) bar.high = price
        if (price < bar.low) bar.low = price
        bar.close = price
        bar.volume += volume
      }
      listener.onPrint(i, price, volume, at)
    }
  }

  private closeBars(at: Ts, listener: MarketListener): void {
    const closed: InstrumentIndex[] = []
    for (const i of this.indexes) {
      const bar = this.open[i]
      if (bar === undefined) continue
      const bars = this.bars[i] as Bars
      bars.push({
        ts: ts(bar.ts),
        open: ticks(bar.open),
        high: ticks(bar.high),
        low: ticks(bar.low),
        close: ticks(bar.close),
        volume: Math.round(bar.volume * 1e4) / 1e4,
      })
      bars.reveal()
      this.open[i] = undefined
      closed.push(i)
    }
    if (closed.length > 0) listener.onClose(closed, at)
  }

  state(): GeneratedState {
    return { type: 'generated', seed: this.seed, now: this.clock, steps: this.prices.stepCount, checkpoints: this.checkpoints }
  }
}
