/**
 * The API role: HTTP and WebSocket over the tables, and commands through the one runner.
 */
import type { Problem } from '../../core/problem.ts'
import type { RoleContext, RunningRole } from './role-context.ts'
import type { DatabaseState } from '../../../api/context.ts'
import { CommandRunner } from '../../../api/commands/run.ts'
import type { CommandPorts } from '../../../api/commands/command.ts'
import { HeldRows, heldKeys, heldReads } from '../../../api/held-reads.ts'
import { startApi } from '../../../api/server.ts'
import { PostgresApiKeys, ensureAdminKey } from '../../../db/access/api-keys.ts'
import type { Database } from '../../../db/client.ts'
import { PostgresIdempotency } from '../../../db/requests/idempotency.ts'
import { EVENTS_CHANNEL } from '../../../db/journal/journal.ts'
import { type Result, err, ok } from '../../core/result.ts'

import { removeApiAddress, urlOf, writeApiAddress } from '../../config/api-address.ts'

import { otherPort } from '../../config/ports.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/

export async function startApiRole(
  context: RoleContext,
  database: Database,
  ports: CommandPorts,
  pulse: DatabaseState,
): Promise<Result<RunningRole, Problem>> {
  const { config, paths, log } = context
  if (!LOOPBACK.test(config.api.host))
    return err({
      sentence: `The API cannot listen on ${config.api.host}: it has no TLS and no list of allowed hosts yet, so it serves this machine only.`,
      next: 'Use BALLAST__API__HOST=127.0.0.1, and a tunnel with its own authentication.',
    })
  const { sql } = database
  const admin = await ensureAdminKey(sql, paths.root, config.profile)
  if (admin.revoked > 0)
    log('warn', `${admin.file} was missing or unreadable: it now holds a new admin key, and the previous one is revoked.`)
  const idempotency = new PostgresIdempotency(sql)
  await idempotency.interruptPending()
  const steadyNow = (): number => performance.now()
  const held = new HeldRows(steadyNow)
  const server = await startApi(
    {
      // Routes look at what is held; commands decide by what is there.
      ports: { ...ports, reads: heldReads(ports.reads, held) },
      held,
      runner: new CommandRunner(ports),
      keys: heldKeys(new PostgresApiKeys(sql, config.profile), held, steadyNow),
      idempotency,
      database: pulse,
      hosts: [config.api.host, 'localhost', '127.0.0.1', '::1'],
      log: (text) => log('warn', text),
    },
    {
      host: config.api.host,
      port: config.api.port,
      otherPort: otherPort(config, 'api'),
      onEvent: async (callback) => {
        const { unlisten } = await sql.listen(EVENTS_CHANNEL, callback)
        return unlisten
      },
    },
  )
  if (!server.ok) return server
  const url = urlOf(config.api.host, server.value.port)
  writeApiAddress(paths, url)
  return ok({
    stop: async () => {
      removeApiAddress(paths, url)
      await server.value.close()
    },
  })
}
