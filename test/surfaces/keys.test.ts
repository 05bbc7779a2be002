/**
 * API keys from their making to their end: over REST, as a command, and the admin key in its file.
 */
import { readFileSync, rmSync, statSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { makeApp } from '../../api/app.ts'
import { CommandRunner } from '../../api/commands/run.ts'
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
    const { status, body } = await call('POST', '/keys', { name: 'grafana', role: 'viewer' })
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
      select command, decision, args from audit where command in ('key new', 'key') order by id`
    expect(audit).toEqual([
      { command: 'key new', decision: 'done', args: { name: 'grafana', role: 'viewer', days: 90 } },
      { command: 'key', decision: 'asked', args: { action: 'revoke', id: body.id } },
      { command: 'key', decision: 'done', args: { action: 'revoke', id: body.id } },
    ])
    for (const table of ['audit', 'api_keys', 'idempotency', 'confirmations'])
      expect(JSON.stringify(await sql`select * from ${sql(table)}`), table).not.toContain(secret)
  })

  test('API keys over REST: only an admin makes, lists and revokes; a trader key opens nothing', async () => {
    const { body } = await call('POST', '/keys', { name: 'desk', role: 'trader', days: 1 })
    for (const [method, path, sent] of [
      ['GET', '/keys', undefined],
      ['POST', '/keys', { name: 'more', role: 'viewer' }],
      ['DELETE', `/keys/${body.id}`, undefined],
    ] as const)
      expect((await call(method, path, sent, body.token)).status, `${method} ${path}`).toBe(403)
    const open = await call('POST', '/commands', { line: 'open long XRP $100 sl=2%' }, body.token)
    expect([open.status, open.body.code]).toEqual([403, 'forbidden_scope'])
    expect((await call('POST', '/control/pause', {}, body.token)).status).toBe(200)
  })

  test.each([
    [{ name: 'admin', role: 'admin' }, 422],
    [{ name: 'x', role: 'owner' }, 422],
    [{ name: '', role: 'viewer' }, 422],
    [{ name: 'x', role: 'viewer', days: 0 }, 422],
  ])('API keys over REST: POST /keys %j is %i', async (sent, status) => {
    expect((await call('POST', '/keys', sent)).status).toBe(status)
  })

  test('a missing admin.key ends the key that stood in it, and no other', async () => {
    const { sql } = system.temporary.database
    const { dataDir } = system.temporary
    const other = await call('POST', '/keys', { name: 'second', role: 'admin' })
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
      [['1a2b3c4d', 'grafana', 'viewer', 'good', 'never']],
      undefined,
    ])
    expect((await runner.runLine('/key list', by('trader'))).status).toBe('forbidden')
    const none = await runner.runLine('/key new', by('admin'))
    expect([none.status, none.reply.text]).toEqual(['refused', 'At the terminal: ballast key new --role viewer --name grafana'])
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
