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
import { HOUR_MS, MINUTE_MS } from '../core/units.ts'
import { parseInterval } from '../market/candles/interval.ts'
import { type Instrument, makeInstrument, tickFloat } from '../market/instrument.ts'
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
  private readonly added: () => Promise<readonly string[]>

  /** @param added symbols that strategies have now; the configuration's are known */
  constructor(context: Installation, added: () => Promise<readonly string[]>) {
    this.context = context
    this.added = added
  }

  private venue(intervalMs: number): Result<BybitVenue, string> {
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
    return ok(
      new BybitVenue(client, {
        intervalMs,
        wallMs: machineClock.nowMs,
        steadyMs: machineClock.steadyMs,
        sleep: machineClock.sleep,
        simClock: simUrl === undefined ? undefined : () => readSimClock(simUrl),
      }),
    )
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
}
