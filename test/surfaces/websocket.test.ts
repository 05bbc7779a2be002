/**
 * The API as it listens: a port in use, the typed client, and the WebSocket's numbers, resume and refusals.
 */
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ApiClient } from '../../api/client.ts'
import { type ApiServer, startApi } from '../../api/server.ts'
import { toId } from '../../api/ids.ts'
import { EVENTS_CHANNEL } from '../../db/journal/journal.ts'
import { makeSeededSystem } from '../support/kernel/seeded-system.ts'

const made = await makeSeededSystem()
afterAll(() => made?.stop())

type Body = Readonly<Record<string, unknown>> & { readonly data: readonly Readonly<Record<string, unknown>>[] }

describe.skipIf(made === undefined)('API, listening', () => {
  const system = made as NonNullable<typeof made>
  let server: ApiServer
  const options = {
    otherPort: 'BALLAST__API__PORT=8082',
    host: '127.0.0.1',
    port: 0,
    onEvent: async (callback: () => void) => {
      const { unlisten } = await system.temporary.database.sql.listen(EVENTS_CHANNEL, callback)
      return unlisten
    },
  }
  beforeAll(async () => {
    const started = await startApi(system.context, options)
    if (!started.ok) throw new Error(started.error.sentence)
    server = started.value
  })
  afterAll(() => server.close())

  test('a port in use is one sentence with the next step', async () => {
    const second = await startApi(system.context, { ...options, port: server.port })
    expect(second.ok ? undefined : second.error).toEqual({
      sentence: `Port ${server.port} on 127.0.0.1 is in use by another program.`,
      next: `Stop it, or choose another port: BALLAST__API__PORT=8082`,
    })
  })

  test('the typed client reads, and reports a server that is not there', async () => {
    const client = new ApiClient({ baseUrl: `http://127.0.0.1:${server.port}`, token: system.adminToken, surface: 'cli' })
    const status = await client.status()
    expect(status.ok && status.value.profile).toBe('sim')
    const answer = await client.runLine('positions')
    expect(answer.ok && answer.value.status).toBe('done')
    const wrong = await client.runLine('nonsense')
    expect(wrong.ok ? undefined : [wrong.error.code, wrong.error.commandStatus, wrong.error.reply?.badge]).toEqual([
      'not_found',
      'unknown',
      '⚙️ SIM',
    ])
    const nobody = await new ApiClient({ baseUrl: 'http://127.0.0.1:1', token: 'x' }).status()
    expect(nobody.ok ? undefined : nobody.error.type).toBe('unreachable')
  })

  test('a body that is too large ends its connection, and says so; the next request has another', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (path: string, body?: string): Promise<{ status: number; connection: string | undefined }> =>
      new Promise((resolve, reject) => {
        const sent = request(
          `http://127.0.0.1:${server.port}/api/v1${path}`,
          {
            agent,
            method: body === undefined ? 'GET' : 'POST',
            headers: { Authorization: `Bearer ${system.adminToken}`, 'Content-Type': 'application/json' },
          },
          (response) => {
            response.resume()
            response.once('end', () => resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }))
          },
        )
        sent.on('error', reject)
        sent.end(body)
      })
    for (let round = 0; round < 3; round += 1) {
      expect(await ask('/commands', JSON.stringify({ line: 'x'.repeat(300_000) }))).toEqual({ status: 413, connection: 'close' })
      expect((await ask('/status')).status).toBe(200)
    }
    agent.destroy()
  })

  const connect = (headers: Readonly<Record<string, string>> = {}) => {
    const ws = new WebSocket(`ws://127.0.0.1:${server.port}/api/v1/ws`, { headers })
    const frames: Body[] = []
    const waiting: (() => void)[] = []
    ws.on('message', (data) => {
      frames.push(JSON.parse(String(data)) as Body)
      for (const wake of waiting.splice(0)) wake()
    })
    const closed = new Promise<number>((resolve) => ws.on('close', (code) => resolve(code)))
    const until = async (accepts: (frame: Body) => boolean): Promise<Body> => {
      const deadline = Date.now() + 5_000
      for (;;) {
        const found = frames.find(accepts)
        if (found !== undefined) return found
        if (Date.now() > deadline) throw new Error(`no such frame among ${JSON.stringify(frames).slice(0, 800)}`)
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
          setTimeout(resolve, 200)
        })
      }
    }
    const opened = new Promise<void>((resolve, reject) => {
      ws.on('open', () => resolve())
      ws.on('error', reject)
    })
    return { ws, frames, closed, until, opened, send: (frame: object) => ws.send(JSON.stringify(frame)) }
  }

  test('WebSocket: snapshot, then changes numbered without a gap, and resume after a loss', async () => {
    const first = connect()
    await first.opened
    first.send({ id: 1, op: 'auth', token: system.adminToken })
    expect(await first.until((f) => f.id === 1)).toMatchObject({ op: 'ack', ok: true })
    first.send({
      id: 2,
      op: 'subscribe',
      args: [{ ch: 'fills' }, { ch: 'positions' }, { ch: 'orders' }, { ch: 'status' }, { ch: 'equity' }, { ch: 'nothing' }],
    })
    const ack = await first.until((f) => f.id === 2)
    expect((ack.failed as { ch: string }[]).map((f) => f.ch)).toEqual(['nothing'])
    const sids = new Map((ack.subs as { ch: string; sid: string }[]).map(({ ch, sid }) => [ch, sid]))
    const snapshot = await first.until((f) => f.t === 'snapshot' && f.sid === sids.get('fills'))
    for (const ch of ['positions', 'orders', 'status', 'equity']) await first.until((f) => f.t === 'snapshot' && f.sid === sids.get(ch))
    const before = system.trader.steps.length
    await system.trader.play(12)
    const fills = system.trader.steps.slice(before).filter((step) => step.input.type === 'order-filled').length
    expect(fills).toBeGreaterThan(0)
    await first.until(() => first.frames.filter((f) => f.t === 'delta' && f.sid === sids.get('fills')).length === fills)
    await first.until((f) => f.t === 'delta' && f.sid === sids.get('status'))
    const ofFills = first.frames.filter((f) => f.t === 'delta' && f.sid === sids.get('fills'))
    expect(ofFills.map((f) => f.seq)).toEqual(Array.from({ length: fills }, (_, k) => (snapshot.seq as number) + 1 + k))
    expect(ofFills.map((f) => f.prev)).toEqual(Array.from({ length: fills }, (_, k) => (snapshot.seq as number) + k))
    // What a client builds from snapshot and changes is what REST says.
    const built = new Map<string, unknown>()
    for (const row of (await first.until((f) => f.t === 'snapshot' && f.sid === sids.get('positions'))).data) built.set(String(row.id), row)
    await first.until(() => true)
    await new Promise((resolve) => setTimeout(resolve, 300))
    for (const frame of first.frames.filter((f) => f.t === 'delta' && f.sid === sids.get('positions'))) {
      const data: unknown = frame.data
      const change = data as { op: string; key: string; value?: unknown }
      if (change.op === 'remove') built.delete(change.key)
      else built.set(change.key, change.value)
    }
    const rest = await positionsByRest()
    expect([...built.values()].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual(
      [...rest].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
    )
    first.ws.terminate()

    const second = connect()
    await second.opened
    second.send({ op: 'auth', token: system.adminToken })
    const after = (ofFills.at(-1)?.seq as number) - 1
    second.send({ id: 3, op: 'resume', args: [{ ch: 'fills', epoch: snapshot.epoch, after }] })
    expect((await second.until((f) => f.t === 'delta')).seq).toBe(after + 1)
    expect(second.frames.some((f) => f.t === 'snapshot')).toBe(false)
    second.send({ id: 4, op: 'resume', args: [{ ch: 'fills', epoch: 'another', after }] })
    expect(await second.until((f) => f.t === 'gap')).toMatchObject({ reason: 'epoch' })
    await second.until((f) => f.t === 'snapshot')
    second.send({ id: 5, op: 'ping' })
    await second.until((f) => f.op === 'pong' && f.id === 5)
    second.ws.close()
  })

  test('WebSocket: signals are the entries of strategies, decisions are all of the journal', async () => {
    const { send, until, opened, ws } = connect()
    await opened
    send({ op: 'auth', token: system.adminToken })
    send({ id: 1, op: 'subscribe', args: [{ ch: 'signals' }, { ch: 'decisions' }] })
    const sids = ((await until((f) => f.id === 1)).subs as { ch: string; sid: string }[]).map(({ sid }) => sid)
    const [signals = [], decisions = []] = await Promise.all(
      sids.map(async (sid) => (await until((f) => f.t === 'snapshot' && f.sid === sid)).data),
    )
    const idsOf = (rows: readonly Readonly<Record<string, unknown>>[]): unknown[] => rows.map(({ id }) => id)
    const kept = await system.temporary.database.sql<{ seq: number; signal: boolean }[]>`
      select seq, class = 'entry' and strategy <> 'manual' as signal from decisions order by seq desc`
    const shown = (rows: readonly { readonly seq: number }[]): string[] =>
      rows
        .slice(0, 100)
        .map(({ seq }) => toId('evt', seq))
        .reverse()
    expect(kept.length).toBeGreaterThan(0)
    expect(idsOf(decisions)).toEqual(shown(kept))
    expect(idsOf(signals)).toEqual(shown(kept.filter(({ signal }) => signal)))
    ws.close()
  })

  test('WebSocket: a wrong key, silence about it, and what is no operation close the connection', async () => {
    const wrong = connect()
    await wrong.opened
    wrong.send({ op: 'auth', token: 'tk_sim_00000000_xxxxxxxxxxxxxxxxxxxxxxxxxxx' })
    expect(await wrong.closed).toBe(4001)
    const unsigned = connect()
    await unsigned.opened
    unsigned.send({ op: 'subscribe', args: [{ ch: 'fills' }] })
    expect(await unsigned.closed).toBe(4001)
    const odd = connect()
    await odd.opened
    odd.ws.send('hello')
    expect(await odd.closed).toBe(4012)
    await expect(connect({ Origin: 'https://evil.example' }).opened).rejects.toThrow('403')
  })

  test('WebSocket: a key without the scope is refused with its name', async () => {
    const { token } = await system.keys.create({ name: 'account', role: 'viewer', scopes: ['account:read'] })
    const client = connect()
    await client.opened
    client.send({ op: 'auth', token })
    client.send({ id: 9, op: 'subscribe', args: [{ ch: 'status' }, { ch: 'fills' }] })
    const ack = await client.until((f) => f.id === 9)
    expect(ack.failed).toEqual([{ ch: 'fills', error: 'needs the scope trade:read' }])
    client.ws.close()
  })

  test('WebSocket: a session whose key is revoked is closed, others stay open', async () => {
    const { id, token } = await system.keys.create({ name: 'leaked', role: 'viewer', scopes: ['account:read'] })
    const [leaked, other] = [connect(), connect()]
    await Promise.all([leaked.opened, other.opened])
    leaked.send({ id: 1, op: 'auth', token })
    other.send({ id: 1, op: 'auth', token: system.adminToken })
    await Promise.all([leaked.until((f) => f.id === 1), other.until((f) => f.id === 1)])
    expect(await system.keys.revoke(id)).toBe(true)
    expect(await leaked.closed).toBe(4001)
    other.send({ id: 2, op: 'ping' })
    expect((await other.until((f) => f.id === 2)).op).toBe('pong')
    other.ws.close()
  })

  test('S17 WebSocket: a browser stays connected while its login lasts, and is closed when the login ends', async () => {
    const base = `http://127.0.0.1:${server.port}/api/v1`
    const link = await fetch(`${base}/commands`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.adminToken}`, 'Content-Type': 'application/json', 'X-Ballast-Surface': 'cli' },
      body: JSON.stringify({ line: 'web' }),
    })
    const { reply } = (await link.json()) as { reply: { fields: { value: string }[] } }
    const login = await fetch(`${base}/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: reply.fields[0]?.value.split('#')[1] }),
    })
    const { id, csrf } = (await login.json()) as { id: string; csrf: string }
    const headers = { Cookie: login.headers.get('set-cookie')?.split(';')[0] ?? '', 'X-CSRF-Token': csrf }
    const { ticket } = (await (await fetch(`${base}/ws-tickets`, { method: 'POST', headers })).json()) as { ticket: string }
    const leaked = await system.keys.create({ name: 'leaked too', role: 'viewer', scopes: ['account:read'] })
    const [browser, other] = [connect(), connect()]
    await Promise.all([browser.opened, other.opened])
    browser.send({ id: 1, op: 'auth', token: ticket })
    other.send({ id: 1, op: 'auth', token: leaked.token })
    await Promise.all([browser.until((f) => f.id === 1), other.until((f) => f.id === 1)])
    // All who are connected have been looked at once this one is gone.
    await system.keys.revoke(leaked.id)
    expect(await other.closed).toBe(4001)
    browser.send({ id: 2, op: 'ping' })
    expect((await browser.until((f) => f.id === 2)).op).toBe('pong')
    await system.ports.sessions.end(id)
    expect(await browser.closed).toBe(4001)
  })

  async function positionsByRest(): Promise<Body['data']> {
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/positions`, {
      headers: { Authorization: `Bearer ${system.adminToken}` },
    })
    return ((await response.json()) as Body).data
  }
})
