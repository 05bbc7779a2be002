/**
 * One packaged PostgreSQL for all test files of a run, with a migrated database that theirs are copies of: to make a cluster for each file
 * costs more than what most of them do with it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { connectDatabase } from '../../../db/client.ts'
import { startEmbedded } from '../../../db/embedded/embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Database that others are made in; undefined where the packaged server cannot run. */
    databaseUrl: string | undefined
  }
}

/** Name of the database that each file's is a copy of. */
export const MIGRATED = 'migrated'

export default async function startDatabaseServer(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  // Each project of a run asks, and the root's answer is theirs.
  if (!project.isRootProject()) return undefined
  const dataDir = mkdtempSync(join(tmpdir(), 'ballast-db-'))
  const remove = (): void => rmSync(dataDir, { recursive: true, force: true })
  const server = await startEmbedded({ dataDir })
  if (!server.ok) {
    process.stderr.write(`\n!! Tests of PostgreSQL are SKIPPED: ${server.error.sentence} ${server.error.next}\n`)
    remove()
    project.provide('databaseUrl', undefined)
    return undefined
  }
  const connected = await connectDatabase({ url: server.value.url })
  if (!connected.ok) throw new Error(connected.error.sentence)
  await connected.value.sql.unsafe(`CREATE DATABASE ${MIGRATED}`)
  await connected.value.close()
  const url = new URL(server.value.url)
  url.pathname = `/${MIGRATED}`
  const migrated = await connectDatabase({ url: url.href })
  if (!migrated.ok) throw new Error(migrated.error.sentence)
  await migrated.value.close()
  project.provide('databaseUrl', server.value.url)
  return async () => {
    await server.value.stop()
    remove()
  }
}
