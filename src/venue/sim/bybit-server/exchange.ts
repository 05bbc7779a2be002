/**
 * The simulated exchange: one account, one market, one clock, and what moves them.
 */
import { type Cash, type InstrumentIndex, MINUTE_MS, ticks, ts } from '../../../core/units.ts'
import type { Bars } from '../../../market/bars.ts'
import { type Category, type Instrument, isSpotSymbol, spotSymbolOf } from '../../../market/instrument.ts'
import { SIM_COSTS } from '../models/costs.ts'
import { SimVenue } from '../sim-venue.ts'
import { Account } from './account/account.ts'
import { Conditions } from './account/conditions.ts'
import type { MarketListener, MarketSource } from './market/market-source.ts'
import { FrameQueue } from './streams/frame-queue.ts'
import { PublicStreams } from './streams/public-streams.ts'
import { ReplaySource } from './market/replay-source.ts'
import { CATEGORIES, LINEAR_ONLY, categoryOfRequest } from './routes/category.ts'
import { type Answer, type Params, refuse, textOf } from './streams/wire.ts'

export interface ExchangeOptions {
  readonly source: MarketSource
  readonly openingCash: Cash
  /** Names this account's ids apart from those of another one. */
  readonly idPrefix: string
  /** Market seconds in a second of wall-clock time. */
  readonly speed: number
  /** Market time moves by steps only. */
  readonly isLockstep: boolean
  readonly createdWallMs: number
}

/** A process that was asleep for longer continues from where it was, instead of jumping. */
const CATCH_UP_MAX_MS = 2_000

export class Exchange {
  readonly source: MarketSource
  readonly venue: SimVenue
  readonly account: Account
  readonly conditions = new Conditions()
  readonly outbox = new FrameQueue()
  readonly streams: PublicStreams
  readonly idPrefix: string
  readonly speed: number
  readonly isLockstep: boolean
  readonly createdWallMs: number
  private readonly bySymbol: ReadonlyMap<string, Instrument>
  /** Orders meet the next bar instead of the current price. */
  readonly isReplay: boolean
  private wallMs: number | undefined
  private owedMs = 0

  constructor(options: ExchangeOptions) {
    this.source = options.source
    this.speed = options.speed
    this.isLockstep = options.isLockstep
    this.idPrefix = options.idPrefix
    this.createdWallMs = options.createdWallMs
    this.isReplay = options.source instanceof ReplaySource
    this.venue = new SimVenue(options.source.instruments, options.openingCash, { ...SIM_COSTS, idPrefix: options.idPrefix })
    this.account = new Account(this.venue, this.outbox, options.idPrefix, options.source.now, this.conditions)
    this.streams = new PublicStreams(options.source, this.outbox, (i) => this.venue.lastPrice(i))
    this.bySymbol = new Map(options.source.instruments.map((i) => [i.symbol, i]))
    for (const { index } of options.source.instruments) {
      const bars = this.source.bars[index] as Bars
      if (bars.cursor > 0) this.venue.tick(index, bars.close(0), 0, this.source.now, this.account.into)
    }
  }

  get instruments(): readonly Instrument[] {
    return this.source.instruments
  }

  /** What the wire names so beside a category. */
  instrumentOf(symbol: string, category: Category = 'linear'): Instrument | undefined {
    if (isSpotSymbol(symbol)) return undefined
    return this.bySymbol.get(category === 'spot' ? spotSymbolOf(symbol) : symbol)
  }

  /** By the name that Ballast gives it, where no category is beside it. */
  instrumentNamed(symbol: string): Instrument | undefined {
    return this.bySymbol.get(symbol)
  }

  /** The instrument of a request that must name category and symbol. */
  instrumentIn(params: Params, categories: readonly Category[] = CATEGORIES): Instrument | Answer {
    const category = categoryOfRequest(params, categories)
    if (typeof category !== 'string') return category
    return this.instrumentOf(textOf(params, 'symbol') ?? '', category) ?? refuse(10001, 'params error: symbol invalid')
  }

  linearInstrument(params: Params): Instrument | Answer {
    return this.instrumentIn(params, LINEAR_ONLY)
  }

  private readonly listener: MarketListener = {
    onFunding: (i, rate, at) => {
      this.account.setNow(at)
      this.venue.funding(i, rate, this.venue.lastPrice(i), at, this.account.into)
    },
    onBar: (i) => {
      const bars = this.source.bars[i] as Bars
      this.account.setNow(ts((bars.tsColumn[bars.cursor] as number) + bars.intervalMs))
      this.venue.bar(i, bars, this.account.into)
    },
    onPrint: (i, price, volume, at) => {
      this.account.setNow(at)
      this.venue.tick(i, ticks(price), volume, at, this.account.into)
      this.streams.onPrint(i, price, volume, at)
    },
    onClose: (instruments, at) => {
      this.streams.onClose(instruments, at)
    },
  }

  /** Lets market time follow wall-clock time; does nothing in lockstep. */
  advance(wallNowMs: number): void {
    if (this.isLockstep) return
    const passed = this.wallMs === undefined ? 0 : Math.min(CATCH_UP_MAX_MS, Math.max(0, wallNowMs - this.wallMs))
    this.wallMs = wallNowMs
    this.owedMs += passed * this.speed
    const whole = Math.floor(this.owedMs)
    this.owedMs -= whole
    if (whole > 0) this.source.play(ts(this.source.now + whole), this.listener)
    this.account.setNow(this.source.now)
    this.streams.flush(wallNowMs)
  }

  /** Plays the next close instants; answers false when nothing is left. Lockstep and replay only. */
  step(closes: number, wallNowMs: number): boolean {
    if (!(this.source instanceof ReplaySource)) {
      for (let k = 0; k < closes; k++) this.source.play(ts((Math.floor(this.source.now / MINUTE_MS) + 1) * MINUTE_MS), this.listener)
      this.streams.flush(wallNowMs, true)
      return true
    }
    for (let k = 0; k < closes; k++) {
      const next = this.source.nextClose()
      if (next === Number.POSITIVE_INFINITY) break
      this.source.play(ts(next), this.listener)
    }
    this.account.setNow(this.source.now)
    this.streams.flush(wallNowMs, true)
    return this.source.nextClose() !== Number.POSITIVE_INFINITY
  }

  /** Why no prices come; undefined while they do. */
  feedProblem(): string | undefined {
    return this.source.feedProblem?.()
  }

  /** Meets new orders with the current price. In a replay they wait for the next bar instead, and without a feed for its next price. */
  match(i: InstrumentIndex): void {
    if (!this.isReplay && this.feedProblem() === undefined)
      this.venue.tick(i, this.venue.lastPrice(i), 0, this.source.now, this.account.into)
  }
}
