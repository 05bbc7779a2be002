/**
 * Puts a backup in the place of the database, in one transaction: killed at any point, it has not happened.
 * What was there is moved aside into schemas of its own, and never removed here. Orders carry another tag from then on (S6, decision 0031).
 */
import { createHash, type Hash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type postgres from 'postgres'
import { type Result, err, ok } from '../../src/core/result.ts'
import { STOP_COMMANDS } from '../../src/kernel/handlers/stop-commands.ts'
import type { EarlierTag } from '../../src/trading/order.ts'
import type { Sql } from '../client.ts'
import { messageOf } from '../error.ts'
import { LEASE_NAME } from '../journal/lease.ts'
import { MIGRATION_LOCK } from '../migrate.ts'
import { knownMigrations, statementsOf } from '../migrations.ts'
import { type BackupProblem, partsOf, verifyBackup } from './backup-file.ts'
import { type BackupHeader, BackupDamaged } from './format.ts'
import { nothingOf } from './kept-files.ts'
import { RESTORED_KEY, type RestoredMark } from './restored-mark.ts'

type Connection = postgres.TransactionSql<{ int8: number }>

export interface RestoreWanted {
  readonly file: string
  /** Where files that are missing are put back. */
  readonly root: string
  /** What this directory's orders carried so far; undefined: none were sent from it. */
  readonly tag: string | undefined
  readonly newTag: string
  readonly atMs: number
  /** The next table begins when it has returned. */
  readonly progress?: (tablesDone: number, rows: number) => void | Promise<void>
}

export interface RestoreDone {
  readonly header: BackupHeader
  readonly tables: number
  readonly rows: number
  /** Schema that has the tables from before; undefined: they were empty. */
  readonly aside: string | undefined
  readonly mark: RestoredMark
  /** Put back, because they were missing. */
  readonly filesRestored: readonly string[]
  /** There already, and left as they are. */
  readonly filesKept: readonly string[]
}

export async function restoreBackup(sql: Sql, wanted: RestoreWanted): Promise<Result<RestoreDone, BackupProblem>> {
  const verified = await verifyBackup(wanted.file)
  if (!verified.ok) return verified
  const header = verified.value
  const unknown = refusedSchema(wanted.file, header)
  if (unknown !== undefined) return err(unknown)
  try {
    // A transaction of the client's own: it ends, too, where the connection does.
    const { files, ...done } = await sql.begin(async (own) => {
      await own`select pg_advisory_xact_lock(${MIGRATION_LOCK}::bigint)`
      const before = await stateBefore(own)
      const aside = await makeRoom(own, before.isEmpty, wanted.atMs)
      for (const migration of knownMigrations().filter(({ when }) => when <= header.schema.when))
        for (const statement of statementsOf(migration)) await own.unsafe(statement)
      const filled = await fill(own, wanted)
      await continueNumbers(own)
      const earlier = await earlierTags(own, [...before.tags, ...(wanted.tag === undefined ? [] : [wanted.tag])], wanted.newTag)
      const mark: RestoredMark = {
        tag: wanted.newTag,
        earlier,
        file: basename(wanted.file),
        backupAt: header.createdAt,
        restoredAt: wanted.atMs,
        isPending: true,
      }
      await settle(own, mark, before.epoch, aside)
      return { ...filled, aside, mark }
    })
    return ok({ header, ...done, ...putBack(wanted.root, files) })
  } catch (cause) {
    const why = cause instanceof BackupDamaged ? `${basename(wanted.file)} is damaged: ${cause.message}` : messageOf(cause)
    return err({
      sentence: `Nothing was restored, and the database is as it was (${why}).`,
      next: 'Take another backup (ballast db backup --list), or give the user of the database the right to create schemas.',
    })
  }
}

function refusedSchema(file: string, { schema }: BackupHeader): BackupProblem | undefined {
  const known = knownMigrations()
  if (known.some(({ when }) => when === schema.when)) return undefined
  return {
    sentence: `${basename(file)} was written by a newer Ballast (schema ${schema.tag}) than this one, which knows it up to ${known.at(-1)?.tag ?? 'none'}.`,
    next: 'Install that version, then restore.',
  }
}

interface Before {
  readonly isEmpty: boolean
  readonly epoch: number
  readonly tags: readonly string[]
}

async function stateBefore(sql: Connection): Promise<Before> {
  const tables = await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`
  let isEmpty = true
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ any: boolean }[]>(`select exists (select 1 from public."${name}") as any`)
    if (row?.any === true) isEmpty = false
  }
  const has = (name: string): boolean => tables.some((table) => table.name === name)
  const [lease] = has('lease') ? await sql<{ epoch: number }[]>`select epoch from lease where name = ${LEASE_NAME}` : []
  return { isEmpty, epoch: lease?.epoch ?? 0, tags: has('orders') ? (await tagsInOrders(sql)).map(({ tag }) => tag) : [] }
}

/** Of the orders that Ballast sent, by their tags: the number after the last one. */
const tagsInOrders = (sql: Connection): Promise<readonly EarlierTag[]> =>
  sql<EarlierTag[]>`
    select split_part(client_order_id, '-', 2) as tag, max(order_id) + 1 as below from orders
    where client_order_id ~ '^b1-[a-z0-9]{6}-[a-z0-9]+$' and origin = 'ours' group by 1 order by 1`

/** Numbers from before the backup are known orders; all others under these tags belong to what was lost. */
async function earlierTags(sql: Connection, others: readonly string[], newTag: string): Promise<readonly EarlierTag[]> {
  const known = await tagsInOrders(sql)
  const lost = [...new Set(others)].filter((tag) => tag !== newTag && !known.some((each) => each.tag === tag))
  return [...known.map(({ tag, below }) => ({ tag, below })), ...lost.map((tag) => ({ tag, below: 0 }))]
}

async function makeRoom(sql: Connection, isEmpty: boolean, atMs: number): Promise<string | undefined> {
  const suffix = `before_${new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').toLowerCase()}`
  for (const schema of ['public', 'drizzle']) {
    const [there] = await sql<{ n: number }[]>`select 1 as n from pg_namespace where nspname = ${schema}`
    if (there !== undefined)
      await sql.unsafe(isEmpty ? `drop schema ${schema} cascade` : `alter schema ${schema} rename to ${schema}_${suffix}`)
    await sql.unsafe(`create schema ${schema}`)
  }
  await sql.unsafe('create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)')
  return isEmpty ? undefined : `public_${suffix}`
}

interface HeldFile {
  readonly path: string
  readonly isSecret: boolean
  readonly content: Buffer
}

async function fill(
  sql: Connection,
  { file, progress }: RestoreWanted,
): Promise<{ readonly tables: number; readonly rows: number; readonly files: readonly HeldFile[] }> {
  let table: { readonly stream: Writable; readonly hash: Hash; readonly name: string } | undefined
  let open: { readonly path: string; readonly isSecret: boolean; readonly chunks: Buffer[] } | undefined
  const files: HeldFile[] = []
  let tables = 0
  let rows = 0
  let isEnded = false
  for await (const part of partsOf(file)) {
    if (Buffer.isBuffer(part)) {
      if (table !== undefined) {
        table.hash.update(part)
        if (!table.stream.write(Buffer.from(part))) await once(table.stream, 'drain')
      } else if (open !== undefined) open.chunks.push(Buffer.from(part))
      else throw new BackupDamaged('data that belongs to nothing')
      continue
    }
    switch (part.type) {
      case 'table': {
        const list = part.columns.map((column) => `"${column}"`).join(', ')
        const stream = await sql.unsafe(`copy "${part.schema}"."${part.name}" (${list}) from stdin`).writable()
        // What the server refuses ends the stream: it is thrown where that is awaited.
        stream.on('error', nothingOf)
        table = { stream, hash: createHash('sha256'), name: part.name }
        break
      }
      case 'table-end': {
        if (table === undefined || table.hash.digest('hex') !== part.sha256) throw new BackupDamaged('a table that does not fit its hash')
        table.stream.end()
        await finished(table.stream, { readable: false })
        table = undefined
        tables += 1
        rows += part.rows
        await progress?.(tables, rows)
        break
      }
      case 'file':
        open = { path: part.path, isSecret: part.isSecret, chunks: [] }
        break
      case 'file-end': {
        const content = Buffer.concat(open?.chunks ?? [])
        if (open === undefined || createHash('sha256').update(content).digest('hex') !== part.sha256)
          throw new BackupDamaged('a file that does not fit its hash')
        files.push({ path: open.path, isSecret: open.isSecret, content })
        open = undefined
        break
      }
      case 'end':
        isEnded = part.tables === tables && part.files === files.length
        break
    }
  }
  if (!isEnded) throw new BackupDamaged('parts are missing')
  return { tables, rows, files }
}

/** Rows that come next are numbered after those that came back. */
async function continueNumbers(sql: Connection): Promise<void> {
  const numbered = await sql<{ schema: string; name: string; column: string; sequence: string }[]>`
    select table_schema as schema, table_name as name, column_name as column,
      pg_get_serial_sequence(quote_ident(table_schema) || '.' || quote_ident(table_name), column_name) as sequence
    from information_schema.columns where table_schema in ('public', 'drizzle')
      and pg_get_serial_sequence(quote_ident(table_schema) || '.' || quote_ident(table_name), column_name) is not null`
  for (const { schema, name, column, sequence } of numbered)
    await sql.unsafe(`select setval('${sequence}', coalesce((select max("${column}") from "${schema}"."${name}"), 0) + 1, false)`)
}

/** What was waiting in the backup has been done, or is too old to be: nothing of it is done again. */
async function settle(sql: Connection, mark: RestoredMark, epochBefore: number, aside: string | undefined): Promise<void> {
  // A trader of before must not be able to write under its old epoch.
  await sql`update lease set epoch = greatest(epoch, ${epochBefore}) + 1, renewed_at = 0`
  const has = async (name: string): Promise<boolean> =>
    (await sql<{ found: string | null }[]>`select to_regclass(${name})::text as found`)[0]?.found != null
  if (await has('public.commands'))
    await sql`
      update commands set status = 'failed', outcome = ${JSON.stringify({ status: 'failed', text: 'The database was restored: it was not done from here.' })}::text::jsonb
      where status in ('pending', 'taken') and name not in ${sql(STOP_COMMANDS)}`
  if (await has('public.deliveries')) await sql`update deliveries set status = 'dropped' where status in ('pending', 'held')`
  if (await has('public.webhook_deliveries'))
    await sql`update webhook_deliveries set status = 'failed', last_error = 'the database was restored' where status = 'pending'`
  for (const table of ['sessions', 'login_links']) if (await has(`public.${table}`)) await sql`delete from ${sql(table)}`
  // A key that was revoked since must not count again.
  if (aside !== undefined && (await has(`${aside}.api_keys`)) && (await has('public.api_keys')))
    await sql.unsafe(
      `update public.api_keys as k set revoked_at = old.revoked_at from "${aside}".api_keys as old where old.id = k.id and old.revoked_at is not null and k.revoked_at is null`,
    )
  await sql`
    insert into meta (key, value) values (${RESTORED_KEY}, ${JSON.stringify(mark)}::text::jsonb)
    on conflict (key) do update set value = excluded.value`
}

function putBack(root: string, files: readonly HeldFile[]): { readonly filesRestored: string[]; readonly filesKept: string[] } {
  const filesRestored: string[] = []
  const filesKept: string[] = []
  for (const { path, isSecret, content } of files) {
    const to = join(root, path)
    if (path.split('/').includes('..') || existsSync(to)) {
      filesKept.push(path)
      continue
    }
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, content, { mode: isSecret ? 0o600 : 0o644, flag: 'wx' })
    filesRestored.push(path)
  }
  return { filesRestored, filesKept }
}
