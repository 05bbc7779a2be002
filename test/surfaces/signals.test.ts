/**
 * Signals from outside, from real HTTP requests to the port of the webhooks to rows and commands of a real database (S15, S17).
 */
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HooksPort } from '../../api/hooks/hooks-port.ts'
import { HOOKS_PATH, SignalHook } from '../../api/hooks/signal-hook.ts'
import { isWithin, networkOf, senderAddress } from '../../api/commands/signals/networks.ts'
import type { NewSource, SignalIntake } from '../../api/ports/signal-ports.ts'
import { PostgresSignalSources } from '../../db/access/signal-sources.ts'
import { PostgresCommandQueue } from '../../db/requests/commands.ts'
import { PostgresSignals } from '../../db/requests/signals.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { freePorts } from '../support/process/installation.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'

const made = await makeTemporaryDatabase()
afterAll(() => made?.remove())

const NEW: NewSource = {
  name: 'tv',
  format: 'tradingview-target',
  strategy: 'webhook',
  market: 'linear',
  symbols: ['BTCUSDT'],
  mode: 'trade',
  side: null,
  stop: '2%',
  maxAgeMs: 60_000,
  notionalMax: '5000',
  networks: null,
  expectEveryMs: null,
}

describe.skipIf(made === undefined)('the port of the webhooks', () => {
  const sql = made?.database.sql as NonNullable<typeof made>['database']['sql']
  let now = Date.now()
  const sources = new PostgresSignalSources(sql, join(made?.dataDir ?? '', 'signals.key'), () => now)
  const rows = new PostgresSignals(sql, sources)
  let port = 0
  let close: (() => Promise<void>) | undefined
  let intake: SignalIntake = rows
  let count = 0

  beforeAll(async () => {
    port = (await freePorts(1))[0] as number
    const hook = new SignalHook({
      intake: {
        open: (id) => intake.open(id),
        hasSources: () => intake.hasSources(),
        receiveSignal: (source, arrival) => intake.receiveSignal(source, arrival),
        refuse: (source, arrival, why) => intake.refuse(source, arrival, why),
        reportWrongSecrets: (address, tries, atMs) => intake.reportWrongSecrets(address, tries, atMs),
      },
      proxyHops: 1,
      wallNow: () => now,
      log: () => {},
    })
    close = await new HooksPort(port).openPath(HOOKS_PATH, hook.handle)
  })
  afterAll(() => close?.())

  /** A source of its own, and its address. */
  const open = async (more: Partial<NewSource> = {}) => {
    count += 1
    const name = `s${count}`
    const secrets = await sources.create({ ...NEW, ...more, name }, 'cli')
    if (secrets === undefined) throw new Error('no source')
    return { ...secrets, name, path: `/hooks/${secrets.id}/${secrets.secret}` }
  }
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}, method = 'POST') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(method === 'POST' ? { body: text } : {}),
      headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    })
    const answer = await response.text()
    return { status: response.status, body: answer === '' ? {} : (JSON.parse(answer) as Record<string, unknown>) }
  }
  const long = (more: object = {}) => ({ ticker: 'BTCUSDT.P', market_position: 'long', timenow: new Date(now).toISOString(), ...more })
  const flat = (more: object = {}) => long({ market_position: 'flat', ...more })
  const commandsOf = (name: string) =>
    sql<{ status: string; args: Record<string, unknown> }[]>`select status, args from commands where args->>'source' = ${name} order by id`

  test('a signal is answered with 202, kept, and handed to the trader with the rules of its source', async () => {
    const { path, name } = await open()
    const { status, body } = await post(path, long({ id: 'a' }), { 'content-type': 'application/json; charset=utf-8' })
    expect([status, body.status, body.mode]).toEqual([202, 'accepted', 'trade'])
    expect(await commandsOf(name)).toMatchObject([
      {
        status: 'pending',
        args: { strategy: 'webhook', symbol: 'BTCUSDT', wish: 'long', mayEnter: true, stop: '2%', notionalMax: '5000' },
      },
    ])
    expect((await rows.list({ limit: 1 }))[0]).toMatchObject({
      source: name,
      verdict: 'accepted',
      wish: 'long',
      symbol: 'BTCUSDT',
      outcome: null,
    })
  })

  test('a storm of resends is one command: the others are answered as duplicates of the first', async () => {
    const { path, name } = await open()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(path, long({ id: 'storm' }))))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status, body }) => status === 200 && body.status === 'duplicate')).toHaveLength(19)
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(await commandsOf(name)).toHaveLength(1)
  })

  test('S15 an exit that is sent again, and late, is handed on each time', async () => {
    const { path, name } = await open()
    const old = flat({ timenow: new Date(now - 3_600_000).toISOString(), id: 'out' })
    expect([(await post(path, old)).status, (await post(path, old)).status]).toEqual([202, 202])
    expect((await commandsOf(name)).map(({ args }) => [args.wish, args.mayEnter])).toEqual([
      ['flat', false],
      ['flat', false],
    ])
  })

  test('S15 a late entry is refused with its age, and so is one that a newer one has overtaken', async () => {
    const { path, name } = await open()
    const late = await post(path, long({ timenow: new Date(now - 90_000).toISOString() }))
    expect([late.status, late.body.code, late.body.figures]).toMatchObject([422, 'stale', { maxAgeMs: 60_000 }])
    await post(path, long({ id: 'new' }))
    const older = await post(path, long({ id: 'old', timenow: new Date(now - 5_000).toISOString() }))
    expect([older.status, older.body.code]).toEqual([422, 'overtaken'])
    expect(await commandsOf(name)).toHaveLength(1)
  })

  test('what cannot be read is refused by name, kept and reported; what might have been an exit is P1', async () => {
    const { path, name } = await open()
    const placeholder = await post(path, long({ ticker: '{{ticker}}' }))
    expect(placeholder).toMatchObject({
      status: 422,
      body: { code: 'placeholder', figures: { placeholder: '{{ticker}}', field: 'ticker' } },
    })
    expect(String(placeholder.body.detail)).toContain('Is this an alert of a strategy?')
    await post(path, flat({ ticker: 'DOGEUSDT' }))
    expect(await post(path, flat({ oops: 1 }))).toMatchObject({ status: 422, body: { code: 'field-unknown' } })
    const alerts = await sql<{ type: string; severity: string }[]>`
      select type, severity from alerts where detail->>'source' = ${name} order by id`
    expect(alerts).toEqual([
      { type: 'signal.rejected', severity: 'P3' },
      { type: 'signal.exit_refused', severity: 'P1' },
    ])
    expect(await commandsOf(name)).toEqual([])
  })

  test('a source on paper records and sends nothing', async () => {
    const { path, name } = await open({ mode: 'paper' })
    expect(await post(path, long())).toMatchObject({ status: 202, body: { mode: 'paper' } })
    expect(await commandsOf(name)).toEqual([])
  })

  test('who is let in: one answer for a wrong source and a wrong secret, none for others', async () => {
    const { path, id, name } = await open()
    const wrong = await post(`/hooks/${id}/${'x'.repeat(32)}`, long())
    const none = await post(`/hooks/${'0'.repeat(12)}/${'x'.repeat(32)}`, long())
    expect([wrong.status, none.status, wrong.body]).toEqual([404, 404, none.body])
    expect((await post(path, long(), {}, 'GET')).status).toBe(405)
    expect((await post(path, long(), { 'content-type': 'application/xml' })).status).toBe(415)
    expect((await post(path, `{"a":"${'x'.repeat(20_000)}"}`)).status).toBe(413)
    expect((await post('/api/v1/status', '')).status).toBe(404)
    expect(await commandsOf(name)).toEqual([])
  })

  test('a source of certain networks takes nothing from others, and believes the nearest proxy alone', async () => {
    const { path } = await open({ networks: ['52.89.214.238/32'] })
    expect((await post(path, flat())).status).toBe(403)
    expect((await post(path, flat(), { 'x-forwarded-for': '203.0.113.9' })).status).toBe(403)
    expect((await post(path, flat(), { 'x-forwarded-for': '52.89.214.238, 203.0.113.9' })).status).toBe(403)
    expect((await post(path, flat(), { 'x-forwarded-for': '203.0.113.9, 52.89.214.238' })).status).toBe(202)
  })

  test('a rotated address works for the overlap, and a removed source no more', async () => {
    const { path, name, id } = await open()
    const next = await sources.rotate(name, 3_600_000)
    expect([(await post(path, flat())).status, (await post(`/hooks/${id}/${next?.secret}`, flat())).status]).toEqual([202, 202])
    now += 3_600_001
    expect([(await post(path, flat())).status, (await post(`/hooks/${id}/${next?.secret}`, flat())).status]).toEqual([404, 202])
    await sources.remove(name)
    expect((await post(`/hooks/${id}/${next?.secret}`, flat())).status).toBe(404)
  })

  test('signatures of Standard Webhooks stand for the secret, by their own arithmetic', async () => {
    const { id, signingSecret } = await open()
    const key = Buffer.from(signingSecret.replace('whsec_', ''), 'base64')
    const headersOf = (body: string, at: number, message = 'msg_1') => {
      const timestamp = String(Math.floor(at / 1_000))
      const signature = createHmac('sha256', key).update(`${message}.${timestamp}.${body}`).digest('base64')
      return { 'webhook-id': message, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,bm90aGlz v1,${signature}` }
    }
    const body = JSON.stringify(long())
    expect((await post(`/hooks/${id}`, body)).status).toBe(404)
    expect((await post(`/hooks/${id}`, body, headersOf(`${body} `, now))).status).toBe(404)
    expect((await post(`/hooks/${id}`, body, headersOf(body, now - 301_000))).status).toBe(404)
    expect((await post(`/hooks/${id}`, body, headersOf(body, now))).status).toBe(202)
    expect((await post(`/hooks/${id}`, body, headersOf(body, now))).status).toBe(200)
  })

  test('more entries than a minute takes are 429, and exits still come in', async () => {
    const { path } = await open({ mode: 'paper' })
    for (let k = 0; k < 60; k++) await post(path, long({ id: `n${k}` }))
    expect((await post(path, long({ id: 'one more' }))).status).toBe(429)
    expect((await post(path, long({ id: 'another' }))).status).toBe(429)
    expect((await rows.list({ limit: 2 })).map(({ code }) => code)).toEqual(['rate', null])
    expect((await post(path, flat())).status).toBe(202)
  })

  test('S15 a source of one side enters no other: what is held against it is closed, and the rest is named', async () => {
    const { path, name } = await open({ side: 'long' })
    const short = long({ market_position: 'short' })
    expect((await post(path, short)).status).toBe(202)
    expect((await post(path, long())).status).toBe(202)
    expect((await post(path, flat())).status).toBe(202)
    expect((await commandsOf(name)).map(({ args }) => [args.wish, args.mayEnter, args.barred])).toEqual([
      ['short', false, 'short'],
      ['long', true, undefined],
      ['flat', false, undefined],
    ])
  })

  test('who tries secrets is reported once an hour, by his address, and a right one passes meanwhile', async () => {
    const { path } = await open()
    const from = { 'x-forwarded-for': '203.0.113.9' }
    const reports = () => sql<{ summary: string }[]>`select summary from alerts where type = 'signal.wrong_secret'`
    for (let k = 0; k < 19; k++) await post(`${path}x`, long(), from)
    expect(await reports()).toEqual([])
    for (let k = 0; k < 25; k++) expect((await post(`${path}x`, long(), from)).status).toBe(404)
    expect((await post(path, long({ id: 'right' }), from)).status).toBe(202)
    expect((await reports()).map(({ summary }) => summary)).toEqual([
      expect.stringContaining('20 requests from 203.0.113.9 within a minute'),
    ])
  })

  test('a database that is away is 503, so that the sender comes again', async () => {
    const { path } = await open()
    intake = {
      ...rows,
      open: () => Promise.reject(new Error('away')),
      hasSources: async () => true,
      receiveSignal: () => Promise.reject(new Error('away')),
      refuse: () => Promise.reject(new Error('away')),
      reportWrongSecrets: () => Promise.reject(new Error('away')),
    }
    expect((await post(path, flat())).status).toBe(503)
    intake = rows
    expect((await post(path, flat())).status).toBe(202)
  })

  test('S15 a trader that ends after it took a signal: what is not in the journal is carried out, what is there is not again', async () => {
    const { path, name } = await open()
    await post(path, long({ id: 'lost' }))
    await post(path, flat({ id: 'decided' }))
    const queue = new PostgresCommandQueue(sql)
    await queue.claimCommands()
    const [, decided] = await commandsOf(name)
    await sql`insert into journal (seq, kind, type, version, ts, payload, epoch)
      values (1, 'input', 'outside-signal', 1, 0, ${JSON.stringify({ signal: decided?.args.signal })}::text::jsonb, 1)`
    await queue.recoverInterrupted()
    expect((await commandsOf(name)).map(({ status, args }) => [args.wish, status])).toEqual([
      ['long', 'pending'],
      ['flat', 'done'],
    ])
  })

  test('no table holds a secret', async () => {
    const { secret, signingSecret } = await open()
    const text = JSON.stringify(await sql`select * from signal_sources`)
    expect(text).not.toContain(secret)
    expect(text).not.toContain(signingSecret.replace('whsec_', ''))
  })
})

test('networks: what is one, who is within, and who counts as the sender', () => {
  expect([networkOf('10.0.0.0/8'), networkOf('::1'), networkOf('10.0.0.0/33'), networkOf('home')]).toEqual([
    '10.0.0.0/8',
    '::1/128',
    undefined,
    undefined,
  ])
  expect([isWithin('10.2.3.4', ['10.0.0.0/8']), isWithin('11.2.3.4', ['10.0.0.0/8']), isWithin('', ['10.0.0.0/8'])]).toEqual([
    true,
    false,
    false,
  ])
  expect(senderAddress('::ffff:127.0.0.1', '1.1.1.1', 0)).toBe('127.0.0.1')
  expect(senderAddress('127.0.0.1', '1.1.1.1, 2.2.2.2', 1)).toBe('2.2.2.2')
  expect(senderAddress('127.0.0.1', '1.1.1.1, 2.2.2.2', 2)).toBe('1.1.1.1')
  expect(senderAddress('127.0.0.1', undefined, 1)).toBe('')
})

describe('the commands', () => {
  const admin = by('admin', { id: 'cli:1', surface: 'cli' })
  const yes = async (world: ReturnType<typeof makeWorld>, line: string) => {
    const asked = await world.runner.runLine(line, admin)
    return asked.confirmation === undefined ? asked : world.runner.answer(asked.confirmation.id, 'yes', admin)
  }

  test('a source is made after a card, and its address is in the answer and nowhere else', async () => {
    const world = makeWorld()
    const { status, reply } = await yes(
      world,
      'signal source add TV-trend --format tradingview-target --symbols BTC,ETH --mode trade --stop 2% --max-age=30s --max-notional $500 --cidr tradingview',
    )
    expect(status).toBe('done')
    expect(reply.fields.find(({ name }) => name === 'Address')?.value).toBe(
      'https://hooks.example.test/hooks/a1b2c3d4e5f0/the-secret-of-the-address',
    )
    expect(world.sources).toMatchObject([
      {
        name: 'tv-trend',
        symbols: ['BTCUSDT', 'ETHUSDT'],
        mode: 'trade',
        stop: '2%',
        maxAgeMs: 30_000,
        notionalMax: '500',
        networks: { length: 4 },
      },
    ])
    expect(JSON.stringify([world.audit, ...world.cards.values()])).not.toContain('the-secret')
    expect(JSON.stringify((await yes(world, 'signal source list')).reply)).not.toContain('the-secret')
    expect((await yes(world, 'signal source rotate tv-trend overlap=1h')).reply.fields[0]?.value).toContain('another-secret')
    expect((await yes(world, 'signal source remove tv-trend')).reply.title).toBe('The source tv-trend is removed')
    expect(world.sources).toEqual([])
  })

  test.each([
    ['signal source add tv', 'Say in which format it sends'],
    ['signal source add tv format=native mode=trade', 'needs a stop for signals that bring none'],
    ['signal source add tv format=native cidr=home', "'home' is no network"],
    ['signal source add tv format=native symbols=XBTUSD', "'XBTUSD' is no symbol of linear"],
    ['signal source add tv format=native strategy=ema-cross', 'Signals from outside are for a strategy of webhook'],
    ['signal test line long BTC all', 'no size such as 1%'],
  ])('%s: %s', async (line, text) => {
    const { status, reply } = await makeWorld().runner.runLine(line, admin)
    expect([status, reply.text]).toEqual(['refused', expect.stringContaining(text)])
  })

  test('S17 no address is made in a chat, and only an admin makes one', async () => {
    const world = makeWorld()
    const line = 'signal source add tv format=native'
    expect((await world.runner.runLine(line, by('admin'))).reply.title).toMatch(/^Sources are not made in chat/)
    expect((await world.runner.runLine(line, by('trader', { surface: 'cli' }))).status).toBe('forbidden')
    expect(world.sources).toEqual([])
  })

  test('a body is tried without keeping or sending anything', async () => {
    const world = makeWorld()
    const { reply } = await world.runner.runLine('signal test line long BTC 1% sl=2%', by('viewer'))
    expect([reply.title, reply.text]).toEqual([
      'It reads: long BTCUSDT',
      'It would be sized by the risk settings, up to what it asks, and judged as any entry. Nothing was sent.',
    ])
    expect(world.sent).toEqual([])
  })

  test('the list says what became of each', async () => {
    const world = makeWorld()
    const row = {
      source: 'tv',
      code: null,
      figures: {},
      body: 'b',
      symbol: 'BTCUSDT',
      wish: 'long',
      sentAt: null,
      receivedAt: 0,
      duplicateOf: null,
      outcome: null,
    }
    world.signals = [
      { ...row, id: 3, verdict: 'refused', code: 'stale', figures: { ageMs: 90_000, maxAgeMs: 60_000 } },
      { ...row, id: 2, verdict: 'duplicate', duplicateOf: 1 },
      { ...row, id: 1, verdict: 'accepted', outcome: { status: 'done', text: 'Buying 0.05 BTCUSDT.' } },
    ]
    const { reply } = await world.runner.runLine('signals', by('viewer'))
    expect(reply.fields.map(({ name, value }) => [name, value.split('\n')[0]])).toEqual([
      ['#3 long BTCUSDT, tv', 'refused: The entry is 90 s old, and at most 60 s are allowed. Exits are taken whatever their age.'],
      ['#2 long BTCUSDT, tv', 'a duplicate of #1: nothing was done again'],
      ['#1 long BTCUSDT, tv', 'Buying 0.05 BTCUSDT.'],
    ])
  })
})
