/**
 * The exchange's public market over REST: what may be traded, candles, tickers, order books, funding rates.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type Instrument, INSTRUMENT_STATUSES, formatPrice, formatQuantity } from '../../src/market/instrument.ts'
import type { MarketCandle, MarketFunding, MarketTicker } from '../../src/market/public-market.ts'
import { formatDecimal } from '../../src/core/decimal.ts'
import type { Result } from '../../src/core/result.ts'
import { CASH_SCALE, HOUR_MS, lots, ticks } from '../../src/core/units.ts'
import { type ApiEnv, needs } from '../auth.ts'
import type { ApiContext } from '../context.ts'
import { LIMIT_MAX, ListQuery, fromCursor, listOf, page } from '../page.ts'
import { problem } from '../problem.ts'
import { SPAN_PROBLEM, SymbolAsked, instantAsked, isSpan, route, symbolAsked, whole } from '../query.ts'
import { decimal, instant, iso, isoOrNull, symbolName } from '../shapes/field-shapes.ts'
import { content, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

const InstrumentShape = z
  .object({
    symbol: symbolName(z.string()),
    category: z.enum(['linear', 'spot']),
    status: z.enum(INSTRUMENT_STATUSES),
    baseCoin: z.string(),
    quoteCoin: z.string(),
    settleCoin: z.string(),
    tickSize: decimal(),
    quantityStep: decimal(),
    minQuantity: decimal(),
    maxQuantity: decimal(),
    maxMarketQuantity: decimal(),
    minNotional: decimal(),
    maxLeverage: z.number(),
    fundingHours: z.number().nullable().openapi({ description: 'Between two settlements; null on spot' }),
  })
  .openapi('Instrument')
const toInstrument = (of: Instrument): z.infer<typeof InstrumentShape> => ({
  symbol: of.symbol,
  category: of.category,
  status: of.status,
  baseCoin: of.baseCoin,
  quoteCoin: of.quoteCoin,
  settleCoin: of.settleCoin,
  tickSize: formatPrice(of, ticks(1)),
  quantityStep: formatQuantity(of, lots(1)),
  minQuantity: formatQuantity(of, of.lotsMin),
  maxQuantity: formatQuantity(of, of.lotsMax),
  maxMarketQuantity: formatQuantity(of, of.lotsMarketMax),
  minNotional: formatDecimal(of.notionalMin, CASH_SCALE),
  maxLeverage: of.leverageMax,
  fundingHours: of.category === 'spot' ? null : of.fundingIntervalMs / HOUR_MS,
})

/** Those that the exchange has. */
export const INTERVALS = ['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d', '1w'] as const
export const Candle = z
  .object({ ts: instant(), open: decimal(), high: decimal(), low: decimal(), close: decimal(), volume: decimal() })
  .openapi('Candle')
export const toCandle = ({ ts, ...row }: MarketCandle): z.infer<typeof Candle> => ({ ts: iso(ts), ...row })

export const Ticker = z
  .object({
    symbol: symbolName(z.string()),
    last: decimal(),
    mark: decimal().nullable(),
    index: decimal().nullable(),
    bid: decimal().nullable(),
    bidQuantity: decimal().nullable(),
    ask: decimal().nullable(),
    askQuantity: decimal().nullable(),
    change24h: decimal().nullable().openapi({ description: 'As a fraction of the price 24 h ago' }),
    high24h: decimal().nullable(),
    low24h: decimal().nullable(),
    volume24h: decimal().nullable(),
    turnover24h: decimal().nullable(),
    openInterest: decimal().nullable(),
    fundingRate: decimal().nullable().openapi({ description: 'Announced for the next settlement, as a fraction; positive: longs pay' }),
    nextFundingAt: instant().nullable(),
  })
  .openapi('Ticker')
export const toTicker = ({ nextFundingTs, ...row }: MarketTicker): z.infer<typeof Ticker> => ({
  ...row,
  nextFundingAt: isoOrNull(nextFundingTs),
})

const Level = z.object({ price: decimal(), quantity: decimal() })
export const Book = z
  .object({ symbol: symbolName(z.string()), bids: z.array(Level), asks: z.array(Level), ts: instant() })
  .openapi('OrderBook')
type Levels = readonly (readonly [string, string])[]
export const toBook = ({
  symbol,
  bids,
  asks,
  ts,
}: {
  readonly symbol: string
  readonly bids: Levels
  readonly asks: Levels
  readonly ts: number
}) => {
  const levels = (of: Levels) => of.map(([price, quantity]) => ({ price, quantity }))
  return { symbol, bids: levels(bids), asks: levels(asks), ts: iso(ts) }
}

const Funding = z
  .object({ ts: instant(), rate: decimal().openapi({ description: 'As a fraction; positive: longs pay shorts' }) })
  .openapi('FundingRate')
const toFunding = ({ ts, rate }: MarketFunding): z.infer<typeof Funding> => ({ ts: iso(ts), rate })

/** @throws ProblemError where the exchange cannot be asked */
function told<T>(result: Result<T, string>): T {
  if (result.ok) return result.value
  throw problem('exchange_unavailable', `The exchange cannot be asked: ${result.error}.`)
}

const FUNDINGS_MAX_MS = 365 * 24 * HOUR_MS
const MONTH_MS = 30 * 24 * HOUR_MS
export const DEPTH_MAX = 200

export function marketRoutes({ ports }: ApiContext) {
  const { market, portfolio } = ports
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { method: 'get' as const, tags: ['market'], security, middleware: needs('market:read') }
  const named = z.object({ symbol: SymbolAsked })

  app.openapi(
    route({
      ...common,
      path: '/instruments',
      summary: 'What Ballast may trade: steps, least and largest quantities',
      responses: { 200: { description: 'Instruments', ...content(listOf(InstrumentShape)) } },
    }),
    async (c) => c.json({ data: told(await portfolio.instruments()).map(toInstrument), nextCursor: null, hasMore: false }, 200),
  )
  app.openapi(
    route({
      ...common,
      path: '/instruments/{symbol}',
      summary: 'One instrument',
      request: { params: named },
      responses: { 200: { description: 'Instrument', ...content(InstrumentShape) } },
    }),
    async (c) => {
      const symbol = await symbolAsked(ports, c.req.valid('param').symbol)
      const found = told(await portfolio.instruments()).find((each) => each.symbol === symbol)
      if (found === undefined) throw problem('not_found', `${symbol} is not traded here.`)
      return c.json(toInstrument(found), 200)
    },
  )
  app.openapi(
    route({
      ...common,
      path: '/candles',
      summary: 'Closed candles: ascending from `from`, else the newest first; named by their start',
      request: {
        query: ListQuery.extend({
          symbol: SymbolAsked,
          interval: z.enum(INTERVALS, { error: `use ${INTERVALS.join(', ')}` }).default('1h'),
          from: instantAsked('starts at or after this instant, oldest first').optional(),
          to: instantAsked('closed at or before this instant').optional(),
        }).refine(isSpan, SPAN_PROBLEM),
      },
      responses: { 200: { description: 'Candles', ...content(listOf(Candle)) } },
    }),
    async (c) => {
      const { limit, cursor, symbol: text, interval, from, to } = c.req.valid('query')
      const symbol = (await symbolAsked(ports, text)) as string
      const after = fromCursor(cursor)
      const now = told(await market.now())
      const isForward = from !== undefined
      const until = Math.min(to ?? now, now)
      const begin = isForward ? (after === undefined ? from : after + 1) : undefined
      const end = isForward || after === undefined ? until : Math.min(until, after)
      const rows = told(await market.candles({ symbol, interval, from: begin, until: end, count: Math.min(limit + 1, LIMIT_MAX + 1) }))
      // What has closed does not change any more.
      if (isForward && to !== undefined && to <= now) {
        c.set('isCacheable', true)
        c.header('Cache-Control', 'private, max-age=86400, immutable')
      }
      return c.json(
        page(isForward ? rows : [...rows].reverse(), limit, (row) => row.ts, toCandle),
        200,
      )
    },
  )
  app.openapi(
    route({
      ...common,
      path: '/tickers',
      summary: 'Prices, 24 h figures and funding of a symbol, or of all that are traded',
      request: { query: z.object({ symbol: SymbolAsked.optional() }) },
      responses: { 200: { description: 'Tickers', ...content(listOf(Ticker)) } },
    }),
    async (c) => {
      const symbol = await symbolAsked(ports, c.req.valid('query').symbol)
      const symbols = symbol === undefined ? told(await portfolio.instruments()).map((each) => each.symbol) : [symbol]
      return c.json({ data: told(await market.tickers(symbols)).map(toTicker), nextCursor: null, hasMore: false }, 200)
    },
  )
  app.openapi(
    route({
      ...common,
      path: '/orderbook/{symbol}',
      summary: 'The order book, the best prices first',
      request: { params: named, query: z.object({ depth: whole(1, DEPTH_MAX, 'levels of each side').default(25) }) },
      responses: { 200: { description: 'Order book', ...content(Book) } },
    }),
    async (c) => {
      const symbol = (await symbolAsked(ports, c.req.valid('param').symbol)) as string
      return c.json(toBook(told(await market.book(symbol, c.req.valid('query').depth))), 200)
    },
  )
  app.openapi(
    route({
      ...common,
      path: '/funding/{symbol}',
      summary: 'Funding rates that were settled, newest first; without `from` of the last 30 days',
      request: {
        params: named,
        query: z
          .object({
            limit: whole(1, LIMIT_MAX, 'maximum number of rows').default(100),
            from: instantAsked('from this instant on, up to a year before `to`').optional(),
            to: instantAsked('before this instant').optional(),
          })
          .refine(isSpan, SPAN_PROBLEM),
      },
      responses: { 200: { description: 'Rates', ...content(listOf(Funding)) } },
    }),
    async (c) => {
      const symbol = (await symbolAsked(ports, c.req.valid('param').symbol)) as string
      const { limit, from, to } = c.req.valid('query')
      if (symbol.endsWith('-SPOT')) throw problem('validation_failed', `symbol: ${symbol} is spot, and has no funding.`)
      const until = to ?? told(await market.now())
      const begin = Math.max(from ?? until - MONTH_MS, until - FUNDINGS_MAX_MS)
      const rows = [...told(await market.fundings(symbol, begin, until))].reverse()
      return c.json({ data: rows.slice(0, limit).map(toFunding), nextCursor: null, hasMore: rows.length > limit }, 200)
    },
  )
  return app
}
