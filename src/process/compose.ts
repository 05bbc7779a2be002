/**
 * Makes the trader out of its parts: database, lease, exchange, strategies. The other roles are made in roles/.
 */
import type { Problem } from '../core/problem.ts'
import type { OutlivingPorts, RoleContext, RunningRole, TraderHooks } from './roles/role-context.ts'
import { connect } from './connect.ts'
import { healthReporter } from './watch/health-reporter.ts'
import { gateDoubts } from '../backtest/trials/gate-doubts.ts'
import { plansOf } from '../config/plans.ts'
import { readSimClock } from '../market-data/sim-clock.ts'
import { scopeWriter } from './scope-writer.ts'
import type { Database } from '../../db/client.ts'
import { PostgresCommandQueue } from '../../db/requests/commands.ts'
import { PostgresJournal } from '../../db/journal/journal.ts'
import { acquireLease, releaseLease, renewLease } from '../../db/journal/lease.ts'
import { type Result, err, ok } from '../core/result.ts'
import { parseInterval } from '../market/candles/interval.ts'
import { BOOK_DEPTHS } from '../venue/bybit/stream/book-feed.ts'
import { BybitVenue } from '../venue/bybit/bybit-venue.ts'
import { BybitClient } from '../venue/bybit/http/client.ts'
import { readOnly } from '../venue/bybit/read-only.ts'
import { readStrategyChanges } from '../config/strategy-changes.ts'
import { PlanSource } from './plan-source.ts'
import { openRecoveryMark } from '../trader/recovery-mark.ts'
import type { StrategyLoad } from '../journal/strategy-load.ts'
import { DecisionTimes } from '../trader/strategies/decision-times.ts'
import { MemoryWatch } from '../trader/strategies/memory-watch.ts'
import { machineHeap } from '../system/heap.ts'
import { openDecisionMark } from '../trader/strategies/decision-mark.ts'
import { emergencyNotice } from '../emergency/emergency-file.ts'
import { exchangeAccess } from '../config/exchange-access.ts'
import { readTag, writeTags } from '../system/paths.ts'
import { noteHeld, readRestored } from '../../db/backup/restored-mark.ts'
import type { StrategyPlan } from '../config/strategy-plan.ts'
import { Trader } from '../trader/trader.ts'
import { machineClock } from '../system/wall-clock.ts'

const CALL_TIMEOUT_MS = 5_000
const BYTES_IN_MB = 1_048_576
const INIT_MARK = 'init of '
const CONFIG_INVALID = 3
const RECV_WINDOW_MS = 5_000
const LEASE_RENEW_MS = 1_000
/** A trader that was killed holds its lease this long; the next one waits for it. */
const LEASE_WAIT_MS = 8_000

export async function startTrader(context: RoleContext, hooks: TraderHooks): Promise<Result<RunningRole, Problem>> {
  const { config, paths, log } = context
  const access = exchangeAccess(config, paths, context.liveStatement)
  if (!access.ok) return access
  const changes = readStrategyChanges(paths.root)
  if (!changes.ok) return changes
  const plans = plansOf(config, context.strategies, changes.value)
  if (!plans.ok) return plans
  const mark = openDecisionMark(paths.run, log)
  const ended = hooks.isHung ? 'hung' : hooks.isAborted ? 'aborted' : undefined
  const stuck = ended !== undefined && mark.left?.startsWith(INIT_MARK) === true ? mark.left.slice(INIT_MARK.length) : undefined
  if (stuck !== undefined)
    return err({
      sentence:
        ended === 'hung'
          ? `Strategy ${stuck} does not return from its init, so the trader was killed.`
          : `The trader was aborted in the init of strategy ${stuck}, as Node.js does when memory runs out.`,
      next: `Fix it, or remove ${stuck} from strategies in the configuration. Then start again.`,
      exitCode: CONFIG_INVALID,
    })
  const database = await connect(context, 6)
  if (!database.ok) return database
  const { sql } = database.value
  const lease = await takeLease(database.value)
  const restored = lease.ok ? await readRestored(sql) : undefined
  if (restored !== undefined && readTag(paths) !== restored.tag)
    writeTags(
      paths,
      restored.tag,
      restored.earlier.map(({ tag }) => tag),
    )
  if (!lease.ok) {
    await database.value.close()
    return lease
  }
  const intervalMs = parseInterval(config.interval) as number
  const client = new BybitClient({
    ...access.value,
    credentials: { key: access.value.key, secret: access.value.secret },
    timeoutMs: CALL_TIMEOUT_MS,
    recvWindowMs: RECV_WINDOW_MS,
  })
  const { simUrl } = access.value
  const queue = new PostgresCommandQueue(sql)
  const outliving: OutlivingPorts = {
    journal: new PostgresJournal(sql, lease.value),
    commands: queue,
    transport: config.profile === 'observe' ? readOnly(client) : client,
  }
  const { journal, commands, transport } = context.around?.(outliving) ?? outliving
  const venue = new BybitVenue(transport, {
    intervalMs,
    wallMs: machineClock.nowMs,
    steadyMs: machineClock.steadyMs,
    sleep: machineClock.sleep,
    simClock: simUrl === undefined ? undefined : () => readSimClock(simUrl),
    bookDepth: BOOK_DEPTHS.find((depth) => depth === config.bookDepth),
    isDemo: config.profile === 'demo',
  })
  await queue.recoverInterrupted()
  const renew = async (): Promise<void> => {
    const held = await renewLease(sql, lease.value.epoch)
    if (held.ok && !held.value) hooks.fatal('Another trader has taken over this account.')
  }
  const memory = new MemoryWatch(config.strategyMemoryMb * BYTES_IN_MB, machineHeap())
  const times = new DecisionTimes(machineClock.steadyMs)
  const deciding = (strategy: string | undefined, part = ''): void => {
    if (strategy === undefined) times.note(undefined)
    mark.note(strategy === undefined ? undefined : `${part}${strategy}`)
    memory.note(strategy)
    // Last and first: what is measured beside it is not its time. An init is no decision.
    if (part === '') times.note(strategy)
  }
  for (const doubt of gateDoubts(config.profile, paths.trials, plans.value.plans)) log('warn', doubt)
  const trader = new Trader({
    profile: config.profile,
    tag: readTag(paths),
    earlierTags: restored?.earlier,
    restored:
      restored?.isPending === true
        ? {
            what: `${restored.file} of ${new Date(restored.backupAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
            held: () => noteHeld(sql),
          }
        : undefined,
    intervalMs,
    plans: plans.value.plans.map((plan) => withInitMark(plan, deciding)),
    manual: plans.value.manual,
    risk: plans.value.risk,
    venue,
    journal,
    commands,
    health: healthReporter(database.value, log),
    wallClock: machineClock,
    log,
    step: hooks.step,
    onFacts: hooks.onFacts,
    isSafe: hooks.isSafe,
    deciding,
    loads: (strategies) =>
      strategies.flatMap((strategy): StrategyLoad[] => {
        const own = times.of(strategy)
        const kept = memory.keptBy(strategy)
        const keptMb = kept === undefined ? null : Math.round((kept / BYTES_IN_MB) * 10) / 10
        return own === undefined ? [] : [{ strategy, ...own, keptMb }]
      }),
    overMemory: () =>
      memory.takeOverLimit().map(({ strategy, kept }) => ({
        strategy,
        how: 'memory',
        keptMb: Math.round(kept / BYTES_IN_MB),
        limitMb: config.strategyMemoryMb,
      })),
    planSource: new PlanSource(
      context,
      { config: context.configured, changes: changes.value, strategies: context.strategies },
      (plan) => withInitMark(plan, deciding),
      machineClock.nowMs,
    ),
    suspect:
      mark.left !== undefined && (ended !== undefined || mark.hasRepeated) ? { strategy: mark.left, how: ended ?? 'crashed' } : undefined,
    recovering: openRecoveryMark(paths.run),
    onPositions: scopeWriter(paths.root, readTag(paths), log),
    emergency: emergencyNotice(paths.root, () => Date.now()),
    fatal: hooks.fatal,
    startAgain: hooks.startAgain,
    waitsForExchange: (detail) =>
      log(
        'warn',
        simUrl === undefined
          ? `waiting for ${access.value.restUrl}, which does not answer (${detail})`
          : `waiting for the simulator at ${simUrl}, which does not answer (${detail}). Start it with: ballast run --role simulator`,
      ),
    renewLease: renew,
  })
  const renewal = setInterval(() => void renew(), LEASE_RENEW_MS)
  const started = await trader.start()
  if (!started.ok) {
    clearInterval(renewal)
    await client.close()
    await releaseLease(sql, lease.value.epoch)
    await database.value.close()
    return started
  }
  return ok({
    stop: async () => {
      await trader.stop()
      queue.stop()
      clearInterval(renewal)
      const released = await releaseLease(sql, lease.value.epoch)
      if (!released.ok) log('warn', `the lease was not given back (${released.error.detail}): the next trader waits until it has run out`)
      await database.value.close()
    },
  })
}

/** A strategy that never returns from its init has a name, as one that hangs in a bar. */
function withInitMark(plan: StrategyPlan, deciding: (strategy: string | undefined, part?: string) => void): StrategyPlan {
  const { definition } = plan
  const init: typeof definition.init = (...given) => {
    deciding(plan.id, INIT_MARK)
    const state = definition.init(...given)
    deciding(undefined)
    return state
  }
  return { ...plan, definition: { ...definition, init } }
}

async function takeLease(database: Database): Promise<Result<{ readonly epoch: number; readonly seq: number }, Problem>> {
  const startedMs = machineClock.steadyMs()
  for (;;) {
    const lease = await acquireLease(database.sql)
    if (lease.ok) return lease
    if (lease.error.type === 'unavailable')
      return err({ sentence: `The database does not answer: ${lease.error.detail}.`, next: 'Start it and try again.' })
    if (machineClock.steadyMs() - startedMs > LEASE_WAIT_MS)
      return err({ sentence: lease.error.detail, next: 'Stop the other trader first: only one may trade an account.' })
    await machineClock.sleep(250)
  }
}
