/**
 * Many connections of one stream against a server on loopback: which topics go where, what falls when one falls, and how each comes back.
 */
import type { StreamPart, StreamState } from '../../port/streams.ts'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { BybitClient, type ClientOptions, SYMBOLS_PER_CONNECTION, partTopics } from '../http/client.ts'

interface Spoken {
  readonly op: string
  readonly args?: readonly string[]
  readonly req_id?: string
}
interface Line {
  readonly socket: WebSocket
  readonly path: string
  readonly spoken: Spoken[]
}

let server: Server
let sockets: WebSocketServer
let base = ''
let lines: Line[] = []
/** Upgrades that are left without an answer. */
let unanswered = 0
const hanging: Duplex[] = []
let upgrades = 0
const clients: BybitClient[] = []

beforeEach(async () => {
  lines = []
  unanswered = 0
  upgrades = 0
  server = createServer()
  sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, stream, head) => {
    upgrades += 1
    if (unanswered > 0) {
      unanswered -= 1
      hanging.push(stream)
      // The client may reset what nobody answers.
      stream.on('error', () => undefined)
    } else sockets.handleUpgrade(request, stream, head, (socket) => obey(socket, request.url ?? ''))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  for (const stream of hanging.splice(0)) stream.destroy()
  for (const socket of sockets.clients) socket.terminate()
  sockets.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** Answers as Bybit's public stream does. */
function obey(socket: WebSocket, path: string): void {
  const line: Line = { socket, path, spoken: [] }
  lines.push(line)
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Spoken
    if (frame.op === 'ping') socket.send(JSON.stringify({ success: true, ret_msg: 'pong', conn_id: 'c', op: 'ping' }))
    else {
      line.spoken.push(frame)
      socket.send(JSON.stringify({ success: true, ret_msg: '', op: frame.op, req_id: frame.req_id, conn_id: 'c' }))
    }
  })
}

type State = readonly [StreamState, StreamPart | undefined, string]
function open(
  topics: readonly string[],
  options: Partial<ClientOptions> = {},
): { client: BybitClient; states: State[]; frames: { readonly topic?: string }[] } {
  const client = new BybitClient({
    credentials: undefined,
    restUrl: `http://${base}`,
    publicStreamUrl: `ws://${base}/v5/public/linear`,
    privateStreamUrl: `ws://${base}/v5/private`,
    timeoutMs: 1_000,
    recvWindowMs: 5_000,
    ...options,
  })
  clients.push(client)
  const states: State[] = []
  const frames: { readonly topic?: string }[] = []
  client.open(
    { public: topics, private: [] },
    {
      frame: (_name, frame) => frames.push(frame as { readonly topic?: string }),
      state: (_name, state, detail, part) => states.push([state, part, detail]),
    },
  )
  return { client, states, frames }
}

async function until(condition: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const limit = performance.now() + limitMs
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`waited for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const ups = (states: readonly State[]): number => states.filter(([state]) => state === 'up').length

describe('topics over connections', () => {
  const symbols = Array.from({ length: 120 }, (_, k) => `COIN${k}USDT`)
  const topics = symbols.flatMap((s) => [`kline.1.${s}`, `tickers.${s}`, `orderbook.50.${s}`])

  test('fifty symbols at most on each, all topics of a symbol on one, within what one connection may ask for', () => {
    const parts = partTopics(topics, SYMBOLS_PER_CONNECTION)
    expect(parts.map((part) => part.symbols.length)).toEqual([50, 50, 20])
    expect(parts.flatMap((part) => part.topics)).toEqual(topics)
    for (const part of parts) {
      expect(part.topics.every((topic) => part.symbols.some((symbol) => topic.endsWith(`.${symbol}`)))).toBe(true)
      expect(part.topics.join('').length).toBeLessThan(21_000)
    }
  })

  test('topics over connections: topics by kind instead of by symbol make no other parts', () => {
    const byKind = [...symbols.map((s) => `tickers.${s}`), ...symbols.map((s) => `kline.1.${s}`)]
    expect(partTopics(byKind, 50).map((part) => part.symbols.length)).toEqual([50, 50, 20])
    expect(partTopics([], 50)).toEqual([])
  })

  test('connections are opened as topics need them, and each is up for itself', async () => {
    const { states } = open(['tickers.A', 'tickers.B', 'tickers.C'], { symbolsPerConnection: 1 })
    await until(() => ups(states) === 3, 'three connections')
    expect(lines.map((line) => line.spoken)).toEqual(lines.map(() => [expect.objectContaining({ op: 'subscribe' })]))
    expect(lines.flatMap((line) => line.spoken[0]?.args ?? []).sort()).toEqual(['tickers.A', 'tickers.B', 'tickers.C'])
    expect(states.map(([, part]) => [part?.index, part?.count, part?.symbols]).sort()).toEqual([
      [0, 3, ['A']],
      [1, 3, ['B']],
      [2, 3, ['C']],
    ])
  })
})

test('one connection that falls says so for its own symbols, and comes back with its own topics', async () => {
  const { states } = open(['tickers.A', 'tickers.B'], { symbolsPerConnection: 1 })
  await until(() => ups(states) === 2, 'both')
  lines.find((line) => line.spoken[0]?.args?.[0] === 'tickers.B')?.socket.terminate()
  await until(() => ups(states) === 3, 'the second again')
  expect(states.slice(2).map(([state, part]) => [state, part?.symbols])).toEqual([
    ['down', ['B']],
    ['up', ['B']],
  ])
  expect(lines[2]?.spoken[0]?.args).toEqual(['tickers.B'])
})

test('a connection that is open and says nothing is dead when its pong is missing, and is replaced', async () => {
  const { states } = open(['tickers.A'], { heartbeat: { pingMs: 200, pongTimeoutMs: 200 } })
  await until(() => ups(states) === 1, 'the first')
  // Nothing arrives any more, pings included; the socket stays open.
  lines[0]?.socket.removeAllListeners('message')
  await until(() => ups(states) === 2, 'a new one')
  expect(states.map(([state]) => state)).toEqual(['up', 'down', 'up'])
  expect(lines).toHaveLength(2)
})

test('a quiet market is not a dead one: pongs keep a connection that carries no data', async () => {
  const { states } = open(['tickers.A'], { heartbeat: { pingMs: 100, pongTimeoutMs: 100 } })
  await pause(1_500)
  expect(states.map(([state]) => state)).toEqual(['up'])
  expect(lines).toHaveLength(1)
})

test('attempts that fail back off: doubling waits, not the client’s own half second', async () => {
  const { states } = open(['tickers.A'])
  await until(() => ups(states) === 1, 'the first')
  sockets.removeAllListeners()
  server.removeAllListeners('upgrade')
  const at: number[] = []
  server.on('upgrade', (_request, stream) => {
    at.push(performance.now())
    stream.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
  })
  lines[0]?.socket.terminate()
  const fellAt = performance.now()
  await until(() => at.length === 3, 'three attempts', 20_000)
  const waits = at.map((ms, k) => ms - (at[k - 1] ?? fellAt))
  // 1-2 s, 2-4 s, 4-8 s, and what the machine adds.
  expect(waits[0]).toBeGreaterThan(950)
  expect(waits[1]).toBeGreaterThan(1_950)
  expect(waits[2]).toBeGreaterThan(3_950)
}, 30_000)

test('a handshake without an answer is given up', async () => {
  unanswered = 1
  const { states } = open(['tickers.A'])
  await until(() => ups(states) === 1, 'the second attempt', 25_000)
  expect(upgrades).toBe(2)
  expect(states[0]?.[0]).toBe('down')
  expect(states[0]?.[2]).toContain('not subscribed within 10 s')
}, 40_000)

test('a renewed topic leaves and comes again on its own connection, and does not count as a reconnect', async () => {
  const { client, states } = open(['orderbook.50.A', 'tickers.A', 'orderbook.50.B'], { symbolsPerConnection: 1 })
  await until(() => ups(states) === 2, 'both')
  client.renew(['orderbook.50.A'])
  const own = lines.find((line) => line.spoken[0]?.args?.includes('tickers.A'))
  await until(() => own?.spoken.length === 3, 'both requests')
  await pause(200)
  expect(own?.spoken.slice(1).map(({ op, args }) => [op, args])).toEqual([
    ['unsubscribe', ['orderbook.50.A']],
    ['subscribe', ['orderbook.50.A']],
  ])
  expect(lines.find((line) => line !== own)?.spoken).toHaveLength(1)
  expect(ups(states)).toBe(2)
  // What was renewed is kept: a reconnect asks for it again.
  own?.socket.terminate()
  await until(() => lines.length === 3, 'the reconnect')
  await until(() => lines[2]?.spoken.length === 1, 'its subscription')
  expect([...(lines[2]?.spoken[0]?.args ?? [])].sort()).toEqual(['orderbook.50.A', 'tickers.A'])
})

test('a client that was closed while it waited never connects again', async () => {
  const { client, states } = open(['tickers.A'])
  await until(() => ups(states) === 1, 'the first')
  lines[0]?.socket.terminate()
  await until(() => states.some(([state]) => state === 'down'), 'the loss')
  await client.close()
  await pause(2_500)
  expect(upgrades).toBe(1)
})

test('nor does one that was closed while a topic was on its way out and in again', async () => {
  const { client, states } = open(['orderbook.50.A'])
  await until(() => ups(states) === 1, 'the first')
  client.renew(['orderbook.50.A'])
  await client.close()
  await pause(1_000)
  expect(upgrades).toBe(1)
  expect(states.map(([state]) => state)).toEqual(['up'])
})

describe('the spot stream', () => {
  const topics = ['tickers.BTCUSDT', 'kline.1.BTCUSDT-SPOT', 'tickers.BTCUSDT-SPOT', 'orderbook.50.BTCUSDT-SPOT']

  test('spot has connections of its own at its own path, with the exchange’s names, and Ballast’s on both sides of them', async () => {
    const { states, frames } = open(topics)
    await until(() => ups(states) === 2, 'both')
    const byPath = Object.fromEntries(lines.map((line) => [line.path, line]))
    expect(byPath['/v5/public/linear']?.spoken.map(({ args }) => args)).toEqual([['tickers.BTCUSDT']])
    expect(byPath['/v5/public/spot']?.spoken.map(({ args }) => args)).toEqual([
      ['kline.1.BTCUSDT', 'tickers.BTCUSDT', 'orderbook.50.BTCUSDT'],
    ])
    expect(states.map(([, part]) => part).sort((a, b) => (a?.index ?? 0) - (b?.index ?? 0))).toEqual([
      { index: 0, count: 2, symbols: ['BTCUSDT'] },
      { index: 1, count: 2, symbols: ['BTCUSDT-SPOT'] },
    ])
    for (const { path, socket } of lines)
      socket.send(JSON.stringify({ topic: 'tickers.BTCUSDT', type: 'snapshot', ts: 1, data: { symbol: 'BTCUSDT', lastPrice: path } }))
    await until(() => frames.length === 2, 'both frames')
    expect(new Map(frames.map(({ topic, ...frame }) => [topic, (frame as { data?: { lastPrice?: string } }).data?.lastPrice]))).toEqual(
      new Map([
        ['tickers.BTCUSDT', '/v5/public/linear'],
        ['tickers.BTCUSDT-SPOT', '/v5/public/spot'],
      ]),
    )
  })

  test('alone is one connection, which needs no part', async () => {
    const { states } = open(['tickers.BTCUSDT-SPOT'], { spotStreamUrl: `ws://${base}/elsewhere` })
    await until(() => ups(states) === 1, 'it')
    expect(lines.map(({ path }) => path)).toEqual(['/elsewhere'])
    expect(states[0]?.[1]).toMatchObject({ index: 0, count: 1 })
  })

  test('asks for ten topics at a time, and is up when each ten is confirmed', async () => {
    const many = Array.from({ length: 8 }, (_, k) => `COIN${k}USDT-SPOT`).flatMap((s) => [
      `kline.1.${s}`,
      `tickers.${s}`,
      `orderbook.50.${s}`,
    ])
    const { states } = open(many)
    await until(() => ups(states) === 1, 'it')
    const [line] = lines
    expect(line?.spoken.map(({ args }) => args?.length)).toEqual([10, 10, 4])
    expect(line?.spoken.flatMap(({ args }) => args ?? [])).toEqual(many.map((topic) => topic.replace('-SPOT', '')))
  })

  test('spot is not up while one ten of several is unconfirmed', async () => {
    let confirmed = 0
    server.removeAllListeners('upgrade')
    server.on('upgrade', (request, stream, head) =>
      sockets.handleUpgrade(request, stream, head, (socket) => {
        socket.on('message', (data) => {
          const { op, req_id } = JSON.parse(String(data)) as Spoken
          if (op !== 'subscribe' || confirmed === 1) return
          confirmed += 1
          socket.send(JSON.stringify({ success: true, ret_msg: 'subscribe', op, req_id, conn_id: 'c' }))
        })
      }),
    )
    const { states } = open(Array.from({ length: 11 }, (_, k) => `tickers.COIN${k}USDT-SPOT`))
    await pause(1_000)
    expect([confirmed, states]).toEqual([1, []])
  })

  test('a topic that is renewed leaves and comes again under the exchange’s name', async () => {
    const { client, states } = open(topics)
    await until(() => ups(states) === 2, 'both')
    client.renew(['orderbook.50.BTCUSDT-SPOT'])
    const own = lines.find((line) => line.path === '/v5/public/spot')
    await until(() => own?.spoken.length === 3, 'both requests')
    expect(own?.spoken.slice(1).map(({ op, args }) => [op, args])).toEqual([
      ['unsubscribe', ['orderbook.50.BTCUSDT']],
      ['subscribe', ['orderbook.50.BTCUSDT']],
    ])
    expect(lines.find((line) => line !== own)?.spoken).toHaveLength(1)
  })
})
