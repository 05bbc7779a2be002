/**
 * What commands stand on in this process: tables, the trader's queue, jobs, pictures.
 */
import type { RoleContext } from './roles/role-context.ts'
import { PngCharts } from '../../api/png-charts.ts'
import type { ConfiguredValue } from '../../api/ports/ports.ts'
import type { CommandPorts } from '../../api/commands/command.ts'
import { PostgresApiKeys } from '../../db/access/api-keys.ts'
import { PostgresSessions } from '../../db/access/sessions.ts'
import { PostgresZones } from '../../db/access/zones.ts'
import { PostgresPeople } from '../../db/access/people.ts'
import { BacktestRows } from '../../db/reads/backtests.ts'
import type { Database } from '../../db/client.ts'
import { PostgresCodes } from '../../db/access/codes.ts'
import { PostgresAudit } from '../../db/access/audit.ts'
import { PostgresConfirmations } from '../../db/requests/confirmations.ts'
import { PostgresActions } from '../../db/requests/actions.ts'
import { CommandWriter } from '../../db/requests/commands.ts'
import { PostgresControl } from '../../db/requests/control.ts'
import { PostgresReads } from '../../db/reads/reads.ts'
import { PostgresBooks } from '../../db/reads/books.ts'
import { NoteRows } from '../../db/reads/notes.ts'
import { AllocatorRows } from '../../db/reads/allocator.ts'
import { PostgresReports } from '../../db/reads/reports.ts'
import { RebalanceRows } from '../../db/reads/rebalances.ts'
import { QueuedBacktests } from '../../jobs/backtests.ts'
import type { JobQueues } from '../../jobs/queues.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { allocatorSettings } from '../config/sections/allocator-config.ts'
import { type Origin, valueAt } from '../config/config.ts'
import { CONFIG_KEYS, type ConfigKey } from '../config/config-keys.ts'
import { configuredSettings } from '../config/sections/risk-config.ts'
import { RATE_ONE } from '../core/units.ts'
import { webAddressOf } from '../config/exposure.ts'
import { PostgresPriceRules } from '../../db/alerting/price-rules.ts'
import { PostgresReportSchedules } from '../../db/alerting/report-schedules.ts'
import { PostgresAlerts } from '../../db/alerting/alert-rows.ts'
import { PostgresSignalSources } from '../../db/access/signal-sources.ts'
import { PostgresSignals } from '../../db/requests/signals.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { readTag } from '../system/paths.ts'
import type { CurrentStrategies } from './current-strategies.ts'
import { openWebhooks } from './alerts/webhooks.ts'
import { recentMarket } from './recent-market.ts'
import { recentCandles } from './recent-candles.ts'
import type { PublicVenue } from '../market-data/public-venue.ts'
import { modelReads } from './model-reads.ts'
import { methodWeights } from './method-weights.ts'
import { LiveCanaries } from './twin/live-canaries.ts'
import { LiveTwins } from './twin/live-twins.ts'
import { TwinReplay } from './twin/replay.ts'
import { StrategyReader } from './twin/strategy-reader.ts'

export function commandPorts(
  context: RoleContext,
  database: Database,
  queues: JobQueues,
  publicVenue: PublicVenue,
  strategies: CurrentStrategies,
  startedAtMs: number,
): CommandPorts {
  const { config, paths } = context
  const { sql } = database
  const { costs } = RISK_PROFILES[config.profile]
  const sources = new PostgresSignalSources(sql, paths.signalsKey, Date.now)
  const signals = new PostgresSignals(sql, sources)
  const candles = recentCandles((symbol, interval, bars) => publicVenue.chart(symbol, interval, bars), Date.now)
  const reader = new StrategyReader(context, sql, strategies, () => publicVenue.listed())
  const replay = new TwinReplay()
  return {
    reads: new PostgresReads(database),
    control: new PostgresControl(new CommandWriter(sql)),
    actions: new PostgresActions(sql),
    confirmations: new PostgresConfirmations(sql),
    confirm: config.confirm,
    codes: new PostgresCodes(sql, paths.codesKey, Date.now),
    audit: new PostgresAudit(sql, paths.auditHead, (text) => context.log('warn', text)),
    keys: new PostgresApiKeys(sql, config.profile),
    people: new PostgresPeople(sql, { telegram: config.telegram.admins, discord: config.discord.admins }),
    sessions: new PostgresSessions(sql, { telegram: config.telegram.admins, discord: config.discord.admins }),
    zones: new PostgresZones(sql),
    signals: {
      sources,
      rows: signals,
      intake: signals,
      address: (config.hooks.url ?? `http://127.0.0.1:${config.hooks.port}`).replace(/\/+$/, ''),
    },
    alerts: new PostgresAlerts(sql, Date.now),
    prices: new PostgresPriceRules(sql),
    schedules: new PostgresReportSchedules(sql),
    webhooks: openWebhooks(sql, config, paths),
    backtests: new QueuedBacktests(
      new BacktestRows(sql),
      queues.open('backtest'),
      { candlesRoot: paths.candles, filesRoot: paths.backtests },
      () => strategies.catalog(),
    ),
    twins: new LiveTwins(reader, sql, replay),
    canaries: new LiveCanaries(context, sql, strategies, reader, replay),
    portfolio: {
      instruments: () => publicVenue.listed(),
      weights: (request) => methodWeights(publicVenue, request),
      rebalances: new RebalanceRows(sql),
      log: (text) => context.log('warn', text),
      notes: new NoteRows(sql),
      books: new PostgresBooks(database.db),
      reports: new PostgresReports(sql),
      allocator: new AllocatorRows(sql),
    },
    charts: new PngCharts(candles),
    candles,
    log: context.recentLog,
    market: recentMarket(publicVenue, Date.now),
    models: modelReads(paths.models),
    system: {
      webAddress: webAddressOf(config),
      profile: config.profile,
      version: packageJson.version,
      startedAtMs,
      dataDirId: readTag(paths),
      exchange:
        config.profile === 'sim'
          ? `simulator at ${config.sim.speed}x`
          : config.profile === 'paper'
            ? 'Bybit’s public market, simulated account'
            : 'Bybit',
      allowsChatEntry: config.chat.allowManualEntry,
      riskSettings: configuredSettings(config),
      maintenanceRate: costs.maintenanceRate / RATE_ONE,
      configuration: CONFIG_KEYS.map((key) => configuredValue(key, valueAt(config, key.path), context.origins.get(key.path))),
      allocator: allocatorSettings(config.allocator),
    },
    wallNow: () => Date.now(),
  }
}

const configuredValue = (key: ConfigKey, value: unknown, origin: Origin | undefined): ConfiguredValue => ({
  key: key.path,
  value: key.isSecret && value !== undefined ? '•••' : (value ?? null),
  origin: origin === undefined || origin.kind === 'default' ? 'default' : `${origin.kind} ${origin.name}`,
  isSecret: key.isSecret,
  envName: key.envName,
  allowed: key.allowed,
})
