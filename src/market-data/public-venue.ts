/**
 * The exchange's public data for roles that do not trade: candles for the store, charts and backtests.
 */
import { symbolsOf } from '../config/strategy-plan.ts'
import type { Installation } from '../config/installation.ts'
import { plansOf } from '../config/plans.ts'
import { readSimClock } from './sim-clock.ts'
import type { CandleSource } from '../../jobs/candle-download.ts'
import type { ChartCandle } from '../charts/candle-picture.ts'
import { type Result, err, ok } from '../core/result.ts'
import { formatDecimal } from '../core/decimal.ts'
import { HOUR_MS, MINUTE_MS, RATE_SCALE, type Ticks, ts } from '../core/units.ts'
import { parseInterval } from '../market/candles/interval.ts'
import { type Instrument, categoryOf, formatPrice, makeInstrument, tickFloat } from '../market/instrument.ts'
import type { CandleQuery, MarketBook, MarketCandle, MarketFunding, MarketTicker } from '../market/public-market.ts'
import { BybitVenue } from '../venue/bybit/bybit-venue.ts'
import { BybitClient } from '../venue/bybit/http/client.ts'

import type { Config } from '../config/sections/config-schema.ts'

import { exchangeAccess } from '../config/exchange-access.ts'
import { machineClock } from '../system/wall-clock.ts'

const CALL_TIMEOUT_MS = 5_000
/** Steps, limits and margin tiers change: what was listed is read again. */
const REREAD_MS = HOUR_MS
/** Markets of their own: their candles must not be taken for those of the real one. */
const STORED_AS: Readonly<Partial<Record<Config['profile'], string>>> = { sim: 'sim', testnet: 'bybit-testnet' }

export class PublicVenue {
  private readonly context: Installation
  private instruments: readonly Instrument[] | undefined
  private readMs = 0
  /** One for each interval: their requests are counted together. */
  private readonly venues = new Map<number, BybitVenue>()
  private readonly added: () => Promise<readonly string[]>

  /** @param added symbols that strategies have now; the configuration's are known */
  constructor(context: Installation, added: () => Promise<readonly string[]>) {
    this.context = context
    this.added = added
  }

  private venue(intervalMs: number): Result<BybitVenue, string> {
    const known = this.venues.get(intervalMs)
    if (known !== undefined) return ok(known)
    const { config, paths } = this.context
    const access = exchangeAccess(config, paths, this.context.liveStatement)
    if (!access.ok) return err(access.error.sentence)
    const { restUrl, publicStreamUrl, privateStreamUrl } = access.value
    const simUrl: string | undefined = access.value.simUrl
    const client = new BybitClient({
      credentials: undefined,
      restUrl,
      publicStreamUrl,
      privateStreamUrl,
      timeoutMs: CALL_TIMEOUT_MS,
      recvWindowMs: CALL_TIMEOUT_MS,
    })
    const venue = new BybitVenue(client, {
      intervalMs,
      wallMs: machineClock.nowMs,
      steadyMs: machineClock.steadyMs,
      sleep: machineClock.sleep,
      simClock: simUrl === undefined ? undefined : () => readSimClock(simUrl),
    })
    this.venues.set(intervalMs, venue)
    return ok(venue)
  }

  private async ready(
    intervalMs: number,
  ): Promise<Result<{ readonly venue: BybitVenue; readonly instruments: readonly Instrument[] }, string>> {
    const venue = this.venue(intervalMs)
    if (!venue.ok) return venue
    const now = machineClock.steadyMs()
    const plans = plansOf(this.context.config, this.context.strategies)
    if (!plans.ok) return err(plans.error.sentence)
    const symbols = [...new Set([...symbolsOf(plans.value), ...(await this.added())])]
    const known = this.instruments?.map(({ symbol }) => symbol) ?? []
    if (this.instruments === undefined || now - this.readMs > REREAD_MS || symbols.some((symbol) => !known.includes(symbol))) {
      const specs = await venue.value.instruments(symbols)
      if (!specs.ok) return err(specs.error.detail)
      this.instruments = specs.value.map(makeInstrument)
      this.readMs = now
    }
    venue.value.use(this.instruments)
    return ok({ venue: venue.value, instruments: this.instruments })
  }

  /** For the store. Undefined while the exchange cannot be asked. */
  async candleSource(): Promise<CandleSource | undefined> {
    const intervalMs = parseInterval(this.context.config.interval) ?? MINUTE_MS
    const ready = await this.ready(intervalMs)
    if (!ready.ok) {
      this.context.log('warn', `candles: ${ready.error}`)
      return undefined
    }
    const { venue, instruments } = ready.value
    return {
      venue: STORED_AS[this.context.config.profile] ?? 'bybit',
      instruments,
      intervalMs,
      now: async () => {
        const clock = await venue.clock()
        return clock.ok ? clock.value.now : undefined
      },
      candles: (i, from, until, count) => venue.candles(i, from, until, count),
    }
  }

  /** What this Ballast may trade, as the exchange lists it now. */
  async listed(): Promise<Result<readonly Instrument[], string>> {
    const ready = await this.ready(MINUTE_MS)
    return ready.ok ? ok(ready.value.instruments) : ready
  }

  /** For charts: closed candles in quote units, oldest first. */
  async chart(symbol: string, interval: string, bars: number): Promise<readonly ChartCandle[] | undefined> {
    const intervalMs = parseInterval(interval)
    if (intervalMs === undefined) return undefined
    const ready = await this.ready(intervalMs)
    if (!ready.ok) return undefined
    const { venue, instruments } = ready.value
    const instrument = instruments.find((i) => i.symbol === symbol)
    const clock = await venue.clock()
    if (instrument === undefined || !clock.ok) return undefined
    const fetched = await venue.candles(instrument.index, undefined, clock.value.now, bars)
    if (!fetched.ok) return undefined
    const tick = tickFloat(instrument)
    const price = (ticks: number): number => Number((ticks * tick).toFixed(instrument.priceScale))
    return fetched.value.map((b) => ({ ts: b.ts, open: price(b.open), high: price(b.high), low: price(b.low), close: price(b.close) }))
  }

  async now(): Promise<Result<number, string>> {
    const venue = this.venue(MINUTE_MS)
    if (!venue.ok) return venue
    const clock = await venue.value.clock()
    return clock.ok ? ok(clock.value.now) : err(clock.error.detail)
  }

  async candles({ symbol, interval, from, until, count }: CandleQuery): Promise<Result<readonly MarketCandle[], string>> {
    const intervalMs = parseInterval(interval)
    if (intervalMs === undefined) return err(`${interval} is no interval`)
    const found = await this.at(symbol, intervalMs)
    if (!found.ok) return found
    const { venue, instrument } = found.value
    const clock = until === undefined ? await venue.clock() : undefined
    if (clock?.ok === false) return err(clock.error.detail)
    const end = until ?? clock?.value.now ?? 0
    // The first ones of a span, where it is longer than a page; its begin may lie between two candles.
    const asked = from === undefined ? count : count + 1
    const last = from === undefined ? end : Math.min(end, from + asked * intervalMs)
    const fetched = await venue.candles(instrument.index, from === undefined ? undefined : ts(from), ts(last), asked)
    if (!fetched.ok) return err(fetched.error.detail)
    const price = (of: Ticks): string => formatPrice(instrument, of)
    return ok(
      fetched.value.slice(0, count).map((bar) => ({
        ts: bar.ts,
        open: price(bar.open),
        high: price(bar.high),
        low: price(bar.low),
        close: price(bar.close),
        volume: String(bar.volume),
      })),
    )
  }

  async tickers(symbols: readonly string[]): Promise<Result<readonly MarketTicker[], string>> {
    const venue = this.venue(MINUTE_MS)
    if (!venue.ok) return venue
    const found: MarketTicker[] = []
    for (const category of ['linear', 'spot'] as const) {
      const own = symbols.filter((symbol) => categoryOf(symbol) === category)
      if (own.length === 0) continue
      const rows = await venue.value.market.tickers(category, own)
      if (!rows.ok) return err(rows.error.detail)
      found.push(...rows.value)
    }
    return ok(symbols.flatMap((symbol) => found.find((row) => row.symbol === symbol) ?? []))
  }

  async book(symbol: string, depth: number): Promise<Result<MarketBook, string>> {
    const venue = this.venue(MINUTE_MS)
    if (!venue.ok) return venue
    const book = await venue.value.market.book(categoryOf(symbol), symbol, depth)
    return book.ok ? book : err(book.error.detail)
  }

  async fundings(symbol: string, from: number, until: number): Promise<Result<readonly MarketFunding[], string>> {
    const found = await this.at(symbol, MINUTE_MS)
    if (!found.ok) return found
    const rows = await found.value.venue.fundings(found.value.instrument.index, ts(from), ts(until))
    return rows.ok ? ok(rows.value.map((row) => ({ ts: row.ts, rate: formatDecimal(row.rate, RATE_SCALE) }))) : err(rows.error.detail)
  }

  private async at(
    symbol: string,
    intervalMs: number,
  ): Promise<Result<{ readonly venue: BybitVenue; readonly instrument: Instrument }, string>> {
    const ready = await this.ready(intervalMs)
    if (!ready.ok) return ready
    const instrument = ready.value.instruments.find((each) => each.symbol === symbol)
    return instrument === undefined ? err(`${symbol} is not traded here`) : ok({ venue: ready.value.venue, instrument })
  }
}
