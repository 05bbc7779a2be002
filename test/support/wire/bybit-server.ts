/**
 * What the tests of the simulator share: signed requests to an exchange in memory, and small series of candles.
 */
import { cash, instrumentIndex, rate } from '../../../src/core/units.ts'
import { Bars } from '../../../src/market/bars.ts'
import { makeInstrument } from '../../../src/market/instrument.ts'
import { hmac } from '../../../src/venue/sim/bybit-server/auth.ts'
import { Exchange } from '../../../src/venue/sim/bybit-server/exchange.ts'
import { FaultSwitch } from '../../../src/venue/sim/bybit-server/fault-switch.ts'
import { RateLimits } from '../../../src/venue/sim/bybit-server/rate-limit.ts'
import type { FundingPoint } from '../../../src/venue/sim/bybit-server/market/market-source.ts'
import { ReplaySource } from '../../../src/venue/sim/bybit-server/market/replay-source.ts'
import { handle } from '../../../src/venue/sim/bybit-server/router.ts'

const CREDENTIALS = { key: 'sim', secret: 'sim-secret' }
export const WALL_MS = 1_700_000_000_000

/** A decoded reply; fields are looked at loosely, as a client would. */
export interface Decoded {
  readonly status: number
  readonly retCode: number
  readonly retMsg: string
  readonly result: Record<string, unknown> & {
    readonly list: Record<string, unknown>[]
    readonly orderId: string
    readonly nextPageCursor: string
  }
  readonly retExtInfo: { readonly list: { readonly code: number }[] }
  readonly time: number
}

export function memoryClient(exchange: Exchange, hasRateLimits = false) {
  const limits = new RateLimits(hasRateLimits)
  const faults = new FaultSwitch(() => exchange.source.now)
  const send = (method: string, path: string, query: string, body: string): Decoded => {
    const headers = {
      'x-bapi-api-key': CREDENTIALS.key,
      'x-bapi-timestamp': String(WALL_MS),
      'x-bapi-recv-window': '5000',
      'x-bapi-sign': hmac(CREDENTIALS.secret, `${WALL_MS}${CREDENTIALS.key}5000${method === 'GET' ? query : body}`),
    }
    const reply = handle({ exchange, credentials: CREDENTIALS, limits, faults }, { method, path, query, headers, body }, WALL_MS)
    return { status: reply.status, ...JSON.parse(reply.body) }
  }
  return {
    get: (path: string, params: Record<string, string> = {}): Decoded =>
      send('GET', path, new URLSearchParams({ category: 'linear', ...params }).toString(), ''),
    post: (path: string, body: object = {}): Decoded => send('POST', path, '', JSON.stringify({ category: 'linear', ...body })),
  }
}

export const START_MS = 1_750_003_200_000

/** A replay of bars given as [open, high, low, close] in whole coins, a minute each; tick 0.5, lot 0.001. */
export function replayExchange(
  bars: readonly (readonly [number, number, number, number])[],
  fundings: readonly FundingPoint[] = [],
): Exchange {
  const column = (pick: (bar: readonly [number, number, number, number], k: number) => number): Float64Array =>
    Float64Array.from(bars, pick)
  const series = new Bars(60_000, {
    ts: column((_, k) => START_MS + k * 60_000),
    open: column((bar) => bar[0] * 2),
    high: column((bar) => bar[1] * 2),
    low: column((bar) => bar[2] * 2),
    close: column((bar) => bar[3] * 2),
    volume: column(() => 10),
  })
  const instrument = makeInstrument({
    index: instrumentIndex(0),
    venue: 'test',
    symbol: 'BTCUSDT',
    tickSize: '0.5',
    lotSize: '0.001',
    leverageMax: 100,
  })
  return new Exchange({
    source: new ReplaySource([{ instrument, bars: series, fundings }]),
    openingCash: cash(1_000_000_000_000),
    idPrefix: 'x-',
    speed: 1,
    isLockstep: true,
    createdWallMs: WALL_MS,
  })
}

export const fundingAt = (at: number, rateText: number): FundingPoint => ({ ts: at, rate: rate(Math.round(rateText * 1e10)) })
