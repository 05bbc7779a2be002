/**
 * The packaged server: made once, adopted after a kill of its starter, and not fooled by what a dead one left behind.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectDatabase } from '../client.ts'
import { closedAncestor, findBinaries, findRunAs } from './cluster.ts'
import { type EmbeddedServer, sharedUrl, startEmbedded } from './embedded.ts'
import { openDatabase } from '../open.ts'
import { clusterOf, placeOf } from './placement.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'ballast-embedded-'))
const probe = await startEmbedded({ dataDir })
if (!probe.ok) process.stderr.write(`\n!! Tests of the packaged PostgreSQL are SKIPPED: ${probe.error.sentence}\n`)
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const start = async (): Promise<EmbeddedServer> => {
  const server = await startEmbedded({ dataDir })
  if (!server.ok) throw new Error(`${server.error.sentence} ${server.error.next}`)
  return server.value
}
const modeOf = (...path: string[]): number => statSync(join(dataDir, ...path)).mode & 0o777

describe.skipIf(!probe.ok)('packaged PostgreSQL', () => {
  test('packaged PostgreSQL keeps its password to the owner, listens on the loopback only, and syncs', async () => {
    expect(modeOf('pg', 'ballast.password')).toBe(0o600)
    expect(modeOf('run', 'database.json')).toBe(0o600)
    const database = await connectDatabase({ url: sharedUrl(dataDir) ?? '' })
    if (!database.ok) throw new Error(database.error.sentence)
    const { sql } = database.value
    const settings =
      await sql`select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits`
    expect(settings[0]).toEqual({ listen: '127.0.0.1', sockets: '', fsync: 'on', commits: 'on' })
    await sql`create table kept (n int)`
    await sql`insert into kept values (42)`
    await database.value.close()
  })

  test('adopts a server that runs already, with the same rows', async () => {
    const again = await start()
    expect(again.adopted).toBe(true)
    const database = await openDatabase({ dataDir, databaseUrl: undefined })
    if (!database.ok) throw new Error(database.error.sentence)
    expect([...(await database.value.sql`select n from kept`)]).toEqual([{ n: 42 }])
    await database.value.close()
    await again.stop()
    expect(sharedUrl(dataDir)).toBeUndefined()
  })

  test('starts after a kill -9 of the server, and after its pid went to another program', async () => {
    const first = await start()
    expect(first.adopted).toBe(false)
    process.kill(first.pid, 'SIGKILL')
    const second = await start()
    expect(second.adopted).toBe(false)
    process.kill(second.pid, 'SIGKILL')
    await sleep(500)
    const file = join(dataDir, 'pg', 'postmaster.pid')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)))
    const third = await start()
    expect(third.adopted).toBe(false)
    await third.stop()
  }, 30_000)

  test('a newer schema is refused, in one sentence', async () => {
    const server = await start()
    const before = await connectDatabase({ url: server.url })
    if (!before.ok) throw new Error(before.error.sentence)
    await before.value.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)`
    await before.value.close()
    const after = await connectDatabase({ url: server.url })
    expect(after.ok ? undefined : after.error).toMatchObject({ type: 'newer', sentence: expect.stringContaining('newer Ballast') })
    await server.stop()
  })

  test('files in the way are not deleted', async () => {
    const other = mkdtempSync(join(tmpdir(), 'ballast-occupied-'))
    mkdirSync(join(other, 'pg'))
    writeFileSync(join(other, 'pg', 'letter.txt'), 'mine')
    const refused = await startEmbedded({ dataDir: other })
    expect(refused.ok ? '' : refused.error.sentence).toContain('holds files, but no database')
    expect(readFileSync(join(other, 'pg', 'letter.txt'), 'utf8')).toBe('mine')
    rmSync(other, { recursive: true, force: true })
  })

  test('a database of an earlier Ballast, or without its password, is reported as such', async () => {
    const server = await start()
    await server.stop()
    const kept = join(server.cluster, 'ballast.password')
    const beside = join(dataDir, 'pg.password')
    renameSync(kept, beside)
    const old = await startEmbedded({ dataDir })
    expect(old.ok ? undefined : [old.error.sentence, old.error.next]).toEqual([
      `The database in ${server.cluster} was created by an earlier Ballast (before 0.1.0), which kept its password elsewhere.`,
      expect.stringContaining(`cp -p ${beside} ${kept}`),
    ])
    renameSync(beside, `${beside}.aside`)
    const gone = await startEmbedded({ dataDir })
    expect(gone.ok ? '' : gone.error.sentence).toBe(`The password of the database in ${server.cluster} is missing (ballast.password).`)
    renameSync(`${beside}.aside`, kept)
    await (await start()).stop()
  })
})

test('a database that does not answer is one sentence, without the password', async () => {
  const refused = await connectDatabase({ url: 'postgres://user:secret-word@127.0.0.1:1/none' })
  expect(refused.ok ? '' : refused.error.sentence).toMatch(/^The database does not answer \(.*ECONNREFUSED/)
  expect(JSON.stringify(refused)).not.toContain('secret-word')
})

test('a directory that the server user may not enter is found before the server fails on it', () => {
  const closed = join(dataDir, 'closed')
  mkdirSync(join(closed, 'inner'), { recursive: true, mode: 0o700 })
  // Nobody's ids: neither owner nor group of anything here.
  expect(closedAncestor(join(closed, 'inner', 'pg'), { uid: 64_999, gid: 64_999 })?.startsWith(dataDir)).toBe(true)
  expect(closedAncestor(join(closed, 'inner', 'pg'), {})).toBeUndefined()
})

describe.skipIf(process.getuid?.() !== 0)('as root, in a directory that the server user may not enter', () => {
  let home: string
  let systemDir: string
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'closed-home-'))
    chmodSync(home, 0o700)
    systemDir = mkdtempSync(join(tmpdir(), 'system-'))
    chmodSync(systemDir, 0o755)
  })
  afterAll(() => {
    for (const directory of [home, systemDir]) rmSync(directory, { recursive: true, force: true })
  })

  test('the files lie in a place of their own, which belongs to the data directory over starts and moves, and to no copy', async () => {
    const first = join(home, 'one')
    const started = await startEmbedded({ dataDir: first, systemDir })
    if (!started.ok) throw new Error(started.error.sentence)
    expect(started.value.cluster.startsWith(systemDir)).toBe(true)
    expect(clusterOf(first)).toBe(started.value.cluster)
    await started.value.stop()

    const moved = join(home, 'two')
    renameSync(first, moved)
    const again = await startEmbedded({ dataDir: moved, systemDir })
    if (!again.ok) throw new Error(again.error.sentence)
    expect(again.value.cluster).toBe(started.value.cluster)
    await again.value.stop()

    const copy = join(home, 'three')
    cpSync(moved, copy, { recursive: true })
    const refused = await startEmbedded({ dataDir: copy, systemDir })
    expect(refused.ok ? '' : refused.error.sentence).toBe(
      `${copy} is a copy of ${moved}, and shares its database in ${dirname(started.value.cluster)}.`,
    )
    // The home stays as closed as it was.
    expect(statSync(home).mode & 0o777).toBe(0o700)
  }, 120_000)

  test('a program that lies in a closed directory is copied once', async () => {
    const found = await findBinaries()
    if (!found.ok) throw new Error(found.error.sentence)
    const native = join(home, 'package', 'native')
    cpSync(dirname(dirname(found.value.postgres)), native, { recursive: true, verbatimSymlinks: true })
    writeFileSync(join(home, 'package', 'package.json'), '{"version":"1.2.3"}')
    const inside = { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') }
    const runAs = findRunAs()
    if (!runAs.ok) throw new Error(runAs.error.sentence)
    for (let round = 0; round < 2; round++) {
      const placed = placeOf(mkdtempSync(join(systemDir, 'data-')), inside, runAs.value, systemDir)
      if (!placed.ok) throw new Error(placed.error.sentence)
      expect(placed.value.binaries.postgres).toBe(join(systemDir, 'postgresql-1.2.3', 'bin', 'postgres'))
      expect(existsSync(placed.value.binaries.initdb)).toBe(true)
    }
  })
})
