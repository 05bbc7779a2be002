/**
 * The public streams through trader, adapter, the real client and the simulator on a port: lost updates, crossed books, a connection that goes silent.
 */
import { NO_KEYS } from '../support/no-keys.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PARTS } from '../../src/trader/health.ts'
import { planOf } from '../../src/config/strategy-plan.ts'
import { Trader } from '../../src/trader/trader.ts'
import { machineClock } from '../../src/system/wall-clock.ts'
import { MINUTE_MS, ts } from '../../src/core/units.ts'
import { formatPrice, formatQuantity, makeInstrument } from '../../src/market/instrument.ts'
import type { BookMirror } from '../../src/market/order-book.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import { BybitClient } from '../../src/venue/bybit/http/client.ts'
import { serveExchange } from '../../src/venue/sim/bybit-server/serve-exchange.ts'
import type { RunningServer } from '../../src/venue/sim/bybit-server/server.ts'
import { SIM_KEY, SIM_SECRET } from '../../src/venue/sim/sim-key.ts'
import { MemoryStore } from '../support/kernel/memory-journal.ts'
import { QUIET_TRADER } from '../support/process/quiet-trader.ts'

const SPEED = 60
const SYMBOLS = ['BTCUSDT', 'ETHUSDT']

let server: RunningServer
let url = ''
let closers: (() => Promise<void>)[] = []

beforeEach(async () => {
  server = await serveExchange({ port: 0, seed: 7, speed: SPEED })
  url = `http://127.0.0.1:${server.port}`
})
afterEach(async () => {
  for (const close of closers) await close()
  closers = []
  await server.close()
})

function venueOf(symbolsPerConnection: number): BybitVenue {
  const streams = `ws://127.0.0.1:${server.port}`
  const client = new BybitClient({
    credentials: { key: SIM_KEY, secret: SIM_SECRET },
    restUrl: url,
    publicStreamUrl: `${streams}/v5/public/linear`,
    privateStreamUrl: `${streams}/v5/private`,
    timeoutMs: 5_000,
    recvWindowMs: 5_000,
    heartbeat: { pingMs: 300, pongTimeoutMs: 300 },
    symbolsPerConnection,
  })
  return new BybitVenue(client, {
    intervalMs: MINUTE_MS,
    wallMs: Date.now,
    steadyMs: machineClock.steadyMs,
    sleep: machineClock.sleep,
    simClock: async () => {
      const clock = (await (await fetch(`${url}/_sim/clock`)).json()) as { now: number; speed: number }
      return { now: ts(clock.now), speed: clock.speed }
    },
    bookDepth: 50,
  })
}

const faults = async (rules: readonly object[]): Promise<void> => {
  const reply = await fetch(`${url}/_sim/faults`, { method: 'POST', body: JSON.stringify({ rules }) })
  expect(reply.status).toBe(200)
}
const fired = async (): Promise<number> =>
  ((await (await fetch(`${url}/_sim/faults`)).json()) as { rules: { fired: number }[] }).rules[0]?.fired ?? 0

async function until(condition: () => boolean | Promise<boolean>, what: string, limitMs = 15_000): Promise<void> {
  const limit = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited for: ${what}`)
    await machineClock.sleep(20)
  }
}

async function isExchangesBook(mirror: BookMirror): Promise<boolean> {
  const { symbol } = mirror.instrument
  const reply = (await (await fetch(`${url}/v5/market/orderbook?category=linear&symbol=${symbol}&limit=50`)).json()) as {
    result: { b: string[][]; a: string[][] }
  }
  const shown = (side: 'bids' | 'asks'): string[][] =>
    mirror.levels(side, 50).map((level) => [formatPrice(mirror.instrument, level.price), formatQuantity(mirror.instrument, level.lots)])
  return JSON.stringify([shown('bids'), shown('asks')]) === JSON.stringify([reply.result.b, reply.result.a])
}

describe('an order book over the wire', () => {
  async function mirrored(): Promise<{ books: Map<string, BookMirror>; told: string[]; ups: () => number }> {
    const venue = venueOf(50)
    closers.push(() => venue.close())
    const specs = await venue.instruments(SYMBOLS)
    if (!specs.ok) throw new Error(specs.error.detail)
    venue.use(specs.value.map(makeInstrument))
    const books = new Map<string, BookMirror>()
    const told: string[] = []
    let ups = 0
    venue.open({
      position: () => {},
      wallet: () => {},
      report: () => {},
      bar: () => {},
      quote: () => {},
      book: (mirror) => {
        books.set(mirror.instrument.symbol, mirror)
        told.push(`${mirror.instrument.symbol} ${mirror.flaw ?? 'live'}`)
      },
      stream: (name, state) => {
        if (name === 'public' && state === 'up') ups += 1
      },
      odd: (symbol, detail) => told.push(`${symbol} odd ${detail}`),
    })
    await until(() => books.size === 2 && [...books.values()].every((book) => book.isLive), 'both books')
    return { books, told, ups: () => ups }
  }

  test('an order book over the wire is the exchange’s own, and follows it', async () => {
    const { books } = await mirrored()
    const mirror = books.get('BTCUSDT') as BookMirror
    const first = [mirror.bid, mirror.ask]
    await until(() => mirror.bid !== first[0], 'another best price')
    await until(() => isExchangesBook(mirror), 'the same book')
  })

  test.each([
    ['a lost update', 'drop-frame', 'gap'],
    ['a crossed book', 'cross-book', 'crossed'],
  ])('%s is noticed, and healed by a new snapshot on the same connection', async (_name, effect, flaw) => {
    const { books, told, ups } = await mirrored()
    const mirror = books.get('BTCUSDT') as BookMirror
    told.length = 0
    await faults([{ match: { topic: 'orderbook.50.BTCUSDT' }, when: { times: 1 }, effect: { type: effect } }])
    await until(() => told.length >= 2, 'void and live again')
    expect(told.slice(0, 2)).toEqual([`BTCUSDT ${flaw}`, 'BTCUSDT live'])
    expect(await fired()).toBe(1)
    await until(() => isExchangesBook(mirror), 'the same book')
    // Nobody reconnected for it, and the other book was left alone.
    expect(ups()).toBe(1)
    expect(told.filter((line) => line.startsWith('ETHUSDT'))).toEqual([])
  })

  test('updates that are lost again and again are asked for with pauses, not in a storm', async () => {
    const { told } = await mirrored()
    told.length = 0
    await faults([{ match: { topic: 'orderbook.50.BTCUSDT' }, when: { every: 2 }, effect: { type: 'drop-frame' } }])
    await machineClock.sleep(6_000)
    const healed = told.filter((line) => line === 'BTCUSDT live').length
    expect(healed).toBeGreaterThan(0)
    expect(healed).toBeLessThanOrEqual(4)
    expect(told.filter((line) => line.includes('odd'))).toEqual([])
  }, 30_000)
})

test('a connection that goes silent is replaced; only its symbol is held meanwhile, and its candles are read over the hole', async () => {
  const store = new MemoryStore()
  const plan = planOf({ strategy: 'donchian-breakout', symbols: SYMBOLS, params: { entry: 400, exit: 400 } })
  if (!plan.ok) throw new Error(plan.error)
  const lines: string[] = []
  const health = new Map<string, string>()
  const trader = new Trader({
    profile: 'sim',
    tag: 'stream',
    intervalMs: MINUTE_MS,
    ...QUIET_TRADER,
    plans: [plan.value],
    manual: [],
    risk: RISK_PROFILES.sim,
    venue: venueOf(1),
    journal: store.open(),
    commands: { spending: NO_KEYS, claimCommands: async () => [], complete: async () => {}, onArrival: async () => {} },
    health: { report: (part, status, detail) => health.set(part, `${status} ${detail}`) },
    wallClock: machineClock,
    log: (_level, text) => lines.push(text),
  })
  const started = await trader.start()
  if (!started.ok) throw new Error(started.error.sentence)
  closers.push(() => trader.stop())
  const holds = (): string[] => trader.state.holds.map((hold) => hold.id).sort()
  await until(() => health.get(PARTS.publicStream) === 'ok 2 of 2 connections up', 'both connections')
  await until(() => health.get(PARTS.books) === 'ok 2 of 2 live', 'both books')
  expect(holds()).toEqual([])

  await faults([{ match: { stream: 'public', symbol: 'ETHUSDT' }, when: { untilMs: 6_000 }, effect: { type: 'silence' } }])
  await until(() => health.get(PARTS.publicStream)?.startsWith('warn 1 of 2 connections up') === true, 'the missing pong')
  expect(health.get(PARTS.books)).toBe('warn 1 of 2 live; invalid: ETHUSDT disconnected')
  await until(() => holds().length > 0, 'the hold')
  expect(holds()).toEqual(['stale-ETHUSDT'])
  expect(trader.state.holds[0]).toMatchObject({ scope: { type: 'symbol' }, effect: 'no-entries', cause: 'stale' })

  await until(() => health.get(PARTS.publicStream) === 'ok 2 of 2 connections up', 'the new connection', 30_000)
  const backAt = performance.now()
  await until(() => health.get(PARTS.books) === 'ok 2 of 2 live', 'its book')
  await until(() => holds().length === 0, 'the end of the hold', 20_000)
  // Two clean readings, five seconds apart (S1).
  expect(performance.now() - backAt).toBeGreaterThan(4_900)

  const closes = (): number[][] => {
    const series: number[][] = SYMBOLS.map(() => [])
    for (const row of store.rows)
      if (row.kind === 'input' && row.input.type === 'bars-closed')
        for (const { instrument, bar } of row.input.bars) series[instrument]?.push(bar.ts)
    return series
  }
  const backTs = closes()[0]?.at(-1) ?? 0
  await until(() => closes().every((series) => (series.at(-1) ?? 0) > backTs), 'bars of both symbols after the silence')
  // A market minute is a second here: of the silent minutes the gate asks one by one, and what closes during a reading is decided after it.
  for (const series of closes()) {
    expect(series.length).toBeGreaterThan(200)
    expect(series.slice(1).map((at, k) => at - (series[k] as number))).toEqual(series.slice(1).map(() => MINUTE_MS))
  }
  expect(JSON.stringify(store.rows)).not.toContain('orderbook')
}, 90_000)
