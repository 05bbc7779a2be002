/**
 * The roles around the trader: API, worker and bots, each alone or together in one process.
 */
import type { Problem } from '../../core/problem.ts'
import type { RoleContext, RunningRole } from './role-context.ts'
import { connect } from '../connect.ts'
import { type Result, ok } from '../../core/result.ts'
import { PostgresConfirmations } from '../../../db/requests/confirmations.ts'
import { RebalanceRows } from '../../../db/reads/rebalances.ts'
import { insertTurn } from '../../../db/alerts.ts'
import { readTraderAge, reportHealth } from '../../../db/health.ts'
import { JobQueues } from '../../../jobs/queues.ts'
import { moveOnSchedule } from '../../../api/commands/allocator/schedule.ts'
import { startWorker } from '../../../jobs/worker.ts'
import { startApiRole } from './api-role.ts'
import { startBots } from './bots-role.ts'
import { commandPorts } from '../command-ports.ts'

import { DeadMan } from '../alerts/dead-man.ts'
import { DatabasePulse } from '../watch/database-pulse.ts'
import { everyMsOf } from '../../config/sections/backup-config.ts'
import { hasSimulator } from '../../config/exchange-access.ts'
import { OutageWatch } from '../watch/outage-watch.ts'
import { readTag } from '../../system/paths.ts'
import { CurrentStrategies } from '../current-strategies.ts'
import { PublicVenue } from '../../market-data/public-venue.ts'

export const SERVING_ROLES = ['api', 'worker', 'bots'] as const
export type ServingRole = (typeof SERVING_ROLES)[number]

const HEALTH_EVERY_MS = 5_000
const LOOK_EVERY_MS = 2_000
const POOL = 10

export async function startServing(context: RoleContext, roles: readonly ServingRole[]): Promise<Result<RunningRole, Problem>> {
  const database = await connect(context, POOL)
  if (!database.ok) return database
  const { config, paths, log } = context
  const { sql } = database.value
  const queues = new JobQueues({
    databaseUrl: database.value.url,
    redisUrl: config.redisUrl,
    prefix: `ballast-${readTag(paths)}`,
    onError: (text) => log('warn', text),
  })
  const strategies = new CurrentStrategies(paths.run, context.strategies)
  const publicVenue = new PublicVenue(context, async () => {
    const rows = await sql<{ symbol: string }[]>`select distinct symbol from strategies`
    return rows.map(({ symbol }) => symbol)
  })
  const ports = commandPorts(context, database.value, queues, publicVenue, strategies, Date.now())
  // Whoever asked before this start is asked again: what was shown then is not what is there now.
  if (roles.includes('api') || roles.includes('bots')) {
    await new PostgresConfirmations(sql).voidPending()
    await new RebalanceRows(sql).endInterrupted()
  }
  const pulse = new DatabasePulse(database.value.url)
  const running: RunningRole[] = []
  const closeAll = async (): Promise<void> => {
    for (const role of running.splice(0).reverse()) await role.stop()
    await queues.close()
    await pulse.close()
    await database.value.close()
  }
  if (roles.includes('api')) {
    const api = await startApiRole(context, database.value, ports, pulse)
    if (!api.ok) {
      await closeAll()
      return api
    }
    running.push(api.value)
  }
  if (roles.includes('worker'))
    running.push(
      startWorker({
        sql,
        queues,
        candlesRoot: paths.candles,
        backtestsRoot: paths.backtests,
        trialsFile: paths.trials,
        strategies: () => strategies.modules(),
        candleSource: () => publicVenue.candleSource(),
        moveCapital: () => moveOnSchedule(ports),
        watchCanaries: () => ports.canaries.watch(),
        equity: config.equity,
        backup: {
          root: paths.root,
          folder: paths.backups,
          profile: config.profile,
          everyMs: everyMsOf(config.backup),
          keep: config.backup.keep,
        },
        log,
      }),
    )
  if (roles.includes('bots')) running.push(await startBots(context, database.value, ports, queues, pulse))
  const outages = new OutageWatch({
    traderAgeMs: () => readTraderAge(sql),
    queueIsUp: () => queues.isUp(),
    alert: (alert, pair) => insertTurn(sql, alert, pair),
    report: (part, status, detail) => reportHealth(sql, part, status, detail),
    queueName: config.redisUrl === undefined ? 'in the database' : 'Redis',
    exchange: hasSimulator(config) ? 'the exchange' : 'Bybit',
    wallMs: () => Date.now(),
    steadyMs: () => performance.now(),
    log: (text) => log('warn', text),
  })
  const { deadManUrl, webhookNetworks } = config.notify
  const deadMan =
    deadManUrl === undefined || !roles.includes('worker')
      ? undefined
      : new DeadMan({
          url: deadManUrl,
          allowed: webhookNetworks,
          traderAgeMs: () => readTraderAge(sql),
          report: (status, detail) => reportHealth(sql, 'dead-man', status, detail),
          steadyMs: () => performance.now(),
        })
  const ping = setInterval(() => {
    // A database that is away is told by who watches it, and outside by the ping that stays out.
    deadMan?.look().catch(() => undefined)
  }, LOOK_EVERY_MS)
  const look = setInterval(() => void outages.look(), LOOK_EVERY_MS)
  const beat = setInterval(() => {
    for (const role of roles)
      reportHealth(sql, role, 'ok', '').catch((thrown: unknown) =>
        log('warn', `health: ${thrown instanceof Error ? thrown.message : String(thrown)}`),
      )
  }, HEALTH_EVERY_MS)
  return ok({
    stop: async () => {
      clearInterval(beat)
      clearInterval(look)
      clearInterval(ping)
      await closeAll()
    },
  })
}
