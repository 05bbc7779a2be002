/**
 * The composition root: makes each role out of its parts.
 * Never holds a rule of trading; it only says what is connected to what.
 */
import { nearestOf } from '../core/nearest.ts'
import { generatedInstruments } from '../venue/sim/market.ts'
import { Agent, get } from 'node:http'
import { type Database, connectDatabase } from '../../db/client.ts'
import { PostgresCommandQueue } from '../../db/commands.ts'
import { sharedUrl } from '../../db/embedded.ts'
import { reportHealth } from '../../db/health.ts'
import { PostgresJournal } from '../../db/journal.ts'
import { acquireLease, releaseLease, renewLease } from '../../db/lease.ts'
import { type Result, err, ok } from '../core/result.ts'
import { lots, ts } from '../core/units.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { parseInterval } from '../market/candles/interval.ts'
import { isSymbolText, spellingOf } from '../market/symbol-text.ts'
import { formatQuantity } from '../market/instrument.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { BOOK_DEPTHS } from '../venue/bybit/book-feed.ts'
import { BybitVenue } from '../venue/bybit/bybit-venue.ts'
import { BybitClient } from '../venue/bybit/client.ts'
import { readOnly } from '../venue/bybit/read-only.ts'
import { changedConfig } from './pinned-config.ts'
import { changedSince } from '../strategy-files/compile.ts'
import type { LoadedStrategies } from '../strategy-files/load.ts'
import type { VenueClock } from '../venue/port.ts'
import type { Config } from './config-schema.ts'
import { crashPointOf, journalWithCrashes, queueWithCrashes, transportWithCrashes } from './crash-point.ts'
import { openRecoveryMark } from './crashing-input.ts'
import { type DecisionMark, openDecisionMark } from './decision-mark.ts'
import { emergencyNotice } from './emergency-file.ts'
import { exchangeAccess } from './exchange-access.ts'
import type { HealthReporter } from './health.ts'
import { type DataPaths, type PathProblem, readTag } from './paths.ts'
import { DEFAULT_PLANS, type StrategyPlan, type TradePlan, planOf } from './strategy-plan.ts'
import { type Scope, writeScope } from './scope-file.ts'
import { Trader } from './trader.ts'
import { realWall } from './wall.ts'

export interface RoleContext {
  readonly config: Config
  readonly paths: DataPaths
  readonly liveStatement: string | undefined
  /** Built-in ones and the user's. */
  readonly strategies: LoadedStrategies
  /** Where a recovery test kills the trader. */
  readonly crashAt?: string | undefined
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

export interface RunningRole {
  stop(): Promise<void>
}

export interface TraderHooks {
  readonly step: (name: string, detail: string, elapsedMs: number) => void
  readonly told: (facts: readonly KernelFact[], kernel: Kernel) => void
  readonly fatal: (text: string) => void
  /** The trader ends in order, to be started again at once. */
  readonly startAgain: (why: string) => void
  readonly isSafe: boolean
  /** The trader before this one was killed because it did not answer. */
  readonly isHung: boolean
}

const CALL_TIMEOUT_MS = 5_000
const INIT_MARK = 'init of '
const CONFIG_INVALID = 3
const RECV_WINDOW_MS = 5_000
const LEASE_RENEW_MS = 1_000
/** A trader that was killed holds its lease this long; the next one waits for it. */
const LEASE_WAIT_MS = 8_000

/** Connects to the database that DATABASE_URL names, or that the supervisor started for this data directory. */
export async function connect(context: RoleContext, max: number): Promise<Result<Database, PathProblem>> {
  const url = context.config.databaseUrl ?? sharedUrl(context.paths.root)
  if (url === undefined)
    return err({ sentence: `No database runs for ${context.paths.root}.`, next: 'Start Ballast with npm start, or set DATABASE_URL.' })
  const connected = await connectDatabase({ url, max })
  return connected.ok ? connected : err({ sentence: connected.error.sentence, next: connected.error.next })
}

/** What people enter by hand in the simulator where nobody has said otherwise and no strategy owns it. */
const SIM_MANUAL_SYMBOL = 'XRPUSDT'

function manualSymbols(config: Config, plans: readonly StrategyPlan[]): readonly string[] {
  const { symbols } = config.manual
  if (symbols.length > 0 || config.profile !== 'sim' || plans.some((plan) => plan.symbols.includes(SIM_MANUAL_SYMBOL))) return symbols
  return [SIM_MANUAL_SYMBOL]
}

/** Names that the configuration trades. */
export const configuredStrategies = (config: Config): readonly string[] =>
  (config.strategies ?? DEFAULT_PLANS).map(({ strategy }) => strategy)

/** Of the simulator that Ballast starts itself. */
const GENERATED_SYMBOLS = generatedInstruments().map(({ symbol }) => symbol)

export function plansOf(config: Config, { catalog }: LoadedStrategies): Result<TradePlan, PathProblem> {
  const plans: StrategyPlan[] = []
  for (const spec of config.strategies ?? DEFAULT_PLANS) {
    const plan = planOf(spec, catalog)
    if (!plan.ok)
      return err({ sentence: plan.error, next: 'Correct the list of strategies in the configuration.', exitCode: CONFIG_INVALID })
    plans.push(plan.value)
  }
  const owners = new Map<string, string>()
  for (const symbol of [...plans.flatMap((plan) => plan.symbols), ...config.manual.symbols])
    if (!isSymbolText(symbol))
      return err({
        sentence: `${symbol} is not how a symbol is written here. Did you mean ${spellingOf(symbol)}?`,
        next: 'Correct it in strategies[].symbols or manual.symbols.',
        exitCode: CONFIG_INVALID,
      })
  if (config.profile === 'sim' && config.bybit.url === undefined)
    for (const symbol of [...plans.flatMap((plan) => plan.symbols), ...config.manual.symbols]) {
      if (GENERATED_SYMBOLS.includes(symbol)) continue
      const nearest = nearestOf(symbol, GENERATED_SYMBOLS)
      return err({
        sentence: `The simulator has no ${symbol}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`} It has: ${GENERATED_SYMBOLS.join(', ')}.`,
        next: 'Correct it in strategies[].symbols or manual.symbols, or take profile paper: it has all of Bybit’s, without a key.',
        exitCode: CONFIG_INVALID,
      })
    }
  for (const plan of plans)
    for (const symbol of plan.symbols) {
      const owner = owners.get(symbol)
      if (owner === plan.id && plan.symbols.filter((each) => each === symbol).length > 1)
        return err({ sentence: `${symbol} stands twice in ${plan.id}.`, next: 'Name each symbol once.', exitCode: CONFIG_INVALID })
      if (owner !== undefined)
        return err({
          sentence: `symbol-owned: ${symbol} belongs to ${owner}, so ${plan.id} cannot trade it too.`,
          next: 'Give each symbol to one strategy.',
          exitCode: CONFIG_INVALID,
        })
      owners.set(symbol, plan.id)
    }
  for (const symbol of config.manual.symbols) {
    const owner = owners.get(symbol)
    if (owner !== undefined)
      return err({
        sentence: `symbol-owned: ${symbol} belongs to ${owner}, so nobody can enter it by hand.`,
        next: 'Take it out of manual.symbols, or from the strategy.',
        exitCode: CONFIG_INVALID,
      })
  }
  return ok({ plans, manual: [...new Set(manualSymbols(config, plans))] })
}

export async function startTrader(context: RoleContext, hooks: TraderHooks): Promise<Result<RunningRole, PathProblem>> {
  const { config, paths, log } = context
  const access = exchangeAccess(config, paths, context.liveStatement)
  if (!access.ok) return access
  const plans = plansOf(config, context.strategies)
  if (!plans.ok) return plans
  const crash = crashPointOf(context.crashAt, config.profile)
  if (!crash.ok) return crash
  const mark = openDecisionMark(paths.run, log)
  const stuck = hooks.isHung && mark.left?.startsWith(INIT_MARK) === true ? mark.left.slice(INIT_MARK.length) : undefined
  if (stuck !== undefined)
    return err({
      sentence: `The strategy ${stuck} does not return from its init: the trader was killed in it.`,
      next: `Correct it, or take ${stuck} out of strategies in the configuration. Then start again.`,
      exitCode: CONFIG_INVALID,
    })
  const database = await connect(context, 6)
  if (!database.ok) return database
  const { sql } = database.value
  const lease = await takeLease(database.value)
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
  const road = config.profile === 'observe' ? readOnly(client) : client
  const venue = new BybitVenue(crash.value === undefined ? road : transportWithCrashes(road, crash.value), {
    intervalMs,
    wallMs: realWall.nowMs,
    steadyMs: realWall.steadyMs,
    sleep: realWall.sleep,
    simClock: simUrl === undefined ? undefined : () => readSimClock(simUrl),
    bookDepth: BOOK_DEPTHS.find((depth) => depth === config.bookDepth),
    isDemo: config.profile === 'demo',
  })
  const commands = new PostgresCommandQueue(sql)
  await commands.recoverInterrupted()
  const journal = new PostgresJournal(sql, lease.value)
  const renew = async (): Promise<void> => {
    const held = await renewLease(sql, lease.value.epoch)
    if (held.ok && !held.value) hooks.fatal('Another trader took over this account.')
  }
  const trader = new Trader({
    profile: config.profile,
    tag: readTag(paths),
    intervalMs,
    plans: plans.value.plans.map((plan) => withInitMark(plan, mark)),
    manual: plans.value.manual,
    risk: RISK_PROFILES[config.profile],
    venue,
    journal: crash.value === undefined ? journal : journalWithCrashes(journal, crash.value),
    commands: crash.value === undefined ? commands : queueWithCrashes(commands, crash.value),
    health: healthReporter(database.value, log),
    wall: realWall,
    log,
    step: hooks.step,
    told: hooks.told,
    isSafe: hooks.isSafe,
    deciding: mark.note,
    changedFiles: () => changedSince(context.strategies.modules),
    changedConfig: () => changedConfig(paths.run),
    suspect:
      mark.left !== undefined && (hooks.isHung || mark.hasRepeated)
        ? { strategy: mark.left, how: hooks.isHung ? 'hung' : 'crashed' }
        : undefined,
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
      commands.stop()
      clearInterval(renewal)
      await releaseLease(sql, lease.value.epoch)
      await database.value.close()
    },
  })
}

/** A strategy that never returns from its init has a name, as one that hangs in a bar. */
function withInitMark(plan: StrategyPlan, mark: DecisionMark): StrategyPlan {
  const { definition } = plan
  const init: typeof definition.init = (...given) => {
    mark.note(`${INIT_MARK}${plan.id}`)
    const state = definition.init(...given)
    mark.note(undefined)
    return state
  }
  return { ...plan, definition: { ...definition, init } }
}

/** Keeps `scope.json` true, for a panic past this process. */
function scopeWriter(dataDir: string, tag: string, log: RoleContext['log']): (kernel: Kernel) => void {
  let written = ''
  return (kernel) => {
    const scope: Scope = {
      tag,
      lastFillTs: kernel.portfolio.lastFillTs ?? 0,
      positions: kernel.config.instruments.flatMap((instrument) => {
        const held = kernel.portfolio.positionLots(instrument.index)
        if (held === 0) return []
        return [{ symbol: instrument.symbol, side: held > 0 ? 'long' : 'short', size: formatQuantity(instrument, lots(Math.abs(held))) }]
      }),
    }
    const text = JSON.stringify(scope)
    if (text === written) return
    try {
      writeScope(dataDir, scope)
      written = text
    } catch (cause) {
      log('warn', `scope.json is not written (${cause instanceof Error ? cause.message : String(cause)}): panic --direct would ask`)
    }
  }
}

async function takeLease(database: Database): Promise<Result<{ readonly epoch: number; readonly seq: number }, PathProblem>> {
  const startedMs = realWall.steadyMs()
  for (;;) {
    const lease = await acquireLease(database.sql)
    if (lease.ok) return lease
    if (lease.error.type === 'unavailable')
      return err({ sentence: `The database does not answer: ${lease.error.detail}.`, next: 'Start it and try again.' })
    if (realWall.steadyMs() - startedMs > LEASE_WAIT_MS)
      return err({ sentence: lease.error.detail, next: 'Stop the other trader first; two must never trade one account.' })
    await realWall.sleep(250)
  }
}

/** Writes at most one row a part at a time, the newest; health is for people and may lag. */
function healthReporter(database: Database, log: RoleContext['log']): HealthReporter {
  const waiting = new Map<string, Parameters<HealthReporter['report']>>()
  let isWriting = false
  const write = async (): Promise<void> => {
    if (isWriting) return
    isWriting = true
    for (let next = waiting.entries().next(); !next.done; next = waiting.entries().next()) {
      const [part, report] = next.value
      waiting.delete(part)
      await reportHealth(database.sql, report[0], report[1], report[2]).catch((cause: unknown) => {
        log('warn', `health of ${part} not written: ${cause instanceof Error ? cause.message : String(cause)}`)
      })
    }
    isWriting = false
  }
  return {
    report: (...report) => {
      waiting.set(report[0], report)
      void write()
    },
  }
}

const clockAgent = new Agent({ keepAlive: true })

export function readSimClock(url: string): Promise<VenueClock | undefined> {
  return new Promise((resolve) => {
    const request = get(`${url}/_sim/clock`, { agent: clockAgent, timeout: 2_000 }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        try {
          const { now, speed } = JSON.parse(Buffer.concat(chunks).toString()) as { now: number; speed: number }
          resolve({ now: ts(now), speed })
        } catch {
          resolve(undefined)
        }
      })
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}
