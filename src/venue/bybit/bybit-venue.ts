/**
 * Bybit v5 as a venue: commands to requests, rows to reports, over any transport (the real client, or handlers in memory).
 */
import type { MarginMode } from '../../market/margin-tiers.ts'
import type { ConditionsReading } from '../port/conditions.ts'
import type { Listing } from '../port/listing.ts'
import type { FundingRow, SendOutcome, TradedVenue, VenueClock, VenueHandlers } from '../port/venue.ts'
import type { VenueError } from '../port/error.ts'
import { z } from 'zod'
import { type Result, err, ok } from '../../core/result.ts'
import { type InstrumentIndex, type Ts, ts } from '../../core/units.ts'
import type { Bar } from '../../market/bars.ts'
import { type Instrument, type InstrumentSpec, wireSymbolOf } from '../../market/instrument.ts'
import type { OrderCommand } from '../../trading/event.ts'
import type { AccountReading } from '../../trading/report.ts'
import { AccountReader, type FoundOrder, mapped } from './read/account-reader.ts'
import { BookFeed, type BookDepth } from './stream/book-feed.ts'
import { ConditionsReader } from './read/conditions.ts'

import { HistoryReader } from './read/history.ts'
import { intervalName } from './interval.ts'
import { MarketReader } from './read/market-reader.ts'
import { ListingReader } from './read/listing.ts'
import { toBar } from './map.ts'
import { OrderWriter } from './orders/order-writer.ts'
import { Requests, listOf } from './http/requests.ts'
import { StreamReader } from './stream/stream.ts'
import { Symbols } from './symbols.ts'
import type { Transport } from './http/transport.ts'

const statusRow = z.object({
  title: z.string(),
  state: z.string(),
  env: z.union([z.string(), z.number()]).nullish(),
  product: z.array(z.number()).nullish(),
  uidSuffix: z.array(z.number()).nullish(),
})
/** Futures and spot, of their numbers for products. */
const OUR_PRODUCTS = [1, 2]

/** Whether a maintenance is under way that this account feels. What the row does not say is taken for all. */
function isOurs({ state, env, product, uidSuffix }: z.infer<typeof statusRow>, isDemo: boolean, userId: string | undefined): boolean {
  if (state !== 'ongoing') return false
  if (env !== undefined && env !== null && env !== '' && String(env) !== (isDemo ? '2' : '1')) return false
  if (product !== undefined && product !== null && product.length > 0 && !product.some((each) => OUR_PRODUCTS.includes(each))) return false
  if (uidSuffix === undefined || uidSuffix === null || uidSuffix.length === 0 || userId === undefined) return true
  return uidSuffix.includes(Number(userId.slice(-1)))
}

export interface BybitOptions {
  readonly intervalMs: number
  /** Wall clock, ms; given so that a simulation can hold it. */
  readonly wallMs: () => number
  /** Never jumps: for rates, waits and time-outs. */
  readonly steadyMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Reads the simulator's own clock; undefined on the real exchange, where market time is server time. */
  readonly simClock: (() => Promise<VenueClock | undefined>) | undefined
  /** Whether it is the demo environment: its maintenance is not the real one's. */
  readonly isDemo?: boolean | undefined
  /** Levels of the order books to mirror; undefined mirrors none. */
  readonly bookDepth?: BookDepth | undefined
}

const WIRE_MARGIN_MODE: Readonly<Record<MarginMode, string>> = { cross: 'REGULAR_MARGIN', isolated: 'ISOLATED_MARGIN' }

export class BybitVenue implements TradedVenue {
  private readonly transport: Transport
  private readonly options: BybitOptions
  private readonly requests: Requests
  private readonly conditionsReader: ConditionsReader
  private readonly symbols = new Symbols()
  private readonly lister: ListingReader
  private readonly reader: AccountReader
  private readonly writer: OrderWriter
  private books: BookFeed | undefined
  /** The market as anybody sees it now. */
  readonly market: MarketReader

  constructor(transport: Transport, options: BybitOptions) {
    this.transport = transport
    this.options = options
    this.requests = new Requests(transport, options)
    this.conditionsReader = new ConditionsReader(this.requests, options.wallMs)
    this.market = new MarketReader(this.requests)
    this.lister = new ListingReader(this.requests)
    this.reader = new AccountReader(this.requests, this.symbols)
    this.writer = new OrderWriter(this.requests, this.symbols)
  }

  /** Must be given the instruments, with their indexes, before anything else is asked of them. */
  use(instruments: readonly Instrument[]): void {
    this.symbols.use(instruments)
  }

  instruments(symbols: readonly string[]): Promise<Result<InstrumentSpec[], VenueError>> {
    return this.lister.instruments(symbols)
  }

  async clock(): Promise<Result<VenueClock, VenueError>> {
    const { simClock } = this.options
    if (simClock !== undefined) {
      const clock = await simClock()
      return clock === undefined ? err({ type: 'venue-down', code: 'clock', detail: 'the simulator does not answer' }) : ok(clock)
    }
    const reply = await this.requests.read('account', '/v5/market/time', {}, z.object({ timeNano: z.string() }))
    if (!reply.ok) return reply
    return ok({ now: ts(Math.floor(Number(reply.value.timeNano) / 1e6)), speed: 1 })
  }

  /** How far this machine's clock is ahead of the exchange's, wall-clock ms; half the round trip is removed. */
  async clockSkewMs(): Promise<Result<number, VenueError>> {
    const before = this.options.wallMs()
    const reply = await this.requests.read('account', '/v5/market/time', {}, z.object({ timeNano: z.string() }))
    if (!reply.ok) return reply
    const after = this.options.wallMs()
    return ok((before + after) / 2 - Number(reply.value.timeNano) / 1e6)
  }

  fundings(i: InstrumentIndex, from: Ts, until: Ts): Promise<Result<FundingRow[], VenueError>> {
    return new HistoryReader(this.requests, this.symbols.at(i)).fundings(from, until)
  }

  async candles(i: InstrumentIndex, from: Ts | undefined, until: Ts, count: number): Promise<Result<Bar[], VenueError>> {
    const instrument = this.symbols.at(i)
    const { intervalMs } = this.options
    const bars: Bar[] = []
    let end: number = until - intervalMs
    while (bars.length < count) {
      const reply = await this.requests.read(
        'data',
        '/v5/market/kline',
        {
          category: instrument.category,
          symbol: wireSymbolOf(instrument.symbol),
          interval: intervalName(intervalMs),
          start: from,
          end,
          limit: Math.min(1000, count - bars.length),
        },
        z.object({ list: z.array(z.array(z.string()).min(6)) }),
      )
      if (!reply.ok) return reply
      const page = mapped(() =>
        reply.value.list.map((k) =>
          toBar(instrument, k[0] as string, k[1] as string, k[2] as string, k[3] as string, k[4] as string, k[5] as string),
        ),
      )
      if (!page.ok) return page
      // Newest first; the first may still be open, which its close instant shows.
      const closed = page.value.filter((bar) => bar.ts + intervalMs <= until && (bars.length === 0 || bar.ts < (bars[0] as Bar).ts))
      if (closed.length === 0) break
      bars.unshift(...closed.reverse())
      end = (bars[0] as Bar).ts - 1
      if (from !== undefined && end < from) break
    }
    return ok(bars)
  }

  /** What trading rests on beside orders (S12). */
  conditions(): Promise<ConditionsReading> {
    return this.conditionsReader.read(this.symbols.list.map(({ symbol }) => symbol))
  }

  /** How the symbols are listed now: one that the venue does not know any more is closed. */
  listing(): Promise<Result<readonly Listing[], VenueError>> {
    return this.lister.listing(this.symbols.list)
  }

  async readAccount(executionsFrom: Ts, upTo?: Ts): Promise<Result<AccountReading, VenueError>> {
    const reading = await this.reader.read(executionsFrom, upTo)
    if (reading.ok) for (const report of reading.value.openOrders) this.writer.judge(report)
    return reading
  }

  lookUp(i: InstrumentIndex, clientOrderId: string): Promise<Result<FoundOrder | undefined, VenueError>> {
    return this.reader.lookUp(i, clientOrderId)
  }

  /** Whether the venue reports that it is being maintained, with its own title. */
  async maintenance(): Promise<Result<string | undefined, VenueError>> {
    const reply = await this.requests.read('account', '/v5/system/status', {}, listOf(statusRow))
    return reply.ok
      ? ok(reply.value.list.find((row) => isOurs(row, this.options.isDemo === true, this.conditionsReader.userId))?.title)
      : reply
  }

  /** Whether exits go another way while HTTP refuses this address (S2). */
  get hasSecondWay(): boolean {
    return this.requests.hasTrade
  }

  /** Reports how each request ended: undefined is success. */
  listen(heard: (error: VenueError | undefined) => void): void {
    this.requests.heard = heard
  }

  async setLeverage(i: InstrumentIndex, leverage: number): Promise<Result<void, VenueError>> {
    const { category, symbol } = this.symbols.at(i)
    // Coins are paid in full.
    if (category === 'spot') return ok(undefined)
    const reply = await this.requests.request('account', 'POST', '/v5/position/set-leverage', {
      category,
      symbol,
      buyLeverage: String(leverage),
      sellLeverage: String(leverage),
    })
    return reply.ok || reply.error.type === 'unchanged' ? ok(undefined) : reply
  }

  /** Account-wide: a unified account has no margin mode of a symbol. */
  async setMarginMode(mode: MarginMode): Promise<Result<void, VenueError>> {
    const reply = await this.requests.request('account', 'POST', '/v5/account/set-margin-mode', { setMarginMode: WIRE_MARGIN_MODE[mode] })
    return reply.ok || reply.error.type === 'unchanged' ? ok(undefined) : reply
  }

  send(command: OrderCommand): Promise<SendOutcome> {
    return this.writer.send(command)
  }

  open(handlers: VenueHandlers, armsDcp = false): void {
    const { bookDepth, steadyMs } = this.options
    const books =
      bookDepth === undefined ? undefined : new BookFeed(bookDepth, { handlers, renew: (topics) => this.transport.renew(topics), steadyMs })
    this.books = books
    const reader = new StreamReader(this.symbols, books, handlers, (report) => this.writer.judge(report))
    const dcp = !armsDcp ? [] : this.symbols.spot.length === 0 ? ['dcp.future'] : ['dcp.future', 'dcp.spot']
    this.transport.open(
      {
        public: this.topicsOf(this.symbols.list),
        private: ['order', 'execution', 'position', 'wallet', ...dcp],
      },
      {
        frame: (_stream, frame) => reader.frame(frame),
        state: (stream, state, detail, part) => reader.state(stream, state, detail, part),
      },
    )
  }

  follow(joined: readonly Instrument[]): void {
    this.transport.openMore(this.topicsOf(joined))
  }

  private topicsOf(instruments: readonly Instrument[]): readonly string[] {
    const interval = intervalName(this.options.intervalMs)
    // The exchange refuses a subscription to what is closed, and with it those beside it.
    const listed = instruments.filter((i) => i.status !== 'closed')
    const topics = listed.flatMap(({ symbol }) => [`kline.${interval}.${symbol}`, `tickers.${symbol}`])
    return [...topics, ...(this.books?.add(listed) ?? [])]
  }

  async close(): Promise<void> {
    await this.transport.close()
  }
}
