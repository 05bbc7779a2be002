/**
 * S2 through the whole wire: HTTP answers 403, and an exit goes over the trade WebSocket of the simulator's server, by the real client.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OrderSender } from '../../src/trader/orders/order-sender.ts'
import { machineClock } from '../../src/system/wall-clock.ts'
import { instrumentIndex, lots, orderId, ticks, ts } from '../../src/core/units.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import type { OrderCommand, SubmitOrder, VenueEvent } from '../../src/trading/event.ts'
import type { ExecutionReport, StreamReport } from '../../src/trading/report.ts'
import { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import { BybitClient } from '../../src/venue/bybit/http/client.ts'
import { serveExchange } from '../../src/venue/sim/bybit-server/serve-exchange.ts'
import type { FaultRule } from '../../src/venue/sim/models/faults.ts'
import { SIM_KEY, SIM_SECRET } from '../../src/venue/sim/sim-key.ts'

const BTC = instrumentIndex(0)
const BAN_MS = 600_000

let server: Awaited<ReturnType<typeof serveExchange>>
let client: BybitClient
let venue: BybitVenue
let sender: OrderSender
let url = ''
/** What has passed of the ban without waiting for it, wall-clock ms. */
let aheadMs = 0
let reports: StreamReport[] = []
let told: string[] = []
let heard: (string | undefined)[] = []

beforeEach(async () => {
  server = await serveExchange({ port: 0, seed: 7, speed: 1 })
  url = `http://127.0.0.1:${server.port}`
  aheadMs = 0
  reports = []
  told = []
  heard = []
  const streams = url.replace('http', 'ws')
  client = new BybitClient({
    credentials: { key: SIM_KEY, secret: SIM_SECRET },
    restUrl: url,
    publicStreamUrl: `${streams}/v5/public/linear`,
    privateStreamUrl: `${streams}/v5/private`,
    tradeStreamUrl: `${streams}/v5/trade`,
    timeoutMs: 1_000,
    recvWindowMs: 5_000,
  })
  venue = new BybitVenue(client, {
    intervalMs: 60_000,
    wallMs: Date.now,
    steadyMs: () => performance.now() + aheadMs,
    sleep: machineClock.sleep,
    simClock: undefined,
  })
  const specs = await venue.instruments(['BTCUSDT'])
  if (!specs.ok) throw new Error(specs.error.detail)
  venue.use(specs.value.map(makeInstrument))
  venue.listen((error) => heard.push(error?.code))
  const up = new Set<string>()
  venue.open({
    report: (report) => reports.push(report),
    position: () => {},
    wallet: () => {},
    bar: () => {},
    quote: () => {},
    book: () => {},
    stream: (name, state) => void (state === 'up' && up.add(name)),
    odd: (symbol, detail) => {
      throw new Error(`${symbol}: ${detail}`)
    },
  })
  sender = new OrderSender({
    venue,
    wallClock: machineClock,
    now: () => ts(1),
    onEvent: (event: VenueEvent) => told.push(`${event.type} ${'orderId' in event ? event.orderId : ''}`),
    report: (report) => reports.push(report),
    order: () => undefined,
    note: () => {},
    changeRefused: () => {},
    authLost: () => {},
  })
  await until(() => up.size === 2, 'the streams')
  sender.send(submit(1, false))
  await until(() => fills(1).length > 0, 'the entry')
}, 20_000)
afterEach(async () => {
  sender.stop()
  await client.close()
  await server.close()
})

async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`waited for: ${what}`)
    await machineClock.sleep(20)
  }
}
const submit = (n: number, reduceOnly: boolean): SubmitOrder => ({
  type: 'submit-order',
  orderId: orderId(n),
  clientOrderId: `b1-abc123-${n}`,
  instrument: BTC,
  side: reduceOnly ? -1 : 1,
  kind: 'market',
  lots: lots(10),
  budget: undefined,
  limit: undefined,
  trigger: undefined,
  triggerBy: 'mark',
  stop: undefined,
  targets: undefined,
  timeInForce: 'gtc',
  reduceOnly,
})
/** Each execution once, however often it was reported. */
const fills = (n: number): ExecutionReport[] => [
  ...new Map(
    reports.flatMap((r) => (r.type === 'execution' && r.clientOrderId === `b1-abc123-${n}` ? [[r.tradeId, r] as const] : [])),
  ).values(),
]
async function fault(...rules: readonly FaultRule[]): Promise<void> {
  const answer = await fetch(`${url}/_sim/faults`, { method: 'POST', body: JSON.stringify({ seed: 1, rules }) })
  expect(answer.ok).toBe(true)
}
const forbidden: FaultRule = { match: { path: '/v5/*' }, when: {}, effect: { type: 'http', status: 403 } }
const creates = (effect: FaultRule['effect'], times: number): FaultRule => ({ match: { op: 'order.create' }, when: { times }, effect })
const fired = async (): Promise<number[]> => {
  const counts = (await (await fetch(`${url}/_sim/faults`)).json()) as { rules: { fired: number }[] } | { fired: number }[]
  return (Array.isArray(counts) ? counts : counts.rules).map((rule) => rule.fired)
}
/** HTTP answers again, and ten minutes are over. */
async function lifted(): Promise<void> {
  await fetch(`${url}/_sim/faults`, { method: 'DELETE' })
  aheadMs = BAN_MS + 1_000
}
async function account(): Promise<{ held: number; mine: string[]; open: number }> {
  const read = await venue.readAccount(ts((fills(1)[0]?.ts ?? 0) - 60_000))
  if (!read.ok) throw new Error(`${read.error.code} ${read.error.detail}`)
  const { positions, executions, openOrders } = read.value
  return {
    held: positions.reduce((sum, position) => sum + position.lots, 0),
    mine: [...new Set(executions.flatMap((e) => (e.type === 'execution' ? [e.clientOrderId] : [])))].sort(),
    open: openOrders.length,
  }
}

test('S2 a close during the ban is filled and reported once, and no second one goes out when HTTP is back', async () => {
  await fault(forbidden)
  sender.send(submit(2, true))
  await until(() => fills(2).length > 0, 'the fill of the close')
  await sender.whenIdle()
  expect([told, heard.slice(-2)]).toEqual([
    ['order-accepted 1', 'order-accepted 2'],
    ['http-403', undefined],
  ])
  // One request, the one that found the ban: neither entries, nor stops, nor readings ask again.
  const stop: OrderCommand = { type: 'set-protection', instrument: BTC, stop: ticks(1), triggerBy: 'mark' }
  for (const command of [submit(3, false), stop])
    expect(await venue.send(command)).toMatchObject({ type: 'retry', error: { code: 'ip-ban' } })
  expect((await venue.readAccount(ts(0))).ok).toBe(false)
  expect(await fired()).toEqual([1])
  await lifted()
  await machineClock.sleep(2_500)
  const sold = fills(2).reduce((sum, fill) => sum + fill.lots, 0)
  expect([await account(), sold]).toEqual([{ held: 0, mine: ['b1-abc123-1', 'b1-abc123-2'], open: 0 }, 10])
}, 30_000)

test('a resting exit is changed and canceled during the ban', async () => {
  const price = fills(1)[0]?.price ?? ticks(0)
  const at = (part: number) => ticks(Math.round(price * part))
  sender.send({ ...submit(4, true), kind: 'limit', limit: at(1.1) })
  await until(() => told.includes('order-accepted 4'), 'the exit')
  await fault(forbidden)
  const id = { orderId: orderId(4), clientOrderId: 'b1-abc123-4', venueOrderId: undefined, instrument: BTC }
  expect((await venue.send({ type: 'amend-order', ...id, lots: lots(5), limit: at(1.12), trigger: undefined })).type).toBe('taken')
  await until(() => reports.some((r) => r.type === 'order' && r.clientOrderId === 'b1-abc123-4' && r.lots === 5), 'the change')
  expect((await venue.send({ type: 'cancel-order', ...id })).type).toBe('taken')
  await until(() => reports.some((r) => r.type === 'order' && r.clientOrderId === 'b1-abc123-4' && r.status === 'canceled'), 'the cancel')
  expect(await fired()).toEqual([1])
}, 30_000)

test('S6 a lost reply: never sent twice, and found when HTTP is back', async () => {
  await fault(forbidden, creates({ type: 'drop-reply-after', way: 'hang' }, 1))
  sender.send(submit(2, true))
  await until(() => fills(2).length > 0, 'the fill of the close')
  await until(() => sender.settlingCount === 1, 'the search for the order')
  await machineClock.sleep(3_000)
  expect([sender.settlingCount, await fired(), told]).toEqual([1, [1, 1], ['order-accepted 1']])
  await lifted()
  await until(() => sender.settlingCount === 0, 'the end of the search')
  expect(told).toEqual(['order-accepted 1', 'order-accepted 2'])
  expect(await account()).toEqual({ held: 0, mine: ['b1-abc123-1', 'b1-abc123-2'], open: 0 })
}, 30_000)

test('the trade WebSocket refuses for a while: tried again until it is taken', async () => {
  await fault(forbidden, creates({ type: 'error', retCode: 10403, retMsg: 'Exceed IP limit' }, 2))
  sender.send(submit(2, true))
  await until(() => fills(2).length > 0, 'the fill of the close')
  expect([heard.slice(-4), await fired()]).toEqual([
    ['http-403', 'trade-websocket', 'trade-websocket', undefined],
    [1, 2],
  ])
}, 30_000)
