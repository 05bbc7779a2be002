/**
 * A system for tests of the surfaces: a database in which a scripted trader has traded, that trader answering commands, and the API over both.
 */
import { NO_PLANS } from '../fixed-plans.ts'
import type { RiskSettings } from '../../../src/risk/settings/rules.ts'
import { RISK_PROFILES } from '../../../src/risk/profiles.ts'
import type { CommandPorts } from '../../../api/commands/command.ts'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { ApiContext } from '../../../api/context.ts'
import { Metrics } from '../../../api/metrics/registry.ts'
import { readCounts } from '../../../db/reads/metrics.ts'
import type { Backtest, Backtests } from '../../../api/ports/ports.ts'
import { troubleOf } from '../../../db/error.ts'
import { PostgresWebhooks } from '../../../db/alerting/webhooks.ts'
import { PostgresPriceRules } from '../../../db/alerting/price-rules.ts'
import { PostgresReportSchedules } from '../../../db/alerting/report-schedules.ts'
import { PostgresAlerts } from '../../../db/alerting/alert-rows.ts'
import { PostgresApiKeys, ensureAdminKey } from '../../../db/access/api-keys.ts'
import { PostgresSessions } from '../../../db/access/sessions.ts'
import { PostgresZones } from '../../../db/access/zones.ts'
import { PostgresPeople } from '../../../db/access/people.ts'
import { PostgresSignalSources } from '../../../db/access/signal-sources.ts'
import { PostgresSignals } from '../../../db/requests/signals.ts'
import { PostgresCodes } from '../../../db/access/codes.ts'
import { PostgresActions } from '../../../db/requests/actions.ts'
import { CommandWriter, PostgresCommandQueue } from '../../../db/requests/commands.ts'
import { PostgresAudit } from '../../../db/access/audit.ts'
import { PostgresConfirmations } from '../../../db/requests/confirmations.ts'
import { PostgresControl } from '../../../db/requests/control.ts'
import { reportHealth } from '../../../db/health.ts'
import { PostgresIdempotency } from '../../../db/requests/idempotency.ts'
import { PostgresJournal } from '../../../db/journal/journal.ts'
import { acquireLease } from '../../../db/journal/lease.ts'
import { PostgresReads } from '../../../db/reads/reads.ts'
import { PostgresBooks } from '../../../db/reads/books.ts'
import { NoteRows } from '../../../db/reads/notes.ts'
import { AllocatorRows } from '../../../db/reads/allocator.ts'
import { PostgresReports } from '../../../db/reads/reports.ts'
import { RebalanceRows } from '../../../db/reads/rebalances.ts'
import { CommandHandler } from '../../../src/trader/commands/command-handler.ts'
import { err, ok } from '../../../src/core/result.ts'
import { ts } from '../../../src/core/units.ts'
import type { KernelInput } from '../../../src/kernel/input.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONFIGURED } from '../rest/configured.ts'
import { memoryMarket } from '../rest/memory-market.ts'
import { NO_CANARIES, NO_TWIN } from '../no-twin.ts'
import { ScriptedTrader } from './scripted-trader.ts'
import { type TemporaryDatabase, makeTemporaryDatabase } from '../process/temporary-database.ts'

export interface SeededSystem {
  readonly temporary: TemporaryDatabase
  readonly trader: ScriptedTrader
  readonly queue: PostgresCommandQueue
  readonly ports: CommandPorts
  readonly context: ApiContext
  readonly adminToken: string
  readonly keys: PostgresApiKeys
  /** Takes and answers what waits. */
  serve(): Promise<void>
  stop(): Promise<void>
}

export interface SeedOptions {
  readonly profile?: string
  readonly bars?: number
  readonly wallNow?: () => number
}

class ListedBacktests implements Backtests {
  private readonly rows: Backtest[] = []

  async enqueue(request: Parameters<Backtests['enqueue']>[0], actor: string): Promise<Backtest | string> {
    if (request.strategy === 'nonsense') return "There is no strategy 'nonsense'."
    const row: Backtest = {
      id: `${request.grid === undefined ? 'bt' : 'opt'}_${this.rows.length + 1}`,
      spec: { ...request },
      status: 'queued',
      progress: 0,
      result: null,
      error: null,
      actor,
      createdAt: this.rows.length + 1,
      finishedAt: null,
    }
    this.rows.unshift(row)
    return row
  }
  async find(id: string): Promise<Backtest | undefined> {
    return this.rows.find((row) => row.id === id)
  }
  async list({ limit, before, kind }: Parameters<Backtests['list']>[0]): Promise<readonly Backtest[]> {
    const rows = this.rows.filter((row) => (row.spec.grid === undefined) === (kind === 'backtest'))
    return rows.filter((row) => before === undefined || row.createdAt < before).slice(0, limit)
  }
  async cancel(id: string): Promise<boolean> {
    return this.rows.some((row) => row.id === id && row.status === 'queued')
  }
  page(): undefined {}
  runRows(): undefined {}
}

export async function makeSeededSystem(options: SeedOptions = {}): Promise<SeededSystem | undefined> {
  const temporary = await makeTemporaryDatabase()
  if (temporary === undefined) return undefined
  const { database, dataDir } = temporary
  const { sql } = database
  const lease = await acquireLease(sql)
  if (!lease.ok) throw new Error(lease.error.detail)
  const trader = new ScriptedTrader(new PostgresJournal(sql, lease.value))
  await trader.begin()
  await trader.play(options.bars ?? 80)
  // Until both symbols are held, so that every command has something to work on.
  for (let k = 0; k < 200 && trader.kernel.config.instruments.some((i) => trader.kernel.portfolio.positionLots(i.index) === 0); k++)
    await trader.play(1)
  for (const [part, detail] of [
    ['trader', 'queue 0'],
    ['reconcile', '4 orders'],
    ['stream-public', 'up'],
    ['stream-private', 'up'],
    ['bars', String(trader.now)],
  ] as const)
    await reportHealth(sql, part, 'ok', detail)
  const queue = new PostgresCommandQueue(sql)
  const desk = new CommandHandler({
    spending: queue.spending,
    plans: NO_PLANS,
    takerRate: () => undefined,
    checkConditions: () => undefined,
    isObserving: false,
    kernel: trader.kernel,
    now: () => ts(trader.now),
    preflight: async () => [],
    submit: async (inputs: () => readonly KernelInput[]) => {
      for (const input of inputs()) await trader.give(input)
      return trader.steps.at(-1)?.seq ?? 0
    },
    ask: async (input) => {
      const asked = input()
      await trader.give(asked)
      // Its orders may have filled since: the facts of the input itself.
      const step = trader.steps.findLast((each) => each.input === asked)
      return { seq: step?.seq ?? 0, facts: step?.facts ?? [] }
    },
    compare: async () => [],
    reconcile: () => {},
    best: () => undefined,
    tellVerdict: () => {},
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
    verifyFlat: async () => {
      await trader.play(1)
      const open = trader.kernel.config.instruments.filter((i) => trader.kernel.portfolio.positionLots(i.index) !== 0)
      return open.length === 0 ? 'FLAT: 0 positions' : `NOT FLAT: ${open.length} left`
    },
  })
  const serve = async (): Promise<void> => {
    for (const queued of await queue.claimCommands()) await queue.complete(queued.id, await desk.execute(queued, Date.now()))
  }
  let turn: Promise<void> = Promise.resolve()
  await queue.onArrival(
    () => {
      turn = turn.then(serve)
    },
    () => {},
  )
  const profile = options.profile ?? 'sim'
  const keys = new PostgresApiKeys(sql, profile)
  const sources = new PostgresSignalSources(sql, join(dataDir, 'signals.key'), options.wallNow ?? Date.now)
  const signals = new PostgresSignals(sql, sources)
  const ports: CommandPorts = {
    keys,
    people: new PostgresPeople(sql, { telegram: [], discord: [] }),
    sessions: new PostgresSessions(sql, { telegram: [], discord: [] }),
    zones: new PostgresZones(sql),
    reads: new PostgresReads(database),
    control: new PostgresControl(new CommandWriter(sql)),
    alerts: new PostgresAlerts(sql, Date.now),
    prices: new PostgresPriceRules(sql),
    schedules: new PostgresReportSchedules(sql),
    webhooks: new PostgresWebhooks(sql, {
      keyFile: join(dataDir, 'signals.key'),
      mode: profile,
      urlProblem: () => undefined,
      idOf: (id) => `alr_${id}`,
      wallNow: Date.now,
    }),
    actions: new PostgresActions(sql),
    confirmations: new PostgresConfirmations(sql),
    confirm: { maxDriftBps: 50, live: {} },
    signals: { address: 'https://hooks.example.test', sources, rows: signals, intake: signals },
    codes: new PostgresCodes(sql, join(dataDir, 'codes.key'), options.wallNow ?? Date.now),
    audit: new PostgresAudit(sql, join(dataDir, 'audit-head.json'), (text) => void process.stderr.write(`${text}\n`)),
    backtests: new ListedBacktests(),
    twins: { compare: async () => NO_TWIN },
    canaries: NO_CANARIES,
    portfolio: {
      instruments: async () => ok(trader.kernel.config.instruments),
      weights: async () => err('there are no candles here'),
      rebalances: new RebalanceRows(sql),
      log: (text) => void process.stderr.write(`${text}\n`),
      notes: new NoteRows(sql),
      books: new PostgresBooks(database.db),
      reports: new PostgresReports(sql),
      allocator: new AllocatorRows(sql),
    },
    charts: undefined,
    candles: async () => undefined,
    log: { last: () => [] },
    market: memoryMarket(() => trader.now),
    models: { lines: () => [] },
    system: {
      webAddress: 'http://127.0.0.1:8080',
      profile,
      version: '0.1.0',
      startedAtMs: Date.now(),
      dataDirId: 'tests1',
      exchange: 'simulator',
      allowsChatEntry: true,
      riskSettings: { ...(RISK_PROFILES.sim.settings as RiskSettings), given: [] },
      maintenanceRate: 0.005,
      configuration: CONFIGURED,
      allocator: { method: 'off', every: 'week', least: 0.05, most: 0.5, step: 0.2, drawdown: 0.2 },
    },
    wallNow: options.wallNow ?? Date.now,
  }
  const adminToken = readFileSync((await ensureAdminKey(sql, dataDir, profile)).file, 'utf8').trim()
  const context: ApiContext = {
    ports,
    runner: new CommandRunner(ports),
    keys,
    idempotency: new PostgresIdempotency(sql),
    database: { downSinceMs: () => undefined, onDown: () => () => {}, troubleOf },
    metrics: new Metrics(ports, { counts: () => readCounts(sql), processes: () => [] }, () => performance.now()),
    edge: { hosts: ['127.0.0.1', 'localhost'], origins: [], proxies: [], hasTls: false },
    log: (text) => process.stderr.write(`${text}\n`),
  }
  return {
    temporary,
    trader,
    queue,
    ports,
    context,
    adminToken,
    keys,
    serve,
    stop: async () => {
      queue.stop()
      await turn
      await temporary.remove()
    },
  }
}
