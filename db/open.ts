/**
 * The database of a data directory: the one that DATABASE_URL names, else the packaged server, started here or shared with who started it.
 */
import { type Result, ok } from '../src/core/result.ts'
import { type Database, connectDatabase } from './client.ts'
import { sharedUrl, startEmbedded } from './embedded/embedded.ts'
import type { DatabaseError } from './error.ts'
import type { BeforeMigration } from './migrate.ts'

export interface OpenOptions {
  readonly dataDir: string
  /** Undefined: the packaged server. */
  readonly databaseUrl: string | undefined
  readonly max?: number
  readonly beforeMigration?: BeforeMigration | undefined
  /** False: the schema stays as it is found. */
  readonly isMigrated?: false | undefined
}

/** Connects; starts the packaged server where none runs, and then stops it with `close`. */
export async function openDatabase(options: OpenOptions): Promise<Result<Database, DatabaseError>> {
  const { beforeMigration, isMigrated } = options
  const pool = { ...(options.max === undefined ? {} : { max: options.max }), beforeMigration, isMigrated }
  const shared = options.databaseUrl ?? sharedUrl(options.dataDir)
  if (shared !== undefined) {
    const connected = await connectDatabase({ url: shared, ...pool })
    if (connected.ok || options.databaseUrl !== undefined || connected.error.type !== 'unavailable') return connected
  }
  const server = await startEmbedded({ dataDir: options.dataDir })
  if (!server.ok) return server
  const connected = await connectDatabase({ url: server.value.url, ...pool })
  if (!connected.ok) {
    await server.value.stop()
    return connected
  }
  const { close } = connected.value
  return ok({
    ...connected.value,
    close: async () => {
      await close()
      await server.value.stop()
    },
  })
}
