/**
 * Spot through the whole wire: the adapter on the real client, against the simulator's server on loopback.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { panicDirect } from '../../src/emergency/panic-direct.ts'
import { machineClock } from '../../src/system/wall-clock.ts'
import { type Lots, type Ticks, instrumentIndex, lots, orderId, ticks, ts } from '../../src/core/units.ts'
import { type Instrument, makeInstrument } from '../../src/market/instrument.ts'
import type { BookMirror } from '../../src/market/order-book.ts'
import type { SubmitOrder } from '../../src/trading/event.ts'
import type { AccountReading, ExecutionReport, OrderReport, StreamReport } from '../../src/trading/report.ts'
import { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import { BybitClient } from '../../src/venue/bybit/http/client.ts'
import { PanicAccount } from '../../src/venue/bybit/read/panic-account.ts'
import type { Quote } from '../../src/venue/port/venue.ts'
import { serveExchange } from '../../src/venue/sim/bybit-server/serve-exchange.ts'
import { SIM_KEY, SIM_SECRET } from '../../src/venue/sim/sim-key.ts'
import { marketOrder } from '../support/venue/market-order.ts'

const SPOT = instrumentIndex(1)
let server: Awaited<ReturnType<typeof serveExchange>>
let client: BybitClient
let venue: BybitVenue
let spot: Instrument
const reports: StreamReport[] = []
const quotes = new Map<number, Quote>()
const books = new Map<number, BookMirror>()
const odd: string[] = []
const up = new Set<string>()

beforeAll(async () => {
  server = await serveExchange({ port: 0, seed: 7, speed: 1 })
  const base = `127.0.0.1:${server.port}`
  client = new BybitClient({
    credentials: { key: SIM_KEY, secret: SIM_SECRET },
    restUrl: `http://${base}`,
    publicStreamUrl: `ws://${base}/v5/public/linear`,
    privateStreamUrl: `ws://${base}/v5/private`,
    timeoutMs: 2_000,
    recvWindowMs: 5_000,
  })
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  venue = new BybitVenue(client, {
    intervalMs: 60_000,
    wallMs: Date.now,
    steadyMs: () => performance.now(),
    sleep,
    simClock: undefined,
    bookDepth: 50,
  })
  const specs = await venue.instruments(['BTCUSDT', 'BTCUSDT-SPOT'])
  if (!specs.ok) throw new Error(specs.error.detail)
  const instruments = specs.value.map(makeInstrument)
  spot = instruments[SPOT] as Instrument
  venue.use(instruments)
  venue.open({
    report: (report) => reports.push(report),
    position: () => {},
    wallet: () => {},
    bar: () => {},
    quote: (quote) => quotes.set(quote.instrument, quote),
    book: (book) => books.set(book.instrument.index, book),
    stream: (name, state, _detail, part) => {
      if (state === 'up') up.add(`${name} ${part?.symbols.join() ?? ''}`)
    },
    odd: (symbol, detail) => odd.push(`${symbol}: ${detail}`),
  })
  await until(() => up.size === 3 && quotes.size === 2 && books.size === 2, 'the streams')
}, 20_000)
afterAll(async () => {
  await client.close()
  await server.close()
})

async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + 8_000
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`waited for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const submit = (n: number, part: Partial<SubmitOrder>): SubmitOrder =>
  marketOrder({ orderId: orderId(n), clientOrderId: `b1-abc123-${n}`, instrument: SPOT, lots: lots(10_000) }, part)
const idOf = (n: number) => ({ orderId: orderId(n), clientOrderId: `b1-abc123-${n}`, venueOrderId: undefined, instrument: SPOT })
const reading = async (): Promise<AccountReading> => {
  const read = await venue.readAccount(ts((quotes.get(SPOT)?.ts ?? 0) - 60_000))
  if (!read.ok) throw new Error(read.error.detail)
  return read.value
}
const last = (): Ticks => {
  const price = quotes.get(SPOT)?.last
  if (price === undefined) throw new Error('no price yet')
  return price
}
const at = (part: number): Ticks => ticks(Math.round(last() * part))
const told = (n: number) => reports.filter((r): r is OrderReport => r.type === 'order' && r.clientOrderId === `b1-abc123-${n}`)
const fills = (n: number) => reports.filter((r): r is ExecutionReport => r.type === 'execution' && r.clientOrderId === `b1-abc123-${n}`)

test('streams: three connections, both markets by name, nothing odd', () => {
  expect([...up].sort()).toEqual(['private ', 'public BTCUSDT', 'public BTCUSDT-SPOT'])
  expect(quotes.get(SPOT)?.mark).toBe(quotes.get(SPOT)?.last)
  expect(books.get(SPOT)?.isLive).toBe(true)
  expect(odd).toEqual([])
})

test('a purchase pays its fee in coins, and the account has what is left', async () => {
  expect((await venue.send(submit(1, {}))).type).toBe('taken')
  await until(() => fills(1).length > 0 && told(1).some((r) => r.status === 'filled'), 'the fill')
  expect(fills(1)[0]).toMatchObject({ instrument: SPOT, lots: 10_000, feeCoin: 'BTC', feeLotParts: 10_000_000, leaves: 0 })
  const { holdings, executions, positions } = await reading()
  expect(holdings).toEqual([{ instrument: SPOT, lots: 9_990 }])
  expect(executions.at(-1)).toEqual(fills(1)[0])
  expect(positions.filter((p) => p.lots !== 0)).toEqual([])
}, 15_000)

test('a stop and a target wait for the same coins, and each is what it is', async () => {
  const held: Lots = lots(9_990)
  expect((await venue.send(submit(2, { side: -1, kind: 'stop-market', trigger: at(0.8), lots: held, reduceOnly: true }))).type).toBe(
    'taken',
  )
  expect(
    (await venue.send(submit(3, { side: -1, kind: 'take-profit-limit', trigger: at(1.2), limit: at(1.19), lots: held, reduceOnly: true })))
      .type,
  ).toBe('taken')
  expect((await venue.send(submit(4, { kind: 'limit', limit: at(0.8), timeInForce: 'post-only' }))).type).toBe('taken')
  await until(() => told(2).length + told(3).length + told(4).length === 3, 'the orders')
  const { openOrders } = await reading()
  expect(openOrders.map((o) => [o.clientOrderId, o.kind, o.reduceOnly, o.status, o.origin]).sort()).toEqual([
    ['b1-abc123-2', 'stop-market', true, 'open', 'ours'],
    ['b1-abc123-3', 'take-profit-limit', true, 'open', 'ours'],
    ['b1-abc123-4', 'limit', false, 'open', 'ours'],
  ])
  expect(openOrders.find((o) => o.clientOrderId === 'b1-abc123-3')).toMatchObject({ limit: expect.any(Number), lots: 9_990 })
  const found = await venue.lookUp(SPOT, 'b1-abc123-2')
  expect(found).toMatchObject({ ok: true, value: { order: { kind: 'stop-market', trigger: expect.any(Number) } } })
}, 15_000)

test('a stop moves and shrinks, by a process that made it and by one that did not', async () => {
  const other = new BybitVenue(client, {
    intervalMs: 60_000,
    wallMs: Date.now,
    steadyMs: () => performance.now(),
    sleep: async () => {},
    simClock: undefined,
  })
  other.use([0, 1].map((k) => ({ ...spot, index: instrumentIndex(k) })))
  for (const [by, part] of [
    [venue, 0.82],
    [other, 0.83],
  ] as const) {
    const trigger = at(part)
    expect((await by.send({ type: 'amend-order', ...idOf(2), lots: lots(9_000), limit: undefined, trigger })).type).toBe('taken')
    await until(() => told(2).some((r) => r.trigger === trigger && r.lots === 9_000), 'the move')
  }
  expect((await other.send({ type: 'cancel-order', ...idOf(3) })).type).toBe('taken')
  expect((await venue.send({ type: 'cancel-order', ...idOf(4) })).type).toBe('taken')
  await until(() => told(3).some((r) => r.status === 'canceled') && told(4).some((r) => r.status === 'canceled'), 'the cancels')
  expect(await venue.send({ type: 'cancel-order', ...idOf(3) })).toMatchObject({ type: 'unknown', error: { type: 'gone' } })
  expect(await venue.lookUp(SPOT, 'b1-abc123-3')).toMatchObject({ ok: true, value: { order: { status: 'canceled' } } })
  expect(await venue.lookUp(SPOT, 'b1-abc123-99')).toEqual({ ok: true, value: undefined })
}, 15_000)

test('more than there is cannot be sold, an id is taken once, a protection is refused', async () => {
  expect(await venue.send(submit(5, { side: -1, lots: lots(20_000), reduceOnly: true }))).toMatchObject({ type: 'refused' })
  expect(await venue.send(submit(1, {}))).toMatchObject({ type: 'unknown', error: { type: 'duplicate' } })
  expect(await venue.send({ type: 'set-protection', instrument: SPOT, stop: at(0.9), triggerBy: 'last' })).toMatchObject({
    type: 'refused',
  })
})

test('a sale brings money, and nothing is left', async () => {
  expect((await venue.send({ type: 'cancel-order', ...idOf(2) })).type).toBe('taken')
  expect((await venue.send(submit(6, { side: -1, lots: lots(9_990), reduceOnly: true }))).type).toBe('taken')
  await until(() => fills(6).length > 0, 'the sale')
  expect(fills(6)[0]).toMatchObject({ feeCoin: 'USDT', leaves: 0 })
  expect(fills(6)[0]?.feeLotParts).toBeUndefined()
  const after = await reading()
  expect([after.holdings, after.openOrders]).toEqual([[{ instrument: SPOT, lots: 0 }], []])
  expect(odd).toEqual([])
}, 15_000)

test('what trading rests on', async () => {
  const { key, spotFees, fees } = await venue.conditions()
  expect(key).toMatchObject({ value: { mayTradeSpot: true } })
  expect([fees, spotFees]).toMatchObject([
    { value: [{ symbol: 'BTCUSDT' }] },
    { value: [{ symbol: 'BTCUSDT-SPOT', takerRate: 10_000_000 }] },
  ])
  const bars = await venue.candles(SPOT, undefined, ts(Date.now() + 1e12), 5)
  expect(bars.ok && bars.value.length).toBe(5)
})

test('S7 panic past the trader: our stop goes, our coins are sold, coins of others stay', async () => {
  expect((await venue.send(submit(11, {}))).type).toBe('taken')
  const theirs = { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '0.02', marketUnit: 'baseCoin' }
  expect(await client.call('POST', '/v5/order/create', { ...theirs, orderLinkId: 'by-hand' })).toMatchObject({ body: { retCode: 0 } })
  expect(
    (await venue.send(submit(12, { side: -1, kind: 'stop-market', trigger: at(0.8), lots: lots(9_990), reduceOnly: true }))).type,
  ).toBe('taken')
  await until(() => told(12).length > 0 && fills(11).length > 0, 'position and stop')
  const outcome = await panicDirect({
    account: new PanicAccount(client, Date.now),
    scope: { type: 'owned', positions: [{ symbol: 'BTCUSDT-SPOT', side: 'long', size: '0.00999' }] },
    scopeFillTs: (quotes.get(SPOT)?.ts ?? 0) + 1_000,
    tag: 'abc123',
    idPrefixes: ['b1-abc123-'],
    record: () => {},
    wallClock: machineClock,
    say: () => {},
    limitMs: 8_000,
  })
  expect(outcome).toMatchObject({ isFlat: true, ordersSent: 1 })
  expect(outcome.sentence).toContain('spot 0.01998')
  const after = await reading()
  expect([after.holdings, after.openOrders]).toEqual([[{ instrument: SPOT, lots: 19_980 }], []])
}, 15_000)
