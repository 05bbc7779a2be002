/**
 * A PostgreSQL database of its own for one test file, on the server that all files of a run share.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type Database, connectDatabase, makeClient } from '../../../db/client.ts'
import { MIGRATED } from './database-server.ts'

export interface TemporaryDatabase {
  readonly database: Database
  /** Where programs that a test starts find it. */
  readonly url: string
  /** An empty directory for files beside it. */
  readonly dataDir: string
  remove(): Promise<void>
}

/** Undefined where the packaged server cannot run: the run has said why. */
export async function makeTemporaryDatabase(): Promise<TemporaryDatabase | undefined> {
  const serverUrl = inject('databaseUrl')
  if (serverUrl === undefined) return undefined
  const dataDir = mkdtempSync(join(tmpdir(), 'ballast-db-'))
  const name = dataDir.slice(-6).replace(/./g, (letter) => letter.charCodeAt(0).toString(16))
  await atServer(serverUrl, `CREATE DATABASE t${name} TEMPLATE ${MIGRATED}`)
  const url = new URL(serverUrl)
  url.pathname = `/t${name}`
  const connected = await connectDatabase({ url: url.href })
  if (!connected.ok) throw new Error(connected.error.sentence)
  return {
    database: connected.value,
    url: url.href,
    dataDir,
    remove: async () => {
      await connected.value.close()
      await atServer(serverUrl, `DROP DATABASE t${name} WITH (FORCE)`)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function atServer(url: string, statement: string): Promise<void> {
  const sql = makeClient({ url, max: 1 })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
