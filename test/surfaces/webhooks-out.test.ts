/**
 * Webhooks that go out, in a real database and to a real HTTP server on loopback: signed, tried again, rotated, replayed.
 */
import { type IncomingHttpHeaders, createServer } from 'node:http'
import { join } from 'node:path'
import { Webhook as Verifier } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AddressInfo } from 'node:net'
import { PostgresWebhooks } from '../../db/alerting/webhooks.ts'
import { WAITS_MS, WebhookSender } from '../../src/process/alerts/webhook-sender.ts'
import { sampleOf } from '../../api/commands/alerts/samples.ts'
import { ALERT_TYPES } from '../../src/alerts/catalogue.ts'
import { WEBHOOK_PRESETS, webhookBody } from '../../src/alerts/webhook-body.ts'
import { parseFilter } from '../../src/alerts/filter.ts'
import { by, makeWorld } from '../support/command-world.ts'
import type { MemoryWebhooks } from '../support/memory-webhooks.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'

const made = await makeTemporaryDatabase()
afterAll(() => made?.remove())

describe.skipIf(made === undefined)('webhooks in the database', () => {
  const sql = made?.database.sql as NonNullable<typeof made>['database']['sql']
  let now = Date.now()
  const rows = new PostgresWebhooks(sql, {
    keyFile: join(made?.dataDir ?? '', 'keys'),
    mode: 'sim',
    urlProblem: () => undefined,
    idOf: (id) => `alr_${id}`,
    wallNow: () => now,
  })
  const sender = new WebhookSender(sql, rows, ['127.0.0.1/32'])
  let answers: number[] = []
  const seen: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      seen.push({ path: request.url ?? '', headers: request.headers, body })
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  let base = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  beforeEach(async () => {
    now = Date.now()
    answers = []
    seen.splice(0)
    await sql`delete from webhook_deliveries`
    await sql`delete from webhooks`
  })

  const filterOf = (text: string) => {
    const filter = parseFilter(text.split(' '))
    if (!filter.ok) throw new Error(filter.error)
    return filter.value
  }
  const add = (name: string, what = 'all') =>
    rows.create({ name, preset: 'standard', url: `${base}/${name}/secret`, filter: filterOf(what), token: null }, 'cli')
  const raise = (type: string, severity: string, id = 7) =>
    rows.enqueueAlert(sql, { id, type, severity, symbol: null, summary: `${type} happened`, detail: {}, ts: now, createdAt: now })
  const headersOf = (headers: IncomingHttpHeaders) =>
    Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]))

  test('who asked for it gets it once, signed so that the library of Standard Webhooks takes it', async () => {
    const secret = (await add('ops', 'sev:P2')) ?? ''
    await add('trades', 'fills')
    await raise('clock.skew', 'P2')
    await sender.look()
    await sender.look()
    expect(seen.map(({ path }) => path)).toEqual(['/ops/secret'])
    const [{ body, headers } = { body: '', headers: {} }] = seen
    expect(new Verifier(secret).verify(body, headersOf(headers))).toMatchObject({
      type: 'alert',
      data: { type: 'clock.skew', severity: 'P2', mode: 'sim' },
    })
    expect(() => new Verifier(secret).verify(`${body} `, headersOf(headers))).toThrow()
    expect((await rows.deliveries('ops', 5))[0]).toMatchObject({ status: 'sent', attempts: 1, lastStatus: 200 })
  })

  test('both secrets sign while a rotation overlaps, the new one alone after it; a new start makes the same keys', async () => {
    const first = (await add('ops')) ?? ''
    const second = (await rows.rotate('ops', 60_000)) ?? ''
    expect(second).not.toBe(first)
    const takes = (secret: string): boolean => {
      const last = seen.at(-1)
      try {
        new Verifier(secret).verify(last?.body ?? '', headersOf(last?.headers ?? {}))
        return true
      } catch {
        return false
      }
    }
    await raise('clock.skew', 'P2', 1)
    await sender.look()
    expect([takes(first), takes(second)]).toEqual([true, true])
    now += 61_000
    await raise('clock.skew', 'P2', 2)
    await sender.look()
    expect([takes(first), takes(second)]).toEqual([false, true])
    expect([await rows.rotate('none', 0), await add('ops')]).toEqual([undefined, undefined])
  })

  test('an error is tried again after growing waits with the same id, and given up and reported at last', async () => {
    await add('ops')
    answers = Array.from({ length: 20 }, () => 500)
    await raise('ip_ban', 'P1')
    for (const wait of WAITS_MS) {
      await sender.look()
      const [row] = await rows.deliveries('ops', 1)
      expect(row?.status).toBe('pending')
      // Not before its time.
      const count = seen.length
      await sender.look()
      expect(seen.length).toBe(count)
      now = Math.max(now, Date.now()) + wait + 1_000
    }
    await sender.look()
    expect((await rows.deliveries('ops', 1))[0]).toMatchObject({ status: 'failed', attempts: 10, lastError: 'HTTP 500' })
    expect(new Set(seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    const alerts = await sql<{ type: string }[]>`select type from alerts where type = 'webhook.failed' and detail->>'source' = 'ops'`
    expect(alerts).toHaveLength(1)
  })

  test('a message is replayed with its id; one that says 410 is given up at once; a removed webhook gets nothing', async () => {
    await add('ops')
    answers = [410]
    await raise('ip_ban', 'P1')
    await sender.look()
    const [row] = await rows.deliveries('ops', 1)
    expect(row).toMatchObject({ status: 'failed', lastError: 'HTTP 410' })
    expect(await rows.replay(row?.id ?? 0)).toBe(true)
    await sender.look()
    expect(seen).toHaveLength(2)
    expect(seen[0]?.body).toBe(seen[1]?.body)
    expect(seen[0]?.headers['webhook-id']).toBe(seen[1]?.headers['webhook-id'])
    await raise('ip_ban', 'P1', 8)
    expect([await rows.remove('ops'), await rows.remove('ops'), await rows.replay(row?.id ?? 0)]).toEqual([true, false, false])
    await sender.look()
    expect(seen).toHaveLength(2)
    expect((await sql<{ url: string }[]>`select url from webhooks`).map(({ url }) => url)).toEqual([''])
  })

  test('a sample goes to the one that is tried, whatever it asked for; the list shows no secret', async () => {
    await add('ops', 'fills')
    expect([await rows.test('ops'), await rows.test('none')]).toEqual([true, false])
    await sender.look()
    expect(seen[0]?.body).toContain('TEST: ')
    expect((await rows.list())[0]?.shownUrl).toBe(`${base}/…cret`)
  })
})

describe('bodies of the presets', () => {
  test('each type fits each of them, and nobody is mentioned', () => {
    for (const preset of WEBHOOK_PRESETS)
      for (const type of ALERT_TYPES) {
        const sample = sampleOf(type)
        const { body } = webhookBody(
          preset,
          { ...sample, summary: `<!channel> @everyone & ${'x'.repeat(5_000)}`, id: 'alr_1', at: '2026-01-05T12:00:00.000Z', mode: 'live' },
          'KEY',
        )
        if (preset === 'slack') expect(JSON.stringify(body)).not.toContain('<!')
        if (preset === 'mattermost') expect(JSON.stringify(body)).not.toContain('@everyone')
        if (preset === 'discord') expect(body).toMatchObject({ allowed_mentions: { parse: [] } })
        if (preset === 'discord' && typeof body === 'object' && 'content' in body)
          expect(String(body.content).length).toBeLessThanOrEqual(2_000)
      }
  })

  test('PagerDuty: the end of a problem resolves what its begin triggered', () => {
    const of = (type: string, severity: string) =>
      webhookBody(
        'pagerduty',
        { id: 'alr_1', type, severity, symbol: null, summary: 's', detail: {}, at: '2026-01-05T12:00:00.000Z', mode: 'live' },
        'KEY',
      ).body
    expect(of('exchange.down', 'P1')).toMatchObject({
      routing_key: 'KEY',
      event_action: 'trigger',
      dedup_key: 'live exchange.down/',
      payload: { severity: 'critical', source: 'ballast live', class: 'exchange.down' },
    })
    expect(of('exchange.back', 'P4')).toEqual({ routing_key: 'KEY', event_action: 'resolve', dedup_key: 'live exchange.down/' })
  })

  test('ntfy: priority and title in headers, the sentence as the body', () => {
    const { headers, body } = webhookBody('ntfy', { ...sampleOf('ip_ban'), id: 'alr_1', at: '', mode: 'sim' }, 'tk_1')
    expect([headers.priority, headers.authorization, typeof body]).toEqual(['urgent', 'Bearer tk_1', 'string'])
  })
})

describe('/webhook', () => {
  const atTerminal = (role: 'admin' | 'operator' = 'admin') => by(role, { surface: 'cli', id: 'key:1' })
  async function run(line: string, request = atTerminal()) {
    const first = await world.runner.runLine(line, request)
    return first.confirmation === undefined ? first : world.runner.answer(first.confirmation.id, 'yes', request)
  }
  let world = makeWorld()
  let memory = world.ports.webhooks as MemoryWebhooks
  beforeEach(() => {
    world = makeWorld()
    memory = world.ports.webhooks as MemoryWebhooks
  })

  test('made after a confirmation, its secret shown once, and kept in no record', async () => {
    expect((await world.runner.runLine('webhook add ops https://example.org/T0KEN sev:P2', atTerminal())).status).toBe('confirm')
    const { reply } = await run('webhook add ops https://example.org/T0KEN --preset standard sev:P2 sym:BTC')
    expect(reply.fields).toEqual([{ name: 'Secret', value: 'whsec_c2VjcmV0' }])
    expect(memory.made[0]).toMatchObject({
      name: 'ops',
      preset: 'standard',
      url: 'https://example.org/T0KEN',
      filter: { worst: 'P2', symbols: ['BTC'] },
    })
    expect(JSON.stringify(world.audit)).not.toMatch(/T0KEN|0THER|whsec_/)
    expect((await run('webhook add ops https://example.org/')).reply.text).toContain('already')
    expect((await run('webhook rotate ops overlap=1h')).reply.fields[0]?.value).toBe('whsec_YW5vdGhlcg==')
    expect((await run('webhook set ops https://example.org/0THER sev:P1')).status).toBe('done')
    expect(memory.made[0]).toMatchObject({ url: 'https://example.org/0THER', filter: { worst: 'P1' } })
    expect((await run('webhook test ops')).status).toBe('done')
    expect((await run('webhook remove ops')).status).toBe('done')
    expect((await run('webhook list')).reply.title).toBe('No webhook')
  })

  test.each([
    ['webhook add ops http://example.org/', 'https'],
    ['webhook add ops', 'Name it and its address'],
    ['webhook add pager preset=pagerduty', 'token=KEY'],
    ['webhook add ops https://example.org/ fils', 'Did you mean fills?'],
    ['webhook set ops', 'Say what changes'],
    ['webhook set ops http://example.org/', 'https'],
    ['webhook set ops fils', 'Did you mean fills?'],
  ])('%s is refused with what is missing', async (line, hint) => {
    if (line.includes(' set ')) await run('webhook add ops https://example.org/hook')
    expect((await run(line)).reply.text).toContain(hint)
  })

  test('an admin alone, and not in chat', async () => {
    expect((await run('webhook add ops https://example.org/', atTerminal('operator'))).status).toBe('forbidden')
    expect((await world.runner.runLine('/webhook add ops https://example.org/', by('admin'))).reply.title).toContain('Not in chat')
    expect((await run('webhook list', atTerminal('operator'))).status).toBe('done')
  })
})
