/**
 * Frames of Bybit's streams to reports, bars, quotes and books.
 * Never throws: a frame without the documented shape is reported as odd, with its symbol.
 */
import { z } from 'zod'
import { ts } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { OrderReport } from '../../trading/report.ts'
import type { VenueHandlers } from '../port.ts'
import type { BookFeed } from './book-feed.ts'
import { toBar, toExecutionReport, toOrderReport, toPositionReport } from './map.ts'
import { OddRow, executionRow, orderRow, positionRow, priceOf } from './rows.ts'
import { ownSymbolOf } from './symbols.ts'
import type { StreamName, StreamPart, StreamState } from './transport.ts'

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
})

export class StreamReader {
  private readonly instruments: ReadonlyMap<string, Instrument>
  private readonly books: BookFeed | undefined
  private readonly handlers: VenueHandlers
  /** Hears of an order after the handlers. */
  private readonly judge: (report: OrderReport) => void

  constructor(
    instruments: ReadonlyMap<string, Instrument>,
    books: BookFeed | undefined,
    handlers: VenueHandlers,
    judge: (report: OrderReport) => void = () => {},
  ) {
    this.instruments = instruments
    this.books = books
    this.handlers = handlers
    this.judge = judge
  }

  frame(frame: unknown): void {
    const { instruments, books, handlers } = this
    if (books?.take(frame) === true) return
    const head = envelope.safeParse(frame)
    if (!head.success) {
      handlers.odd('', 'a frame without a topic')
      return
    }
    const { topic, data } = head.data
    const symbol = topic.slice(topic.lastIndexOf('.') + 1)
    try {
      if (topic.startsWith('kline.')) readKlines(instruments.get(symbol), data, handlers)
      else if (topic.startsWith('tickers.')) {
        readTicker(instruments.get(symbol), data, head.data.ts ?? 0, handlers)
        books?.remind(symbol)
      } else if (topic === 'order' || topic.startsWith('order.')) this.readOrders(data)
      else if (topic === 'execution' || topic.startsWith('execution.')) readExecutions(data, instruments, handlers)
      else if (topic === 'position' || topic.startsWith('position.')) readPositions(data, instruments, handlers)
      // `wallet` has no snapshot: it is read by REST where it decides something.
    } catch (thrown) {
      if (thrown instanceof OddRow) handlers.odd(symbol, thrown.message)
      else if (thrown instanceof z.ZodError)
        handlers.odd(
          symbol,
          thrown.issues
            .map((i) => `${topic} ${i.path.join('.')}: ${i.message}`)
            .join('; ')
            .slice(0, 200),
        )
      else throw thrown
    }
  }

  private readOrders(data: unknown): void {
    for (const row of z.array(orderRow).parse(data)) {
      const instrument = this.instruments.get(ownSymbolOf(row.category, row.symbol))
      if (instrument === undefined) continue
      const report = toOrderReport(row, instrument)
      this.handlers.report(report)
      this.judge(report)
    }
  }

  state(stream: StreamName, state: StreamState, detail: string, part: StreamPart | undefined): void {
    if (stream === 'public') {
      if (state === 'up') this.books?.found(part?.symbols)
      else this.books?.lost(part?.symbols)
    }
    this.handlers.stream(stream, state, detail, part)
  }
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
    ts: ts(at),
  })
}

/** It repeats without change, and never books anything: what is held follows from executions. */
function readPositions(data: unknown, instruments: ReadonlyMap<string, Instrument>, handlers: VenueHandlers): void {
  for (const row of z.array(positionRow).parse(data)) {
    const instrument = instruments.get(ownSymbolOf(row.category, row.symbol))
    if (instrument !== undefined) handlers.position(toPositionReport(row, instrument))
  }
}

function readExecutions(data: unknown, instruments: ReadonlyMap<string, Instrument>, handlers: VenueHandlers): void {
  for (const row of z.array(executionRow).parse(data)) {
    const instrument = instruments.get(ownSymbolOf(row.category, row.symbol))
    if (instrument === undefined) continue
    const report = toExecutionReport(row, instrument)
    if (report !== undefined) handlers.report(report)
  }
}
