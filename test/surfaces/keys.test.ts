/**
 * API keys from their making to their end: over REST, as a command, and the admin key in its file.
 */
import { readFileSync, rmSync, statSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { makeApp } from '../../api/app.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import { PostgresApiKeys, adminKeyFile, ensureAdminKey } from '../../db/access/api-keys.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { makeSeededSystem } from '../support/kernel/seeded-system.ts'

const made = await makeSeededSystem()
afterAll(() => made?.stop())

interface Body {
  readonly id: string
  readonly token: string
  readonly code: string
  readonly role: string
  readonly data: readonly { readonly id: string; readonly scopes: readonly string[]; readonly revokedAt: string | null }[]
  readonly confirmation: { readonly id: string }
}

describe.skipIf(made === undefined)('API keys over REST', () => {
  const system = made as NonNullable<typeof made>
  const app = makeApp(system?.context)
  const call = async (method: string, path: string, body?: object, token = system.adminToken) => {
    const response = await app.request(`http://127.0.0.1/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, text, body: JSON.parse(text) as Body }
  }

  test('a key is created, shown once, used, listed, and revoked after a card; the record has all but the secret', async () => {
    const { sql } = system.temporary.database
    const { status, body } = await call('POST', '/keys', { name: 'grafana', preset: 'read-only' })
    expect([status, body.role, /^tk_sim_[0-9a-f]{8}_/.test(body.token)]).toEqual([201, 'viewer', true])
    expect((await call('GET', '/status', undefined, body.token)).status).toBe(200)
    expect((await call('POST', '/control/pause', {}, body.token)).status).toBe(403)
    const listed = await call('GET', '/keys')
    expect(listed.body.data.find(({ id }) => id === body.id)).toMatchObject({ name: 'grafana', role: 'viewer', revokedAt: null })
    const secret = body.token.split('_').slice(3).join('_')
    expect(listed.text).not.toContain(secret)
    const asked = await call('DELETE', `/keys/${body.id}`)
    expect(asked.status).toBe(202)
    expect((await call('GET', '/status', undefined, body.token)).status).toBe(200)
    expect((await call('POST', `/confirmations/${asked.body.confirmation.id}`, { decision: 'yes' })).status).toBe(200)
    expect((await call('GET', '/status', undefined, body.token)).status).toBe(401)
    const audit = await sql<{ command: string; decision: string; args: object }[]>`
      select command, decision, args from audit where command in ('key create', 'key') order by id`
    expect(audit).toEqual([
      { command: 'key create', decision: 'done', args: { name: 'grafana', preset: 'read-only', days: 90, autoConfirm: false } },
      { command: 'key', decision: 'asked', args: { action: 'revoke', id: body.id } },
      { command: 'key', decision: 'begun', args: { action: 'revoke', id: body.id } },
      { command: 'key', decision: 'done', args: { action: 'revoke', id: body.id } },
    ])
    expect(await sql`select severity from alerts where type = 'apikey.created' and detail->>'keyId' = ${body.id}`).toEqual([
      { severity: 'P3' },
    ])
    for (const table of ['audit', 'api_keys', 'idempotency', 'confirmations', 'alerts'])
      expect(JSON.stringify(await sql`select * from ${sql(table)}`), table).not.toContain(secret)
  })

  test('API keys over REST: only an admin makes, lists, rotates and revokes; a closer opens nothing', async () => {
    const { body } = await call('POST', '/keys', { name: 'desk', preset: 'closer', days: 1 })
    for (const [method, path, sent] of [
      ['GET', '/keys', undefined],
      ['POST', '/keys', { name: 'more', preset: 'read-only' }],
      ['POST', `/keys/${body.id}:rotate`, {}],
      ['DELETE', `/keys/${body.id}`, undefined],
    ] as const)
      expect((await call(method, path, sent, body.token)).status, `${method} ${path}`).toBe(403)
    const open = await call('POST', '/commands', { line: 'open long XRP $100 sl=2%' }, body.token)
    expect([open.status, open.body.code]).toEqual([403, 'forbidden_scope'])
    expect((await call('POST', '/control/pause', {}, body.token)).status).toBe(200)
  })

  test('S17 a key that may manage keys hands on no more than it has, and takes no part in what is above it', async () => {
    const own = await call('POST', '/keys', { name: 'desk lead', scopes: ['keys:manage', 'trade:read', 'report:read'], days: 30 })
    const { token } = own.body
    const ask = async (method: string, path: string, body?: object) => (await call(method, path, body, token)).status
    const child = await call('POST', '/keys', { name: 'reader', scopes: ['trade:read'], days: 7 }, token)
    expect(child.status).toBe(201)
    for (const more of [{ preset: 'admin' }, { preset: 'read-only' }, { scopes: ['trade:read'], days: 31 }, { scopes: ['trade:reduce'] }])
      expect(await ask('POST', '/keys', { name: 'more', days: 7, ...more }), JSON.stringify(more)).toBe(403)
    const admin = await call('POST', '/keys', { name: 'other admin', preset: 'admin' })
    const trader = { name: 'trades', scopes: ['trade:write', 'keys:manage'], symbols: ['BTC'], dailyNotional: '10' }
    const opens = await call('POST', '/keys', trader)
    expect((await call('POST', '/keys', { ...trader, name: 'twin', days: 7 }, opens.body.token)).status).toBe(403)
    expect(await ask('POST', `/keys/${admin.body.id}:rotate`, { days: 7 })).toBe(403)
    expect(await ask('DELETE', `/keys/${admin.body.id}`)).toBe(409)
    expect(await ask('POST', `/keys/${child.body.id}:rotate`, { days: 7 })).toBe(200)
    expect(await ask('DELETE', `/keys/${child.body.id}`)).toBe(202)
    expect(await ask('GET', '/positions')).toBe(200)
    expect(await ask('GET', '/account')).toBe(403)
  })

  test.each([
    [{ name: 'admin', preset: 'admin' }],
    [{ name: 'x', preset: 'owner' }],
    [{ name: 'x' }],
    [{ name: 'x', preset: 'read-only', scopes: ['trade:read'] }],
    [{ name: 'x', scopes: ['trade:everything'] }],
    [{ name: '', preset: 'read-only' }],
    [{ name: 'x', preset: 'read-only', days: 0 }],
    [{ name: 'x', preset: 'trader' }],
    [{ name: 'x', preset: 'trader', symbols: ['BTC'] }],
    [{ name: 'x', preset: 'trader', dailyNotional: '100' }],
    [{ name: 'x', preset: 'trader', symbols: ['BTC'], dailyNotional: '0' }],
    [{ name: 'x', preset: 'trader', symbols: ['NOPE'], dailyNotional: '100' }],
    [{ name: 'x', preset: 'closer', symbols: ['BTC'], dailyNotional: '100' }],
    [{ name: 'x', preset: 'admin', symbols: ['BTC'] }],
    [{ name: 'x', preset: 'read-only', networks: ['10.0.0.0/99'] }],
    [{ name: 'x', preset: 'read-only', autoConfirm: true }],
  ])('S17 API keys over REST: POST /keys %j is 422', async (sent) => {
    expect((await call('POST', '/keys', sent)).status).toBe(422)
  })

  test('a rotated key keeps its id; the old secret works until the overlap ends, and with none is refused at once', async () => {
    const { body } = await call('POST', '/keys', { name: 'turned', preset: 'read-only' })
    const status = async (token: string) => (await call('GET', '/status', undefined, token)).status
    const first = await call('POST', `/keys/${body.id}:rotate`, { overlapHours: 1 })
    expect([first.status, first.body.id, first.body.token === body.token]).toEqual([200, body.id, false])
    expect([await status(body.token), await status(first.body.token)]).toEqual([200, 200])
    // Only the last secret overlaps: the one before it ends with the next rotation.
    const second = await call('POST', `/keys/${body.id}:rotate`, { overlapHours: 0 })
    expect([await status(body.token), await status(first.body.token), await status(second.body.token)]).toEqual([401, 401, 200])
    await system.keys.revoke(body.id)
    expect(await status(second.body.token)).toBe(401)
    expect((await call('POST', `/keys/${body.id}:rotate`, {})).status).toBe(409)
    const own = (await system.keys.list()).find(({ name }) => name === 'admin')
    expect((await call('POST', `/keys/${own?.id}:rotate`, {})).status).toBe(409)
  })

  test('a key of a network is refused from elsewhere, and where nobody knows from where', async () => {
    const { body } = await call('POST', '/keys', { name: 'office', preset: 'read-only', networks: ['10.0.0.0/8'] })
    const from = async (remoteAddress: string | undefined) => {
      const env = remoteAddress === undefined ? {} : { incoming: { socket: { remoteAddress } } }
      const answer = await app.request('http://127.0.0.1/api/v1/status', { headers: { Authorization: `Bearer ${body.token}` } }, env)
      return [answer.status, ((await answer.json()) as Body).code]
    }
    expect(await from('10.1.2.3')).toEqual([200, undefined])
    expect(await from('::ffff:10.1.2.3')).toEqual([200, undefined])
    expect(await from('192.168.0.1')).toEqual([403, 'forbidden_network'])
    expect(await from(undefined)).toEqual([403, 'forbidden_network'])
  })

  test('a missing admin.key ends the key that stood in it, and no other', async () => {
    const { sql } = system.temporary.database
    const { dataDir } = system.temporary
    const other = await call('POST', '/keys', { name: 'second', preset: 'admin' })
    const keys = new PostgresApiKeys(sql, 'sim')
    expect(await ensureAdminKey(sql, dataDir, 'sim')).toEqual({ file: adminKeyFile(dataDir), revoked: 0 })
    rmSync(adminKeyFile(dataDir))
    expect(await ensureAdminKey(sql, dataDir, 'sim')).toEqual({ file: adminKeyFile(dataDir), revoked: 1 })
    const fresh = readFileSync(adminKeyFile(dataDir), 'utf8').trim()
    expect(statSync(adminKeyFile(dataDir)).mode & 0o777).toBe(0o600)
    expect(
      await Promise.all([system.adminToken, fresh, other.body.token].map(async (token) => (await keys.find(token)) !== undefined)),
    ).toEqual([false, true, true])
  })
})

describe('the command key', () => {
  const good = {
    id: '1a2b3c4d',
    name: 'grafana',
    role: 'viewer',
    scopes: [],
    networks: null,
    symbols: null,
    dailyNotional: null,
    spentToday: null,
    autoConfirm: false,
    actor: null,
    oldUntil: null,
    createdAt: 0,
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
  }

  test('lists and revokes after a card, for admins; makes none', async () => {
    const world = makeWorld()
    world.keys = [good]
    const { runner } = world
    const list = await runner.runLine('/key', by('admin'))
    expect([list.status, list.reply.table?.rows, list.reply.ephemeral]).toEqual([
      'done',
      [['1a2b3c4d', 'grafana', 'viewer', 'good', 'never', 'nothing', 'anywhere']],
      undefined,
    ])
    expect((await runner.runLine('/key list', by('trader'))).status).toBe('forbidden')
    const none = await runner.runLine('/key create', by('admin'))
    expect([none.status, none.reply.text]).toEqual([
      'refused',
      'At the terminal: ballast api keys create --preset read-only --name grafana',
    ])
    const card = await runner.runLine('/key revoke 1A2B3C4D', by('admin'))
    expect([card.status, card.reply.title, world.keys[0]?.revokedAt]).toEqual(['confirm', 'Revoke the key 1a2b3c4d?', null])
    const done = await runner.answer(card.confirmation?.id ?? '', 'yes', by('admin'))
    expect([done.status, world.keys[0]?.revokedAt]).toEqual(['done', world.now])
    expect((await runner.runLine('/key revoke nothing', by('admin'))).reply.title).toBe('There is no key nothing')
  })

  test('S17: on live a chat needs a code to revoke', async () => {
    const world = makeWorld('live')
    world.keys = [good]
    const refused = await new CommandRunner(world.ports).runLine('/key revoke 1a2b3c4d', by('admin'))
    expect([refused.status, refused.reply.title]).toEqual(['refused', 'key on live needs an authenticator code'])
  })
})
