/**
 * Brings the schema to what this code expects.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import { InvariantError } from '../src/core/assert.ts'
import { type Result, err, ok } from '../src/core/result.ts'
import { type DatabaseError, messageOf, unavailable } from './error.ts'

/** Any number that no other program on the server uses: processes that start together migrate one after the other. */
const MIGRATION_LOCK = 7_215_001
const JOURNAL = join('meta', '_journal.json')

/** Found upward from this file, which is `db/migrate.ts` in the sources and `dist/*.js` in the bundle. */
export function migrationsFolder(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const folder = join(directory, 'db', 'migrations')
    if (existsSync(join(folder, JOURNAL))) return folder
    const parent = dirname(directory)
    if (parent === directory) throw new InvariantError('db/migrations is missing from this installation')
    directory = parent
  }
}

interface MigrationJournal {
  readonly entries: readonly { readonly when: number; readonly tag: string }[]
}

type Sql = postgres.Sql<{ int8: number }>

export async function migrateDatabase(sql: Sql, db: PostgresJsDatabase): Promise<Result<void, DatabaseError>> {
  const folder = migrationsFolder()
  const known = (JSON.parse(readFileSync(join(folder, JOURNAL), 'utf8')) as MigrationJournal).entries.at(-1)
  try {
    const lock = await sql.reserve()
    try {
      await lock`select pg_advisory_lock(${MIGRATION_LOCK}::bigint)`
      const applied = await lastApplied(sql)
      if (known !== undefined && applied > known.when) return err(newer(known.tag))
      if (known === undefined || applied < known.when) await migrate(db, { migrationsFolder: folder })
      return ok(undefined)
    } finally {
      await lock`select pg_advisory_unlock(${MIGRATION_LOCK}::bigint)`.catch(() => {
        // The connection is gone, and its lock with it.
      })
      lock.release()
    }
  } catch (cause) {
    return err(
      unavailable(
        `The schema of the database could not be brought up to date (${messageOf(cause)}).`,
        'See the log of PostgreSQL; nothing was changed.',
      ),
    )
  }
}

async function lastApplied(sql: Sql): Promise<number> {
  const [table] = await sql<{ found: string | null }[]>`select to_regclass('drizzle.__drizzle_migrations')::text as found`
  if (table?.found == null) return -1
  const [row] = await sql<{ last: number | null }[]>`select max(created_at) as last from drizzle.__drizzle_migrations`
  return row?.last ?? -1
}

const newer = (known: string): DatabaseError => ({
  type: 'newer',
  sentence: `The database was written by a newer Ballast than this one (which knows it up to ${known}).`,
  next: 'Start the newer version, or restore the backup that was made before the update.',
})
