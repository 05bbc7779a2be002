/**
 * Bybit's public past for a command at a terminal: opened without a key, asked, closed.
 */
import { COUNTRY_CODE, COUNTRY_NEXT, errorWords } from '../venue/port/error.ts'
import { readSimClock } from './sim-clock.ts'
import { type Result, err, ok } from '../core/result.ts'
import { type Instrument, makeInstrument } from '../market/instrument.ts'
import type { CandleStore } from '../market/candles/store.ts'
import { BybitClient } from '../venue/bybit/http/client.ts'

import { HistoryReader } from '../venue/bybit/read/history.ts'
import { ListingReader } from '../venue/bybit/read/listing.ts'
import { Requests } from '../venue/bybit/http/requests.ts'

import type { Config } from '../config/sections/config-schema.ts'
import { publicUrls } from '../config/exchange-access.ts'
import { type DownloadFailure, type DownloadPorts, type DownloadReport, type DownloadRequest, download } from './history-download.ts'
import { machineClock } from '../system/wall-clock.ts'

export interface PublicHistory {
  /** The exchange's time, ms. */
  readonly now: number
  download(
    store: CandleStore,
    symbol: string,
    request: DownloadRequest,
    watch: Pick<DownloadPorts, 'progress' | 'isStopped'>,
  ): Promise<Result<DownloadReport, DownloadFailure>>
  close(): Promise<void>
}

export interface HistoryProblem {
  readonly type: 'not-listed' | 'unreachable'
  readonly sentence: string
  readonly next: string
}

const CALL_TIMEOUT_MS = 10_000

export async function openPublicHistory(config: Config, symbols: readonly string[]): Promise<Result<PublicHistory, HistoryProblem>> {
  const { restUrl, streamUrl } = publicUrls(config)
  const client = new BybitClient({
    credentials: undefined,
    restUrl,
    publicStreamUrl: streamUrl,
    privateStreamUrl: streamUrl,
    timeoutMs: CALL_TIMEOUT_MS,
    recvWindowMs: CALL_TIMEOUT_MS,
  })
  const requests = new Requests(client, { wallMs: machineClock.nowMs, steadyMs: machineClock.steadyMs, sleep: machineClock.sleep })
  const specs = await new ListingReader(requests).instruments(symbols)
  if (!specs.ok) {
    await client.close()
    const { error } = specs
    if (error.code === COUNTRY_CODE) return err({ type: 'unreachable', sentence: `${error.detail}.`, next: COUNTRY_NEXT })
    return error.type === 'invalid-request'
      ? err({ type: 'not-listed', sentence: error.detail.replace(/([^.?])$/, '$1.'), next: 'Use the symbol as listed by Bybit.' })
      : err({
          type: 'unreachable',
          sentence: `Bybit does not answer at ${restUrl} (${errorWords(error)}).`,
          next: 'Check the network, then run it again.',
        })
  }
  const isSimulator = config.profile === 'sim' && config.bybit.url !== undefined
  const clock = isSimulator ? await readSimClock(restUrl) : undefined
  const bySymbol = new Map<string, Instrument>(specs.value.map((spec) => [spec.symbol, makeInstrument(spec)]))
  return ok({
    now: clock?.now ?? Date.now(),
    download: (store, symbol, request, watch) => {
      const instrument = bySymbol.get(symbol) as Instrument
      const reader = new HistoryReader(requests, instrument)
      return download({ store, venue: isSimulator ? 'sim' : 'bybit', instrument, reader, sleep: machineClock.sleep, ...watch }, request)
    },
    close: () => client.close(),
  })
}
