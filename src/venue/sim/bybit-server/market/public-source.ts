/**
 * Another exchange's public market as a source: its prints are our prices, its candles our candles, its funding ours.
 */
import { type Result, err, ok } from '../../../../core/result.ts'
import { type InstrumentIndex, MINUTE_MS, type Rate, type Ts, lots, rate, ticks, ts } from '../../../../core/units.ts'
import { type Bar, Bars } from '../../../../market/bars.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../../../market/instrument.ts'
import type { FormingBar, FundingPoint, MarketListener, MarketQuote, MarketSource } from './market-source.ts'
import type { FeedTicker, PublicFeed } from './public-feed.ts'

/** A week and more, so that strategies on hours can warm up. */
const HISTORY_BARS = 12_000
const BARS_CAPACITY = 40_000
const FUNDING_KEPT = 1_000
const FUNDING_HISTORY_MS = 7 * 86_400_000
/** Market time runs on by itself this far beyond the newest frame, and then waits for one. */
const AHEAD_MAX_MS = 1_000
const RETRY_MS = 2_000
const READINGS_MAX = 3
/** The tickers of busy symbols come ten times a second: this long without any frame at all is a dead feed. */
const SILENT_MAX_MS = 15_000

export interface PublicState {
  readonly type: 'public'
  readonly now: number
  /** Symbol with its tick and its lot, in index order: an account counts in them. */
  readonly series: readonly string[]
}

export const seriesOf = (i: Instrument): string => `${i.symbol} ${formatPrice(i, ticks(1))} ${formatQuantity(i, lots(1))}`

type Happening = (listener: MarketListener) => void

export class PublicSource implements MarketSource {
  readonly instruments: readonly Instrument[]
  readonly bars: readonly Bars[]
  private readonly feed: PublicFeed
  private readonly open: (FormingBar | undefined)[]
  private readonly rates: Rate[]
  private readonly nextFundings: number[]
  private readonly fundings: FundingPoint[][]
  private readonly quotes: (FeedTicker | undefined)[]
  /** Confirmed candles that came while others were still being read. */
  private readonly early: Bar[][]
  private happenings: Happening[] = []
  private clock: Ts
  private newestFrame: number
  private frameWallMs = 0
  private problem: string | undefined = 'the feed is being opened'
  /** Candles that open from here on were not printed to the account: they are played instead. */
  private unseenFrom: number
  private filling: Promise<void> | undefined
  private isUp = false
  private isClosed = false
  private readonly wallMs: () => number
  private readonly watch: NodeJS.Timeout

  private constructor(feed: PublicFeed, instruments: readonly Instrument[], saved: PublicState | undefined, wallMs: () => number) {
    this.feed = feed
    this.instruments = instruments
    this.wallMs = wallMs
    this.bars = instruments.map(() => Bars.withCapacity(MINUTE_MS, BARS_CAPACITY))
    this.open = instruments.map(() => undefined)
    this.rates = instruments.map(() => rate(0))
    this.nextFundings = instruments.map(() => 0)
    this.fundings = instruments.map(() => [])
    this.quotes = instruments.map(() => undefined)
    this.early = instruments.map(() => [])
    this.clock = ts(saved?.now ?? 0)
    this.newestFrame = this.clock
    this.unseenFrom = saved?.now ?? Number.POSITIVE_INFINITY
    this.watch = setInterval(() => this.noticeSilence(), 1_000)
    this.watch.unref()
  }

  /** Reads the history and opens the streams; answers why it cannot. */
  static async start(
    feed: PublicFeed,
    symbols: readonly string[],
    saved: PublicState | undefined,
    wallMs: () => number,
  ): Promise<Result<PublicSource, string>> {
    const instruments = await feed.instruments(symbols)
    if (!instruments.ok) return instruments
    const source = new PublicSource(feed, instruments.value, saved, wallMs)
    const problem = await source.fill()
    if (problem !== undefined) {
      clearInterval(source.watch)
      return err(problem)
    }
    source.connect()
    return ok(source)
  }

  get now(): Ts {
    return this.clock
  }

  forming(i: InstrumentIndex): FormingBar | undefined {
    return this.open[i]
  }

  fundingRate(i: InstrumentIndex): Rate {
    return this.rates[i] ?? rate(0)
  }

  fundingHistory(i: InstrumentIndex): readonly FundingPoint[] {
    return this.fundings[i] as FundingPoint[]
  }

  quote(i: InstrumentIndex): MarketQuote | undefined {
    const ticker = this.quotes[i]
    const next = this.nextFundings[i] as number
    return ticker === undefined ? undefined : { ...ticker, nextFundingTs: next === 0 ? undefined : next }
  }

  feedProblem(): string | undefined {
    return this.problem
  }

  play(until: Ts, listener: MarketListener): boolean {
    const happenings = this.happenings
    this.happenings = []
    for (const happening of happenings) happening(listener)
    this.see(Math.min(until, this.newestFrame + AHEAD_MAX_MS))
    return true
  }

  state(): PublicState {
    return { type: 'public', now: this.clock, series: this.instruments.map(seriesOf) }
  }

  async close(): Promise<void> {
    this.isClosed = true
    clearInterval(this.watch)
    await this.feed.close()
  }

  private see(at: number): void {
    if (at > this.clock) this.clock = ts(at)
  }

  private connect(): void {
    this.feed.open({
      up: () => {
        this.isUp = true
        this.frameWallMs = this.wallMs()
        void this.refill()
      },
      down: (detail) => {
        this.isUp = false
        this.lose(detail)
      },
      trade: (i, price, volume, at) => {
        this.onFrame(at)
        if (this.problem === undefined) this.print(i, price, volume, at)
      },
      candle: (i, bar, isClosed, at) => {
        this.onFrame(at)
        if (isClosed) this.onClosed(i, bar)
        else this.open[i] = { ...bar }
      },
      ticker: (i, ticker, at) => {
        this.onFrame(at)
        this.onTicker(i, ticker)
      },
    })
  }

  private onFrame(at: number): void {
    this.frameWallMs = this.wallMs()
    if (at > this.newestFrame) this.newestFrame = at
    this.see(at)
  }

  /** A print that was longer on its way than the newest frame is seen now: an order is not filled before it was made. */
  private print(i: InstrumentIndex, price: number, volume: number, at: number): void {
    this.happenings.push((listener) => listener.onPrint(i, price, volume, ts(Math.max(at, this.clock))))
  }

  private onTicker(i: InstrumentIndex, ticker: FeedTicker): void {
    const before = this.quotes[i]
    this.quotes[i] = before === undefined ? ticker : { ...before, ...defined(ticker) }
    const due = this.nextFundings[i] as number
    // The settlement has passed: what stood as its rate until now is what was settled.
    if (ticker.nextFundingTs !== undefined) {
      if (due !== 0 && ticker.nextFundingTs > due) this.settle(i, { ts: due, rate: this.fundingRate(i) })
      this.nextFundings[i] = ticker.nextFundingTs
    }
    if (ticker.fundingRate !== undefined) this.rates[i] = ticker.fundingRate
  }

  private settle(i: InstrumentIndex, point: FundingPoint): void {
    const points = this.fundings[i] as FundingPoint[]
    const last = points[points.length - 1]
    if (last !== undefined && last.ts >= point.ts) return
    points.push(point)
    if (points.length > FUNDING_KEPT) points.shift()
    this.happenings.push((listener) => listener.onFunding(i, point.rate, ts(point.ts)))
  }

  private onClosed(i: InstrumentIndex, bar: Bar): void {
    if (this.problem !== undefined || this.filling !== undefined) {
      ;(this.early[i] as Bar[]).push(bar)
      return
    }
    const last = this.newestBar(i)
    if (last !== undefined && bar.ts <= last) return
    if (last !== undefined && bar.ts > last + MINUTE_MS) {
      ;(this.early[i] as Bar[]).push(bar)
      void this.refill()
      return
    }
    this.add(i, bar)
  }

  /** Newest bar in the columns, hidden ones included. */
  private newestBar(i: InstrumentIndex): number | undefined {
    const bars = this.bars[i] as Bars
    return bars.length === 0 ? undefined : (bars.tsColumn[bars.length - 1] as number)
  }

  private add(i: InstrumentIndex, bar: Bar): void {
    const bars = this.bars[i] as Bars
    const last = this.newestBar(i)
    if (last !== undefined && bar.ts <= last) return
    bars.push(bar)
    const open = this.open[i]
    if (open !== undefined && open.ts <= bar.ts) this.open[i] = undefined
    const isUnseen = bar.ts >= this.unseenFrom
    const close = ts(bar.ts + MINUTE_MS)
    this.happenings.push((listener) => {
      if (isUnseen) listener.onBar(i)
      bars.reveal()
      listener.onClose([i], close)
    })
    this.see(close)
    if (close > this.newestFrame) this.newestFrame = close
  }

  private lose(detail: string): void {
    if (this.problem !== undefined) return
    this.problem = detail
    this.unseenFrom = this.clock
  }

  private noticeSilence(): void {
    if (this.problem === undefined && this.wallMs() - this.frameWallMs > SILENT_MAX_MS) {
      this.lose('the feed is silent')
      return
    }
    // It spoke again without having been cut.
    if (this.problem !== undefined && this.isUp && this.wallMs() - this.frameWallMs < RETRY_MS) void this.refill()
  }

  /** Reads what was missed until nothing is, one reading at a time. */
  private refill(): Promise<void> {
    this.filling ??= this.fillUntilDone().finally(() => {
      this.filling = undefined
      for (const { index } of this.instruments) for (const bar of (this.early[index] as Bar[]).splice(0)) this.onClosed(index, bar)
    })
    return this.filling
  }

  private async fillUntilDone(): Promise<void> {
    while (this.isUp && !this.isClosed) {
      const problem = await this.fill()
      if (problem === undefined) {
        if (!this.isUp) return
        this.problem = undefined
        this.unseenFrom = Number.POSITIVE_INFINITY
        return
      }
      this.lose(problem)
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
    }
  }

  private async fill(): Promise<string | undefined> {
    const problems = await Promise.all(this.instruments.map(({ index }) => this.fillOne(index)))
    return problems.find((problem) => problem !== undefined)
  }

  private async fillOne(i: InstrumentIndex): Promise<string | undefined> {
    const isFirst = (this.bars[i] as Bars).length === 0
    for (let attempt = 1; ; attempt++) {
      const last = this.newestBar(i)
      const read = await this.feed.candles(i, last === undefined ? undefined : last + MINUTE_MS, HISTORY_BARS)
      if (!read.ok) return read.error
      for (const bar of read.value) this.fillBar(i, bar, isFirst)
      const early = (this.early[i] as Bar[]).splice(0).filter((bar) => bar.ts > (this.newestBar(i) ?? 0))
      const next = (this.newestBar(i) ?? 0) + MINUTE_MS
      if (early[0] === undefined || early[0].ts === next || attempt === READINGS_MAX) {
        for (const bar of early) this.add(i, bar)
        break
      }
      // Between what was read and what came, one is missing still; after some readings it is taken that the exchange has none.
      ;(this.early[i] as Bar[]).unshift(...early)
    }
    const points = this.fundings[i] as FundingPoint[]
    const after = points[points.length - 1]?.ts ?? this.clock - FUNDING_HISTORY_MS
    const settled = await this.feed.fundings(i, after)
    if (!settled.ok) return settled.error
    // Those before the account was last seen were settled then.
    const from = isFirst ? this.unseenFrom : 0
    for (const point of settled.value)
      if (point.ts >= from) this.settle(i, point)
      else points.push(point)
    return undefined
  }

  /** History goes in at once; what the account has missed waits to be played against it. */
  private fillBar(i: InstrumentIndex, bar: Bar, isFirst: boolean): void {
    if (!isFirst || bar.ts >= this.unseenFrom) {
      this.add(i, bar)
      return
    }
    const bars = this.bars[i] as Bars
    bars.push(bar)
    bars.reveal()
    this.see(bar.ts + MINUTE_MS)
    if (this.clock > this.newestFrame) this.newestFrame = this.clock
  }
}

const defined = (ticker: FeedTicker): Partial<FeedTicker> =>
  Object.fromEntries(Object.entries(ticker).filter(([, value]) => value !== undefined))
