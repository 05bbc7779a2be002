/**
 * One write over the trade WebSocket against a server on loopback that does each thing wrong which can go wrong.
 */
import { createHmac } from 'node:crypto'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { BybitClient } from '../http/client.ts'
import { errorOf } from '../http/error.ts'
import { writeOnce } from './trade-socket.ts'
import type { RawReply } from '../http/transport.ts'

const KEY = 'the-api-key-of-the-test'
const SECRET = 'the-api-secret-of-the-test'
const LIMIT_MS = 400
const BODY = { category: 'linear', symbol: 'BTCUSDT', qty: '0.001', orderLinkId: 'b1-abc123-7', reduceOnly: true, orderFilter: undefined }

interface Frame {
  readonly op: string
  readonly reqId: string
  readonly args: readonly unknown[]
  readonly header: Readonly<Record<string, string>>
}

let server: Server
let sockets: WebSocketServer
let url = ''
/** All frames that the server got, over all connections. */
let frames: Frame[] = []
let connections = 0
let onFrame: (socket: WebSocket, frame: Frame) => void

const say = (socket: WebSocket, frame: object): void => socket.send(JSON.stringify(frame))
const signIn = (socket: WebSocket): void => say(socket, { retCode: 0, retMsg: 'OK', op: 'auth', connId: 'c' })
const taken = { retCode: 0, retMsg: 'OK', op: 'order.create', data: { orderId: 'v-1', orderLinkId: 'b1-abc123-7' }, retExtInfo: {} }
const write = (at = url): Promise<RawReply> =>
  writeOnce({ url: at, credentials: { key: KEY, secret: SECRET }, limitMs: LIMIT_MS, recvWindowMs: 5_000 }, 'order.create', BODY)
const orders = (): Frame[] => frames.filter(({ op }) => op !== 'auth')
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

beforeEach(async () => {
  frames = []
  connections = 0
  server = createServer()
  sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    connections += 1
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame
      frames.push(frame)
      onFrame(socket, frame)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v5/trade`
})
afterEach(async () => {
  for (const socket of sockets.clients) socket.terminate()
  sockets.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** Signs in, and does this with the order. */
const onOrder = (run: (socket: WebSocket, frame: Frame) => void): void => {
  onFrame = (socket, frame) => (frame.op === 'auth' ? signIn(socket) : run(socket, frame))
}

test('a write: signed in once, the body as over HTTP, its own reply, and the connection is closed', async () => {
  const header = { 'X-Bapi-Limit': '10', 'X-Bapi-Limit-Status': '9', 'X-Bapi-Limit-Reset-Timestamp': '1700000000000' }
  onOrder((socket, { reqId }) => say(socket, { reqId, ...taken, header, connId: 'c' }))
  expect(await write()).toEqual({
    type: 'reply',
    body: { retCode: 0, retMsg: 'OK', result: taken.data, retExtInfo: {} },
    limits: { max: 10, remaining: 9, resetAtMs: 1_700_000_000_000 },
  })
  expect(frames.map(({ op }) => op)).toEqual(['auth', 'order.create'])
  const [key, expires, sign] = (frames[0] as Frame).args
  expect([key, sign]).toEqual([
    KEY,
    createHmac('sha256', SECRET)
      .update(`GET/realtime${String(expires)}`)
      .digest('hex'),
  ])
  const [order] = orders()
  expect(order?.args).toEqual([JSON.parse(JSON.stringify(BODY))])
  expect(Object.keys(order?.header ?? {}).sort()).toEqual(['X-BAPI-RECV-WINDOW', 'X-BAPI-TIMESTAMP'])
  expect(Math.abs(Date.now() - Number(order?.header['X-BAPI-TIMESTAMP']))).toBeLessThan(2_000)
  expect(order?.reqId.length).toBeLessThanOrEqual(36)
  await vi.waitFor(() => expect(sockets.clients.size).toBe(0), 5_000)
})

describe('certain that nothing was taken', () => {
  test.each<[name: string, run: (socket: WebSocket) => void, detail: string]>([
    [
      'the sign-in is refused',
      (socket) => say(socket, { retCode: 10004, retMsg: `origin_string[GET/realtime${KEY}]`, op: 'auth' }),
      'the sign-in was refused (10004)',
    ],
    [
      'too many sessions',
      (socket) => say(socket, { retCode: 10003, retMsg: 'too many sessions', op: 'auth' }),
      'the sign-in was refused (10003)',
    ],
    ['no answer to the sign-in', () => {}, 'not signed in within 200 ms'],
    ['closed before the sign-in', (socket) => socket.terminate(), 'the connection was closed'],
  ])('certain that nothing was taken: %s', async (_, run, detail) => {
    onFrame = run
    const reply = await write()
    expect(reply).toEqual({ type: 'not-sent', detail })
    await pass(100)
    expect([orders(), connections]).toEqual([[], 1])
  })

  test('signed in too late: the order never leaves', async () => {
    onFrame = (socket) => setTimeout(() => signIn(socket), LIMIT_MS / 2 + 20)
    expect((await write()).type).toBe('not-sent')
    await pass(LIMIT_MS)
    expect(orders()).toEqual([])
  })

  test('certain that nothing was taken: nobody listens, the upgrade is refused, the address is none', async () => {
    expect(await write('ws://127.0.0.1:1/v5/trade')).toEqual({ type: 'not-sent', detail: 'ECONNREFUSED' })
    expect((await write('no address')).type).toBe('not-sent')
    const refusing = createServer().on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n'))
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
    const { port } = refusing.address() as AddressInfo
    expect(await write(`ws://127.0.0.1:${port}/v5/trade`)).toEqual({ type: 'not-sent', detail: 'HTTP 403' })
    refusing.close()
  })

  test('a handshake that hangs', async () => {
    const silent = createServer().on('upgrade', () => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    expect(await write(`ws://127.0.0.1:${port}/v5/trade`)).toEqual({ type: 'not-sent', detail: 'not signed in within 200 ms' })
    silent.closeAllConnections()
    silent.close()
  })
})

describe('the order has left', () => {
  test('no reply: unknown, never sent again', async () => {
    onOrder(() => {})
    expect(await write()).toEqual({ type: 'unknown', detail: 'no reply within 400 ms' })
    await pass(100)
    expect([orders().length, connections]).toEqual([1, 1])
  })

  test('closed in the middle: unknown, and nothing connects again', async () => {
    onOrder((socket) => socket.terminate())
    const reply = await write()
    expect(reply).toEqual({ type: 'unknown', detail: 'the connection was closed' })
    expect(errorOf(reply, true, 0)?.type).toBe('unknown-outcome')
    await pass(200)
    expect([orders().length, connections]).toEqual([1, 1])
  })

  test('replies of others, or to nobody, come first: only its own counts', async () => {
    onOrder((socket, { reqId }) => {
      say(socket, { reqId: 'another', retCode: 110017, retMsg: 'no', op: 'order.create', data: {} })
      say(socket, { retCode: 10016, retMsg: 'no', op: 'order.create' })
      socket.send('not JSON')
      signIn(socket)
      say(socket, { reqId, ...taken })
    })
    expect(await write()).toMatchObject({ type: 'reply', body: { retCode: 0 }, limits: undefined })
    expect(orders()).toHaveLength(1)
  })

  test('a reply without its reqId, or without a retCode, reveals nothing', async () => {
    onOrder((socket) => say(socket, taken))
    expect((await write()).type).toBe('unknown')
    onOrder((socket, { reqId }) => say(socket, { reqId, op: 'order.create' }))
    expect(await write()).toEqual({ type: 'unknown', detail: 'reply has no retCode' })
  })

  test('10403: the address sends too much here too, and nothing was taken', async () => {
    onOrder((socket, { reqId }) => say(socket, { reqId, retCode: 10403, retMsg: 'Exceed IP limit', op: 'order.create', data: {} }))
    const reply = await write()
    expect(reply).toMatchObject({ type: 'reply', body: { retCode: 10403 } })
    expect(errorOf(reply, true, 0)?.type).toBe('retry-after')
  })
})

test('no secret, key or signature in any answer', async () => {
  const answers: RawReply[] = []
  for (const run of [
    (socket: WebSocket) => say(socket, { retCode: 10004, retMsg: `sign ${SECRET} of ${KEY}`, op: 'auth' }),
    (socket: WebSocket) => socket.terminate(),
    () => {},
  ]) {
    onFrame = run
    answers.push(await write())
  }
  const text = JSON.stringify(answers)
  for (const word of [KEY, SECRET, 'sign ']) expect(text).not.toContain(word)
})

describe('the client', () => {
  const client = (part: Partial<ConstructorParameters<typeof BybitClient>[0]>): BybitClient =>
    new BybitClient({
      credentials: { key: KEY, secret: SECRET },
      restUrl: 'http://127.0.0.1:1',
      publicStreamUrl: url,
      privateStreamUrl: url,
      tradeStreamUrl: url,
      timeoutMs: LIMIT_MS,
      recvWindowMs: 5_000,
      ...part,
    })

  test('the client has the way where it has a key and an address', async () => {
    onOrder((socket, { reqId }) => say(socket, { reqId, ...taken }))
    expect(await client({}).trade?.('order.create', BODY)).toMatchObject({ body: { retCode: 0 } })
    expect(client({ tradeStreamUrl: undefined }).trade).toBeUndefined()
    expect(client({ credentials: undefined }).trade).toBeUndefined()
  })

  test('the client opens no more than 200 connections in five minutes: the rest was not sent', async () => {
    onFrame = (socket) => say(socket, { retCode: 10004, op: 'auth' })
    const { trade } = client({})
    for (let k = 0; k < 200; k += 20) await Promise.all(Array.from({ length: 20 }, () => trade?.('order.cancel', BODY)))
    expect(await trade?.('order.cancel', BODY)).toEqual({ type: 'not-sent', detail: 'too many connections to the trade WebSocket' })
    expect(connections).toBe(200)
  })
})
