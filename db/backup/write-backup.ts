/**
 * Writes a backup while everything runs: all tables as of one instant, inside one read-only transaction, as lines that COPY reads, and files of the data directory.
 * The packaged PostgreSQL ships no pg_dump, so the format is our own, and the same for a server of yours.
 */
import { createHash, type Hash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import type postgres from 'postgres'
import { type Result, err, ok } from '../../src/core/result.ts'
import type { Sql } from '../client.ts'
import { messageOf } from '../error.ts'
import { knownMigrations } from '../migrations.ts'
import { type BackupProblem, UNFINISHED_SUFFIX, backupName, verifyBackup } from './backup-file.ts'
import { type BackupHeader, MAGIC, dataPart, jsonPart } from './format.ts'
import type { KeptFile } from './kept-files.ts'

type WriteBytes = (handle: number, chunk: Buffer, from: number) => number

export interface BackupWanted {
  /** Undefined: `folder` and a name with time and schema. */
  readonly file?: string | undefined
  readonly folder: string
  readonly profile: string
  readonly version: string
  readonly reason: BackupHeader['reason']
  readonly files: readonly KeptFile[]
  readonly atMs: number
  /** How bytes reach the disk, as `writeSync` of node:fs does. */
  readonly write?: WriteBytes | undefined
  readonly progress?: (tablesDone: number, tables: number, rows: number) => void
}

export interface BackupDone {
  readonly file: string
  readonly bytes: number
  readonly tables: number
  readonly rows: number
  readonly files: number
  readonly header: BackupHeader
}

interface Table {
  readonly schema: 'public' | 'drizzle'
  readonly name: string
  readonly columns: readonly string[]
}

/** A refusal leaves nothing that looks like a backup. */
export async function writeBackup(sql: Sql, wanted: BackupWanted): Promise<Result<BackupDone, BackupProblem>> {
  let unfinished: string | undefined
  try {
    // A transaction of the client's own: it ends, too, where the connection does.
    return await sql.begin('isolation level repeatable read read only', async (own): Promise<Result<BackupDone, BackupProblem>> => {
      const header = await headerOf(own, wanted)
      const file = wanted.file ?? join(wanted.folder, backupName(header))
      if (existsSync(file)) return err({ sentence: `${file} exists already.`, next: 'Give another name.' })
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      removeUnfinished(dirname(file))
      unfinished = `${file}.${process.pid}${UNFINISHED_SUFFIX}`
      const counts = await writeAll(own, unfinished, header, wanted)
      const verified = await verifyBackup(unfinished)
      if (!verified.ok) return err(failure(wanted, 'what was written reads differently: check the disk'))
      renameSync(unfinished, file)
      syncFolder(dirname(file))
      return ok({ file, header, ...counts })
    })
  } catch (cause) {
    return err(failure(wanted, reasonOf(cause)))
  } finally {
    if (unfinished !== undefined) rmSync(unfinished, { force: true })
  }
}

const failure = ({ file, folder }: BackupWanted, why: string): BackupProblem => ({
  sentence: `The backup was not made (${why}).`,
  next: `Check ${file ?? folder} and the database, then: ballast db backup`,
})

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'EACCES' || code === 'EROFS') return 'the folder cannot be written'
  return messageOf(cause)
}

async function headerOf(sql: postgres.TransactionSql<{ int8: number }>, wanted: BackupWanted): Promise<BackupHeader> {
  const [row] = await sql<{ last: number | null }[]>`select max(created_at) as last from drizzle.__drizzle_migrations`
  const when = row?.last ?? 0
  const tag = knownMigrations().find((entry) => entry.when === when)?.tag ?? 'unknown'
  const { atMs: createdAt, profile, version, reason } = wanted
  return { createdAt, profile, version, schema: { tag, when }, reason, hasKeys: wanted.files.some(({ isSecret }) => isSecret) }
}

async function writeAll(
  connection: postgres.TransactionSql<{ int8: number }>,
  path: string,
  header: BackupHeader,
  wanted: BackupWanted,
): Promise<{ readonly bytes: number; readonly tables: number; readonly rows: number; readonly files: number }> {
  const tables = await tablesOf(connection)
  const out = new HashedFile(path, wanted.write ?? writeSync)
  try {
    out.write(Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`))
    const gzip = createGzip({ level: 6 })
    // A full disk is thrown inside this listener: it has to end the one who writes.
    let broken: Error | undefined
    gzip.on('data', (chunk: Buffer) => {
      try {
        if (broken === undefined) out.write(chunk)
      } catch (cause) {
        broken = cause as Error
      }
    })
    const put = async (part: Buffer): Promise<void> => {
      if (broken !== undefined) throw broken
      if (!gzip.write(part)) await once(gzip, 'drain')
    }
    let rows = 0
    for (const [at, table] of tables.entries()) {
      rows += await copyTable(connection, table, put)
      wanted.progress?.(at + 1, tables.length, rows)
    }
    let files = 0
    for (const { path: name, from, isSecret } of wanted.files) {
      const content = readFileSync(from)
      await put(jsonPart({ type: 'file', path: name, isSecret }))
      if (content.length > 0) await put(dataPart(content))
      await put(jsonPart({ type: 'file-end', sha256: createHash('sha256').update(content).digest('hex') }))
      files += 1
    }
    await put(jsonPart({ type: 'end', tables: tables.length, files }))
    gzip.end()
    await once(gzip, 'end')
    if (broken !== undefined) throw broken as Error
    return { bytes: out.finish(), tables: tables.length, rows, files }
  } finally {
    out.close()
  }
}

/** 1 MB of a table, and what lies outside of its rows. */
const PAGES_AT_ONCE = 128
const PART_BYTES = 1_000_000
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** A line as COPY reads it. */
const lineOf = (row: readonly (string | null)[]): string =>
  `${row.map((text) => (text === null ? '\\N' : text.replace(/[\\\t\n\r]/g, (letter) => ESCAPES[letter] ?? letter))).join('\t')}\n`

async function copyTable(
  connection: postgres.TransactionSql<{ int8: number }>,
  { schema, name, columns }: Table,
  put: (part: Buffer) => Promise<void>,
): Promise<number> {
  await put(jsonPart({ type: 'table', schema, name, columns: [...columns] }))
  const hash = createHash('sha256')
  let rows = 0
  const list = columns.map((column) => `"${column}"::text`).join(', ')
  const [size] = await connection.unsafe<{ pages: number }[]>(
    `select (pg_relation_size('"${schema}"."${name}"') / current_setting('block_size')::int)::int as pages`,
  )
  // By ranges of pages, and as texts: reading COPY as a stream stood still on a journal of some MB, and why was not found (postgres 3.4).
  for (let page = 0; page <= (size?.pages ?? 0); page += PAGES_AT_ONCE) {
    const range = `ctid >= '(${page},0)'::tid and ctid < '(${page + PAGES_AT_ONCE},0)'::tid`
    const found = await connection.unsafe<(string | null)[][]>(`select ${list} from "${schema}"."${name}" where ${range}`).values()
    if (found.length === 0) continue
    const chunk = Buffer.from(found.map((row) => lineOf(row as (string | null)[])).join(''))
    rows += found.length
    hash.update(chunk)
    for (let at = 0; at < chunk.length; at += PART_BYTES) await put(dataPart(chunk.subarray(at, at + PART_BYTES)))
  }
  await put(jsonPart({ type: 'table-end', rows, sha256: hash.digest('hex') }))
  return rows
}

/** All tables, each after those that it refers to. */
async function tablesOf(sql: postgres.TransactionSql<{ int8: number }>): Promise<readonly Table[]> {
  const found = await sql<{ schema: 'public' | 'drizzle'; name: string; columns: string }[]>`
    select n.nspname as schema, c.relname as name, string_agg(a.attname, ',' order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where n.nspname in ('public', 'drizzle') and c.relkind = 'r' group by 1, 2 order by 1, 2`
  const refers = await sql<{ from: string; to: string }[]>`
    select f.relname as from, t.relname as to from pg_constraint c join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
      join pg_namespace n on n.oid = f.relnamespace where c.contype = 'f' and n.nspname = 'public' and f.oid <> t.oid`
  const placed: Table[] = []
  let waiting: Table[] = found.map(({ schema, name, columns }) => ({ schema, name, columns: columns.split(',') }))
  while (waiting.length > 0) {
    const isFree = ({ name }: Table): boolean =>
      !refers.some(({ from, to }) => from === name && waiting.some((other) => other.name === to && other.schema === 'public'))
    const free = waiting.filter(isFree)
    // Tables that refer to each other have no order; there are none.
    const next = free.length > 0 ? free : waiting
    placed.push(...next)
    waiting = waiting.filter((table) => !next.includes(table))
  }
  return placed
}

/** Bytes on their way to the disk, readable by the owner only, with the hash of all of them. */
class HashedFile {
  private readonly handle: number
  private readonly writeBytes: WriteBytes
  private readonly hash: Hash = createHash('sha256')
  private bytes = 0
  private isOpen = true

  constructor(path: string, write: WriteBytes) {
    this.writeBytes = write
    this.handle = openSync(path, 'wx', 0o600)
  }

  write(chunk: Buffer): void {
    this.hash.update(chunk)
    this.put(chunk)
  }

  finish(): number {
    this.put(Buffer.from(`\n${this.hash.digest('hex')}\n`))
    fsyncSync(this.handle)
    return this.bytes
  }

  close(): void {
    if (this.isOpen) closeSync(this.handle)
    this.isOpen = false
  }

  private put(chunk: Buffer): void {
    for (let done = 0; done < chunk.length; ) done += this.writeBytes(this.handle, chunk, done)
    this.bytes += chunk.length
  }
}

/** What killed backups left: of processes that live no more. */
function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith(UNFINISHED_SUFFIX))) {
    const pid = Number(/\.(\d+)\.unfinished$/.exec(name)?.[1])
    if (pid === process.pid || !lives(pid)) rmSync(join(folder, name), { force: true })
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
