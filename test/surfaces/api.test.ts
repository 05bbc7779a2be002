/**
 * The API over a database in which a trader has traded, and that trader answering: shapes, errors, cards, keys.
 */
import { statSync } from 'node:fs'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { makeApp } from '../../api/app.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import { adminKeyFile } from '../../db/access/api-keys.ts'
import { reportHealth } from '../../db/health.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import type { PositionRow } from '../../src/journal/row.ts'
import { makeSeededSystem } from '../support/kernel/seeded-system.ts'

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

  test('S3: a card that is answered after the price moved asks once more, in a way that a program can follow', async () => {
    const { sql } = system.temporary.database
    const [row] = await sql<
      { symbol: string; markPrice: string }[]
    >`select symbol, mark_price as "markPrice" from positions where mark_price > 0 limit 1`
    const { symbol, markPrice } = row as NonNullable<typeof row>
    // The trader is asked before anybody else is: what it would deny has no card.
    const owned = await post('/api/v1/commands', { line: `open long ${symbol} $100 sl=2%` })
    expect([owned.status, owned.body.code, owned.body.confirmation]).toEqual([409, 'refused', undefined])
    expect(owned.body.refusal).toMatchObject({ code: 'symbol-owned', figures: { symbol } })
    expect(owned.body.detail).toContain('(symbol-owned)')
    const silent = vi.spyOn(system.ports.control, 'preview').mockResolvedValue(undefined)
    const asked = await post('/api/v1/commands', { line: `open long ${symbol} $100 sl=2%` })
    const first = asked.body.confirmation as { readonly id: string }
    expect([asked.status, asked.body.again]).toEqual([202, undefined])
    await sql`update positions set mark_price = mark_price * 1.02 where symbol = ${symbol}`
    const again = await post(`/api/v1/confirmations/${first.id}`, { decision: 'yes' })
    const second = again.body.confirmation as { readonly id: string; readonly word: string | null; readonly code: boolean }
    expect([again.status, again.body.status, again.body.again]).toEqual([
      202,
      'confirm',
      { replaces: first.id, changes: [{ symbol, what: 'price', from: markPrice, to: expect.any(String), driftBps: 200 }] },
    ])
    expect([second.id === first.id, second.word, second.code]).toEqual([false, null, false])
    const over = await post(`/api/v1/confirmations/${first.id}`, { decision: 'yes' })
    expect([over.status, over.body.code]).toEqual([409, 'confirm_expired'])
    expect((await post(`/api/v1/confirmations/${second.id}`, { decision: 'no' })).status).toBe(200)
    await sql`update positions set mark_price = ${markPrice}::numeric where symbol = ${symbol}`
    silent.mockRestore()
  })

  test('a preview of an entry by a reader: figures, assessment and the rule; what is not valid is named, and nothing is sent', async () => {
    const { sql } = system.temporary.database
    const [row] = await sql<{ symbol: string }[]>`select symbol from positions where mark_price > 0 limit 1`
    const symbol = row?.symbol ?? ''
    const before = await sql`select count(*)::int as count from decisions`
    const asked = { side: 'long', symbol, size: '$500', sl: '2%' }
    const preview = await post('/api/v1/orders:preview', asked)
    expect(preview.status).toBe(200)
    expect(preview.body).toMatchObject({ passes: false, denial: { rule: 'symbol-owned', figures: { symbol } } })
    const risk = preview.body.risk as {
      readonly score: number
      readonly reasons: readonly { readonly points: number }[]
      readonly quantity: string
    }
    expect(risk.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(risk.score)
    const dry = await post('/api/v1/orders?dryRun=true', asked)
    expect([dry.status, dry.body.passes]).toEqual([200, false])
    for (const [path, body, status, code] of [
      ['/api/v1/orders:preview', { ...asked, size: '500' }, 422, 'validation_failed'],
      ['/api/v1/orders:preview', { ...asked, symbol: 'NOPE' }, 409, 'refused'],
      ['/api/v1/orders', asked, 400, 'idempotency_missing'],
      ['/api/v1/orders', { ...asked, sl: undefined }, 422, 'validation_failed'],
    ] as const) {
      const refused = await post(path, body)
      expect([path, refused.status, refused.body.code]).toEqual([path, status, code])
    }
    const sent = await post('/api/v1/orders', asked, { 'Idempotency-Key': 'an-entry' })
    expect([sent.status, sent.body.code]).toEqual([409, 'refused'])
    expect(await sql`select count(*)::int as count from decisions`).toEqual(before)
  })

  test('denials have their sentence, figures and what would have been sent; by symbol, strategy and page', async () => {
    const { sql } = system.temporary.database
    const detail = {
      reason: { rule: 'r', values: {} },
      figures: { spreadBps: '12.50', limitBps: 8 },
      wanted: { quantity: '0.1', price: '64000', stop: null },
    }
    const [known] = await sql<{ strategy: string; symbol: string }[]>`select strategy, symbol from strategies limit 1`
    const { strategy, symbol } = known as NonNullable<typeof known>
    for (const seq of [900_000_001, 900_000_002])
      await sql`insert into decisions (seq, kind, strategy, symbol, class, side, rule, detail, ts)
        values (${seq}, 'denial', ${strategy}, ${symbol}, 'entry', -1, 'spread', ${JSON.stringify(detail)}::text::jsonb, ${seq})`
    const first = await call(`/api/v1/denials?limit=1&of=${strategy}`)
    expect(first.body.data[0]).toMatchObject({
      symbol,
      side: 'sell',
      rule: 'spread',
      text: `${symbol}: the spread is 12.50 bp, more than 8 bp (spread).`,
      figures: { spreadBps: '12.50', limitBps: 8 },
      wanted: { quantity: '0.1', price: '64000', stop: null },
    })
    const next = await call(`/api/v1/denials?limit=1&of=${symbol}&cursor=${String(first.body.nextCursor)}`)
    expect(next.body.data.map(({ id }) => id)).not.toEqual(first.body.data.map(({ id }) => id))
    expect((await call('/api/v1/denials?of=nope')).status).toBe(404)
    await sql`delete from decisions where seq > 900000000`
  })

  test('a cursor that no page has answered is reported, and is not the first page', async () => {
    const garbage = await call('/api/v1/trades?cursor=garbage')
    expect([garbage.status, garbage.body.code]).toEqual([422, 'validation_failed'])
    expect((await call('/api/v1/trades')).status).toBe(200)
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

  test('measures, stress and stats are of what the kernel holds and has closed', async () => {
    const { kernel } = system.trader
    const open = kernel.config.instruments.filter((i) => kernel.portfolio.positionLots(i.index) !== 0).map(({ symbol }) => symbol)
    const measures = (await call('/api/v1/risk/measures')).body.data
    expect(measures[0]).toMatchObject({ id: 'portfolio', scope: 'portfolio', stride: 'hour' })
    const [exposure] = measures.map((row) => row.exposure as { readonly gross: string })
    expect(Number(exposure?.gross)).toBeCloseTo(kernel.portfolio.grossNotional / 1e8, 0)
    expect((await call(`/api/v1/risk/measures?of=${open[0]}`)).body.data.map(({ id, scope }) => [id, scope])).toEqual([[open[0], 'symbol']])
    expect((await call('/api/v1/risk/measures?of=nosuch')).body.code).toBe('not_found')
    const stress = (await call('/api/v1/risk/stress?scenario=btc-rally')).body.data
    expect(stress).toHaveLength(1)
    const [moves] = stress.map((row) => row.moves as readonly { readonly symbol: string }[])
    expect(moves?.map(({ symbol }) => symbol).sort()).toEqual([...open].sort())
    expect((await call('/api/v1/risk/stress?scenario=flood')).body.detail).toContain('use btc-crash')
    const closed = (await call('/api/v1/trades?status=closed&limit=500')).body.data
    expect((await call('/api/v1/stats?period=all')).body).toMatchObject({ id: 'all', count: closed.length })
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

  test('why shows the decision behind the entry and what ended it', async () => {
    const [trade] = (await call('/api/v1/trades?status=closed&limit=1')).body.data
    const answer: unknown = (await call(`/api/v1/trades/${String(trade?.number)}/why`)).body
    const why = answer as {
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

  test('a disk that is full keeps nobody from looking; what needs a row says why it was not done, and the way past it', async () => {
    const { sql } = system.temporary.database
    const tables = ['audit', 'api_keys', 'idempotency', 'commands', 'confirmations']
    await sql.unsafe(
      `create function refuse_full() returns trigger language plpgsql as $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`,
    )
    await sql`update api_keys set last_used_at = 0`
    for (const table of tables)
      await sql.unsafe(`create trigger full_disk before insert or update on ${table} for each row execute function refuse_full()`)
    expect((await call('/api/v1/positions')).status).toBe(200)
    const status = await post('/api/v1/commands', { line: 'status' }, { 'Idempotency-Key': 'look' })
    expect([status.status, status.body.status]).toEqual([200, 'done'])
    for (const [path, body] of [
      ['/api/v1/control/pause', {}],
      ['/api/v1/commands', { line: 'panic' }],
    ] as const) {
      const told = await post(path, body, { 'Idempotency-Key': path })
      expect([told.status, told.body.code]).toEqual([503, 'database_down'])
      expect(told.body.detail).toContain('cannot write: its disk is full')
      expect(told.body.detail).toContain('ballast panic --direct')
    }
    for (const table of tables) await sql.unsafe(`drop trigger full_disk on ${table}`)
    expect((await post('/api/v1/control/pause', {})).status).toBe(200)
    await post('/api/v1/commands', { line: 'resume' })
  })

  describe('who may', () => {
    test('the first admin key is in a file of its owner, and its hash alone in the database', async () => {
      expect(statSync(adminKeyFile(system.temporary.dataDir)).mode & 0o777).toBe(0o600)
      const rows = await system.temporary.database.sql`select * from api_keys`
      expect(JSON.stringify(rows)).not.toContain(system.adminToken.split('_').slice(3).join('_'))
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
      const { token } = await system.keys.create({ name: 'reader', role: 'viewer', scopes: ['trade:read', 'account:read'] })
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
      expect(response.status).toBe(421)
      expect((await call('/api/v1/status', { headers: { Origin: 'https://evil.example' } })).status).toBe(403)
    })
    test('a service key asks for a person, who needs the role', async () => {
      const { token } = await system.keys.create({ name: 'bots', role: 'admin', scopes: ['act-as'] })
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
    ])('bad input: %s is %i %s', async (path, status, code) => {
      const answer = await call(path)
      expect([answer.status, answer.body.code]).toEqual([status, code])
      expect(String(answer.body.detail).length).toBeGreaterThan(5)
    })
    test.each(['/api/v1/backtests/a%00b', '/api/v1/trades?symbol=%00', '/api/v1/orders/%00', '/%00'])(
      'a zero byte in %s is not valid, and reaches no table',
      async (path) => {
        for (const method of ['GET', 'DELETE']) {
          const { status, body } = await call(path, { method })
          expect([status, body.code]).toEqual([422, 'validation_failed'])
        }
      },
    )
    test('a body that is no JSON, of another shape, or too large', async () => {
      const broken = await call('/api/v1/commands', { method: 'POST', body: '{"line":' })
      expect([broken.status, broken.body.code]).toEqual([400, 'bad_request'])
      const odd = await post('/api/v1/commands', { line: 5 })
      expect([odd.status, odd.body.code]).toEqual([422, 'validation_failed'])
      const large = await post('/api/v1/commands', { line: 'x'.repeat(300_000) })
      expect([large.status, large.body.code]).toEqual([413, 'too_large'])
    })
    test('an unknown command names the nearest', async () => {
      const { status, body } = await post('/api/v1/commands', { line: 'statuss' })
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

    test('a quantity of a spot position is one of its coin', async () => {
      const { ports } = system.context
      const [row] = await ports.reads.positions()
      const spot = { ...(row as PositionRow), symbol: 'SOLUSDT-SPOT', quantity: '2', tradeNumber: null }
      const given = { ...ports, reads: Object.assign(Object.create(ports.reads), { positions: async () => [spot] }) }
      const response = await makeApp({ ...system.context, ports: given, runner: new CommandRunner(given) }).request(
        'http://127.0.0.1/api/v1/positions/SOLUSDT-SPOT/close',
        {
          method: 'POST',
          body: JSON.stringify({ quantity: '0.5' }),
          headers: { Authorization: `Bearer ${system.adminToken}`, 'Content-Type': 'application/json', 'Idempotency-Key': 'close-spot' },
        },
      )
      expect(await response.text()).toContain('Close 0.5 SOL')
      expect(response.status).toBe(202)
    })

    test('pause acts at once and shows in the status; resume asks, then lifts it', async () => {
      // A trader that has said nothing for ten seconds counts as down, and the tests before may take longer.
      await reportHealth(system.temporary.database.sql, 'trader', 'ok', 'queue 0')
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

    test('a comparison with the exchange is made at once', async () => {
      const { status, body } = await post('/api/v1/control/reconcile', {})
      expect([status, body.status]).toEqual([200, 'done'])
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

    test('a protective stop is cannot be canceled over REST', async () => {
      const stop = (await call('/api/v1/orders?status=open')).body.data.find((row) => row.origin === 'attached-stop')
      const { status, body } = await call(`/api/v1/orders/${String(stop?.id)}`, { method: 'DELETE' })
      expect([status, body.code]).toEqual([409, 'refused'])
      expect(body.detail).toContain('cannot be canceled')
    })

    test('a backtest is queued, listed and canceled; an unknown strategy is refused', async () => {
      const queued = await post('/api/v1/backtests', { strategy: 'sma-cross', symbol: 'BTCUSDT', params: { fast: 5 } })
      expect([queued.status, queued.body.status]).toEqual([202, 'queued'])
      expect((await call(`/api/v1/backtests/${String(queued.body.id)}`)).body.spec).toMatchObject({ params: { fast: '5' } })
      expect((await call(`/api/v1/backtests/${String(queued.body.id)}`, { method: 'DELETE' })).status).toBe(200)
      expect((await post('/api/v1/backtests', { strategy: 'nonsense', symbol: 'BTCUSDT' })).status).toBe(422)
    })

    test('risk settings: listed with their origin; a stricter one is set at once, a looser one asks, null takes it back', async () => {
      // The scripted trader is one without limits; from here on it has those of the simulator.
      Object.assign(system.trader.kernel.config, { settings: RISK_PROFILES.sim.settings })
      const put = (key: string, body: object) =>
        call(`/api/v1/risk/limits/${key}`, {
          method: 'PUT',
          body: JSON.stringify(body),
          headers: { 'Idempotency-Key': `${key}-${JSON.stringify(body)}` },
        })
      const rowOf = async (id: string) => (await call('/api/v1/risk/limits')).body.data.find((row) => row.id === id)
      expect(await rowOf('account dayLoss')).toMatchObject({ key: 'dayLoss', value: '5%', origin: 'profile sim' })
      const set = await put('dayLoss', { value: '3%' })
      expect([set.status, kernel?.limits.settings?.account.dayLoss]).toEqual([200, '3%'])
      expect((await rowOf('account dayLoss'))?.value).toBe('3%')
      expect((await put('position', { value: '10%', target: 'BTCUSDT' })).status).toBe(200)
      expect(await rowOf('symbol BTCUSDT position')).toMatchObject({ target: 'symbol BTCUSDT', value: '10%' })
      const looser = await put('dayLoss', { value: '4%', for: '2h' })
      expect([looser.status, looser.body.code]).toEqual([202, 'confirm'])
      const asked = await put('dayLoss', { value: null })
      expect(asked.status).toBe(202)
      const { id } = asked.body.confirmation as { readonly id: string }
      await post(`/api/v1/confirmations/${id}`, { decision: 'yes' })
      expect(await rowOf('account dayLoss')).toMatchObject({ value: '5%', origin: 'profile sim' })
      const invalid = await put('dayLoss', { value: '90%' })
      expect([invalid.status, invalid.body.refusal]).toMatchObject([
        409,
        { code: 'setting-invalid', figures: { key: 'dayLoss', given: '90%' } },
      ])
      expect((await put('nothing', { value: '3%' })).status).toBe(409)
    })
  })

  test('the description is OpenAPI 3.1, names every route, and its page loads nothing from elsewhere', async () => {
    const { token: readerToken } = await system.keys.create({ name: 'reader', role: 'viewer', scopes: ['trade:read'] })
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
    type Answers = Readonly<Record<string, { readonly responses: Readonly<Record<string, { readonly description: string }>> }>>
    const answers = (method: string, path: string) => (document.paths[path] as Answers)[method]?.responses
    // What comes is held against what is promised, status and code.
    for (const [method, path, template, body] of [
      ['get', '/api/v1/orders?limit=0', '/api/v1/orders'],
      ['get', '/api/v1/orders/ord_0', '/api/v1/orders/{id}'],
      ['get', '/api/v1/version?a=%00', '/api/v1/version'],
      ['get', '/api/v1/keys', '/api/v1/keys'],
      ['post', '/api/v1/commands', '/api/v1/commands', '{'],
      ['post', '/api/v1/commands', '/api/v1/commands', '{"line":5}'],
      ['post', '/api/v1/commands', '/api/v1/commands', JSON.stringify({ line: 'x'.repeat(300_000) })],
      ['post', '/api/v1/commands', '/api/v1/commands', '{"line":"nonsense"}'],
      ['post', '/api/v1/positions/BTCUSDT/close', '/api/v1/positions/{id}/close', '{}'],
      ['post', '/api/v1/confirmations/none', '/api/v1/confirmations/{id}', '{"decision":"yes"}'],
      ['delete', '/api/v1/orders/ord_0', '/api/v1/orders/{id}'],
    ] as const)
      for (const token of [system.adminToken, 'nonsense', readerToken]) {
        const answer = await call(path, { method: method.toUpperCase(), token, ...(body === undefined ? {} : { body }) })
        if (answer.status >= 300)
          expect(answers(method, template)?.[String(answer.status)]?.description, `${method} ${path}`).toContain(
            `${String(answer.body.code)}:`,
          )
      }
    for (const item of Object.values(document.paths))
      for (const { responses } of Object.values(item as Answers))
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(['403', '500']))
    expect(Object.keys(answers('post', '/api/v1/backtests') ?? {})).toEqual(
      expect.arrayContaining(['202', '400', '401', '403', '409', '413', '422', '500', '503']),
    )
    const page = await (await app.request('http://127.0.0.1/docs')).text()
    expect(page).not.toMatch(/(src|href)="https?:/)
  })
})
