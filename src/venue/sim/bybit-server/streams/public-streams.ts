/**
 * The public topics: which exist, what a new subscriber gets first, and what is pushed while the market moves. Inside, a topic of spot
 * ends as Ballast names the symbol, in -SPOT; in its frames it is named as on the wire.
 */
import { type InstrumentIndex, type Ticks, type Ts, ticks } from '../../../../core/units.ts'
import { type Instrument, formatPrice, wireSymbolOf } from '../../../../market/instrument.ts'
import { type Book, bookDelta, bookOf } from '../market/book.ts'
import { INTERVALS, bucketOf, candlesOf, klineFrame } from '../market/candles.ts'
import type { MarketSource } from '../market/market-source.ts'
import type { FrameQueue } from './frame-queue.ts'
import { Tickers } from '../market/ticker.ts'
import { floatText } from './wire.ts'

const FLUSH_MS = 100
const KLINE_MS = 1_000
const BOOK_DEPTHS = ['1', '50', '200', '1000']
/** Topics that exist and stay silent here. */
const SILENT_TOPICS = ['allLiquidation', 'priceLimit', 'insurance', 'adlAlert']

export interface Print {
  readonly execId: string
  readonly price: number
  readonly volume: number
  readonly side: 'Buy' | 'Sell'
  readonly ts: number
  readonly seq: number
}
const PRINTS_KEPT = 1_000

interface ParsedTopic {
  readonly kind: string
  readonly argument: string
  readonly instrument: Instrument
}

export class PublicStreams {
  readonly tickers: Tickers
  private readonly source: MarketSource
  private readonly outbox: FrameQueue
  private readonly lastPrice: (i: InstrumentIndex) => Ticks
  private readonly prints: Print[][]
  private readonly books = new Map<string, { book: Book; u: number }>()
  private readonly sentTickers = new Map<string, Record<string, string>>()
  private readonly sentPrints: number[]
  private flushedWallMs = 0
  private klinesWallMs = 0
  private seq = 0

  constructor(source: MarketSource, outbox: FrameQueue, lastPrice: (i: InstrumentIndex) => Ticks) {
    this.source = source
    this.outbox = outbox
    this.lastPrice = lastPrice
    this.tickers = new Tickers(source)
    this.prints = source.instruments.map(() => [])
    this.sentPrints = source.instruments.map(() => 0)
  }

  /** The topic's parts, or undefined when the exchange has no such topic. */
  parse(topic: string): ParsedTopic | undefined {
    const parts = topic.split('.')
    const symbol = parts[parts.length - 1] ?? ''
    const kind = parts[0] ?? ''
    if (SILENT_TOPICS.includes(kind) && parts.length === 2) {
      const instrument = this.source.instruments.find((i) => i.symbol === symbol) ?? this.source.instruments[0]
      return instrument === undefined ? undefined : { kind: 'silent', argument: '', instrument }
    }
    const instrument = this.source.instruments.find((i) => i.symbol === symbol)
    if (instrument === undefined) return undefined
    const argument = parts.length === 3 ? (parts[1] ?? '') : ''
    if (kind === 'kline' && INTERVALS[argument] !== undefined) return { kind, argument, instrument }
    if (kind === 'orderbook' && BOOK_DEPTHS.includes(argument)) return { kind, argument, instrument }
    if ((kind === 'tickers' || kind === 'publicTrade') && parts.length === 2) return { kind, argument, instrument }
    return undefined
  }

  /** What a new subscriber gets after the reply; it is the state that later deltas build on. */
  snapshot(topic: string): object | undefined {
    const parsed = this.parse(topic)
    if (parsed === undefined) return undefined
    const { kind, argument, instrument } = parsed
    const at = this.source.now
    switch (kind) {
      case 'orderbook': {
        // What was kept may be old where nobody listened for a while.
        this.flushBook(topic, parsed)
        const state = this.books.get(topic) ?? { book: this.bookNow(instrument, argument), u: 2 }
        this.books.set(topic, state)
        return this.bookFrame(topic, 'snapshot', instrument, state.book, state.u)
      }
      case 'tickers': {
        this.flushTicker(topic, parsed)
        const data = this.sentTickers.get(topic) ?? this.tickers.of(instrument.index, this.lastPrice(instrument.index))
        this.sentTickers.set(topic, data)
        return { topic: wireSymbolOf(topic), type: 'snapshot', data, cs: ++this.seq, ts: at }
      }
      case 'kline': {
        const intervalMs = INTERVALS[argument] as number
        const [candle] = candlesOf(this.source, instrument.index, intervalMs, 0, Number.MAX_SAFE_INTEGER, 1)
        if (this.source.forming(instrument.index) === undefined || candle === undefined) return undefined
        return klineFrame(instrument, argument, intervalMs, candle, false, at)
      }
      default:
        return undefined
    }
  }

  recentPrints(i: InstrumentIndex): readonly Print[] {
    return this.prints[i] as Print[]
  }

  onPrint(i: InstrumentIndex, price: number, volume: number, at: Ts): void {
    const prints = this.prints[i] as Print[]
    const before = prints[prints.length - 1]
    this.seq += 1
    const side = before === undefined || price >= before.price ? 'Buy' : 'Sell'
    prints.push({ execId: `p-${at}-${i}`, price, volume, side, ts: at, seq: this.seq })
    if (prints.length >= PRINTS_KEPT * 2) prints.splice(0, PRINTS_KEPT)
  }

  /** The symbols' tickers as of `at`, so that a mark is of the close that it is heard beside, and then the confirmed candles of all intervals that end there. */
  onClose(instruments: readonly InstrumentIndex[], at: Ts): void {
    for (const i of instruments) {
      const instrument = this.source.instruments[i] as Instrument
      const topic = `tickers.${instrument.symbol}`
      if (this.outbox.wants(topic)) this.flushTicker(topic, { kind: 'tickers', argument: '', instrument })
    }
    for (const i of instruments) {
      const instrument = this.source.instruments[i] as Instrument
      for (const [interval, intervalMs] of Object.entries(INTERVALS)) {
        const topic = `kline.${interval}.${instrument.symbol}`
        if (!this.outbox.wants(topic) || bucketOf(at, intervalMs) !== at) continue
        const [candle] = candlesOf(this.source, i, intervalMs, at - intervalMs, at - 1, 1)
        if (candle !== undefined) this.outbox.push('public', topic, klineFrame(instrument, interval, intervalMs, candle, true, at))
      }
    }
  }

  /** Pushes what has changed since the last time, if it is time. */
  flush(wallNowMs: number, isForced = false): void {
    if (!isForced && wallNowMs - this.flushedWallMs < FLUSH_MS) return
    this.flushedWallMs = wallNowMs
    const withKlines = wallNowMs - this.klinesWallMs >= KLINE_MS
    if (withKlines) this.klinesWallMs = wallNowMs
    for (const topic of this.outbox.topics()) {
      const parsed = this.parse(topic)
      if (parsed === undefined) continue
      if (parsed.kind === 'orderbook') this.flushBook(topic, parsed)
      else if (parsed.kind === 'tickers') this.flushTicker(topic, parsed)
      else if (parsed.kind === 'publicTrade') this.flushPrints(topic, parsed)
      else if (parsed.kind === 'kline' && withKlines) {
        const frame = this.snapshot(topic)
        if (frame !== undefined) this.outbox.push('public', topic, frame)
      }
    }
  }

  private flushBook(topic: string, { argument, instrument }: ParsedTopic): void {
    const state = this.books.get(topic)
    const book = this.bookNow(instrument, argument)
    if (state === undefined) return
    const delta = bookDelta(state.book, book)
    if (delta.a.length === 0 && delta.b.length === 0) return
    const u = state.u + 1
    this.books.set(topic, { book, u })
    const isTop = argument === '1'
    this.outbox.push('public', topic, this.bookFrame(topic, isTop ? 'snapshot' : 'delta', instrument, isTop ? book : delta, u))
  }

  private bookNow(instrument: Instrument, depth: string): Book {
    return bookOf(instrument, this.lastPrice(instrument.index), Number(depth), this.source.quote?.(instrument.index))
  }

  private bookFrame(topic: string, type: string, instrument: Instrument, book: Book, u: number): object {
    const at = this.source.now
    const s = wireSymbolOf(instrument.symbol)
    return { topic: wireSymbolOf(topic), type, ts: at, data: { s, b: book.b, a: book.a, u, seq: ++this.seq }, cts: at }
  }

  private flushTicker(topic: string, { instrument }: ParsedTopic): void {
    const before = this.sentTickers.get(topic)
    if (before === undefined) return
    const now = this.tickers.of(instrument.index, this.lastPrice(instrument.index))
    const data: Record<string, string> = { symbol: wireSymbolOf(instrument.symbol) }
    let changed = 0
    for (const [key, value] of Object.entries(now)) {
      if (before[key] === value) continue
      data[key] = value
      changed += 1
    }
    if (changed === 0) return
    this.sentTickers.set(topic, now)
    // Spot has no deltas.
    const said = instrument.category === 'spot' ? { type: 'snapshot', data: now } : { type: 'delta', data }
    this.outbox.push('public', topic, { topic: wireSymbolOf(topic), ...said, cs: ++this.seq, ts: this.source.now })
  }

  /** One trade stands for all that happened since the last push: their volume at the last price. */
  private flushPrints(topic: string, { instrument }: ParsedTopic): void {
    const prints = this.prints[instrument.index] as Print[]
    const last = prints[prints.length - 1]
    const sent = this.sentPrints[instrument.index] as number
    if (last === undefined || last.seq <= sent) return
    this.sentPrints[instrument.index] = last.seq
    let volume = 0
    for (let k = prints.length - 1; k >= 0 && (prints[k] as Print).seq > sent; k--) volume += (prints[k] as Print).volume
    const price = formatPrice(instrument, ticks(last.price))
    const isSpot = instrument.category === 'spot'
    const data = [
      {
        T: last.ts,
        s: wireSymbolOf(instrument.symbol),
        S: last.side,
        v: floatText(volume, isSpot ? instrument.quantityScale : 3),
        p: price,
        ...(isSpot ? {} : { L: last.side === 'Buy' ? 'PlusTick' : 'MinusTick' }),
        i: last.execId,
        BT: false,
        RPI: false,
        seq: last.seq,
      },
    ]
    this.outbox.push('public', topic, { topic: wireSymbolOf(topic), type: 'snapshot', ts: this.source.now, data })
  }
}
