/**
 * Each measured fault of the client against a server on loopback that provokes it.
 */
import type { StreamName, StreamState } from '../../port/streams.ts'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { BybitClient } from './client.ts'
import { errorOf } from './error.ts'
import type { RawReply } from './transport.ts'

const KEY = 'the-api-key-of-the-test'
const SECRET = 'the-api-secret-of-the-test'

let server: Server
let sockets: WebSocketServer
let base = ''
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void
let onSocket: (socket: WebSocket, path: string) => void
const clients: BybitClient[] = []
let calls = 0

beforeEach(async () => {
  calls = 0
  onSocket = () => {}
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      calls += 1
      answer(request, response, body)
    })
  })
  sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => onSocket(socket, request.url ?? ''))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  for (const socket of sockets.clients) socket.terminate()
  sockets.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function make(timeoutMs = 1_000, url = `http://${base}`): BybitClient {
  const client = new BybitClient({
    credentials: { key: KEY, secret: SECRET },
    restUrl: url,
    publicStreamUrl: `ws://${base}/v5/public/linear`,
    privateStreamUrl: `ws://${base}/v5/private`,
    timeoutMs,
    recvWindowMs: 5_000,
  })
  clients.push(client)
  return client
}

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
const create = (client: BybitClient): Promise<RawReply> =>
  client.call('POST', '/v5/order/create', { category: 'linear', symbol: 'BTCUSDT', qty: '0.001' })

/** What the adapter would make of it. */
const verdict = (reply: RawReply): string | undefined => errorOf(reply, true, Date.now())?.type

function expectNoSecret(value: unknown): void {
  const text = JSON.stringify(value)
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(KEY)
  expect(text).not.toMatch(/x-bapi-sign|signature/i)
}

const COUNTRY_PAGE =
  '<!DOCTYPE HTML><HTML><BODY><H1>403 ERROR</H1>The Amazon CloudFront distribution is configured to block access from your country.</BODY></HTML>'

describe('REST', () => {
  const table: [name: string, answer: (response: ServerResponse) => void, type: RawReply['type'], verdict: string | undefined][] = [
    ['success', (r) => json(r, { retCode: 0, retMsg: 'OK', result: { orderId: 'a' }, time: 1 }), 'reply', undefined],
    [
      'a business error resolves in the client',
      (r) => json(r, { retCode: 110007, retMsg: 'no money', result: {} }),
      'reply',
      'insufficient-funds',
    ],
    [
      '200 with HTML is spread into keys by the client',
      (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>maintenance</html>'),
      'unknown',
      'unknown-outcome',
    ],
    ['200 with an empty body', (r) => r.writeHead(200).end(), 'unknown', 'unknown-outcome'],
    ['200 without retCode', (r) => json(r, { result: {} }), 'unknown', 'unknown-outcome'],
    ['201 is not a success', (r) => json(r, { retCode: 0, result: {} }, 201), 'http', 'unknown-outcome'],
    ['401', (r) => json(r, {}, 401), 'http', 'auth'],
    ['403', (r) => json(r, { message: 'access too frequent' }, 403), 'http', 'retry-after'],
    ['403 of a country', (r) => r.writeHead(403, { 'content-type': 'text/html' }).end(COUNTRY_PAGE), 'http', 'retry-after'],
    ['200 with a page about a country', (r) => r.writeHead(200, { 'content-type': 'text/html' }).end(COUNTRY_PAGE), 'http', 'retry-after'],
    ['429', (r) => json(r, {}, 429), 'http', 'retry-after'],
    ['500', (r) => json(r, {}, 500), 'http', 'unknown-outcome'],
    ['503', (r) => json(r, {}, 503), 'http', 'unknown-outcome'],
    [
      'a body cut short',
      (r) => {
        r.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' })
        r.write('{"retCode":0,')
        setTimeout(() => r.destroy(), 20)
      },
      'unknown',
      'unknown-outcome',
    ],
    ['a reset', (r) => r.socket?.destroy(), 'unknown', 'unknown-outcome'],
    ['an unknown code of a write', (r) => json(r, { retCode: 987654, retMsg: '?', result: {} }), 'reply', 'unknown-outcome'],
    ['10006 waits', (r) => json(r, { retCode: 10006, retMsg: 'Too many visits', result: {} }), 'reply', 'retry-after'],
    ['10016 is unknown', (r) => json(r, { retCode: 10016, retMsg: 'server error', result: {} }), 'reply', 'unknown-outcome'],
    ['110072 is a duplicate', (r) => json(r, { retCode: 110072, retMsg: 'OrderLinkedID is duplicate', result: {} }), 'reply', 'duplicate'],
  ]
  test.each(table)('REST: %s', async (_name, give, type, expected) => {
    answer = (_request, response) => give(response)
    const reply = await create(make())
    expect(reply.type).toBe(type)
    expect(verdict(reply)).toBe(expected)
    expectNoSecret(reply)
    // One request each: nobody retries a write behind our back.
    expect(calls).toBe(1)
  })

  test('silence ends at our own time limit, not after five minutes', async () => {
    answer = () => {}
    const startedMs = performance.now()
    const reply = await create(make(300))
    expect(verdict(reply)).toBe('unknown-outcome')
    expect(performance.now() - startedMs).toBeLessThan(3_000)
    expectNoSecret(reply)
  })

  test('a refused connection was certainly not sent', async () => {
    const reply = await create(make(500, 'http://127.0.0.1:1'))
    expect(reply.type).toBe('not-sent')
    expectNoSecret(reply)
  })

  test('a redirect is not followed: a POST would become a signed GET elsewhere', async () => {
    answer = (_request, response) => response.writeHead(302, { location: `http://${base}/elsewhere` }).end()
    const reply = await create(make())
    expect(calls).toBe(1)
    expect(verdict(reply)).toBe('unknown-outcome')
  })

  test('a proxy variable of the environment is not used', async () => {
    const before = process.env.HTTP_PROXY
    process.env.HTTP_PROXY = 'http://127.0.0.1:1'
    answer = (_request, response) => json(response, { retCode: 0, retMsg: 'OK', result: {} })
    try {
      expect((await create(make())).type).toBe('reply')
    } finally {
      if (before === undefined) delete process.env.HTTP_PROXY
      else process.env.HTTP_PROXY = before
    }
  })

  test('rate-limit headers come with the reply', async () => {
    answer = (_request, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'x-bapi-limit': '10',
        'x-bapi-limit-status': '9',
        'x-bapi-limit-reset-timestamp': '1700000000000',
      })
      response.end(JSON.stringify({ retCode: 0, retMsg: 'OK', result: {} }))
    }
    const reply = await create(make())
    expect(reply.type === 'reply' ? reply.limits : undefined).toEqual({ remaining: 9, max: 10, resetAtMs: 1_700_000_000_000 })
  })
})

describe('streams', () => {
  interface Seen {
    readonly states: [StreamName, StreamState, string][]
    readonly frames: unknown[]
  }
  function open(client: BybitClient, topics = { public: ['tickers.BTCUSDT'], private: ['order'] }): Seen {
    const seen: Seen = { states: [], frames: [] }
    client.open(topics, {
      frame: (_stream, frame) => seen.frames.push(frame),
      state: (name, state, detail) => seen.states.push([name, state, detail]),
    })
    return seen
  }
  /** Answers as Bybit does. */
  function obey(
    socket: WebSocket,
    auth: (frame: { req_id?: string }) => unknown = () => ({ success: true, ret_msg: '', op: 'auth', conn_id: 'c' }),
  ): void {
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as { op: string; req_id?: string }
      if (frame.op === 'ping') socket.send(JSON.stringify({ success: true, ret_msg: 'pong', conn_id: 'c', op: 'ping' }))
      if (frame.op === 'auth') {
        const reply = auth(frame)
        if (reply !== undefined) socket.send(JSON.stringify(reply))
      }
      if (frame.op === 'subscribe')
        socket.send(JSON.stringify({ success: true, ret_msg: '', op: 'subscribe', req_id: frame.req_id, conn_id: 'c' }))
    })
  }
  const until = async (condition: () => boolean, what: string, limitMs = 20_000): Promise<void> => {
    const limit = performance.now() + limitMs
    while (!condition()) {
      if (performance.now() > limit) throw new Error(`waited for: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const isUp = (seen: Seen, name: StreamName): boolean => seen.states.filter(([n]) => n === name).at(-1)?.[1] === 'up'

  test('up means subscribed, and private means authenticated before', async () => {
    const order: string[] = []
    onSocket = (socket, path) => {
      socket.on('message', (data) => order.push(`${path} ${(JSON.parse(String(data)) as { op: string }).op}`))
      obey(socket)
    }
    const seen = open(make())
    await until(() => isUp(seen, 'public') && isUp(seen, 'private'), 'both streams')
    expect(order.filter((o) => o.startsWith('/v5/private'))).toEqual(['/v5/private auth', '/v5/private subscribe'])
  })

  test('a lost connection is down, comes back by itself, and subscribes again', async () => {
    let connections = 0
    onSocket = (socket, path) => {
      if (path.startsWith('/v5/public')) {
        connections += 1
        if (connections === 1) setTimeout(() => socket.terminate(), 200)
      }
      obey(socket)
    }
    const seen = open(make())
    await until(() => connections >= 2 && isUp(seen, 'public'), 'the second connection')
    expect(seen.states.filter(([n]) => n === 'public').map(([, s]) => s)).toEqual(['up', 'down', 'up'])
  }, 30_000)

  test('a socket that dies between auth and its answer does not block every later auth', async () => {
    let connections = 0
    onSocket = (socket, path) => {
      if (!path.startsWith('/v5/private')) return obey(socket)
      connections += 1
      const isFirst = connections === 1
      obey(socket, () => {
        if (!isFirst) return { success: true, ret_msg: '', op: 'auth', conn_id: 'c' }
        socket.terminate()
        return undefined
      })
    }
    const seen = open(make())
    await until(() => isUp(seen, 'private'), 'the private stream after a lost auth', 25_000)
    expect(connections).toBeGreaterThan(1)
  }, 40_000)

  test('a refused auth is not taken for success, and is tried again', async () => {
    let auths = 0
    onSocket = (socket, path) => {
      if (!path.startsWith('/v5/private')) return obey(socket)
      obey(socket, () => {
        auths += 1
        return auths === 1
          ? { success: false, ret_msg: 'error:auth failed', op: 'auth', conn_id: 'c' }
          : { success: true, ret_msg: '', op: 'auth', conn_id: 'c' }
      })
    }
    const seen = open(make())
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(isUp(seen, 'private')).toBe(false)
    await until(() => isUp(seen, 'private'), 'the private stream after a refused auth', 30_000)
    expect(auths).toBeGreaterThan(1)
    expectNoSecret(seen.states)
  }, 45_000)

  test('a refused subscription is down with its reason', async () => {
    onSocket = (socket) => {
      socket.on('message', (data) => {
        const frame = JSON.parse(String(data)) as { op: string; req_id?: string }
        if (frame.op === 'auth') socket.send(JSON.stringify({ success: true, ret_msg: '', op: 'auth', conn_id: 'c' }))
        if (frame.op === 'subscribe')
          socket.send(
            JSON.stringify({ success: false, ret_msg: 'error:handler not found', op: 'subscribe', req_id: frame.req_id, conn_id: 'c' }),
          )
      })
    }
    const seen = open(make())
    await until(() => seen.states.some(([, state, detail]) => state === 'down' && detail.includes('handler not found')), 'the refusal')
  }, 30_000)

  test('a server that stops answering pings is left', async () => {
    let connections = 0
    onSocket = (socket, path) => {
      if (!path.startsWith('/v5/public')) return obey(socket)
      connections += 1
      const isMute = connections === 1
      socket.on('message', (data) => {
        const frame = JSON.parse(String(data)) as { op: string; req_id?: string }
        if (frame.op === 'subscribe')
          socket.send(JSON.stringify({ success: true, ret_msg: '', op: 'subscribe', req_id: frame.req_id, conn_id: 'c' }))
        if (frame.op === 'ping' && !isMute) socket.send(JSON.stringify({ success: true, ret_msg: 'pong', conn_id: 'c', op: 'ping' }))
      })
    }
    const seen = open(make())
    await until(() => connections >= 2 && isUp(seen, 'public'), 'a new connection after silence', 30_000)
  }, 45_000)
})
