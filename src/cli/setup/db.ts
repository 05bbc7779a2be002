/**
 * `ballast db`: whether the journal is whole, its tables made again by replay, and backups (db-backup.ts, db-restore.ts).
 */
import { symbolsOf } from '../../config/strategy-plan.ts'
import { configuredStrategies, plansOf } from '../../config/plans.ts'
import { readStrategyChanges } from '../../config/strategy-changes.ts'
import { readSimClock } from '../../market-data/sim-clock.ts'
import type { Command } from 'commander'
import { readInstruments } from '../../../db/journal/journal.ts'
import { acquireLease, releaseLease } from '../../../db/journal/lease.ts'
import { REBUILT_TABLES } from '../../../db/journal/projections.ts'
import { rebuildProjections } from '../../../db/journal/rebuild.ts'

import { exchangeAccess } from '../../config/exchange-access.ts'
import { kernelConfigOf } from '../../trader/kernel-config.ts'
import { holderOf } from '../../system/lock.ts'
import { pathsOf, readTag } from '../../system/paths.ts'
import { instrumentsOf, listedSpecs } from '../../trader/instrument-registry.ts'
import { machineClock } from '../../system/wall-clock.ts'
import type { KernelConfig } from '../../kernel/config.ts'
import { Kernel } from '../../kernel/kernel.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import { BybitVenue } from '../../venue/bybit/bybit-venue.ts'
import { BybitClient } from '../../venue/bybit/http/client.ts'
import { serveExchange } from '../../venue/sim/bybit-server/serve-exchange.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount } from '../ui/format.ts'
import { openFor, registerBackup } from './db-backup.ts'
import { registerRestore } from './db-restore.ts'

const CALL_TIMEOUT_MS = 5_000

export function register(program: Command): void {
  const db = program.command('db').description('verify the journal, rebuild its tables, back up and restore')
  db.command('check').description('verify that the journal has no gaps and every fact has a cause').action(runCheck)
  db.command('rebuild').description('rebuild the tables that the API and chats read, by replaying the journal').action(runRebuild)
  registerBackup(db)
  registerRestore(db)
}

interface Check {
  readonly rows: number
  readonly first: number | null
  readonly last: number | null
  readonly orphans: number
  readonly snapshots: number
}

async function runCheck(_flags: object, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const { sql, close } = await openFor(context)
  try {
    const [found] = await sql<Check[]>`
      select count(*)::int as rows, min(seq) as first, max(seq) as last,
        (count(*) filter (where kind = 'fact' and not exists (select 1 from journal c where c.seq = journal.cause_seq and c.kind = 'input')))::int as orphans,
        (select count(*)::int from snapshots) as snapshots
      from journal`
    const { rows = 0, first = null, last = null, orphans = 0, snapshots = 0 } = found ?? {}
    const holes = first === null || last === null ? 0 : last - first + 1 - rows
    const isWhole = holes === 0 && orphans === 0 && (first === null || first === 1)
    out.answer({ rows, first, last, holes, orphans, snapshots, isWhole }, () => {
      out.fields([
        ['journal', first === null ? 'empty' : `${formatCount(rows)} rows, ${formatCount(first)} to ${formatCount(last ?? first)}`],
        ['holes', formatCount(holes)],
        ['facts without a cause', formatCount(orphans)],
        ['snapshots', formatCount(snapshots)],
      ])
      out.line(isWhole ? out.style('good', 'The journal is complete.') : out.style('bad', 'The journal is damaged: restore a backup.'))
    })
    if (!isWhole) process.exitCode = EXIT.checksFailed
  } finally {
    await close()
  }
}

async function runRebuild(_flags: object, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const paths = pathsOf(context.dataDir())
  const trader = await holderOf(paths, 'trader')
  if (trader !== undefined)
    throw new CliError(
      EXIT.conflict,
      `The trader is running (process ${trader.pid ?? 'frozen'}) and writes these tables.`,
      'Stop Ballast first, then rebuild.',
    )
  const { sql, close } = await openFor(context)
  try {
    const config = await kernelConfig(context, await readInstruments(sql))
    const lease = await acquireLease(sql)
    if (!lease.ok) throw new CliError(EXIT.conflict, `${lease.error.detail}`, 'Stop the trader that uses this database, then rebuild.')
    try {
      const startedMs = performance.now()
      const rows = await rebuildProjections(sql, new Kernel(config))
      const tookMs = Math.round(performance.now() - startedMs)
      out.answer({ rows, tables: REBUILT_TABLES, tookMs }, () =>
        out.line(`Rebuilt ${REBUILT_TABLES.length} tables from ${formatCount(rows)} journal rows in ${(tookMs / 1000).toFixed(1)} s.`),
      )
    } finally {
      await releaseLease(sql, lease.value.epoch)
    }
  } finally {
    await close()
  }
}

/** The kernel that the trader would make; the exchange reports the instruments, in sim one that is started for the question. */
async function kernelConfig(context: CliContext, registered: Awaited<ReturnType<typeof readInstruments>>): Promise<KernelConfig> {
  const config = context.config().values
  const paths = pathsOf(context.dataDir())
  const changes = readStrategyChanges(paths.root)
  if (!changes.ok) throw new CliError(EXIT.config, changes.error.sentence, changes.error.next)
  const plans = plansOf(config, await context.strategies(configuredStrategies(config)), changes.value)
  if (!plans.ok) throw new CliError(EXIT.config, plans.error.sentence, plans.error.next)
  // It is only asked for public data.
  const access = exchangeAccess(config, paths, 'live')
  if (!access.ok) throw new CliError(EXIT.auth, access.error.sentence, access.error.next)
  const { simUrl } = access.value
  const isSimUp = simUrl !== undefined && (await readSimClock(simUrl)) !== undefined
  const server = simUrl === undefined || isSimUp ? undefined : await serveExchange({ port: 0, seed: config.sim.seed })
  const client = new BybitClient({
    ...access.value,
    ...(server === undefined ? {} : { restUrl: `http://127.0.0.1:${server.port}` }),
    credentials: undefined,
    timeoutMs: CALL_TIMEOUT_MS,
    recvWindowMs: CALL_TIMEOUT_MS,
  })
  try {
    const intervalMs = parseInterval(config.interval) as number
    const venue = new BybitVenue(client, {
      intervalMs,
      wallMs: Date.now,
      steadyMs: machineClock.steadyMs,
      sleep: machineClock.sleep,
      simClock: undefined,
    })
    const specs = await listedSpecs(symbolsOf(plans.value), registered, venue, machineClock)
    if (!specs.ok) throw new CliError(EXIT.unreachable, specs.error.sentence, specs.error.next)
    const newcomers = specs.value.filter((spec) => !registered.some((row) => row.symbol === spec.symbol))
    const instruments = await instrumentsOf([...registered, ...newcomers], specs.value, venue, machineClock)
    if (!instruments.ok) throw new CliError(EXIT.conflict, instruments.error.sentence, instruments.error.next)
    return kernelConfigOf({ profile: config.profile, tag: readTag(paths), intervalMs, ...plans.value }, instruments.value.instruments)
  } finally {
    await client.close()
    await server?.close()
  }
}
