/**
 * The audit: rows that are only added, chained by hashes, found again wherever one is not as it was written; and what stands in them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeApp } from '../../api/app.ts'
import { brokenSentence } from '../../api/commands/access/audit-command.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import type { AuditEntry } from '../../api/ports/ports.ts'
import { PostgresAudit } from '../../db/access/audit.ts'
import { makeClient } from '../../db/client.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { makeSeededSystem } from '../support/kernel/seeded-system.ts'

const made = await makeSeededSystem({ bars: 5 })
const folder = mkdtempSync(join(tmpdir(), 'ballast-audit-'))
const headFile = join(folder, 'audit-head.json')
afterAll(async () => {
  await made?.stop()
  rmSync(folder, { recursive: true })
})

const entry = (n: number, over: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: 'telegram:501',
  who: 'ann',
  surface: 'telegram',
  command: 'pause',
  args: { scope: 'all', b: 1, a: { d: [1, 2], c: 'x' } },
  role: 'operator',
  decision: 'done',
  result: `number ${n}`,
  requestId: `req_${n}`,
  ...over,
})

describe.skipIf(made === undefined)('the chain of the audit', () => {
  const system = made as NonNullable<typeof made>
  const { sql, url } = system.temporary.database
  const log: string[] = []
  const audit = new PostgresAudit(sql, headFile, (text) => log.push(text))
  /** As somebody who owns the database can. */
  const tamper = async (statement: string): Promise<void> => {
    await sql.unsafe(`alter table audit disable trigger user; ${statement}; alter table audit enable trigger user`)
  }
  const broken = async (): Promise<string | undefined> => brokenSentence(await audit.verify())
  beforeEach(async () => {
    await tamper('truncate audit')
    rmSync(headFile, { force: true })
    for (let n = 1; n <= 5; n += 1) await audit.write(entry(n))
  })

  test('S17 rows are only added: neither a change nor a removal is taken', async () => {
    expect(await broken()).toBeUndefined()
    await expect(sql`update audit set result = 'other' where seq = 3`).rejects.toThrow('only added to')
    await expect(sql`delete from audit where seq = 3`).rejects.toThrow('only added to')
    await expect(sql`truncate audit`).rejects.toThrow('only added to')
    expect(await broken()).toBeUndefined()
  })

  test.each([
    ['a changed result', `update audit set result = 'other' where seq = 3`, /^Row 3 was changed .* \(.*pause by ann\)/],
    ['a changed name', `update audit set who = 'bob' where seq = 1`, /^Row 1 was changed/],
    ['changed arguments', `update audit set args = '{"scope": "BTCUSDT"}' where seq = 5`, /^Row 5 was changed/],
    ['a changed time', 'update audit set ts = ts + 1 where seq = 2', /^Row 2 was changed/],
    ['a removed row', 'delete from audit where seq = 3', /^Row 3 is missing/],
    ['the first row removed', 'delete from audit where seq = 1', /^Row 1 is missing/],
    ['the newest rows cut off', 'delete from audit where seq > 3', /^Row 4 and what followed it are missing from the end; .* row 5/],
    ['all rows cut off', 'delete from audit', /^Row 1 and what followed/],
    [
      'two rows in another order',
      'update audit set seq = -1 where seq = 2; update audit set seq = 2 where seq = 3; update audit set seq = 3 where seq = -1',
      /^Row 2 was changed/,
    ],
    [
      'a row without a place',
      `insert into audit (actor, surface, command, args, role, decision, request_id) values ('x', 'cli', 'resume', '{}', 'admin', 'done', 'r')`,
      /^A row without a place in the chain was inserted/,
    ],
    [
      'a copied row in front',
      `insert into audit (actor, surface, command, args, role, decision, request_id, seq, prev, hash) select actor, surface, command, args, role, decision, request_id, 0, prev, hash from audit where seq = 1`,
      /^A row without a place in the chain was inserted/,
    ],
    [
      'a row put in between, numbers moved on',
      `update audit set seq = seq + 100 where seq > 2; insert into audit (actor, surface, command, args, role, decision, request_id, seq, prev, hash) select actor, surface, command, args, role, decision, request_id, 3, prev, hash from audit where seq = 2; update audit set seq = seq - 99 where seq > 100`,
      /^Row 3 was changed/,
    ],
  ])('%s is found and named', async (_what, statement, sentence) => {
    await tamper(statement)
    expect(await broken()).toMatch(sentence)
  })

  test('a record that was written anew from some row on is found by the head in the data directory', async () => {
    const noted = readFileSync(headFile, 'utf8')
    await tamper('delete from audit where seq > 3')
    const other = new PostgresAudit(sql, join(folder, 'other.json'), () => {})
    for (let n = 4; n <= 6; n += 1) await other.write(entry(n, { who: 'mallory' }))
    writeFileSync(headFile, noted)
    expect(await broken()).toMatch(/^Row 5 is another one than the data directory has noted/)
  })

  test('rows from before there was a chain are counted and no break', async () => {
    await tamper('truncate audit')
    await sql`insert into audit (actor, surface, command, args, role, decision, request_id) values ('x', 'cli', 'pause', '{}', 'admin', 'done', 'r')`
    rmSync(headFile)
    await audit.write(entry(1))
    expect(await audit.verify()).toMatchObject({ rows: 1, older: 1, broken: undefined })
  })

  test('many writers at once make one chain, and the newest row is noted', async () => {
    const clients = [1, 2, 3].map(() => makeClient({ url, max: 3 }))
    const writers = clients.map((client) => new PostgresAudit(client, headFile, () => {}))
    await Promise.all(writers.flatMap((writer, w) => Array.from({ length: 60 }, (_, n) => writer.write(entry(n, { who: `writer ${w}` })))))
    expect(await audit.verify()).toMatchObject({ rows: 185, broken: undefined })
    await audit.write(entry(6))
    const check = await audit.verify()
    expect(check.noted).toEqual(check.head)
    const of = await sql<
      { who: string; n: number }[]
    >`select who, count(*)::int as n from audit where who like 'writer %' group by who order by who`
    expect(of.map(({ n }) => n)).toEqual([60, 60, 60])
    for (const client of clients) await client.end()
  })

  test('a writer that is killed with the chain in its hands leaves no row and no lock', async () => {
    const client = makeClient({ url, max: 1 })
    const killed = client.unsafe(`
      begin; select pg_advisory_xact_lock(7215002::bigint);
      insert into audit (actor, surface, command, args, role, decision, request_id, seq, prev, hash) values ('x', 'cli', 'pause', '{}', 'admin', 'done', 'r', 6, 'x', 'x');
      select pg_sleep(60)`)
    const end = expect(killed).rejects.toThrow()
    const holders = () =>
      sql<
        { pid: number }[]
      >`select pid from pg_locks join pg_database d on d.oid = database where d.datname = current_database() and locktype = 'advisory' and objid = 7215002 and granted`
    await vi.waitFor(async () => expect(await holders()).toHaveLength(1))
    const [holder] = await holders()
    const next = audit.write(entry(6))
    await sql`select pg_terminate_backend(${holder?.pid ?? 0}::int)`
    await end
    await next
    expect(await audit.verify()).toMatchObject({ rows: 6, broken: undefined })
    await client.end({ timeout: 0 })
  })

  test('a process that ends between a row and its note leaves a note that is behind, which is no break', async () => {
    const before = readFileSync(headFile, 'utf8')
    await audit.write(entry(6))
    writeFileSync(headFile, before)
    expect(await broken()).toBeUndefined()
    await audit.write(entry(7))
    expect(JSON.parse(readFileSync(headFile, 'utf8'))).toMatchObject({ seq: 7 })
  })

  test('what no database takes is stored without it and hashed as stored', async () => {
    await audit.write(entry(6, { result: 'a\u0000b \ud800', args: { z: 'a\u0000b' } }))
    expect(await audit.verify()).toMatchObject({ rows: 6, broken: undefined })
    expect(log).toEqual([])
  })
})

describe.skipIf(made === undefined)('who did what, read back', () => {
  const system = made as NonNullable<typeof made>
  const app = makeApp(system.context)
  const runner = new CommandRunner(system.ports)
  const get = async (path: string, token = system.adminToken) => {
    const response = await app.request(`http://127.0.0.1/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } })
    return {
      status: response.status,
      body: (await response.json()) as { data: { id: string; who: string; command: string; decision: string }[]; nextCursor: string },
    }
  }
  const ann = { requestId: 'req_a', actor: { id: 'telegram:501', name: 'ann', role: 'operator' as const, surface: 'telegram' as const } }

  test('an act, a refusal of rights and a reading: by name, by list, by page; with a scope of its own', async () => {
    await runner.runLine('/halt test', ann)
    await runner.runLine('/resume', { ...ann, requestId: 'req_b' })
    await runner.runLine('/status', { ...ann, requestId: 'req_c' })
    const { body } = await get('/audit?user=ann&limit=2')
    expect(body.data.map(({ who, command, decision }) => [who, command, decision])).toEqual([
      ['ann', 'resume', 'forbidden'],
      ['ann', 'halt', expect.stringMatching(/queued|done/)],
    ])
    expect((await get('/audit?user=ann&reads=true&limit=1')).body.data[0]).toMatchObject({ command: 'status', decision: 'read' })
    const [first] = (await get('/audit?limit=1')).body.data
    const second = await get(`/audit?limit=1&cursor=${(await get('/audit?limit=1')).body.nextCursor}`)
    expect(Number(second.body.data[0]?.id)).toBeLessThan(Number(first?.id))
    expect((await get('/audit?since=soon')).status).toBe(422)
    const reader = await system.keys.create({ name: 'auditor', role: 'admin', scopes: ['audit:read'] })
    const looker = await system.keys.create({ name: 'looker', role: 'viewer', scopes: ['account:read'] })
    expect([(await get('/audit', reader.token)).status, (await get('/status', reader.token)).status]).toEqual([200, 403])
    expect((await get('/audit/verification', reader.token)).status).toBe(200)
    expect((await get('/audit', looker.token)).status).toBe(403)
    const noted = [{ who: 'looker', command: 'GET /api/v1/audit', decision: 'forbidden' }]
    await vi.waitFor(async () => expect((await get('/audit?user=looker')).body.data).toMatchObject(noted))
  })

  test('twenty requests without a key within a minute are one alert', async () => {
    const { sql } = system.temporary.database
    for (let n = 0; n < 25; n += 1) await get('/status', 'tk_sim_00000000_aaaaaaaaaaaaaaaaaaaaaaaa')
    const raised = () => sql<{ severity: string }[]>`select severity from alerts where type = 'auth.failed_burst'`
    await vi.waitFor(async () => expect(await raised()).toEqual([{ severity: 'P2' }]))
  })

  test('what was begun and never ended is listed with an unknown outcome', async () => {
    await system.ports.audit.write(entry(1, { command: 'close', decision: 'begun', requestId: 'req_lost' }))
    const admin = { requestId: 'r', actor: { id: 'key:x', role: 'admin' as const, surface: 'cli' as const } }
    const { reply } = await runner.runLine('audit 1', admin)
    expect(reply.table?.rows[0]).toMatchObject([
      expect.stringMatching(/^\d\d:\d\d$/),
      'ann',
      'close 1 all',
      'unknown',
      'telegram',
      expect.any(String),
      'number 1',
    ])
    expect((await runner.runLine('audit verify', admin)).reply.title).toBe('The audit is as it was written')
  })
})

describe('what the audit keeps of arguments', () => {
  test.each([
    ['/webhook add ops https://hooks.slack.com/services/T0/B0/secretpart sev:P2', 'secretpart'],
    ['/totp verify 123456', '123456'],
    ['/note 12 see tk_live_0badc0de_abcdefghijklmnopqrstuvwxyz0123', 'abcdefghijklmnopqrstuvwxyz0123'],
  ])('%s', async (line, secret) => {
    const world = makeWorld()
    await world.runner.runLine(line, by('admin', { isPrivateChat: true }))
    expect(world.audit.length).toBeGreaterThan(0)
    expect(JSON.stringify(world.audit)).not.toContain(secret)
  })

  test('S2 an exit goes on while the audit cannot be written, and a command that adds risk does not', async () => {
    const world = makeWorld()
    const runner = new CommandRunner({
      ...world.ports,
      audit: {
        ...world.ports.audit,
        write: async ({ decision }) => {
          if (decision === 'begun') throw new Error('disk full')
        },
        note: () => new Promise((resolve) => setImmediate(resolve)),
      },
    })
    expect((await runner.runLine('/halt now', by('operator'))).status).toBe('done')
    const asked = await runner.runLine('/open long btc $100 sl=2%', by('trader'))
    await expect(runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'), 'sim')).rejects.toThrow('disk full')
    expect(world.sent.map(({ name }) => name)).toEqual(['halt'])
  })
})
