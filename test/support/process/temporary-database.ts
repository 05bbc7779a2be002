/**
 * A PostgreSQL of its own for one test file: the packaged server in a temporary directory.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, connectDatabase } from '../../../db/client.ts'
import { type EmbeddedServer, startEmbedded } from '../../../db/embedded/embedded.ts'

export interface TemporaryDatabase {
  readonly database: Database
  readonly server: EmbeddedServer
  readonly dataDir: string
  remove(): Promise<void>
}

/** Undefined where the packaged server cannot run, with the reason on stderr. */
export async function makeTemporaryDatabase(): Promise<TemporaryDatabase | undefined> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ballast-db-'))
  const server = await startEmbedded({ dataDir })
  if (!server.ok) {
    process.stderr.write(`\n!! Tests of PostgreSQL are SKIPPED: ${server.error.sentence} ${server.error.next}\n`)
    rmSync(dataDir, { recursive: true, force: true })
    return undefined
  }
  const connected = await connectDatabase({ url: server.value.url })
  if (!connected.ok) throw new Error(connected.error.sentence)
  return {
    database: connected.value,
    server: server.value,
    dataDir,
    remove: async () => {
      await connected.value.close()
      await server.value.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
