/**
 * Bybit's public market as the feed of a simulator: REST for what was, the public stream for what is.
 */
import { z } from 'zod'
import { type Result, err, ok } from '../core/result.ts'
import { MINUTE_MS, RATE_SCALE, type InstrumentIndex, type Rate, rate } from '../core/units.ts'
import { parseDecimal } from '../core/decimal.ts'
import type { Bar } from '../market/bars.ts'
import { type Instrument, makeInstrument, wireSymbolOf } from '../market/instrument.ts'
import { BybitVenue } from '../venue/bybit/bybit-venue.ts'
import { BybitClient } from '../venue/bybit/http/client.ts'
import { toBar } from '../venue/bybit/map.ts'
import { OddRow, priceOf } from '../venue/bybit/rows.ts'
import type { FundingPoint } from '../venue/sim/bybit-server/market/market-source.ts'
import type { FeedHandlers, FeedTicker, PublicFeed } from '../venue/sim/bybit-server/market/public-feed.ts'
import type { PublicUrls } from '../config/exchange-access.ts'
import { machineClock } from '../system/wall-clock.ts'

const CALL_TIMEOUT_MS = 10_000
const PAGE_BARS = 1_000
const FUNDINGS_MAX = 200

const klineList = z.object({ list: z.array(z.array(z.string()).min(6)) })
const fundingList = z.object({ list: z.array(z.object({ fundingRate: z.string(), fundingRateTimestamp: z.string() })) })
const frameHead = z.object({ topic: z.string(), ts: z.number(), data: z.unknown() })
const klineFrame = z.array(
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
const tradeFrame = z.array(z.object({ T: z.number(), s: z.string(), p: z.string(), v: z.string() }))
/** Best first; size 0 takes a level away. */
const topFrame = z.object({ b: z.array(z.array(z.string()).min(2)), a: z.array(z.array(z.string()).min(2)) })
const tickerFrame = z.object({
  markPrice: z.string().optional(),
  indexPrice: z.string().optional(),
  bid1Price: z.string().optional(),
  ask1Price: z.string().optional(),
  fundingRate: z.string().optional(),
  nextFundingTime: z.string().optional(),
})

export class BybitFeed implements PublicFeed {
  private readonly client: BybitClient
  private readonly venue: BybitVenue
  private readonly log: (text: string) => void
  private list: readonly Instrument[] = []

  constructor(urls: PublicUrls, log: (text: string) => void) {
    this.log = log
    this.client = new BybitClient({
      credentials: undefined,
      restUrl: urls.restUrl,
      publicStreamUrl: urls.streamUrl,
      privateStreamUrl: urls.streamUrl,
      timeoutMs: CALL_TIMEOUT_MS,
      recvWindowMs: CALL_TIMEOUT_MS,
    })
    this.venue = new BybitVenue(this.client, {
      intervalMs: MINUTE_MS,
      wallMs: machineClock.nowMs,
      steadyMs: machineClock.steadyMs,
      sleep: machineClock.sleep,
      simClock: undefined,
    })
  }

  async instruments(symbols: readonly string[]): Promise<Result<readonly Instrument[], string>> {
    const specs = await this.venue.instruments(symbols)
    if (!specs.ok) return err(specs.error.detail)
    this.list = specs.value.map(makeInstrument)
    return ok(this.list)
  }

  async candles(i: InstrumentIndex, from: number | undefined, count: number): Promise<Result<readonly Bar[], string>> {
    const instrument = this.list[i] as Instrument
    const bars: Bar[] = []
    let end: number | undefined
    // The newest one of the first page is still in the making, so one more is asked for.
    while (bars.length <= count) {
      const page = await this.read(
        '/v5/market/kline',
        { category: instrument.category, symbol: wireSymbolOf(instrument.symbol), interval: '1', end, limit: PAGE_BARS },
        klineList,
      )
      if (!page.ok) return page
      const rows = page.value.list
      try {
        const oldest = bars[0]?.ts ?? Number.POSITIVE_INFINITY
        const older = rows
          .map(([ts, open, high, low, close, volume]) => toBar(instrument, ...([ts, open, high, low, close, volume] as Row)))
          .filter((bar) => bar.ts < oldest)
        bars.unshift(...older.reverse())
        if (older.length === 0) break
      } catch (thrown) {
        if (thrown instanceof OddRow) return err(thrown.message)
        throw thrown
      }
      end = (bars[0] as Bar).ts - 1
      if (rows.length < PAGE_BARS || (from !== undefined && end < from)) break
    }
    bars.pop()
    return ok(bars.filter((bar) => from === undefined || bar.ts >= from).slice(-count))
  }

  async fundings(i: InstrumentIndex, after: number): Promise<Result<readonly FundingPoint[], string>> {
    const { category, symbol } = this.list[i] as Instrument
    if (category === 'spot') return ok([])
    const page = await this.read('/v5/market/funding/history', { category: 'linear', symbol, limit: FUNDINGS_MAX }, fundingList)
    if (!page.ok) return page
    return ok(
      page.value.list
        .map((row) => ({ ts: Number(row.fundingRateTimestamp), rate: rateOf(row.fundingRate) ?? rate(0) }))
        .filter((point) => point.ts > after)
        .reverse(),
    )
  }

  private async read<T>(
    path: string,
    params: Readonly<Record<string, string | number | undefined>>,
    schema: z.ZodType<T>,
  ): Promise<Result<T, string>> {
    const reply = await this.client.call('GET', path, params)
    if (reply.type !== 'reply') return err(`${path}: ${reply.detail}`)
    if (reply.body.retCode !== 0) return err(`${path}: ${reply.body.retCode} ${reply.body.retMsg.slice(0, 200)}`)
    const parsed = schema.safeParse(reply.body.result)
    return parsed.success ? ok(parsed.data) : err(`${path}: a reply without the documented shape`)
  }

  open(handlers: FeedHandlers): void {
    const topics = this.list.flatMap(topicsOf)
    const bySymbol = new Map(this.list.map((i) => [i.symbol, i]))
    const up = new Set<number>()
    this.client.open(
      { public: topics, private: [] },
      {
        frame: (_stream, frame) => {
          const problem = readFrame(frame, bySymbol, handlers)
          if (problem !== undefined) this.log(`public market: ${problem}`)
        },
        state: (_stream, state, detail, part) => {
          if (state === 'up') up.add(part?.index ?? 0)
          else up.delete(part?.index ?? 0)
          // The market is whole when each of its connections is.
          if (up.size === (part?.count ?? 1)) handlers.up()
          else if (state === 'down') handlers.down(detail)
        },
      },
    )
  }

  async close(): Promise<void> {
    await this.client.close()
  }
}

/** A ticker of spot says no bid and no ask: its book's best level does. */
const topicsOf = ({ symbol, category }: Instrument): string[] => [
  `kline.1.${symbol}`,
  `publicTrade.${symbol}`,
  `tickers.${symbol}`,
  ...(category === 'spot' ? [`orderbook.1.${symbol}`] : []),
]

const NO_TICKER: FeedTicker = {
  mark: undefined,
  index: undefined,
  bid: undefined,
  ask: undefined,
  fundingRate: undefined,
  nextFundingTs: undefined,
}

/** The level that stands after the frame; undefined where it does not say. */
const bestOf = (levels: readonly string[][]): string | undefined => levels.find(([, size]) => Number(size) > 0)?.[0]

type Row = [string, string, string, string, string, string]

function rateOf(text: string | undefined): Rate | undefined {
  const units = text === undefined || text === '' ? undefined : parseDecimal(text, RATE_SCALE, 'nearest')
  return units === undefined ? undefined : rate(units)
}

/** Answers what is wrong with the frame, if anything: it is left out then. */
export function readFrame(frame: unknown, bySymbol: ReadonlyMap<string, Instrument>, handlers: FeedHandlers): string | undefined {
  const head = frameHead.safeParse(frame)
  if (!head.success) return 'a frame without a topic'
  const { topic, ts: at, data } = head.data
  const instrument = bySymbol.get(topic.slice(topic.lastIndexOf('.') + 1))
  if (instrument === undefined) return undefined
  try {
    if (topic.startsWith('kline.'))
      for (const k of klineFrame.parse(data))
        handlers.candle(instrument.index, toBar(instrument, k.start, k.open, k.high, k.low, k.close, k.volume), k.confirm, at)
    else if (topic.startsWith('publicTrade.'))
      for (const trade of tradeFrame.parse(data)) {
        const price = priceOf(instrument, trade.p, 'p')
        if (price !== undefined) handlers.trade(instrument.index, price, Number(trade.v), trade.T)
      }
    else if (topic.startsWith('orderbook.')) {
      const { b, a } = topFrame.parse(data)
      const bid = priceOf(instrument, bestOf(b), 'bid')
      handlers.ticker(instrument.index, { ...NO_TICKER, bid, ask: priceOf(instrument, bestOf(a), 'ask') }, at)
    } else if (topic.startsWith('tickers.')) {
      const ticker = tickerFrame.parse(data)
      handlers.ticker(
        instrument.index,
        {
          mark: priceOf(instrument, ticker.markPrice, 'markPrice'),
          index: priceOf(instrument, ticker.indexPrice, 'indexPrice'),
          bid: priceOf(instrument, ticker.bid1Price, 'bid1Price'),
          ask: priceOf(instrument, ticker.ask1Price, 'ask1Price'),
          fundingRate: rateOf(ticker.fundingRate),
          nextFundingTs: ticker.nextFundingTime === undefined ? undefined : Number(ticker.nextFundingTime) || undefined,
        },
        at,
      )
    }
    return undefined
  } catch (thrown) {
    if (thrown instanceof OddRow) return thrown.message
    if (thrown instanceof z.ZodError) return `${topic}: a frame without the documented shape`
    throw thrown
  }
}
