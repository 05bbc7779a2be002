/**
 * Faults through the real server: what a client on a port sees of each, and what the exchange did meanwhile.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import WebSocket from 'ws'
import { SIM_KEY, SIM_SECRET } from '../sim-key.ts'
import { hmac } from './auth.ts'
import { serveExchange } from './serve-exchange.ts'
import type { RunningServer } from './server.ts'

let server: RunningServer
const sockets: WebSocket[] = []
beforeEach(async () => {
  server = await serveExchange({ port: 0, seed: 3, speed: 1 })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await server.close()
})

const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`
const admin = async (
  method: string,
  body?: unknown,
): Promise<{ status: number; body: { error?: string; rules?: { fired: number }[] } }> => {
  const reply = await fetch(url('/_sim/faults'), { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return { status: reply.status, body: (await reply.json()) as never }
}

let links = 0
async function create(): Promise<{ linkId: string; status: number | 'broken'; text: string }> {
  const linkId = `t-${++links}`
  const body = JSON.stringify({
    category: 'linear',
    symbol: 'BTCUSDT',
    side: 'Buy',
    orderType: 'Market',
    qty: '0.001',
    orderLinkId: linkId,
  })
  const stamp = String(Date.now())
  const headers = {
    'x-bapi-api-key': SIM_KEY,
    'x-bapi-timestamp': stamp,
    'x-bapi-recv-window': '5000',
    'x-bapi-sign': hmac(SIM_SECRET, `${stamp}${SIM_KEY}5000${body}`),
  }
  try {
    const reply = await fetch(url('/v5/order/create'), { method: 'POST', body, headers, signal: AbortSignal.timeout(300) })
    return { linkId, status: reply.status, text: await reply.text() }
  } catch {
    return { linkId, status: 'broken', text: '' }
  }
}
const isKnown = async (linkId: string): Promise<boolean> => {
  const state = (await (await fetch(url('/_sim/state'))).json()) as { orders: { orderLinkId: string }[] }
  return state.orders.some((o) => o.orderLinkId === linkId)
}

test.each([
  ['drop-reply-before', { type: 'drop-reply-before', way: 'reset' }, 'broken', '', false],
  ['drop-reply-before, hanging', { type: 'drop-reply-before', way: 'hang' }, 'broken', '', false],
  ['drop-reply-after', { type: 'drop-reply-after' }, 'broken', '', true],
  ['an error code', { type: 'error', retCode: 10016 }, 200, '"retCode":10016', false],
  ['an HTTP status', { type: 'http', status: 503 }, 503, '', false],
  ['a rate limit', { type: 'rate-limit', waitMs: 250 }, 200, '"retCode":10006', false],
  ['HTML with 200', { type: 'html-200', isDone: true }, 200, '<html>', true],
  ['no retCode', { type: 'no-ret-code', isDone: false }, 200, '{}', false],
  ['maintenance', { type: 'maintenance' }, 200, '"retCode":10016', false],
  ['a delayed reply', { type: 'delay-reply', ms: 20 }, 200, '"retCode":0', true],
  ['a delayed request', { type: 'delay-request', ms: 20 }, 200, '"retCode":0', true],
])('%s', async (_, effect, status, text, isDone) => {
  expect((await admin('POST', { rules: [{ match: { path: '/v5/order/*' }, effect }] })).status).toBe(200)
  const reply = await create()
  expect(reply.status).toBe(status)
  expect(reply.text).toContain(text)
  expect(await isKnown(reply.linkId)).toBe(isDone)
  expect((await admin('GET')).body.rules?.[0]?.fired).toBe(1)
  await admin('DELETE')
  expect((await create()).text).toContain('"retCode":0')
})

test('a plan that cannot be used is refused in words, and nothing of it is kept', async () => {
  for (const bad of [
    { rules: [{ effect: { type: 'explode' } }] },
    { rules: [{ match: { pth: 'x' }, effect: { type: 'duplicate' } }] },
    { rules: 3 },
  ]) {
    const reply = await admin('POST', bad)
    expect(reply.status).toBe(400)
    expect(reply.body.error).toMatch(/^The plan cannot be used: .+/)
  }
  expect((await admin('GET')).body.rules).toEqual([])
  expect((await admin('PUT')).status).toBe(405)
})

async function privateStream(): Promise<{ socket: WebSocket; texts: string[]; closed: Promise<void> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v5/private`)
  sockets.push(socket)
  const texts: string[] = []
  socket.on('message', (data) => texts.push(String(data)))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise((resolve) => socket.once('open', resolve))
  const expires = Date.now() + 10_000
  socket.send(JSON.stringify({ op: 'auth', args: [SIM_KEY, expires, hmac(SIM_SECRET, `GET/realtime${expires}`)] }))
  socket.send(JSON.stringify({ op: 'subscribe', args: ['order', 'execution'] }))
  await until(() => texts.some((t) => t.includes('"op":"subscribe"')))
  return { socket, texts, closed }
}

async function until(condition: () => boolean): Promise<void> {
  for (let k = 0; k < 300 && !condition(); k++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(condition()).toBe(true)
}
const kinds = (texts: readonly string[]): string[] =>
  texts.flatMap((t) => (t.includes('"topic":"execution"') ? ['execution'] : t.includes('"orderStatus":"Filled"') ? ['filled'] : []))

test('frames are doubled', async () => {
  const { texts } = await privateStream()
  await admin('POST', { rules: [{ match: { topic: 'execution' }, effect: { type: 'duplicate' } }] })
  await create()
  await until(() => kinds(texts).includes('filled'))
  expect(kinds(texts)).toEqual(['execution', 'execution', 'filled'])
  expect(new Set(texts.filter((t) => t.includes('"topic":"execution"'))).size).toBe(1)
})

test('frames are turned around', async () => {
  const { texts } = await privateStream()
  await admin('POST', { rules: [{ match: { topic: 'execution' }, effect: { type: 'reorder' } }] })
  await create()
  await until(() => kinds(texts).length === 2)
  expect(kinds(texts)).toEqual(['filled', 'execution'])
})

test('a silent stream holds back and then delivers all; a broken one closes', async () => {
  const { texts, closed } = await privateStream()
  await admin('POST', { rules: [{ match: { stream: 'private' }, when: { untilMs: 400 }, effect: { type: 'silence' } }] })
  await create()
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(kinds(texts)).toEqual([])
  await until(() => kinds(texts).length === 2)
  await admin('POST', { rules: [{ match: { stream: 'private' }, when: { times: 1 }, effect: { type: 'disconnect' } }] })
  await closed
})
