/**
 * The last word on each instrument's price: marks from the ticker, spreads from the mirrored order book while it is live.
 * Never takes a quiet book for an old one: it is stale when its connection is, and void then (S19).
 */
import { growList } from '../../core/column.ts'
import type { InstrumentIndex, Rate, Ticks, Ts } from '../../core/units.ts'
import type { BookMirror } from '../../market/order-book.ts'
import type { Quote } from '../../venue/port/venue.ts'
import type { PartStatus } from '../health.ts'

/** Void books that a line of health names. */
const NAMED_MAX = 5

export interface BestPrices {
  readonly bid: Ticks
  readonly ask: Ticks
}

/** What was quoted when the close of a bar was reported; a bar that is read later is none of these. */
interface Quoted {
  readonly spreadTicks: number
  readonly mark?: Ticks
  readonly predicted?: Rate
}

export class QuoteBoard {
  /** In ticks, by instrument; 0 until something was said. */
  readonly marks: number[]
  /** Mark prices and rates of the next settlement as the tickers say them, where they do. */
  private readonly exchangeMarks: (Ticks | undefined)[]
  private readonly predictions: (Rate | undefined)[]
  /** What the tickers say. */
  private readonly spreads: number[]
  private readonly tickers: (BestPrices | undefined)[]
  private readonly books: (BookMirror | undefined)[]
  private readonly closes: ({ readonly barTs: Ts; readonly quoted: Quoted } | undefined)[] = []

  constructor(instrumentCount: number) {
    this.marks = new Array<number>(instrumentCount).fill(0)
    this.exchangeMarks = new Array<Ticks | undefined>(instrumentCount).fill(undefined)
    this.predictions = new Array<Rate | undefined>(instrumentCount).fill(undefined)
    this.spreads = new Array<number>(instrumentCount).fill(0)
    this.tickers = new Array<BestPrices | undefined>(instrumentCount).fill(undefined)
    this.books = new Array<BookMirror | undefined>(instrumentCount).fill(undefined)
  }

  /** Instruments have joined: there are so many now. */
  grow(instrumentCount: number): void {
    for (const column of [this.marks, this.spreads]) growList(column, instrumentCount, () => 0)
    for (const column of [this.exchangeMarks, this.predictions, this.tickers, this.books])
      growList<unknown>(column, instrumentCount, () => undefined)
  }

  quote({ instrument, mark, last, bid, ask, predicted }: Quote): void {
    const price = mark ?? last
    if (price !== undefined) this.marks[instrument] = price
    if (mark !== undefined) this.exchangeMarks[instrument] = mark
    if (predicted !== undefined) this.predictions[instrument] = predicted
    if (bid === undefined || ask === undefined) return
    this.spreads[instrument] = Math.max(0, ask - bid)
    this.tickers[instrument] = { bid, ask }
  }

  /** Of the mirrored book while it is live, else what the ticker said last; undefined before it has said anything. */
  best(i: InstrumentIndex): BestPrices | undefined {
    const { bid, ask } = this.books[i] ?? {}
    return bid !== undefined && ask !== undefined ? { bid, ask } : this.tickers[i]
  }

  /** Answers whether the mirror was known before. It is read when a price is asked for, not on each update. */
  book(mirror: BookMirror): boolean {
    const { index } = mirror.instrument
    const isKnown = this.books[index] !== undefined
    this.books[index] = mirror
    return isKnown
  }

  /** The exchange has just reported that this bar of `i` closed: what it quotes from now on is not of the close. */
  close(i: InstrumentIndex, barTs: Ts): void {
    const [mark, predicted] = [this.exchangeMarks[i], this.predictions[i]]
    const quoted = {
      spreadTicks: this.spreadTicks(i),
      ...(mark === undefined ? undefined : { mark }),
      ...(predicted === undefined ? undefined : { predicted }),
    }
    this.closes[i] = { barTs, quoted }
  }
  /** What was quoted when that bar closed, where it was heard. */
  atClose(i: InstrumentIndex, barTs: Ts): Quoted | undefined {
    const known = this.closes[i]
    return known?.barTs === barTs ? known.quoted : undefined
  }

  spreadTicks(i: InstrumentIndex): number {
    const book = this.books[i]
    const bid = book?.bid
    const ask = book?.ask
    return bid !== undefined && ask !== undefined ? ask - bid : (this.spreads[i] as number)
  }

  booksHealth(): { readonly status: PartStatus; readonly detail: string } {
    const known = this.books.filter((book) => book !== undefined)
    const torn = known.filter((book) => !book.isLive)
    const live = `${known.length - torn.length} of ${known.length} live`
    if (torn.length === 0) return { status: 'ok', detail: live }
    const names = torn.slice(0, NAMED_MAX).map((book) => `${book.instrument.symbol} ${book.flaw}`)
    return { status: 'warn', detail: `${live}; invalid: ${names.join(', ')}${torn.length > NAMED_MAX ? ' …' : ''}` }
  }
}
