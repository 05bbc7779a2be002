/**
 * A backup is the database of one instant; a restore gives exactly that back, or nothing; and what was there before is never lost.
 */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { listAside, dropAside } from '../../db/backup/aside.ts'
import { listBackups, pruneBackups, verifyBackup } from '../../db/backup/backup-file.ts'
import { MAGIC } from '../../db/backup/format.ts'
import { keptFiles } from '../../db/backup/kept-files.ts'
import { restoreBackup } from '../../db/backup/restore-backup.ts'
import { readRestored } from '../../db/backup/restored-mark.ts'
import { type BackupWanted, writeBackup } from '../../db/backup/write-backup.ts'
import { PostgresJournal } from '../../db/journal/journal.ts'
import { acquireLease } from '../../db/journal/lease.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { ts } from '../../src/core/units.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'

const AT_MS = Date.UTC(2026, 10, 30, 19, 56, 34)
const temporary = await makeTemporaryDatabase()
const root = mkdtempSync(join(tmpdir(), 'ballast-backup-'))
const folder = join(root, 'backups')
afterAll(async () => {
  await temporary?.remove()
  rmSync(root, { recursive: true, force: true })
}, 60_000)

describe.skipIf(temporary === undefined)('backup and restore', () => {
  const { sql, db } = (temporary as NonNullable<typeof temporary>)?.database ?? {}
  const wanted = (more: Partial<BackupWanted> = {}): BackupWanted => ({
    folder,
    profile: 'sim',
    version: '0.0.0',
    reason: 'command',
    files: [],
    atMs: AT_MS,
    ...more,
  })
  const backup = async (more: Partial<BackupWanted> = {}) => {
    const made = await writeBackup(sql, wanted(more))
    if (!made.ok) throw new Error(made.error.sentence)
    return made.value
  }
  const restore = (file: string, tag: string | undefined = 'oldtag') =>
    restoreBackup(sql, { file, root: join(root, 'data'), tag, newTag: 'newtag', atMs: AT_MS + 60_000 })
  const order = (orderId: number, tag: string) =>
    sql`insert into orders (order_id, client_order_id, origin, strategy, symbol, class, side, kind, quantity, filled_quantity, status, is_open, reduce_only, submitted_ts, updated_ts)
      values (${orderId}, ${`b1-${tag}-${orderId.toString(36)}`}, 'ours', 's', 'BTCUSDT', 'entry', 1, 'market', 1, 1, 'filled', false, false, 1, 1)`
  /** Every row of every table, but for what a restore itself writes. */
  const everything = async () => {
    const tables = await sql<
      { name: string }[]
    >`select tablename as name from pg_tables where schemaname = 'public' and tablename not in ('lease', 'meta') order by 1`
    const rows: Record<string, unknown> = {}
    for (const { name } of tables)
      rows[name] = (await sql.unsafe(`select t::text as row from "${name}" t order by 1`)).map(({ row }) => row)
    return rows
  }

  beforeEach(async () => {
    rmSync(folder, { recursive: true, force: true })
    for (const each of await listAside(sql)) await dropAside(sql, each)
    await sql`truncate journal, snapshots, lease, orders, alerts, meta cascade`
    await order(35, 'oldtag')
    await order(36, 'oldtag')
    await sql`insert into alerts (type, severity, summary, detail, ts) values ('x', 'P3', ${'a tab\there, a back\\slash, and\na new line – ü'}, '{"a": [1, null]}', 1)`
  })

  test('what comes back is what was there: every row, the numbers that follow, and the constraints', async () => {
    const lease = await acquireLease(sql)
    if (!lease.ok) throw new Error(lease.error.detail)
    await new PostgresJournal(sql, lease.value).appendInputs([{ type: 'time-advanced', ts: ts(1), marks: [] }])
    const before = await everything()
    const { file, rows, header } = await backup()
    expect(file).toBe(join(folder, `ballast-sim-20261130T195634Z-${header.schema.tag.slice(0, 4)}.backup`))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(rows).toBeGreaterThan(4)
    await sql`delete from orders`
    await sql`insert into alerts (type, severity, summary, detail, ts) values ('later', 'P3', 'later', '{}', 1)`
    const done = await restore(file)
    if (!done.ok) throw new Error(done.error.sentence)
    expect(await everything()).toEqual(before)
    const [next] = await sql<
      { id: number }[]
    >`insert into alerts (type, severity, summary, detail, ts) values ('next', 'P3', 's', '{}', 1) returning id`
    expect(next?.id).toBe(Number((await sql`select max(id) - 1 as id from alerts`)[0]?.['id']) + 1)
    // The old trader's epoch is over, and the database of before is whole beside the one in use.
    expect((await sql<{ epoch: number }[]>`select epoch from lease`)[0]?.epoch).toBe(lease.value.epoch + 1)
    const [aside] = await listAside(sql)
    expect(aside?.name).toBe('before_20261130t195734')
    expect((await sql.unsafe(`select type from public_${aside?.name}.alerts order by id desc limit 1`))[0]?.['type']).toBe('later')
    await expect(sql`truncate audit`).rejects.toThrow('only added to')
    expect((await migrateDatabase(sql, db)).ok).toBe(true)
  })

  test('S6 a restore gives orders a new tag, and knows of the old one only what the backup has', async () => {
    const { file } = await backup()
    await order(37, 'oldtag')
    await order(38, 'newer1')
    expect((await restore(file)).ok).toBe(true)
    expect(await readRestored(sql)).toMatchObject({
      tag: 'newtag',
      earlier: [
        { tag: 'oldtag', below: 37 },
        { tag: 'newer1', below: 0 },
      ],
      isPending: true,
    })
  })

  test('what waited in the backup is not done a second time, and a key revoked since stays revoked', async () => {
    await sql`truncate commands, api_keys, sessions cascade`
    for (const name of ['open', 'pause'])
      await sql`insert into commands (name, args, actor, surface, role, request_id) values (${name}, '{}', 'a', 'cli', 'admin', ${name})`
    await sql`insert into api_keys (id, hash, name, role, scopes) values ('k1', 'h', 'n', 'admin', '[]')`
    await sql`insert into sessions (id, hash, actor, name, agent, expires_at) values ('s', 'h', 'a', 'n', 'g', 9)`
    const { file } = await backup()
    await sql`update api_keys set revoked_at = 5`
    expect((await restore(file)).ok).toBe(true)
    expect([...(await sql`select name, status from commands order by id`)]).toEqual([
      { name: 'open', status: 'failed' },
      { name: 'pause', status: 'pending' },
    ])
    expect((await sql`select revoked_at from api_keys`)[0]?.['revoked_at']).toBe(5)
    expect(await sql`select 1 from sessions`).toHaveLength(0)
  })

  test.each<readonly [string, (bytes: Buffer) => Buffer]>([
    ['a bit that flipped', (bytes) => Buffer.from(bytes.map((byte, at) => (at === Math.floor(bytes.length / 2) ? byte ^ 4 : byte)))],
    ['a bit that flipped in its hash', (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 5 ? byte ^ 1 : byte)))],
    ['a file that was cut', (bytes) => bytes.subarray(0, bytes.length - 100)],
    ['a file that was cut after its first line', (bytes) => bytes.subarray(0, bytes.indexOf(10) + 20)],
    ['bytes that follow', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ['an empty file', () => Buffer.alloc(0)],
    ['another file', () => Buffer.from('hello\n'.repeat(100))],
  ])('%s is not restored, and changes nothing', async (_, change) => {
    const { file } = await backup()
    writeFileSync(file, change(readFileSync(file)))
    const before = await everything()
    const refused = await restore(file)
    expect(refused.ok ? '' : refused.error.sentence).toMatch(/is damaged \(.*\) and is not restored|is not a backup of Ballast/)
    expect(await everything()).toEqual(before)
    expect(await listAside(sql)).toEqual([])
  })

  test('a backup of a newer schema is refused in one sentence', async () => {
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)`
    const { file } = await backup()
    await sql`delete from drizzle.__drizzle_migrations where hash = 'later'`
    const refused = await restore(file)
    expect(refused.ok ? '' : refused.error.sentence).toMatch(
      /was written by a newer Ballast \(schema unknown\) than this one, which knows it up to \d{4}_/,
    )
  })

  test('a restore that fails in the middle has not happened', async () => {
    const { file } = await backup()
    await sql`update orders set symbol = 'ETHUSDT'`
    const before = await everything()
    const refused = await restoreBackup(sql, {
      file,
      root: join(root, 'data'),
      tag: undefined,
      newTag: 'newtag',
      atMs: AT_MS,
      progress: (tables) => {
        if (tables === 5) throw new Error('interrupted')
      },
    })
    expect(refused.ok ? '' : refused.error.sentence).toBe('Nothing was restored, and the database is as it was (interrupted).')
    expect(await everything()).toEqual(before)
    expect(await listAside(sql)).toEqual([])
  })

  test('a backup that cannot be written leaves nothing that looks like one, and what a killed one left is removed', async () => {
    mkdirSync(folder, { recursive: true })
    // No process has the largest pid that Linux can be configured to give.
    writeFileSync(join(folder, 'ballast-sim-x.backup.4194305.unfinished'), 'half')
    expect(listBackups(folder)).toEqual([])
    await backup()
    expect(readdirSync(folder).filter((name) => name.endsWith('unfinished'))).toEqual([])
    const again = await writeBackup(sql, wanted())
    expect(again.ok ? '' : again.error.sentence).toMatch(/exists already/)
    const gone = await writeBackup(
      sql,
      wanted({ atMs: AT_MS + 1000, files: [{ path: 'gone', from: join(root, 'gone'), isSecret: false }] }),
    )
    expect(gone.ok ? '' : gone.error.sentence).toMatch(/^The backup was not made \(ENOENT/)
    expect(readdirSync(folder)).toHaveLength(1)
  })

  test('a disk that is full in the middle is said, and nothing is left', async () => {
    let bytes = 0
    const full = await writeBackup(
      sql,
      wanted({
        write: (handle, chunk, from) => {
          bytes += chunk.length - from
          if (bytes > 1_000) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
          return writeSync(handle, chunk, from)
        },
      }),
    )
    expect(full.ok ? '' : full.error.sentence).toBe('The backup was not made (the disk is full).')
    expect(readdirSync(folder)).toEqual([])
  })

  test('files that are missing are put back, keys only where asked for, and what is there stays', async () => {
    const data = join(root, 'data')
    mkdirSync(join(data, 'strategies'), { recursive: true })
    for (const [name, text] of [
      ['strategy-changes.json', '[]'],
      ['strategies/mine.mjs', 'code'],
      ['bybit.key', 'secret-word'],
    ] as const)
      writeFileSync(join(data, name), text)
    const plain = await backup({ files: keptFiles(data, false) })
    const keyed = await backup({ files: keptFiles(data, true), file: join(folder, 'keyed.backup') })
    expect([plain.files, plain.header.hasKeys, keyed.files, keyed.header.hasKeys]).toEqual([2, false, 3, true])
    rmSync(join(data, 'bybit.key'))
    writeFileSync(join(data, 'strategies/mine.mjs'), 'newer code')
    const done = await restore(keyed.file)
    expect(done).toMatchObject({
      ok: true,
      value: { filesRestored: ['bybit.key'], filesKept: ['strategy-changes.json', 'strategies/mine.mjs'] },
    })
    expect([readFileSync(join(data, 'bybit.key'), 'utf8'), statSync(join(data, 'bybit.key')).mode & 0o777]).toEqual(['secret-word', 0o600])
    expect(readFileSync(join(data, 'strategies/mine.mjs'), 'utf8')).toBe('newer code')
  })

  test('the oldest of the schedule go, and what a person made stays', async () => {
    for (let n = 0; n < 4; n++) await backup({ reason: 'schedule', atMs: AT_MS + n * 1000 })
    await backup({ atMs: AT_MS - 1000 })
    expect(pruneBackups(folder, 2)).toHaveLength(2)
    expect(listBackups(folder).map(({ header }) => [header.reason, header.createdAt - AT_MS])).toEqual([
      ['schedule', 3000],
      ['schedule', 2000],
      ['command', -1000],
    ])
  })

  test('before an update a backup is made, and without it the update does not begin', async () => {
    const [newest] = await sql<
      { id: number; hash: string; at: number }[]
    >`select id, hash, created_at as at from drizzle.__drizzle_migrations order by created_at desc limit 1`
    await sql`update drizzle.__drizzle_migrations set created_at = created_at - 1 where id = ${newest?.id ?? 0}`
    let asked = 0
    const refused = await migrateDatabase(sql, db, async () => {
      asked += 1
      return { ok: false, error: { type: 'unavailable', sentence: 'No room.', next: '' } }
    })
    expect([asked, refused.ok ? '' : refused.error.sentence]).toEqual([1, 'No room.'])
    await sql`update drizzle.__drizzle_migrations set created_at = ${newest?.at ?? 0} where id = ${newest?.id ?? 0}`
    expect((await migrateDatabase(sql, db, () => Promise.reject(new Error('not asked')))).ok).toBe(true)
  })

  test('the file says what it is in its first line', async () => {
    const { file } = await backup()
    const [line] = readFileSync(file, 'latin1').split('\n')
    expect(line?.startsWith(MAGIC)).toBe(true)
    expect(await verifyBackup(file)).toMatchObject({ ok: true, value: { createdAt: AT_MS, profile: 'sim', reason: 'command' } })
  })
})
