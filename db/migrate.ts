/**
 * Brings the schema to what this code expects.
 */
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import { type Result, err, ok } from '../src/core/result.ts'
import { type DatabaseError, messageOf, unavailable } from './error.ts'
import { knownMigrations, migrationsFolder } from './migrations.ts'

/** Any number that no other program on the server uses: processes that start together migrate one after the other. */
export const MIGRATION_LOCK = 7_215_001
type Sql = postgres.Sql<{ int8: number }>

/** Of a database that has a schema and is about to get a newer one: a refusal leaves it as it is. */
export type BeforeMigration = (sql: Sql) => Promise<Result<void, DatabaseError>>

export async function migrateDatabase(sql: Sql, db: PostgresJsDatabase, before?: BeforeMigration): Promise<Result<void, DatabaseError>> {
  const known = knownMigrations().at(-1)
  try {
    const lock = await sql.reserve()
    try {
      await lock`select pg_advisory_lock(${MIGRATION_LOCK}::bigint)`
      const applied = await lastApplied(sql)
      if (known !== undefined && applied > known.when) return err(newer(known.tag))
      if (known !== undefined && applied === known.when) return ok(undefined)
      const saved = applied < 0 ? undefined : await before?.(sql)
      if (saved?.ok === false) return saved
      await migrate(db, { migrationsFolder: migrationsFolder() })
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
