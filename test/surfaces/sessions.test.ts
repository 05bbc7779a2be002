/**
 * Browsers: a one-time link becomes a cookie, every change needs the CSRF token, and a login ends with the role of its person (S17).
 */
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { makeApp } from '../../api/app.ts'
import type { Edge } from '../../api/edge.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import { makeSeededSystem } from '../support/kernel/seeded-system.ts'

const made = await makeSeededSystem({ bars: 5 })
afterAll(() => made?.stop())

describe.skipIf(made === undefined)('logins of browsers', () => {
  const system = made as NonNullable<typeof made>
  const { sql } = system.temporary.database
  const { people } = system.ports
  const app = makeApp(system.context)
  const runner = new CommandRunner(system.ports)
  const call = async (method: string, path: string, headers: Record<string, string> = {}, body?: object) => {
    const response = await app.request(`http://127.0.0.1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      cookie: response.headers.get('set-cookie') ?? '',
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> & {
        csrf: string
        code: string
        data: { id: string; actor: string }[]
      },
    }
  }
  const chat = (userId: string, role: 'viewer' | 'operator' | 'admin') => ({
    requestId: `req_${userId}`,
    actor: { id: `telegram:${userId}`, name: `user${userId}`, role, surface: 'telegram' as const, chat: userId, isPrivateChat: true },
  })
  const linkOf = async (userId: string, role: 'viewer' | 'operator' | 'admin'): Promise<string> => {
    const { reply } = await runner.runLine('/link', chat(userId, role))
    return reply.fields[0]?.value.split('#')[1] ?? ''
  }
  const loggedIn = async (userId: string, role: 'viewer' | 'operator' | 'admin') => {
    const { body, cookie } = await call('POST', '/api/v1/session', {}, { token: await linkOf(userId, role) })
    return { csrf: body.csrf, id: body.id as string, Cookie: cookie.split(';')[0] ?? '' }
  }
  beforeEach(async () => {
    await sql`delete from chat_users`
    await sql`delete from sessions`
    await people.add({ platform: 'telegram', userId: '1', role: 'admin', name: 'ann' })
    await people.add({ platform: 'telegram', userId: '2', role: 'operator', name: 'bob' })
  })

  test('a link is given in private only, works once, and sets a cookie that no page reads', async () => {
    const group = { ...chat('2', 'operator'), actor: { ...chat('2', 'operator').actor, isPrivateChat: false } }
    expect((await runner.runLine('/web', group)).reply.title).toBe('Only in a private chat')
    const token = await linkOf('2', 'operator')
    const first = await call('POST', '/api/v1/session', {}, { token })
    expect([first.status, first.body.actor, first.body.role]).toEqual([200, 'telegram:2', 'operator'])
    expect(first.cookie).toMatch(/^ballast_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/)
    expect([(await call('POST', '/api/v1/session', {}, { token })).status, (await call('GET', '/api/v1/status')).status]).toEqual([
      401, 401,
    ])
    const rows = JSON.stringify([await sql`select * from sessions`, await sql`select * from login_links`, await sql`select * from audit`])
    for (const secret of [token, first.cookie.split(/[=;]/)[1] ?? '']) expect(rows).not.toContain(secret)
    expect(await sql`select who, decision from audit where command = 'login' order by seq desc limit 2`).toEqual([
      { who: null, decision: 'forbidden' },
      { who: 'user2', decision: 'done' },
    ])
  })

  test('a link whose five minutes are over logs nobody in', async () => {
    const token = await linkOf('2', 'operator')
    await sql`update login_links set expires_at = 1`
    expect((await call('POST', '/api/v1/session', {}, { token })).status).toBe(401)
  })

  test('it may what the role may, as the person, and each change needs the CSRF token', async () => {
    const { csrf, Cookie } = await loggedIn('2', 'operator')
    expect((await call('GET', '/api/v1/status', { Cookie })).status).toBe(200)
    expect((await call('GET', '/api/v1/session', { Cookie })).body).toMatchObject({ csrf, role: 'operator' })
    expect((await call('POST', '/api/v1/control/pause', { Cookie }, {})).body.code).toBe('csrf_missing')
    expect((await call('POST', '/api/v1/control/pause', { Cookie, 'X-CSRF-Token': 'x' }, {})).body.code).toBe('csrf_missing')
    const paused = await call('POST', '/api/v1/control/pause', { Cookie, 'X-CSRF-Token': csrf, 'Idempotency-Key': 'p1' }, {})
    expect([200, 202]).toContain(paused.status)
    expect((await call('GET', '/api/v1/keys', { Cookie })).status).toBe(403)
    expect((await call('GET', '/api/v1/audit', { Cookie })).status).toBe(403)
    const [row] = await sql`select actor, who, surface, decision from audit where command = 'pause' order by seq desc limit 1`
    expect(row).toMatchObject({ actor: 'telegram:2', who: 'user2', surface: 'web' })
  })

  test('S17 it ends with the removal of its person, and follows a change of the role, with the next request', async () => {
    const { Cookie } = await loggedIn('2', 'operator')
    await people.setRole('telegram', '2', 'viewer')
    expect((await call('GET', '/api/v1/session', { Cookie })).body.role).toBe('viewer')
    await people.remove('telegram', '2')
    expect((await call('GET', '/api/v1/status', { Cookie })).status).toBe(401)
    await people.add({ platform: 'telegram', userId: '2', role: 'admin', name: 'bob' })
    expect((await call('GET', '/api/v1/status', { Cookie })).status).toBe(401)
  })

  test('a login of the terminal ends with its key', async () => {
    const { id } = await system.keys.create({ name: 'desk', role: 'admin', scopes: ['admin'] })
    const { reply } = await runner.runLine('web', {
      requestId: 'r',
      actor: { id: `key:${id}`, name: 'desk', role: 'admin', surface: 'cli' },
    })
    const token = reply.fields[0]?.value.split('#')[1] ?? ''
    const { cookie } = await call('POST', '/api/v1/session', {}, { token })
    const Cookie = cookie.split(';')[0] ?? ''
    expect((await call('GET', '/api/v1/audit', { Cookie })).status).toBe(200)
    await system.keys.revoke(id)
    expect((await call('GET', '/api/v1/audit', { Cookie })).status).toBe(401)
  })

  test('one’s own are listed and ended, everybody’s by an admin; logging out ends it', async () => {
    const ann = await loggedIn('1', 'admin')
    const bob = await loggedIn('2', 'operator')
    const other = await loggedIn('2', 'operator')
    expect((await call('GET', '/api/v1/sessions', { Cookie: bob.Cookie })).body.data.map(({ actor }) => actor)).toEqual([
      'telegram:2',
      'telegram:2',
    ])
    expect((await call('GET', '/api/v1/sessions', { Cookie: ann.Cookie })).body.data).toHaveLength(3)
    expect((await runner.runLine(`/sessions end ${ann.id}`, chat('2', 'operator'))).reply.title).toBe(`There is no login ${ann.id}`)
    const ended = await call('DELETE', `/api/v1/sessions/${other.id}`, { Cookie: ann.Cookie, 'X-CSRF-Token': ann.csrf })
    expect([ended.status, (await call('GET', '/api/v1/status', { Cookie: other.Cookie })).status]).toEqual([200, 401])
    expect((await call('DELETE', '/api/v1/session', { Cookie: bob.Cookie, 'X-CSRF-Token': bob.csrf })).status).toBe(204)
    expect((await call('GET', '/api/v1/status', { Cookie: bob.Cookie })).status).toBe(401)
    expect((await runner.runLine('/sessions', chat('1', 'admin'))).reply.table?.rows).toHaveLength(1)
  })
})

describe.skipIf(made === undefined)('S17 hosts, origins and proxies', () => {
  const system = made as NonNullable<typeof made>
  const edge: Edge = {
    hosts: ['127.0.0.1', 'desk.example.org'],
    origins: ['https://desk.example.org'],
    proxies: ['10.0.0.2/32'],
    hasTls: false,
  }
  const app = makeApp({ ...system.context, edge })
  const ask = async (headers: Record<string, string>, peer = '127.0.0.1', host = '127.0.0.1') => {
    const response = await app.request(
      `http://${host}/api/v1/version`,
      { headers },
      { incoming: { socket: { remoteAddress: peer } } as never },
    )
    return [response.status, ((await response.json()) as { code?: string }).code]
  }

  test.each([
    ['a name of its own', {}, '127.0.0.1', 'evil.example', [421, 'wrong_host']],
    ['a name that is served', {}, '127.0.0.1', 'desk.example.org', [200, undefined]],
    ['a page of another origin', { Origin: 'https://evil.example' }, '127.0.0.1', 'desk.example.org', [403, 'forbidden_host']],
    ['a page of the origin by HTTP', { Origin: 'http://desk.example.org' }, '127.0.0.1', 'desk.example.org', [403, 'forbidden_host']],
    ['a page of the origin', { Origin: 'https://desk.example.org' }, '127.0.0.1', 'desk.example.org', [200, undefined]],
    ['a page without an origin', { Origin: 'null' }, '127.0.0.1', 'desk.example.org', [403, 'forbidden_host']],
    ['a page of this machine', { Origin: 'http://127.0.0.1:3000' }, '127.0.0.1', '127.0.0.1', [200, undefined]],
    [
      'a page of this machine that names another host',
      { Origin: 'http://127.0.0.1:3000' },
      '127.0.0.1',
      'desk.example.org',
      [403, 'forbidden_host'],
    ],
    ['a forwarded host of the proxy', { 'X-Forwarded-Host': 'evil.example' }, '10.0.0.2', '127.0.0.1', [421, 'wrong_host']],
    [
      'a forwarded host of the proxy that is served',
      { 'X-Forwarded-Host': 'desk.example.org' },
      '::ffff:10.0.0.2',
      '10.0.0.9',
      [200, undefined],
    ],
    ['a forwarded host of anybody else', { 'X-Forwarded-Host': 'desk.example.org' }, '10.0.0.3', 'evil.example', [421, 'wrong_host']],
  ] as const)('%s', async (_what, headers, peer, host, answer) => {
    expect(await ask(headers, peer, host)).toEqual(answer)
  })

  test('a key of a network is judged by what the named proxy has seen, and by no header of anybody else', async () => {
    const { token } = await system.keys.create({ name: 'far', role: 'viewer', scopes: ['account:read'], networks: ['203.0.113.7/32'] })
    const from = async (peer: string, seen: string) =>
      (
        await app.request(
          'http://127.0.0.1/api/v1/status',
          { headers: { Authorization: `Bearer ${token}`, 'X-Forwarded-For': seen } },
          { incoming: { socket: { remoteAddress: peer } } as never },
        )
      ).status
    expect([
      await from('10.0.0.2', '203.0.113.7'),
      await from('10.0.0.2', '203.0.113.7, 198.51.100.1'),
      await from('10.0.0.3', '203.0.113.7'),
    ]).toEqual([200, 403, 403])
  })
})
