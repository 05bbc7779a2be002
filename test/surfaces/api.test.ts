/**
 * The API over a database in which a trader has traded, and that trader answering: shapes, errors, cards, keys, WebSocket.
 * Never compares with the API's own code: what it says is held against the kernel and the tables.
 */
import { statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { makeApp } from '../../api/app.ts'
import { ApiClient } from '../../api/client.ts'
import { type ApiServer, startApi } from '../../api/server.ts'
import { adminKeyFile } from '../../db/api-keys.ts'
import { reportHealth } from '../../db/health.ts'
import { EVENTS_CHANNEL } from '../../db/journal.ts'
import { makeSeededSystem } from '../support/seeded-system.ts'

const made = await makeSeededSystem()
afterAll(() => made?.stop())

type Body = Readonly<Record<string, unknown>> & { readonly data: readonly Readonly<Record<string, unknown>>[] }

describe.skipIf(made === undefined)('API', () => {
  const system = made as NonNullable<typeof made>
  const app = makeApp(system?.context)
  const { kernel } = system?.trader ?? {}

  const call = async (path: string, init: RequestInit & { readonly token?: string | null } = {}) => {
    const { token = system.adminToken, ...rest } = init
    const headers = new Headers(rest.headers)
    if (token !== null) headers.set('Authorization', `Bearer ${token}`)
    if (rest.body !== undefined) headers.set('Content-Type', 'application/json')
    const response = await app.request(`http://127.0.0.1${path}`, { ...rest, headers })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
  }
  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}, token?: string) =>
    call(path, { method: 'POST', body: JSON.stringify(body), headers, ...(token === undefined ? {} : { token }) })

  test('readyz says what is missing, and 200 when nothing is', async () => {
    expect((await call('/healthz', { token: null })).status).toBe(200)
    expect((await call('/readyz', { token: null })).status).toBe(200)
    const { sql } = system.temporary.database
    await reportHealth(sql, 'reconcile', 'down', 'positions differ')
    const missing = await call('/readyz', { token: null })
    expect([missing.status, missing.body.code, missing.body.detail]).toEqual([
      503,
      'not_ready',
      'Not ready: the account is not reconciled.',
    ])
    await reportHealth(sql, 'reconcile', 'ok', '')
  })

  test('positions and status agree with the kernel', async () => {
    const { body } = await call('/api/v1/positions')
    const held = kernel.config.instruments.filter((i) => kernel.portfolio.positionLots(i.index) !== 0)
    expect(body.data.map((row) => row.symbol)).toEqual(held.map((i) => i.symbol).sort())
    for (const row of body.data) {
      const instrument = held.find((i) => i.symbol === row.symbol)
      const lots = instrument === undefined ? 0 : kernel.portfolio.positionLots(instrument.index)
      expect(Number(row.quantity) * 1000).toBe(Math.abs(lots))
      expect(row.side).toBe(lots > 0 ? 'long' : 'short')
      expect(typeof row.entryPrice).toBe('string')
      expect(row.id).toMatch(/^pos_[0-9A-Z]{11}$/)
      expect((await call(`/api/v1/positions/${row.id}`)).body).toEqual(row)
    }
    const status = (await call('/api/v1/status')).body
    expect(status).toMatchObject({
      profile: 'sim',
      state: 'running',
      strategies: { up: 2, total: 2 },
      streams: { public: 'up', private: 'up' },
      version: '0.1.0',
    })
    expect(Number(status.equity)).toBeCloseTo(kernel.portfolio.equity / 1e8, 8)
    expect(status.barsClosedAt).toBe(new Date(system.trader.now).toISOString())
    expect(status.reconciledAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  test('orders and fills have the fields that outside programs rely on, and pages do not overlap or lose a row', async () => {
    const filled = system.trader.steps.filter((step) => step.input.type === 'order-filled').length
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body }: { body: Body } = await call(`/api/v1/fills?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expect(body.data.length).toBeLessThanOrEqual(7)
      expect(body.hasMore).toBe(body.nextCursor !== null)
      seen.push(...body.data.map((row) => String(row.id)))
      cursor = body.nextCursor as string | null
    }
    expect(seen).toHaveLength(filled)
    expect([...seen].sort().reverse()).toEqual(seen)
    const fill = (await call('/api/v1/fills?limit=1')).body.data[0] ?? {}
    expect(fill).toMatchObject({
      tradeId: expect.any(String),
      orderId: expect.stringMatching(/^ord_/),
      side: expect.stringMatching(/^(buy|sell)$/),
      price: expect.any(String),
      fee: expect.any(String),
      ts: expect.stringMatching(/Z$/),
    })
    const order = (await call(`/api/v1/orders/${String(fill.orderId)}`)).body
    expect(order).toMatchObject({
      id: fill.orderId,
      symbol: fill.symbol,
      side: fill.side,
      clientOrderId: expect.any(String),
      venueOrderId: expect.any(String),
      status: 'filled',
    })
    const open = (await call('/api/v1/orders?status=open&limit=500')).body.data
    expect(open).toHaveLength(kernel.config.instruments.flatMap((i) => kernel.orders.open(i.index)).length)
  })

  test('why tells the decision behind the entry and what ended it', async () => {
    const [trade] = (await call('/api/v1/trades?status=closed&limit=1')).body.data
    const why = (await call(`/api/v1/trades/${String(trade?.number)}/why`)).body as unknown as {
      entry: { order: { id: string }; decision: { detail: { reason: { rule: string } } } }
      exit: { decision: object | null }
      fills: object[]
    }
    expect(why.entry.order.id).toBe(trade?.entryOrderId)
    expect(why.entry.decision.detail.reason.rule).toBe('fast above slow')
    expect(why.fills.length).toBeGreaterThanOrEqual(2)
  })

  test('events are ascending after an id, and every read answers', async () => {
    const newest = (await call('/api/v1/events?limit=5')).body.data
    const since = String(newest.at(-1)?.id)
    const after = (await call(`/api/v1/events?since_id=${since}&limit=500`)).body.data
    expect(after.map((row) => row.id)).toEqual(
      newest
        .slice(0, -1)
        .map((row) => row.id)
        .reverse(),
    )
    for (const path of [
      'me',
      'health',
      'trades',
      'balances',
      'equity',
      'strategies',
      'alerts',
      'version',
      'time',
      'commands',
      'confirmations',
      'backtests',
    ])
      expect((await call(`/api/v1/${path}`)).status, path).toBe(200)
  })

  describe('who may', () => {
    test('the first admin key is in a file of its owner, and its hash alone in the database', async () => {
      expect(statSync(adminKeyFile(system.temporary.dataDir)).mode & 0o777).toBe(0o600)
      const rows = await system.temporary.database.sql`select * from api_keys`
      expect(JSON.stringify(rows)).not.toContain(system.adminToken.split('_')[3])
    })
    test.each([null, '', 'tk_sim_00000000_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'nonsense'])(
      'token %j is refused',
      async (token) => {
        const { status, body, headers } = await call('/api/v1/status', { token })
        expect([status, body.code, headers.get('content-type')]).toEqual([401, 'unauthorized', 'application/problem+json'])
        expect(body.requestId).toBe(headers.get('x-request-id'))
      },
    )
    test('a right id with a wrong secret is refused', async () => {
      expect(
        (await call('/api/v1/status', { token: `${system.adminToken.slice(0, -1)}${system.adminToken.endsWith('A') ? 'B' : 'A'}` })).status,
      ).toBe(401)
    })
    test('a read-only key reads and does nothing else', async () => {
      const token = await system.keys.create('sim', { name: 'reader', role: 'viewer', scopes: ['trade:read', 'account:read'] })
      expect((await call('/api/v1/positions', { token })).status).toBe(200)
      expect((await call('/api/v1/strategies', { token })).status).toBe(403)
      expect((await post('/api/v1/control/pause', {}, {}, token)).status).toBe(403)
      expect(
        (await post('/api/v1/commands', { line: 'status', as: { id: 'telegram:1', role: 'admin', surface: 'telegram' } }, {}, token))
          .status,
      ).toBe(403)
    })
    test('a request to another host name, or from a page of another origin, is refused', async () => {
      const response = await app.request('http://evil.example/api/v1/status', { headers: { Authorization: `Bearer ${system.adminToken}` } })
      expect(response.status).toBe(403)
      expect((await call('/api/v1/status', { headers: { Origin: 'https://evil.example' } })).status).toBe(403)
    })
    test('a service key asks for a person, who needs the role', async () => {
      const token = await system.keys.create('sim', { name: 'bots', role: 'admin', scopes: ['act-as'] })
      const viewer = await post(
        '/api/v1/commands',
        { line: '/close BTC', as: { id: 'telegram:7', role: 'viewer', surface: 'telegram' } },
        {},
        token,
      )
      expect([viewer.status, viewer.body.code]).toEqual([403, 'forbidden_scope'])
      const reader = await post(
        '/api/v1/commands',
        { line: '/positions', as: { id: 'telegram:7', role: 'viewer', surface: 'telegram' } },
        {},
        token,
      )
      expect(reader.status).toBe(200)
    })
  })

  describe('bad input', () => {
    test.each([
      ['/api/v1/orders?limit=0', 422, 'validation_failed'],
      ['/api/v1/orders?limit=5000', 422, 'validation_failed'],
      ['/api/v1/orders/ord_nothing', 404, 'not_found'],
      ['/api/v1/positions/pos_0', 404, 'not_found'],
      ['/api/v1/trades/99999', 404, 'not_found'],
      ['/api/v1/nothing', 404, 'not_found'],
      ['/api/v1/events?since_id=x', 422, 'validation_failed'],
    ])('%s is %i %s', async (path, status, code) => {
      const answer = await call(path)
      expect([answer.status, answer.body.code]).toEqual([status, code])
      expect(String(answer.body.detail).length).toBeGreaterThan(5)
    })
    test('a body that is no JSON, of another shape, or too large', async () => {
      const broken = await call('/api/v1/commands', { method: 'POST', body: '{"line":' })
      expect([broken.status, broken.body.code]).toEqual([400, 'bad_request'])
      const odd = await post('/api/v1/commands', { line: 5 })
      expect([odd.status, odd.body.code]).toEqual([422, 'validation_failed'])
      const large = await post('/api/v1/commands', { line: 'x'.repeat(300_000) })
      expect([large.status, large.body.code]).toEqual([413, 'too_large'])
    })
    test('an unknown command names the nearest', async () => {
      const { status, body } = await post('/api/v1/commands', { line: 'statsu' })
      expect([status, body.code]).toEqual([404, 'not_found'])
      expect(JSON.stringify(body.reply)).toContain('/status')
    })
  })

  describe('doing', () => {
    test('close needs an Idempotency-Key, waits for an answer, and closes half, once', async () => {
      const [position] = (await call('/api/v1/positions?symbol=ETHUSDT')).body.data
      const path = `/api/v1/positions/${String(position?.id)}/close`
      expect((await post(path, { fraction: '0.5' })).body.code).toBe('idempotency_missing')
      const asked = await post(path, { fraction: '0.5' }, { 'Idempotency-Key': 'close-1' })
      expect([asked.status, asked.body.status]).toEqual([202, 'confirm'])
      const again = await post(path, { fraction: '0.5' }, { 'Idempotency-Key': 'close-1' })
      expect(again.headers.get('idempotency-replayed')).toBe('true')
      expect(again.body.confirmation).toEqual(asked.body.confirmation)
      expect((await post(path, { fraction: '0.7' }, { 'Idempotency-Key': 'close-1' })).body.code).toBe('idempotency_mismatch')
      const { id } = asked.body.confirmation as { id: string }
      const listed = (await call('/api/v1/confirmations')).body.data
      expect(listed.map((row) => row.id)).toContain(id)
      const done = await post(`/api/v1/confirmations/${id}`, { decision: 'yes' })
      expect([done.status, done.body.status]).toEqual([200, 'done'])
      expect((await post(`/api/v1/confirmations/${id}`, { decision: 'yes' })).body.code).toBe('confirm_expired')
      await system.trader.play(1)
      const instrument = kernel.config.instruments.find((i) => i.symbol === 'ETHUSDT')
      const closes = system.trader.steps.filter((step) => step.input.type === 'close-position')
      expect(closes).toHaveLength(1)
      expect(instrument === undefined ? -1 : closes[0]?.input.type === 'close-position' && closes[0].input.instrument).toBe(
        instrument?.index,
      )
    })

    test('pause acts at once and shows in the status; resume asks, then lifts it', async () => {
      const paused = await post('/api/v1/control/pause', { reason: 'test' })
      expect([paused.status, paused.body.status]).toEqual([200, 'done'])
      const status = (await call('/api/v1/status')).body
      expect([status.state, (status.holds as unknown[]).length]).toEqual(['paused', 1])
      const asked = await post('/api/v1/control/resume', {})
      expect(asked.status).toBe(202)
      expect((await call('/api/v1/status')).body.state).toBe('paused')
      await post(`/api/v1/confirmations/${(asked.body.confirmation as { id: string }).id}`, { decision: 'yes' })
      expect((await call('/api/v1/status')).body.state).toBe('running')
    })

    test('two requests with one key at once: one command', async () => {
      const before = system.trader.steps.length
      const answers = await Promise.all(
        Array.from({ length: 5 }, () =>
          post('/api/v1/control/pause', { target: 'BTCUSDT', reason: 'twice' }, { 'Idempotency-Key': 'pause-1' }),
        ),
      )
      expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(1)
      for (const answer of answers) expect([200, 409]).toContain(answer.status)
      const added = system.trader.steps.slice(before).filter((step) => step.input.type === 'add-hold')
      expect(added).toHaveLength(1)
    })

    test('a protective stop is not canceled over REST', async () => {
      const stop = (await call('/api/v1/orders?status=open')).body.data.find((row) => row.origin === 'attached-stop')
      const { status, body } = await call(`/api/v1/orders/${String(stop?.id)}`, { method: 'DELETE' })
      expect([status, body.code]).toEqual([409, 'refused'])
      expect(body.detail).toContain('not canceled')
    })

    test('a backtest is queued, listed and canceled; an unknown strategy is refused', async () => {
      const queued = await post('/api/v1/backtests', { strategy: 'sma-cross', symbol: 'BTCUSDT', params: { fast: 5 } })
      expect([queued.status, queued.body.status]).toEqual([202, 'queued'])
      expect((await call(`/api/v1/backtests/${String(queued.body.id)}`)).body.spec).toMatchObject({ params: { fast: '5' } })
      expect((await call(`/api/v1/backtests/${String(queued.body.id)}`, { method: 'DELETE' })).status).toBe(200)
      expect((await post('/api/v1/backtests', { strategy: 'nonsense', symbol: 'BTCUSDT' })).status).toBe(422)
    })
  })

  test('the description is OpenAPI 3.1, names every route, and its page loads nothing from elsewhere', async () => {
    const response = await app.request('http://127.0.0.1/openapi.json')
    const document = (await response.json()) as { openapi: string; paths: Record<string, object> }
    expect(document.openapi).toBe('3.1.0')
    for (const path of [
      '/api/v1/status',
      '/api/v1/positions',
      '/api/v1/orders/{id}',
      '/api/v1/trades/{id}/why',
      '/api/v1/control/panic',
      '/api/v1/commands/{name}',
      '/api/v1/backtests/{id}',
      '/api/v1/confirmations/{id}',
    ])
      expect(Object.keys(document.paths)).toContain(path)
    const page = await (await app.request('http://127.0.0.1/docs')).text()
    expect(page).not.toMatch(/(src|href)="https?:/)
  })

  describe('listening', () => {
    let server: ApiServer
    const options = {
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
        next: `Stop it, or choose another port: BALLAST__API__PORT=${server.port + 1}`,
      })
    })

    test('the typed client reads, and tells who is not there', async () => {
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
      for (const row of (await first.until((f) => f.t === 'snapshot' && f.sid === sids.get('positions'))).data)
        built.set(String(row.id), row)
      await first.until(() => true)
      await new Promise((resolve) => setTimeout(resolve, 300))
      for (const frame of first.frames.filter((f) => f.t === 'delta' && f.sid === sids.get('positions'))) {
        const change = frame.data as unknown as { op: string; key: string; value?: unknown }
        if (change.op === 'remove') built.delete(change.key)
        else built.set(change.key, change.value)
      }
      const rest = (await call('/api/v1/positions')).body.data
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

    test('WebSocket: a key without the scope is told so', async () => {
      const token = await system.keys.create('sim', { name: 'account', role: 'viewer', scopes: ['account:read'] })
      const client = connect()
      await client.opened
      client.send({ op: 'auth', token })
      client.send({ id: 9, op: 'subscribe', args: [{ ch: 'status' }, { ch: 'fills' }] })
      const ack = await client.until((f) => f.id === 9)
      expect(ack.failed).toEqual([{ ch: 'fills', error: 'needs the scope trade:read' }])
      client.ws.close()
    })
  })
})
