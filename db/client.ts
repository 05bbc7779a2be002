/**
 * The connection to PostgreSQL: postgres.js with drizzle above it, migrated before anyone uses it.
 */
import { type PostgresJsDatabase, drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { type Result, err, ok } from '../src/core/result.ts'
import { type DatabaseError, messageOf, unavailable } from './error.ts'
import { type BeforeMigration, migrateDatabase } from './migrate.ts'

export type Sql = postgres.Sql<{ int8: number }>
/** A client, or a transaction of one. */
export type Queryable = postgres.ISql<{ int8: number }>
export type Drizzle = PostgresJsDatabase

export interface Database {
  readonly url: string
  readonly sql: Sql
  readonly db: Drizzle
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly url: string
  /** Connections at most; LISTEN takes one more. */
  readonly max?: number
  readonly connectTimeoutSec?: number
  /** Before an update changes the schema: a backup is made there. */
  readonly beforeMigration?: BeforeMigration | undefined
  /** False: the schema stays as it is found, whatever it is. */
  readonly isMigrated?: false | undefined
}

const CLOSE_TIMEOUT_SEC = 5

/** A client that connects when it is first used. Times and sequence numbers are numbers: they stay below 2^53. */
export function makeClient(options: ConnectOptions): Sql {
  return postgres(options.url, {
    max: options.max ?? 6,
    connect_timeout: options.connectTimeoutSec ?? 5,
    onnotice: () => {},
    // Nothing here is an array. The question for their types is asked by each new connection, and a server that ends it meanwhile is an error
    // that nobody can catch (postgres 3.4).
    fetch_types: false,
    connection: { application_name: 'ballast' },
    types: { int8: { to: 20, from: [20], serialize: (value: number) => String(value), parse: (text: string) => Number(text) } },
  })
}

export const drizzleOf = (sql: Sql): Drizzle => drizzle(sql, { casing: 'snake_case' })

/** Connects, applies migrations, and answers once the database does. */
export async function connectDatabase(options: ConnectOptions): Promise<Result<Database, DatabaseError>> {
  const sql = makeClient(options)
  const close = (): Promise<void> => sql.end({ timeout: CLOSE_TIMEOUT_SEC })
  try {
    await sql`select 1`
  } catch (cause) {
    await close()
    return err(
      unavailable(
        `The database does not answer (${messageOf(cause)}).`,
        'Check that PostgreSQL is running and that DATABASE_URL is correct, then start again.',
      ),
    )
  }
  const db = drizzleOf(sql)
  const migrated = options.isMigrated === false ? ok(undefined) : await migrateDatabase(sql, db, options.beforeMigration)
  if (!migrated.ok) {
    await close()
    return migrated
  }
  return ok({ url: options.url, sql, db, close })
}
