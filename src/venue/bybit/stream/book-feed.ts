/**
 * The order books of a venue's symbols: frames into mirrors, and a new snapshot asked for wherever a mirror is in doubt.
 */
import type { Instrument } from '../../../market/instrument.ts'
import { BookMirror } from '../../../market/order-book.ts'
import type { VenueHandlers } from '../../port/venue.ts'

/** Levels that Bybit keeps: `orderbook.{depth}.{symbol}`. */
export const BOOK_DEPTHS = [1, 50, 200, 1000] as const
export type BookDepth = (typeof BOOK_DEPTHS)[number]

export interface BookFeedPorts {
  readonly handlers: Pick<VenueHandlers, 'book' | 'odd'>
  readonly renew: (topics: readonly string[]) => void
  readonly steadyMs: () => number
}

/** Pause before the same book is asked for again; doubles while it stays void. */
const RENEW_MS = 2_000
const RENEW_MAX_MS = 60_000
const TOPIC = 'orderbook.'

interface Book {
  readonly topic: string
  readonly mirror: BookMirror
  renewals: number
  renewedMs: number
}

export class BookFeed {
  private readonly ports: BookFeedPorts
  private readonly depth: BookDepth
  private readonly byTopic = new Map<string, Book>()
  private readonly bySymbol = new Map<string, Book>()

  constructor(depth: BookDepth, ports: BookFeedPorts) {
    this.depth = depth
    this.ports = ports
  }

  /** Mirrors the books of these symbols too. Answers their topics. */
  add(instruments: readonly Instrument[]): readonly string[] {
    return instruments.map((instrument) => {
      const topic = `${TOPIC}${this.depth}.${instrument.symbol}`
      const book = { topic, mirror: new BookMirror(instrument, this.depth), renewals: 0, renewedMs: 0 }
      this.byTopic.set(topic, book)
      this.bySymbol.set(instrument.symbol, book)
      return topic
    })
  }

  /**
   * Answers whether the frame was a book's. Its shape is checked by hand, in the pass that reads the levels: this is the one path that
   * sees thousands of frames a second, and a schema before it nearly doubles what we add to parsing the text (docs/benchmarks.md).
   */
  applyFrame(frame: unknown): boolean {
    if (typeof frame !== 'object' || frame === null) return false
    const { topic, type, ts, data } = frame as Fields
    if (typeof topic !== 'string' || !topic.startsWith(TOPIC)) return false
    const book = this.byTopic.get(topic)
    if (book === undefined) return true
    const { mirror } = book
    const before = mirror.flaw
    const { b, a, u, seq } = (typeof data === 'object' && data !== null ? data : {}) as Fields
    const isSnapshot = type === 'snapshot'
    if ((isSnapshot || type === 'delta') && isWhole(ts) && isWhole(u) && isWhole(seq) && Array.isArray(b) && Array.isArray(a))
      mirror.apply({ isSnapshot, u, seq, ts, bids: b, asks: a })
    else mirror.void('odd-level')
    const { flaw } = mirror
    if (flaw !== undefined) {
      // Reported once: frames of that kind may come twenty times a second.
      if (flaw === 'odd-level' && before !== flaw)
        this.ports.handlers.odd(mirror.instrument.symbol, `${topic}: not the documented shape or grid`)
      if (before === undefined) this.ports.handlers.book(mirror)
      this.renew(book)
    } else if (before !== undefined) {
      book.renewals = 0
      this.ports.handlers.book(mirror)
    }
    return true
  }

  /** Something came for the symbol: a book that waits for its snapshot for too long asks again. */
  remind(symbol: string): void {
    const book = this.bySymbol.get(symbol)
    if (book !== undefined && !book.mirror.isLive) this.renew(book)
  }

  /** The connection of these symbols is lost; of all where none are named. The snapshots come with the next one. */
  lost(symbols: readonly string[] | undefined): void {
    for (const [symbol, book] of this.bySymbol) {
      if (symbols !== undefined && !symbols.includes(symbol)) continue
      const wasLive = book.mirror.isLive
      book.mirror.void('disconnected')
      book.renewals = 0
      if (wasLive) this.ports.handlers.book(book.mirror)
    }
  }

  /** Subscribed: the snapshots are on their way. */
  found(symbols: readonly string[] | undefined): void {
    const now = this.ports.steadyMs()
    for (const [symbol, book] of this.bySymbol) if (symbols === undefined || symbols.includes(symbol)) book.renewedMs = now
  }

  private renew(book: Book): void {
    const now = this.ports.steadyMs()
    if (now - book.renewedMs < Math.min(RENEW_MAX_MS, RENEW_MS * 2 ** book.renewals)) return
    book.renewedMs = now
    book.renewals += 1
    this.ports.renew([book.topic])
  }
}

type Fields = Readonly<Partial<Record<'topic' | 'type' | 'ts' | 'data' | 'b' | 'a' | 'u' | 'seq', unknown>>>

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value)
