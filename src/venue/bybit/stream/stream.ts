/**
 * Frames of Bybit's streams to reports, bars, quotes and books.
 */
import type { StreamName, StreamPart, StreamState } from '../../port/streams.ts'
import { z } from 'zod'
import { ts } from '../../../core/units.ts'
import type { Instrument } from '../../../market/instrument.ts'
import type { OrderReport } from '../../../trading/report.ts'
import type { VenueHandlers } from '../../port/venue.ts'
import type { BookFeed } from './book-feed.ts'
import { toBar, toExecutionReport, toOrderReport, toPositionReport } from '../map.ts'
import { OddRow, type OrderWire, balanceIn, executionRow, orderRow, positionRow, priceOf, rateOf } from '../rows.ts'
import { type Symbols, ownSymbolOf } from '../symbols.ts'

const envelope = z.object({ topic: z.string(), data: z.unknown(), ts: z.number().optional(), creationTime: z.number().optional() })
const klineData = z.array(
  z.object({
    start: z.number(),
    open: z.string(),
    high: z.string(),
    low: z.string(),
    close: z.string(),
    volume: z.string(),
    confirm: z.boolean(),
  }),
)
// A delta leaves out what did not change.
const tickerData = z.object({
  lastPrice: z.string().optional(),
  markPrice: z.string().optional(),
  bid1Price: z.string().optional(),
  ask1Price: z.string().optional(),
  fundingRate: z.string().optional(),
})

const rowHead = z.object({ symbol: z.string(), category: z.string().optional() })
const walletData = z.array(z.object({ coin: z.array(z.object({ coin: z.string(), walletBalance: z.string() })) }))

export class StreamReader {
  private readonly symbols: Pick<Symbols, 'byName'>
  private readonly books: BookFeed | undefined
  private readonly handlers: VenueHandlers
  /** Hears of an order after the handlers. */
  private readonly judge: (report: OrderReport) => void

  constructor(
    symbols: Pick<Symbols, 'byName'>,
    books: BookFeed | undefined,
    handlers: VenueHandlers,
    judge: (report: OrderReport) => void = () => {},
  ) {
    this.symbols = symbols
    this.books = books
    this.handlers = handlers
    this.judge = judge
  }

  frame(frame: unknown): void {
    const { books, handlers } = this
    if (books?.applyFrame(frame) === true) return
    const head = envelope.safeParse(frame)
    if (!head.success) {
      handlers.odd('', 'a frame without a topic')
      return
    }
    const { topic, data } = head.data
    const instruments = this.symbols.byName
    const symbol = topic.slice(topic.lastIndexOf('.') + 1)
    try {
      if (topic.startsWith('kline.')) readKlines(instruments.get(symbol), data, handlers)
      else if (topic.startsWith('tickers.')) {
        readTicker(instruments.get(symbol), data, head.data.ts ?? 0, handlers)
        books?.remind(symbol)
      } else if (isOf(topic, 'order')) this.rows(topic, data, orderRow, (row, instrument) => this.order(row, instrument))
      else if (isOf(topic, 'execution'))
        this.rows(topic, data, executionRow, (row, instrument) => {
          const report = toExecutionReport(row, instrument)
          if (report !== undefined) handlers.report(report)
          else handlers.odd(instrument.symbol, `an execution of type ${row.execType.slice(0, 40)}, which is undocumented`)
        })
      // It repeats without change, and never books anything: what is held follows from executions.
      else if (isOf(topic, 'position'))
        this.rows(topic, data, positionRow, (row, instrument) => handlers.position(toPositionReport(row, instrument)))
      else if (topic === 'wallet') this.wallet(data)
    } catch (thrown) {
      handlers.odd(symbol, oddnessOf(topic, thrown))
    }
  }

  /** Each row by itself: one that is odd costs no other, and is reported under its symbol. */
  private rows<T extends { readonly symbol: string; readonly category?: string | undefined }>(
    topic: string,
    data: unknown,
    schema: z.ZodType<T>,
    take: (row: T, instrument: Instrument) => void,
  ): void {
    for (const raw of z.array(z.unknown()).parse(data)) {
      const head = rowHead.safeParse(raw)
      const name = head.success ? ownSymbolOf(head.data.category, head.data.symbol) : ''
      const instrument = this.symbols.byName.get(name)
      // Of others' symbols nothing is read.
      if (head.success && instrument === undefined) continue
      try {
        const row = schema.parse(raw)
        if (instrument !== undefined) take(row, instrument)
      } catch (thrown) {
        this.handlers.odd(name, oddnessOf(topic, thrown))
      }
    }
  }

  private order(row: OrderWire, instrument: Instrument): void {
    const report = toOrderReport(row, instrument)
    this.handlers.report(report)
    this.judge(report)
  }

  /** Without a snapshot, and reported only when something changes. */
  private wallet(data: unknown): void {
    const coin = [...this.symbols.byName.values()][0]?.settleCoin
    for (const account of walletData.parse(data))
      for (const row of account.coin) if (row.coin === coin) this.handlers.wallet(balanceIn(row.coin, row.walletBalance))
  }

  state(stream: StreamName, state: StreamState, detail: string, part: StreamPart | undefined): void {
    if (stream === 'public') {
      if (state === 'up') this.books?.found(part?.symbols)
      else this.books?.lost(part?.symbols)
    }
    this.handlers.stream(stream, state, detail, part)
  }
}

const isOf = (topic: string, name: string): boolean => topic === name || topic.startsWith(`${name}.`)

/** What is wrong with a row or a frame. @throws whatever else was thrown */
function oddnessOf(topic: string, thrown: unknown): string {
  if (thrown instanceof OddRow) return thrown.message
  if (!(thrown instanceof z.ZodError)) throw thrown
  return thrown.issues
    .map((i) => `${topic} ${i.path.join('.')}: ${i.message}`)
    .join('; ')
    .slice(0, 200)
}

function readKlines(instrument: Instrument | undefined, data: unknown, handlers: VenueHandlers): void {
  if (instrument === undefined) return
  for (const k of klineData.parse(data))
    if (k.confirm) handlers.bar(instrument.index, toBar(instrument, k.start, k.open, k.high, k.low, k.close, k.volume))
}

/** Spot has no mark price: its last one is what it is worth. Its bids and asks are in the book alone. */
function readTicker(instrument: Instrument | undefined, data: unknown, at: number, handlers: VenueHandlers): void {
  const ticker = tickerData.parse(data)
  if (instrument === undefined) return
  const last = priceOf(instrument, ticker.lastPrice, 'lastPrice')
  handlers.quote({
    instrument: instrument.index,
    last,
    mark: instrument.category === 'spot' ? last : priceOf(instrument, ticker.markPrice, 'markPrice'),
    bid: priceOf(instrument, ticker.bid1Price, 'bid1Price'),
    ask: priceOf(instrument, ticker.ask1Price, 'ask1Price'),
    predicted: ticker.fundingRate === undefined || ticker.fundingRate === '' ? undefined : rateOf(ticker.fundingRate),
    ts: ts(at),
  })
}
