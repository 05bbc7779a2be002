/**
 * Which way a request takes: HTTP within its budget, and over the trade WebSocket what may pass a ban of this address (S2).
 */
import type { VenueError } from '../../port/error.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { RequestClass } from './budget.ts'

import { Requests } from './requests.ts'
import type { RawReply, Transport } from './transport.ts'

const CREATE = '/v5/order/create'
const reply = (retCode: number, retMsg = ''): RawReply => ({
  type: 'reply',
  body: { retCode, retMsg, result: { orderId: 'v' } },
  limits: undefined,
})
const FORBIDDEN: RawReply = { type: 'http', status: 403, detail: 'HTTP 403' }

let nowMs = 0
const wallAheadMs = 0
let http: RawReply
let socket: RawReply
let sent: string[]
let heard: (string | undefined)[]
let requests: Requests

function make(hasTrade = true): Requests {
  const transport: Transport = {
    call: async (method, path) => {
      sent.push(`${method} ${path}`)
      return http
    },
    ...(hasTrade
      ? {
          trade: async (op, body) => {
            sent.push(`${op} ${String(body['orderLinkId'])}`)
            return socket
          },
        }
      : {}),
    open: () => {},
    renew: () => {},
    openMore: () => {},
    close: async () => {},
  }
  const made = new Requests(transport, {
    wallMs: () => nowMs + wallAheadMs,
    steadyMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms
    },
  })
  made.heard = (error) => heard.push(error?.code)
  return made
}
const write = (kind: RequestClass = 'exit', path = CREATE): ReturnType<Requests['request']> =>
  requests.request(kind, 'POST', path, { orderLinkId: 'b1-abc123-1' })
const failed = async (asked: ReturnType<Requests['request']>): Promise<VenueError | undefined> => {
  const result = await asked
  return result.ok ? undefined : result.error
}

beforeEach(() => {
  nowMs = 1_000
  http = FORBIDDEN
  socket = reply(0)
  sent = []
  heard = []
  requests = make()
})

describe('S2 HTTP 403', () => {
  test('the very exit that got it goes over the trade WebSocket at once, and so do those after it', async () => {
    expect(await write()).toEqual({ ok: true, value: { orderId: 'v' } })
    expect(await write('exit', '/v5/order/cancel')).toMatchObject({ ok: true })
    expect(await write('exit', '/v5/order/amend')).toMatchObject({ ok: true })
    expect(sent).toEqual([`POST ${CREATE}`, 'order.create b1-abc123-1', 'order.cancel b1-abc123-1', 'order.amend b1-abc123-1'])
    expect([heard, nowMs]).toEqual([['http-403', undefined, undefined, undefined], 1_000])
  })

  test('entries, protection and readings stay out, without a wait of those who send', async () => {
    await write()
    sent = []
    const banned = { type: 'retry-after', code: 'ip-ban', waitMs: 600_000 }
    expect(await failed(write('entry'))).toMatchObject(banned)
    expect(await failed(write('exit', '/v5/position/trading-stop'))).toMatchObject(banned)
    expect(await requests.read('account', '/v5/position/list', {}, z.unknown())).toMatchObject({ error: banned })
    nowMs += 590_000
    expect(await failed(write('entry'))).toMatchObject({ code: 'ip-ban', waitMs: 10_000 })
    expect([sent, nowMs]).toEqual([[], 591_000])
  })

  test('an entry that gets it is not sent another way', async () => {
    expect(await failed(write('entry'))).toMatchObject({ type: 'retry-after', code: 'http-403' })
    expect(sent).toEqual([`POST ${CREATE}`])
  })

  test('after ten minutes HTTP is tried again, a reading that comes shortly before waits for it', async () => {
    await write()
    http = reply(0)
    nowMs += 560_000
    expect((await requests.read('account', '/v5/position/list', {}, z.unknown())).ok).toBe(true)
    expect(nowMs).toBe(601_000)
    sent = []
    await write()
    expect(sent).toEqual([`POST ${CREATE}`])
  })

  test('HTTP 403: without a trade WebSocket exits wait as well', async () => {
    requests = make(false)
    expect(requests.hasTrade).toBe(false)
    expect(await failed(write())).toMatchObject({ type: 'retry-after', code: 'http-403' })
    expect(await failed(write())).toMatchObject({ type: 'retry-after', code: 'ip-ban' })
    expect(sent).toEqual([`POST ${CREATE}`])
  })

  test.each<[name: string, answer: RawReply, detail: string]>([
    ['nothing was sent', { type: 'not-sent', detail: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    ['the address sends too much', reply(10403, 'Exceed IP limit'), '10403 Exceed IP limit'],
    ['too many sessions, which is no refused key', reply(10003, 'too many sessions'), '10003 too many sessions'],
    ['the exchange protects itself', reply(10429, 'system protection'), '10429 system protection'],
    ['it restarts', reply(10019, 'restarting'), '10019 restarting'],
    ['too frequent', reply(20003, 'too frequent'), '20003 too frequent'],
  ])('refused there too (%s): tried again later, and reported', async (_, answer, detail) => {
    socket = answer
    expect(await failed(write())).toEqual({ type: 'retry-after', code: 'trade-websocket', detail, waitMs: 2_000 })
    expect(heard).toEqual(['http-403', 'trade-websocket'])
  })

  test('what the order itself is answered is judged as over HTTP', async () => {
    for (const [answer, type] of [
      [{ type: 'unknown', detail: 'no reply' }, 'unknown-outcome'],
      [reply(10016), 'unknown-outcome'],
      [reply(987_654), 'unknown-outcome'],
      [reply(110_072), 'duplicate'],
      [reply(110_001), 'gone'],
      [reply(110_017), 'invalid-request'],
      [reply(10_006), 'retry-after'],
    ] as const) {
      socket = answer
      expect(await failed(write())).toMatchObject({ type })
    }
    // One write each: nothing was repeated.
    expect(sent).toHaveLength(8)
  })

  test('no more than ten exits in a second go over it', async () => {
    for (let k = 0; k < 11; k += 1) await write()
    expect(nowMs).toBeGreaterThan(2_000)
  })
})

test.each([[reply(10_006)], [{ type: 'http', status: 429, detail: '' }], [{ type: 'unknown', detail: '' }]] as const)(
  'no other answer than 403 opens the second way: %j',
  async (answer) => {
    http = answer
    await write()
    await write()
    expect(sent).toEqual([`POST ${CREATE}`, `POST ${CREATE}`])
  },
)

test('a country that is not served is said as that, also while nothing is asked; a ban for too many requests stays one', async () => {
  requests = make(false)
  http = { type: 'http', status: 403, detail: 'HTTP 403', refusal: 'country' }
  expect(await failed(write())).toMatchObject({ code: 'country', detail: "Bybit refuses requests from this address's country" })
  const asked = sent.length
  expect(await failed(write())).toMatchObject({ type: 'retry-after', code: 'country' })
  expect(sent).toHaveLength(asked)
  requests = make(false)
  http = FORBIDDEN
  expect(await failed(write())).toMatchObject({ code: 'http-403', detail: 'access too frequent' })
  expect(await failed(write())).toMatchObject({ code: 'ip-ban' })
})

describe('a list of many pages', () => {
  const ROW = z.object({ n: z.number() })
  const PAGES = 120
  let asks: number[]
  /** Serves pages as an endpoint of 50 requests a second does: refused ones use nothing up. */
  function serve(tellsLimits: boolean, also: (page: number) => RawReply | undefined = () => undefined): Requests {
    asks = []
    let uses: number[] = []
    const transport: Transport = {
      call: async (_method, _path, params) => {
        const page = Number(params['cursor'] ?? 0)
        nowMs += 1
        asks.push(page)
        const odd = also(page)
        if (odd !== undefined) return odd
        uses = uses.filter((at) => at > nowMs - 1_000)
        const resetAtMs = (uses[0] ?? nowMs) + 1_000
        const limits = (remaining: number) => (tellsLimits ? { remaining, max: 50, resetAtMs } : undefined)
        if (uses.length >= 50) return { type: 'reply', body: { retCode: 10_006, retMsg: 'Too many visits', result: {} }, limits: limits(0) }
        uses.push(nowMs)
        const result = { list: [{ n: page }], nextPageCursor: page + 1 < PAGES ? String(page + 1) : '' }
        return { type: 'reply', body: { retCode: 0, retMsg: 'OK', result }, limits: limits(50 - uses.length) }
      },
      open: () => {},
      renew: () => {},
      openMore: () => {},
      close: async () => {},
    }
    return new Requests(transport, {
      wallMs: () => nowMs,
      steadyMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms
      },
    })
  }
  const read = (made: Requests) => made.readAll('account', '/v5/execution/list', {}, ROW)

  test.each([[true], [false]])(
    'longer than what a second allows is read to its end, each page once (limits reported: %j)',
    async (tellsLimits) => {
      const made = serve(tellsLimits)
      const result = await read(made)
      expect(result.ok && result.value.map(({ n }) => n)).toEqual(Array.from({ length: PAGES }, (_, k) => k))
      // With known limits, no request is refused; else each refusal costs one request, and no page twice.
      expect(asks.filter((page, k) => asks.indexOf(page) !== k).length).toBeLessThanOrEqual(tellsLimits ? 0 : 3)
    },
  )

  test('a list of many pages that is refused again and again is given up, and a ban at once', async () => {
    const slow: RawReply = { type: 'reply', body: { retCode: 10_006, retMsg: 'Too many visits', result: {} }, limits: undefined }
    const result = await read(serve(false, (page) => (page === 3 ? slow : undefined)))
    expect(result).toMatchObject({ ok: false, error: { type: 'retry-after', code: '10006' } })
    expect(asks.filter((page) => page === 3)).toHaveLength(6)
    await read(serve(false, (page) => (page === 3 ? FORBIDDEN : undefined)))
    expect(asks).toEqual([0, 1, 2, 3])
  })

  /** A transport that answers each page with a row and the cursor that the test names. */
  const paged = (cursorAfter: (page: number) => string): Requests => {
    let page = 0
    const transport: Transport = {
      call: async () => {
        const result = { list: [{ n: page }], nextPageCursor: cursorAfter(page) }
        page += 1
        return { type: 'reply', body: { retCode: 0, retMsg: 'OK', result }, limits: undefined }
      },
      open: () => {},
      renew: () => {},
      openMore: () => {},
      close: async () => {},
    }
    return new Requests(transport, { wallMs: () => nowMs, steadyMs: () => nowMs, sleep: async () => {} })
  }

  test('a list of 500 pages is read to its end: an order that rested through an absence may fill ten thousand times', async () => {
    const result = await read(paged((page) => (page < 499 ? `p${page}` : '')))
    expect(result.ok && result.value.length).toBe(500)
  })

  test('a list whose cursor comes again is refused after the page that repeats it, and not read for ever', async () => {
    const result = await read(paged((page) => `p${page % 3}`))
    expect(result).toMatchObject({ ok: false, error: { code: 'paging', detail: '/v5/execution/list: its pages repeat' } })
  })
})
