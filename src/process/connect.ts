/**
 * The connection of a role to the database of its installation.
 */
import type { Problem } from '../core/problem.ts'
import { type Database, connectDatabase } from '../../db/client.ts'

import { type Result, err } from '../core/result.ts'
import type { RoleContext } from './roles/role-context.ts'
import { backupBeforeUpdate } from './update-backup.ts'
import { sharedUrl } from '../../db/embedded/embedded.ts'
/** Connects to the database that DATABASE_URL names, or that the supervisor started for this data directory. */
export async function connect(context: RoleContext, max: number): Promise<Result<Database, Problem>> {
  const url = context.config.databaseUrl ?? sharedUrl(context.paths.root)
  if (url === undefined)
    return err({
      sentence: `No database is running for ${context.paths.root}.`,
      next: 'Start Ballast with npm start, or set DATABASE_URL.',
    })
  const connected = await connectDatabase({
    url,
    max,
    beforeMigration: backupBeforeUpdate(context.config, context.paths, (text) => context.log('info', text)),
  })
  return connected.ok ? connected : err({ sentence: connected.error.sentence, next: connected.error.next })
}
