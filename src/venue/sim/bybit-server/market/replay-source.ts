/**
 * Stored candles as a market: plays bar after bar in the order of their closes, as a backtest does.
 */
import { type InstrumentIndex, type Rate, type Ts, rate, ts } from '../../../../core/units.ts'
import type { Bars } from '../../../../market/bars.ts'
import type { Instrument } from '../../../../market/instrument.ts'
import type { FundingPoint, MarketListener, MarketSource } from './market-source.ts'

export interface ReplaySeries {
  readonly instrument: Instrument
  /** Cursor at the first bar to play; what lies before it is history. */
  readonly bars: Bars
  /** Stored settlements, ascending; empty where none are stored: then there is no funding. */
  readonly fundings: readonly FundingPoint[]
}

export interface ReplayState {
  readonly type: 'replay'
  readonly now: number
  /** Which series are played, so that another set is not taken for this one. */
  readonly series: readonly string[]
}

export class ReplaySource implements MarketSource {
  readonly instruments: readonly Instrument[]
  readonly bars: readonly Bars[]
  private readonly series: readonly ReplaySeries[]
  /** Settlements that have been made, by index. */
  private readonly settled: number[]
  private clock: Ts

  constructor(series: readonly ReplaySeries[], saved?: ReplayState) {
    this.series = series
    this.instruments = series.map((s) => s.instrument)
    this.bars = series.map((s) => s.bars)
    const first = Math.min(...this.bars.map((bars) => bars.tsColumn[bars.cursor] ?? Number.POSITIVE_INFINITY))
    this.clock = ts(saved?.now ?? first)
    if (saved !== undefined) for (const bars of this.bars) while (this.closeOf(bars) <= saved.now) bars.reveal()
    this.settled = series.map(({ fundings, bars }) => {
      const openTs = bars.cursor === 0 ? Number.NEGATIVE_INFINITY : (bars.tsColumn[bars.cursor - 1] as number)
      const start = saved === undefined ? first - 1 : openTs
      const at = fundings.findIndex((f) => f.ts > start)
      return at < 0 ? fundings.length : at
    })
  }

  get now(): Ts {
    return this.clock
  }

  /** Close instant of the next bar to play; infinity at the end. */
  nextClose(): number {
    let next = Number.POSITIVE_INFINITY
    for (const bars of this.bars) next = Math.min(next, this.closeOf(bars))
    return next
  }

  private closeOf(bars: Bars): number {
    return bars.cursor < bars.length ? (bars.tsColumn[bars.cursor] as number) + bars.intervalMs : Number.POSITIVE_INFINITY
  }

  forming(): undefined {
    return undefined
  }

  fundingRate(i: InstrumentIndex): Rate {
    const { fundings } = this.series[i] as ReplaySeries
    return fundings[this.settled[i] as number]?.rate ?? rate(0)
  }

  fundingHistory(i: InstrumentIndex): readonly FundingPoint[] {
    return (this.series[i] as ReplaySeries).fundings.slice(0, this.settled[i] as number)
  }

  play(until: Ts, listener: MarketListener): boolean {
    for (let close = this.nextClose(); close <= until; close = this.nextClose()) {
      if (close === Number.POSITIVE_INFINITY) return false
      this.playClose(ts(close), listener)
    }
    if (until > this.clock && until !== Number.POSITIVE_INFINITY) this.clock = until
    return this.nextClose() !== Number.POSITIVE_INFINITY
  }

  /** All bars that close at `at`: funding that is due at their opens first, then the fills, then they become visible. */
  private playClose(at: Ts, listener: MarketListener): void {
    const group = this.instruments.filter((instrument) => this.closeOf(this.bars[instrument.index] as Bars) === at).map((i) => i.index)
    for (const i of group) {
      const bars = this.bars[i] as Bars
      const { fundings } = this.series[i] as ReplaySeries
      const openTs = bars.tsColumn[bars.cursor] as number
      for (
        let next = fundings[this.settled[i] as number];
        next !== undefined && next.ts <= openTs;
        next = fundings[this.settled[i] as number]
      ) {
        this.settled[i] = (this.settled[i] as number) + 1
        listener.onFunding(i, next.rate, ts(next.ts))
      }
    }
    for (const i of group) listener.onBar(i)
    for (const i of group) (this.bars[i] as Bars).reveal()
    this.clock = at
    listener.onClose(group, at)
  }

  state(): ReplayState {
    return { type: 'replay', now: this.clock, series: this.instruments.map((i) => `${i.venue}/${i.symbol}`) }
  }
}
