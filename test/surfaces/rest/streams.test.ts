/**
 * What programs follow: every channel of the WebSocket, what is resumed after a loss, server-sent events, tickets, and the document of both.
 */
import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type ApiServer, startApi } from '../../../api/server.ts'
import { asyncApi } from '../../../api/stream/asyncapi.ts'
import { CHANNELS, CHANNEL_NAMES, channelOf } from '../../../api/stream/channels.ts'
import { EventTail } from '../../../api/stream/event-tail.ts'
import { CLOSE } from '../../../api/stream/protocol.ts'
import { EVENTS_CHANNEL } from '../../../db/journal/journal.ts'
import { makeSeededSystem } from '../../support/kernel/seeded-system.ts'
import { WsClient } from '../../support/rest/ws-client.ts'

interface Row {
  readonly id: string
  readonly type: string
}

const made = await makeSeededSystem()
afterAll(() => made?.stop())

describe.skipIf(made === undefined)('streams', () => {
  const system = made as NonNullable<typeof made>
  let server: ApiServer
  beforeAll(async () => {
    const started = await startApi(system.context, {
      otherPort: '',
      host: '127.0.0.1',
      port: 0,
      onEvent: async (callback) => (await system.temporary.database.sql.listen(EVENTS_CHANNEL, callback)).unlisten,
    })
    if (!started.ok) throw new Error(started.error.sentence)
    server = started.value
  })
  afterAll(() => server.close())

  const client = () => new WsClient(server.port).signedIn(system.adminToken)
  const rest = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v1${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${system.adminToken}`, ...init.headers },
    })
    return {
      status: response.status,
      body: (await response.json()) as { readonly data: readonly Row[] } & Record<string, unknown>,
    }
  }
  const allEvents = async (): Promise<readonly Row[]> => (await rest('/events?since_id=evt_00000000000&limit=500')).body.data

  test('every channel begins with a snapshot that is as its document says, for who has its scope', async () => {
    const bt = await system.ports.backtests.enqueue({ strategy: 'sma-cross', symbol: 'BTCUSDT', params: {} }, 'key:1')
    const job = typeof bt === 'string' || 'type' in bt ? '' : bt.id
    const args = CHANNEL_NAMES.map((ch) => ({
      ch,
      ...(ch === 'ticker' || ch === 'candles' || ch === 'book' ? { symbol: 'BTCUSDT' } : {}),
      ...(ch === 'jobs' ? { job } : {}),
    }))
    const all = await client()
    const sids = await all.subscribe(args)
    expect([...sids.keys()].map((key) => key.split(':')[0])).toEqual(CHANNEL_NAMES)
    for (const [key, sid] of sids) {
      const name = key.split(':')[0] as keyof typeof CHANNELS
      const { data } = await all.until((frame) => frame.t === 'snapshot' && frame.sid === sid)
      const { content, kind } = CHANNELS[name]
      const shape: z.ZodType = kind === 'conflated' ? z.union([content, z.null()]) : z.array(content)
      expect(shape.safeParse(data).error?.issues, key).toBeUndefined()
      if (['ticker', 'candles', 'book', 'jobs', 'risk', 'status'].includes(name)) expect(data, key).not.toBeNull()
    }
    const { token } = await system.keys.create({ name: 'market', role: 'viewer', scopes: ['market:read'] })
    const narrow = await new WsClient(server.port).signedIn(token)
    narrow.say({ id: 1, op: 'subscribe', args })
    const ack = await narrow.until((frame) => frame.id === 1)
    expect((ack.subs as { ch: string }[]).map(({ ch }) => ch)).toEqual(['ticker:BTCUSDT', 'candles:BTCUSDT:1m', 'book:BTCUSDT:25'])
    expect(ack.failed).toHaveLength(CHANNEL_NAMES.length - 3)
    all.ws.terminate()
    narrow.ws.terminate()
  })

  test('clients that are killed at random and resume have every event of the log, once and in order', async () => {
    const before = (await allEvents()).length
    const states = await Promise.all(
      [undefined, ['order-filled', 'trade-closed']].map(async (types) => ({
        args: { ch: 'events', ...(types === undefined ? {} : { types }) },
        types,
        seen: [] as { readonly id: string }[],
        epoch: '',
        last: 0,
        current: undefined as WsClient | undefined,
        gaps: 0,
      })),
    )
    const connect = async (state: (typeof states)[number]): Promise<void> => {
      const next = await client()
      state.current = next
      const isFirst = state.epoch === ''
      const sids = await next.subscribe(
        [isFirst ? state.args : { ...state.args, epoch: state.epoch, after: state.last }],
        isFirst ? 'subscribe' : 'resume',
      )
      const [sid] = [...sids.values()]
      next.ws.on('message', () => state.current === next && take(state, next, sid ?? ''))
      if (isFirst) {
        const snapshot = await next.until((frame) => frame.t === 'snapshot')
        state.epoch = String(snapshot.epoch)
        state.last = Number(snapshot.seq)
      }
      take(state, next, sid ?? '')
    }
    const take = (state: (typeof states)[number], of: WsClient, sid: string): void => {
      if (state.epoch === '') return
      state.gaps += of.of(sid, 'gap').length
      for (const frame of of.of(sid, 'delta')) {
        if ((frame.seq as number) <= state.last) continue
        expect(frame.prev).toBe(state.last)
        state.last = frame.seq as number
        const { value } = frame.data as { readonly value: { readonly id: string } }
        expect(frame.eid).toBe(value.id)
        state.seen.push(value)
      }
    }
    await Promise.all(states.map(connect))
    let random = 7
    for (let round = 0; round < 8; round += 1) {
      random = (random * 16_807) % 2_147_483_647
      const state = states[random % states.length] as (typeof states)[number]
      state.current?.ws.terminate()
      state.current = undefined
      await system.trader.play(1 + (random % 3))
      await connect(state)
    }
    const log = (await allEvents()).slice(before)
    expect(log.length).toBeGreaterThan(0)
    for (const state of states) {
      const wanted = log.filter(({ type }) => state.types === undefined || state.types.includes(type))
      await expect.poll(() => state.seen.length, { timeout: 8_000 }).toBe(wanted.length)
      expect([state.seen, state.gaps]).toEqual([wanted, 0])
      state.current?.ws.terminate()
    }
  })

  test('a number that was never given, and one of another process, is a gap and a snapshot; a conflated value is just told anew', async () => {
    const one = await client()
    const sids = await one.subscribe([{ ch: 'fills' }, { ch: 'equity' }])
    const { epoch } = await one.until((frame) => frame.t === 'snapshot')
    await one.subscribe(
      [
        { ch: 'fills', epoch, after: 999_999 },
        { ch: 'equity', epoch, after: 0 },
      ],
      'resume',
    )
    await one.until((frame) => frame.t === 'gap' && frame.sid === sids.get('fills') && frame.reason === 'trimmed')
    await one.until((frame) => frame.t === 'gap' && frame.sid === sids.get('equity'))
    expect(one.of(sids.get('fills') ?? '', 'snapshot')).toHaveLength(2)
    one.say({ id: 'snap', op: 'snapshot', args: [{ ch: 'fills' }, { ch: 'orders' }] })
    expect((await one.until((frame) => frame.id === 'snap')).failed).toEqual([{ ch: 'orders', error: 'not subscribed' }])
    await expect.poll(() => one.of(sids.get('fills') ?? '', 'snapshot').length).toBe(3)
    one.say({ id: 'off', op: 'unsubscribe', args: [{ ch: 'fills' }] })
    expect((await one.until((frame) => frame.id === 'off')).ok).toBe(true)
    one.ws.terminate()
  })

  test.each([
    [{ ch: 'nothing' }, 'no such channel'],
    [{ ch: 'ticker' }, 'needs a symbol'],
    [{ ch: 'ticker', symbol: 'NOPE' }, 'not traded here; traded: BTCUSDT'],
    [{ ch: 'candles:BTCUSDT:7m' }, 'use an interval'],
    [{ ch: 'book:BTCUSDT:9000' }, 'use a depth'],
    [{ ch: 'jobs' }, 'needs a job'],
    [{ ch: 'jobs', job: 'bt_none' }, 'no backtest bt_none'],
    [{ ch: 'events:nothing' }, 'no event is of the type'],
    [{ ch: 'fills:x' }, 'takes nothing after its name'],
  ])('a subscription to %j fails with what is right', async (asked, words) => {
    const one = await client()
    one.say({ id: 1, op: 'subscribe', args: [asked] })
    const ack = await one.until((frame) => frame.id === 1)
    expect([ack.ok, (ack.failed as { error: string }[])[0]?.error]).toEqual([false, expect.stringContaining(words)])
    one.ws.terminate()
  })

  test('a token may come as a subprotocol, and a ticket of a browser counts once', async () => {
    const direct = new WsClient(server.port, ['bearer', system.adminToken])
    await direct.until((frame) => frame.op === 'ack' && frame.ok === true)
    expect(direct.ws.protocol).toBe('bearer')
    const { status, body } = await rest('/ws-tickets', { method: 'POST' })
    expect(status).toBe(201)
    const browser = new WsClient(server.port)
    await browser.opened
    browser.say({ id: 1, op: 'auth', token: body.ticket })
    expect((await browser.until((frame) => frame.id === 1)).ok).toBe(true)
    const again = new WsClient(server.port)
    await again.opened
    again.say({ id: 1, op: 'auth', token: body.ticket })
    expect(await again.closed).toBe(CLOSE.auth)
    direct.ws.terminate()
    browser.ws.terminate()
  })

  test('too many operations, a key that may read no channel, and one connection too many are told by their close codes', async () => {
    const busy = await client()
    for (let k = 0; k < 60; k += 1) busy.say({ op: 'ping' })
    expect(await busy.closed).toBe(CLOSE.tooMany)
    const { token } = await system.keys.create({ name: 'blind', role: 'operator', scopes: ['backtest:run'] })
    const blind = new WsClient(server.port)
    await blind.opened
    blind.say({ op: 'auth', token })
    expect(await blind.closed).toBe(CLOSE.scope)
    const { token: many } = await system.keys.create({ name: 'many', role: 'viewer', scopes: ['trade:read'] })
    const held = await Promise.all(Array.from({ length: 20 }, () => new WsClient(server.port).signedIn(many)))
    const last = new WsClient(server.port)
    await last.opened
    last.say({ op: 'auth', token: many })
    expect(await last.closed).toBe(CLOSE.tooMany)
    for (const each of held) each.ws.terminate()
  })

  test('a key sees the cards that it may answer: its own, and how each ended', async () => {
    const { token } = await system.keys.create({ name: 'closer', role: 'trader', scopes: ['account:read', 'trade:reduce', 'trade:read'] })
    const own = await new WsClient(server.port).signedIn(token)
    const sids = await own.subscribe([{ ch: 'confirmations' }])
    const sid = sids.get('confirmations') ?? ''
    await own.until((frame) => frame.t === 'snapshot')
    const [position] = (await rest('/positions')).body.data
    const close = (as: string, key: string) =>
      rest(`/positions/${position?.id}/close`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${as}`, 'Idempotency-Key': key, 'Content-Type': 'application/json' },
        body: '{"fraction":"0.5"}',
      })
    await close(system.adminToken, 'of-admin')
    const asked = await close(token, 'of-closer')
    const { id } = asked.body.confirmation as { readonly id: string }
    const added = await own.until((frame) => frame.t === 'delta' && frame.sid === sid)
    expect((added.data as { value: object }).value).toMatchObject({ id, status: 'pending' })
    await rest(`/confirmations/${id}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"decision":"no"}' })
    const ended = await own.until((frame) => frame.t === 'delta' && frame.seq === 2)
    expect((ended.data as { value: object }).value).toMatchObject({ id, status: 'rejected' })
    own.ws.terminate()
  })

  test('server-sent events: what came since, then what comes, and a reader that comes back by Last-Event-ID loses none', async () => {
    const read = (headers: Readonly<Record<string, string>>, query: string, count: number): Promise<readonly { readonly id: string }[]> =>
      new Promise((resolve, reject) => {
        const seen: { readonly id: string }[] = []
        const request = get(
          `http://127.0.0.1:${server.port}/api/v1/events/stream${query}`,
          { headers: { Authorization: `Bearer ${system.adminToken}`, ...headers } },
          (response) => {
            let text = ''
            response.on('data', (chunk: Buffer) => {
              text += chunk.toString()
              const frames = text.split('\n\n')
              text = frames.pop() ?? ''
              for (const frame of frames) {
                const data = /^data: (.*)$/m.exec(frame)?.[1]
                if (data === undefined) continue
                const event = JSON.parse(data) as { readonly id: string }
                expect(frame.startsWith(`id: ${event.id}\nevent: `)).toBe(true)
                seen.push(event)
              }
              if (seen.length >= count) {
                request.destroy()
                resolve(seen.slice(0, count))
              }
            })
          },
        )
        request.on('error', (cause) => seen.length < count && reject(cause))
      })
    const log = await allEvents()
    const first = await read({}, '?since_id=evt_00000000000', log.length - 3)
    const before = log.length
    const live = read({ 'Last-Event-ID': first.at(-1)?.id ?? '' }, '', 3 + 2)
    await system.trader.play(6)
    const now = await allEvents()
    expect(now.length).toBeGreaterThanOrEqual(before + 2)
    expect([...first, ...(await live)]).toEqual(now.slice(0, before + 2))
    const wrong = await rest('/events/stream', { headers: { 'Last-Event-ID': 'x' } })
    expect([wrong.status, wrong.body.code]).toEqual([422, 'validation_failed'])
  })

  test('the tail of the log gives what the log has, whatever is asked after', async () => {
    const tail = new EventTail(system.ports.reads)
    const start = await tail.newest()
    await system.trader.play(4)
    await tail.newest()
    const idsOf = (rows: readonly { readonly seq: number }[]) => rows.map(({ seq }) => seq)
    for (const after of [0, start - 1, start, start + 1])
      for (const types of [undefined, ['order-filled'] as const])
        expect(idsOf(await tail.after(after, types))).toEqual(idsOf(await system.ports.reads.events({ limit: 500, after, types })))
  })
})

test('the AsyncAPI document has every channel with its messages, and each reference leads somewhere', () => {
  const document = asyncApi('1.2.3') as {
    readonly channels: Readonly<Record<string, { readonly messages: object }>>
    readonly operations: object
  }
  expect(Object.keys(document.channels)).toEqual(['connection', ...CHANNEL_NAMES])
  for (const [, path = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g))
    expect(
      path.split('/').reduce<unknown>((at, part) => (at as Readonly<Record<string, unknown>>)[part], document),
      path,
    ).toBeDefined()
})

test('a channel has one name, however it is asked for', () => {
  for (const [asked, key] of [
    [{ ch: 'candles', symbol: 'BTCUSDT', interval: '1h' }, 'candles:BTCUSDT:1h'],
    [{ ch: 'candles:BTCUSDT:1h' }, 'candles:BTCUSDT:1h'],
    [{ ch: 'book', symbol: 'BTCUSDT' }, 'book:BTCUSDT:25'],
    [{ ch: 'events', types: ['trade-closed', 'order-filled'] }, 'events:order-filled,trade-closed'],
    [{ ch: 'events:trade-closed,order-filled' }, 'events:order-filled,trade-closed'],
    [{ ch: 'fills' }, 'fills'],
  ] as const) {
    const channel = channelOf({ ...asked, ...('types' in asked ? { types: [...asked.types] } : { types: undefined }) })
    expect(typeof channel === 'string' ? channel : channel.key).toBe(key)
  }
})
