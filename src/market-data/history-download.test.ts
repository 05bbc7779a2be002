/**
 * The past into the store: what is missing is asked for and nothing else, over cuts, failures and holes.
 */
import type { VenueError } from '../venue/port/error.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Result, err, ok } from '../core/result.ts'
import { MINUTE_MS, rate, ticks, ts } from '../core/units.ts'
import { type Bar, columnsOfBars } from '../market/bars.ts'
import { type Instrument, makeInstrument } from '../market/instrument.ts'
import { orderBoundsOf } from '../market/instrument-terms.ts'
import { type CandleStore, openStore } from '../market/candles/store.ts'

import { serveExchange } from '../venue/sim/bybit-server/serve-exchange.ts'
import { btc as instrument } from '../../test/support/kernel/risk-view.ts'
import { loadConfig } from '../config/config.ts'
import { type DownloadPorts, type DownloadRequest, download } from './history-download.ts'
import { openPublicHistory } from './public-history.ts'

const START = Date.UTC(2025, 0, 30)
const at = (minute: number): number => START + minute * MINUTE_MS
const barAt = (open: number): Bar => ({ ts: ts(open), open: ticks(100), high: ticks(101), low: ticks(99), close: ticks(100), volume: 1 })

let directory: string
let store: CandleStore
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ballast-history-'))
  store = openStore(directory)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** An exchange that has the bars of some minutes. */
class Past {
  readonly asked: [number, number][] = []
  readonly waits: number[] = []
  failures: VenueError[] = []
  /** Pages that are answered before a user stops it. */
  pagesLeft = Number.POSITIVE_INFINITY
  private readonly has: (minute: number) => boolean

  constructor(has: (minute: number) => boolean) {
    this.has = has
  }

  private async answer<T>(value: () => T): Promise<Result<T, VenueError>> {
    const failure = this.failures.shift()
    return failure === undefined ? ok(value()) : err(failure)
  }

  readonly ports = (): DownloadPorts => ({
    store,
    venue: 'bybit',
    instrument,
    reader: {
      firstDay: () => this.answer(() => START),
      bars: (_kind, _intervalMs, from, until) => {
        this.pagesLeft -= 1
        return this.answer(() => {
          this.asked.push([(from - START) / MINUTE_MS, (until - START) / MINUTE_MS])
          const bars: Bar[] = []
          for (let open = from; open < until; open += MINUTE_MS) if (this.has((open - START) / MINUTE_MS)) bars.push(barAt(open))
          return bars
        })
      },
      fundings: () => this.answer(() => [{ ts: ts(at(480)), rate: rate(1_000_000) }]),
    },
    sleep: async (ms) => void this.waits.push(ms),
    progress: () => {},
    isStopped: () => this.pagesLeft <= 0,
  })
}

const minutes = (from: number, until: number): DownloadRequest => ({
  kind: 'last',
  intervalMs: MINUTE_MS,
  from: at(from),
  until: at(until),
})
const storedMinutes = (): number[] => {
  const loaded = store.load({ venue: 'bybit', symbol: instrument.symbol, interval: '1m' })
  return loaded.ok ? Array.from(loaded.value.columns.ts, (open) => (open - START) / MINUTE_MS) : []
}
const DOWN: VenueError = { type: 'venue-down', code: 'no-reply', detail: 'no reply' }

test('only what is missing is asked for: before, between and after what is stored', async () => {
  const past = new Past(() => true)
  await download(past.ports(), minutes(1_000, 2_000))
  await download(past.ports(), minutes(4_000, 4_500))
  past.asked.length = 0
  expect(await download(past.ports(), minutes(0, 5_000))).toMatchObject({ ok: true, value: { added: 3_500, stoppedAt: undefined } })
  expect(past.asked).toEqual([
    [0, 1_000],
    [2_000, 3_000],
    [3_000, 4_000],
    [4_500, 5_000],
  ])
  past.asked.length = 0
  expect(await download(past.ports(), minutes(0, 5_000))).toMatchObject({ ok: true, value: { added: 0 } })
  expect(past.asked).toEqual([])
})

test('the least and largest order are kept with the bars, and stay where a file adds some', async () => {
  const key = { venue: 'bybit', symbol: instrument.symbol, interval: '1m' }
  const past = new Past(() => true)
  expect((await download(past.ports(), minutes(0, 5))).ok).toBe(true)
  const bounds = orderBoundsOf(instrument)
  const metaOf = () => {
    const loaded = store.load(key)
    return loaded.ok ? loaded.value.meta : undefined
  }
  expect(metaOf()?.bounds).toEqual(bounds)
  const meta = metaOf()
  if (meta === undefined) throw new Error('nothing was stored')
  const columns = columnsOfBars([barAt(at(5))])
  expect(
    store.append({ ...key, kind: 'last', intervalMs: MINUTE_MS, tickSize: meta.tickSize, lotSize: meta.lotSize, source: 'a.csv', columns })
      .ok,
  ).toBe(true)
  expect(metaOf()).toMatchObject({ bars: 6, bounds })
  const again = makeInstrument({
    index: instrument.index,
    venue: 'bybit',
    symbol: instrument.symbol,
    tickSize: meta.tickSize,
    lotSize: meta.lotSize,
    ...meta.bounds,
  })
  const limitsOf = ({ lotsMin, lotsMax, lotsMarketMax, notionalMin }: Instrument) => [lotsMin, lotsMax, lotsMarketMax, notionalMin]
  expect(limitsOf(again)).toEqual(limitsOf(instrument))
})

test('a hole of the exchange stays one, and is reported', async () => {
  const past = new Past((minute) => minute < 300 || minute >= 420)
  expect(await download(past.ports(), minutes(0, 1_000))).toMatchObject({
    ok: true,
    value: { added: 880, info: { bars: 880, gaps: 1, missing: 120 } },
  })
})

test('what passes is waited for; what does not, ends it and keeps what was stored', async () => {
  const past = new Past(() => true)
  past.failures = [DOWN, DOWN, { type: 'retry-after', code: '10006', detail: 'too many', waitMs: 700 }]
  expect(await download(past.ports(), minutes(0, 500))).toMatchObject({ ok: true, value: { added: 500 } })
  expect(past.waits).toEqual([500, 1_000, 700])
  const banned: VenueError = { type: 'retry-after', code: 'http-403', detail: 'forbidden', waitMs: 600_000 }
  const lost = new Past(() => true)
  const failing = { ...lost.ports(), reader: { ...lost.ports().reader, bars: async () => err(banned) } }
  expect(await download(failing, minutes(500, 600))).toEqual({ ok: false, error: { type: 'venue', error: banned, added: 0 } })
  expect(lost.waits).toEqual([])
  expect(storedMinutes()).toHaveLength(500)
})

test('a bar that is still open at the end is not stored', async () => {
  const past = new Past(() => true)
  await download(past.ports(), { ...minutes(0, 10), until: at(10) - 1 })
  expect(storedMinutes()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('whatever the exchange has and wherever it is stopped, continuing ends with all of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(50_000), fc.integer({ min: 1, max: 30_000 })), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
      async (holes, cuts) => {
        rmSync(directory, { recursive: true, force: true })
        const past = new Past((minute) => !holes.some(([from, width]) => minute >= from && minute < from + width))
        for (const pages of cuts) {
          past.pagesLeft = pages
          const before = storedMinutes().length
          const cut = await download(past.ports(), minutes(0, 60_000))
          expect(cut.ok && cut.value.added).toBe(storedMinutes().length - before)
        }
        past.pagesLeft = Number.POSITIVE_INFINITY
        expect(await download(past.ports(), minutes(0, 60_000))).toMatchObject({ ok: true, value: { stoppedAt: undefined } })
        const all = Array.from({ length: 60_000 }, (_, minute) => minute).filter(
          (minute) => !holes.some(([from, width]) => minute >= from && minute < from + width),
        )
        expect(storedMinutes()).toEqual(all)
      },
    ),
    { numRuns: 12 },
  )
}, 60_000)

test('over the wire: candles, mark prices and funding of a perpetual, candles of a spot pair, and a name that is not listed', async () => {
  const server = await serveExchange({ port: 0, seed: 7, speed: 1 })
  const url = `http://127.0.0.1:${server.port}`
  const loaded = loadConfig({ env: { BALLAST__BYBIT__URL: url }, flags: {}, files: [] })
  if (!loaded.ok) throw new Error(loaded.error[0]?.sentence)
  const config = loaded.value.values
  const opened = await openPublicHistory(config, ['BTCUSDT', 'BTCUSDT-SPOT'])
  if (!opened.ok) throw new Error(opened.error.sentence)
  const { value: history } = opened
  const from = history.now - 3 * 86_400_000
  const watch = { progress: () => {}, isStopped: () => false }
  const bars = { kind: 'last', intervalMs: MINUTE_MS, from, until: history.now } as const
  const stored = await Promise.all([
    history.download(store, 'BTCUSDT', bars, watch),
    history.download(store, 'BTCUSDT', { ...bars, kind: 'mark', intervalMs: 5 * MINUTE_MS }, watch),
    history.download(store, 'BTCUSDT', { ...bars, kind: 'funding' }, watch),
    history.download(store, 'BTCUSDT-SPOT', bars, watch),
  ])
  expect(stored.map((each) => (each.ok ? each.value.info?.gaps : each.error))).toEqual([0, 0, 0, 0])
  expect(stored.every((each) => each.ok && each.value.added > 2)).toBe(true)
  const klines = (await (
    await fetch(`${url}/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&limit=200&end=${history.now - 60_000}`)
  ).json()) as {
    result: { list: string[][] }
  }
  const read = store.load({ venue: 'sim', symbol: 'BTCUSDT', interval: '1m' })
  const tail = read.ok ? Array.from(read.value.columns.close.slice(-200)).reverse() : []
  expect(tail.map((close) => (close / 10).toFixed(1))).toEqual(klines.result.list.map((row) => Number(row[4]).toFixed(1)))
  await history.close()
  expect(await openPublicHistory(config, ['BTC'])).toMatchObject({
    ok: false,
    error: { sentence: expect.stringContaining('Did you mean BTCUSDT?') },
  })
  await server.close()
}, 30_000)
