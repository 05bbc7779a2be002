/**
 * The market as Bybit reports it to anybody now: tickers and order books, as decimal text.
 */
import { z } from 'zod'
import { type Result, ok } from '../../../core/result.ts'
import { type Category, spotSymbolOf, wireSymbolOf } from '../../../market/instrument.ts'
import type { MarketBook, MarketTicker } from '../../../market/public-market.ts'
import type { Requests } from '../http/requests.ts'
import type { VenueError } from '../../port/error.ts'

const text = z.string().optional()
const tickerRow = z.object({
  symbol: z.string(),
  lastPrice: z.string(),
  markPrice: text,
  indexPrice: text,
  bid1Price: text,
  bid1Size: text,
  ask1Price: text,
  ask1Size: text,
  price24hPcnt: text,
  highPrice24h: text,
  lowPrice24h: text,
  volume24h: text,
  turnover24h: text,
  openInterest: text,
  fundingRate: text,
  nextFundingTime: text,
})
const level = z.tuple([z.string(), z.string()])
const bookReply = z.object({ b: z.array(level), a: z.array(level), ts: z.number(), u: z.number() })

/** Beyond so many one reply for all symbols is less to ask for. */
const ONE_BY_ONE_MAX = 3
/** The most levels of a reply, by category. */
const DEPTH_MAX: Readonly<Record<Category, number>> = { linear: 500, spot: 200 }

const orNull = (value: string | undefined): string | null => (value === undefined || value === '' ? null : value)
const timeOrNull = (value: string | undefined): number | null => (orNull(value) === null || value === '0' ? null : Number(value))

export class MarketReader {
  private readonly requests: Requests

  constructor(requests: Requests) {
    this.requests = requests
  }

  /** Of symbols of one category, in no order; one that is not listed is left out. */
  async tickers(category: Category, symbols: readonly string[]): Promise<Result<readonly MarketTicker[], VenueError>> {
    const asked = symbols.length <= ONE_BY_ONE_MAX ? symbols.map(wireSymbolOf) : [undefined]
    const found: MarketTicker[] = []
    for (const symbol of asked) {
      const reply = await this.requests.read('data', '/v5/market/tickers', { category, symbol }, z.object({ list: z.array(tickerRow) }))
      if (!reply.ok) return reply
      for (const row of reply.value.list) {
        const name = category === 'spot' ? spotSymbolOf(row.symbol) : row.symbol
        if (symbols.includes(name)) found.push(toTicker(name, row))
      }
    }
    return ok(found)
  }

  async book(category: Category, symbol: string, depth: number): Promise<Result<MarketBook, VenueError>> {
    const limit = Math.min(depth, DEPTH_MAX[category])
    const reply = await this.requests.read('data', '/v5/market/orderbook', { category, symbol: wireSymbolOf(symbol), limit }, bookReply)
    return reply.ok ? ok({ symbol, bids: reply.value.b, asks: reply.value.a, ts: reply.value.ts }) : reply
  }
}

const toTicker = (symbol: string, row: z.infer<typeof tickerRow>): MarketTicker => ({
  symbol,
  last: row.lastPrice,
  mark: orNull(row.markPrice),
  index: orNull(row.indexPrice),
  bid: orNull(row.bid1Price),
  bidQuantity: orNull(row.bid1Size),
  ask: orNull(row.ask1Price),
  askQuantity: orNull(row.ask1Size),
  change24h: orNull(row.price24hPcnt),
  high24h: orNull(row.highPrice24h),
  low24h: orNull(row.lowPrice24h),
  volume24h: orNull(row.volume24h),
  turnover24h: orNull(row.turnover24h),
  openInterest: orNull(row.openInterest),
  fundingRate: orNull(row.fundingRate),
  nextFundingTs: timeOrNull(row.nextFundingTime),
})
