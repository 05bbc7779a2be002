/**
 * The API role: HTTP and WebSocket over the tables, and commands through the one runner.
 */
import type { Problem } from '../../core/problem.ts'
import type { RoleContext, RunningRole } from './role-context.ts'
import type { ApiContext, DatabaseState } from '../../../api/context.ts'
import { isWithin, networkOf } from '../../../api/commands/signals/networks.ts'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { CommandPorts } from '../../../api/commands/command.ts'
import { HeldRows, heldKeys, heldReads } from '../../../api/held-reads.ts'
import { Metrics } from '../../../api/metrics/registry.ts'
import { startApi } from '../../../api/server.ts'
import { PostgresApiKeys, ensureAdminKey } from '../../../db/access/api-keys.ts'
import type { Database } from '../../../db/client.ts'
import { readCounts } from '../../../db/reads/metrics.ts'
import { PostgresIdempotency } from '../../../db/requests/idempotency.ts'
import { EVENTS_CHANNEL } from '../../../db/journal/journal.ts'
import { type Result, ok } from '../../core/result.ts'
import { readWebBundle } from '../web-bundle.ts'

import { removeApiAddress, urlOf, writeApiAddress } from '../../config/api-address.ts'

import { exposureOf, isLoopback } from '../../config/exposure.ts'
import { processFigures } from '../../system/process-figures.ts'
import { otherPort } from '../../config/ports.ts'

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '::1'] as const

const isOneOf = (peer: string | undefined, networks: readonly string[]): boolean =>
  peer !== undefined && isWithin(peer.replace(/^::ffff:/i, ''), networks)

export async function startApiRole(
  context: RoleContext,
  database: Database,
  ports: CommandPorts,
  pulse: DatabaseState,
): Promise<Result<RunningRole, Problem>> {
  const { config, paths, log } = context
  const exposure = exposureOf(config)
  if (!exposure.ok) return exposure
  const { sql } = database
  const admin = await ensureAdminKey(sql, paths.root, config.profile)
  if (admin.revoked > 0)
    log('warn', `${admin.file} was missing or unreadable: it now holds a new admin key, and the previous one is revoked.`)
  const { host, port, origins, hosts } = config.api
  const proxies = config.api.proxies.map((each) => networkOf(each) ?? each)
  const { tls } = exposure.value
  const isLocal = isLoopback(host) && tls === undefined
  const idempotency = new PostgresIdempotency(sql)
  await idempotency.interruptPending()
  const steadyNow = (): number => performance.now()
  const held = new HeldRows(steadyNow)
  const apiContext: ApiContext = {
    // Routes look at what is held; commands decide by what is there.
    ports: { ...ports, reads: heldReads(ports.reads, held) },
    held,
    runner: new CommandRunner(ports),
    keys: heldKeys(new PostgresApiKeys(sql, config.profile), held, steadyNow),
    idempotency,
    database: pulse,
    metrics: new Metrics(ports, { counts: () => readCounts(sql), processes: () => processFigures(paths.run) }, steadyNow),
    edge: { hosts: [...LOOPBACK_HOSTS, host, ...hosts], origins, proxies, hasTls: tls !== undefined },
    web: readWebBundle(),
    log: (text) => log('warn', text),
  }
  const common = {
    otherPort: otherPort(config, 'api'),
    onEvent: async (callback: () => void) => {
      const { unlisten } = await sql.listen(EVENTS_CHANNEL, callback)
      return unlisten
    },
  }
  // Without TLS a port that others reach is for the named proxies alone.
  const isForProxies = !isLoopback(host) && tls === undefined
  const mayConnect = isForProxies ? (peer: string | undefined) => isOneOf(peer, proxies) : undefined
  const server = await startApi(apiContext, { host, port, tls, mayConnect, ...common })
  if (!server.ok) return server
  // The terminal has the key of this machine and no certificate: it has a port of its own, which only this machine reaches.
  const local = isLocal
    ? undefined
    : await startApi(
        { ...apiContext, edge: { hosts: LOOPBACK_HOSTS, origins: [], proxies: [], hasTls: false } },
        { host: '127.0.0.1', port: 0, ...common },
      )
  if (local?.ok === false) {
    await server.value.close()
    return local
  }
  const url = local === undefined ? urlOf(host, server.value.port) : urlOf('127.0.0.1', local.value.port)
  writeApiAddress(paths, url)
  return ok({
    stop: async () => {
      removeApiAddress(paths, url)
      await local?.value.close()
      await server.value.close()
    },
  })
}
