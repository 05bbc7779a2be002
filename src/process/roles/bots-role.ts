/**
 * The bots role: starts a bot where a token is, and the sender of alerts to its chats.
 */
import type { RoleContext, RunningRole } from './role-context.ts'
import { existsSync, readFileSync } from 'node:fs'
import { badgeOf } from '../../../api/commands/reply.ts'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { CommandPorts } from '../../../api/commands/command.ts'
import type { ChatUsers, Platform } from '../../../bots/access.ts'
import { DiscordBot } from '../../../bots/discord/bot.ts'
import type { BotPorts, ChatDatabase } from '../../../bots/ports.ts'
import { SeenUpdates } from '../../../bots/seen-updates.ts'
import { TelegramBot } from '../../../bots/telegram/bot.ts'
import { chatMoves } from '../../../db/alerting/chats.ts'
import { insertTurn } from '../../../db/alerts.ts'
import { PostgresChatUsers, PostgresPairing } from '../../../db/access/chat-users.ts'
import type { Database } from '../../../db/client.ts'
import { reportHealth } from '../../../db/health.ts'
import { PostgresIdempotency } from '../../../db/requests/idempotency.ts'
import { PostgresSignalSources } from '../../../db/access/signal-sources.ts'
import { PostgresSignals } from '../../../db/requests/signals.ts'
import { HooksPort } from '../../../api/hooks/hooks-port.ts'
import { HOOKS_PATH, SignalHook } from '../../../api/hooks/signal-hook.ts'
import { otherPort } from '../../config/ports.ts'
import type { JobQueues } from '../../../jobs/queues.ts'
import { AlertSender } from '../alerts/alert-sender.ts'
import { PostgresPriceRules } from '../../../db/alerting/price-rules.ts'
import { PostgresReportSchedules } from '../../../db/alerting/report-schedules.ts'
import { ReportSender } from '../alerts/report-sender.ts'
import { SourceWatch } from '../alerts/source-watch.ts'
import { PriceWatch } from '../alerts/price-watch.ts'
import { WebhookSender } from '../alerts/webhook-sender.ts'
import { openWebhooks } from '../alerts/webhooks.ts'
import { ChatOutage } from '../watch/chat-outage.ts'

import { readDiscordFile } from '../../system/paths.ts'

const SWEEP_MS = 5_000
const TOKEN_LOOK_MS = 2_000
const WEBHOOKS_LOOK_MS = 1_000
const SOURCES_LOOK_MS = 1_000
const OUTAGE_LOOK_MS = 1_000
/** Between two tries with the same token: the first, and the longest after twice as many each time. */
const DISCORD_RETRY_MS = 5_000
const DISCORD_RETRY_MAX_MS = 300_000

export async function startBots(
  context: RoleContext,
  database: Database,
  ports: CommandPorts,
  queues: JobQueues,
  pulse: ChatDatabase,
): Promise<RunningRole> {
  const role = new BotsRole(context, database, ports, queues, pulse)
  await role.start()
  return role
}

class BotsRole implements RunningRole {
  private readonly context: RoleContext
  private readonly database: Database
  private readonly users: ChatUsers
  private readonly pairings: Readonly<Record<Platform, PostgresPairing>>
  private readonly runner: CommandRunner
  private readonly commandPorts: CommandPorts
  private readonly queues: JobQueues
  private readonly badge: string
  /** Groups of Telegram that may ask, with the addresses that they have now. */
  private readonly chats: string[]
  private telegram: TelegramBot | undefined
  private discord: DiscordBot | undefined
  private readonly timers: NodeJS.Timeout[] = []
  private isStarting = false
  private isDiscordStarting = false
  private discordTried = { token: '', atMs: 0, tries: 0 }
  private readonly pulse: ChatDatabase
  private readonly seen: SeenUpdates
  private readonly hooks: HooksPort
  private readonly intake: PostgresSignals
  private closeHook: (() => Promise<void>) | undefined
  private hookTrouble = ''
  private isHookOpening = false
  private readonly outages: Readonly<Record<Platform, ChatOutage>>

  constructor(context: RoleContext, database: Database, ports: CommandPorts, queues: JobQueues, pulse: ChatDatabase) {
    this.context = context
    this.pulse = pulse
    const kept = new PostgresIdempotency(database.sql)
    this.seen = new SeenUpdates(
      {
        begin: async (id) => (await kept.begin('chat', id, '')).type === 'new',
        end: (id) => kept.finish('chat', id, 200, {}),
      },
      (text) => context.log('warn', text),
    )
    const outageOf = (platform: Platform) =>
      new ChatOutage(platform, {
        alert: (alert, pair) => insertTurn(database.sql, alert, pair),
        wallMs: () => Date.now(),
        steadyMs: () => performance.now(),
      })
    this.outages = { telegram: outageOf('telegram'), discord: outageOf('discord') }
    this.database = database
    const { config, paths } = context
    this.hooks = new HooksPort(config.hooks.port)
    this.intake = new PostgresSignals(database.sql, new PostgresSignalSources(database.sql, paths.signalsKey, Date.now))
    this.queues = queues
    this.users = new PostgresChatUsers(database.sql)
    this.pairings = { telegram: new PostgresPairing(database.sql, 'telegram'), discord: new PostgresPairing(database.sql, 'discord') }
    this.commandPorts = ports
    this.runner = new CommandRunner(ports)
    this.badge = badgeOf(context.config.profile)
    this.chats = [...context.config.telegram.chats]
  }

  async start(): Promise<void> {
    await this.followMoves()
    await this.startTelegram()
    await this.startDiscord()
    this.guard(() => this.lookForSources())
    const webhooks = openWebhooks(this.database.sql, this.context.config, this.context.paths)
    const prices = new PriceWatch(new PostgresPriceRules(this.database.sql), this.commandPorts.candles, this.commandPorts.reads)
    const reports = new ReportSender(new PostgresReportSchedules(this.database.sql), this.commandPorts)
    const sources = new SourceWatch(this.database.sql, Date.now)
    const posts = new WebhookSender(this.database.sql, webhooks, this.context.config.notify.webhookNetworks)
    const sender = await AlertSender.open({
      sql: this.database.sql,
      config: this.context.config,
      users: this.users,
      webhooks,
      telegram: () => this.telegram,
      discord: () => this.discord?.messages,
      onMove: () => this.followMoves(),
      log: (text) => this.context.log('warn', text),
    })
    // What comes from now on is told.
    await sender.look()
    this.queues.work('alerts', 1, () => sender.look())
    this.timers.push(
      setInterval(() => this.guard(() => sender.look()), SWEEP_MS),
      setInterval(() => this.guard(() => posts.look()), WEBHOOKS_LOOK_MS),
      setInterval(() => this.guard(() => prices.look()), SWEEP_MS),
      setInterval(() => this.guard(() => reports.look()), SWEEP_MS),
      setInterval(() => this.guard(() => sources.look()), SWEEP_MS),
      setInterval(() => this.guard(() => this.lookForToken()), TOKEN_LOOK_MS),
      setInterval(() => this.guard(() => this.lookForSources()), SOURCES_LOOK_MS),
      setInterval(() => {
        for (const outage of Object.values(this.outages)) this.guard(() => outage.look())
      }, OUTAGE_LOOK_MS),
      setInterval(() => this.guard(() => this.finishPairing()), 1_000),
    )
  }

  private guard(run: () => Promise<void>): void {
    run().catch((thrown: unknown) => this.context.log('warn', `bots: ${thrown instanceof Error ? thrown.message : String(thrown)}`))
  }

  private botPorts(part: Platform): BotPorts {
    const { sql } = this.database
    return {
      runner: this.runner,
      users: this.users,
      pairing: this.pairings[part],
      database: this.pulse,
      seen: this.seen,
      badge: this.badge,
      nowMs: () => Date.now(),
      log: this.context.log,
      health: (status, detail) => {
        this.outages[part].onStatus(status, detail)
        this.guard(() => reportHealth(sql, part, status, detail))
      },
    }
  }

  private token(): string | undefined {
    const { config, paths } = this.context
    if (config.telegram.token !== undefined) return config.telegram.token
    return existsSync(paths.telegramToken) ? readFileSync(paths.telegramToken, 'utf8').trim() : undefined
  }

  private async startTelegram(): Promise<void> {
    const token = this.token()
    if (token === undefined || this.isStarting) return
    this.isStarting = true
    const { telegram } = this.context.config
    const bot = new TelegramBot(
      {
        token,
        apiRoot: telegram.apiRoot,
        access: { admins: telegram.admins, chats: this.chats },
        webhook:
          telegram.webhookUrl === undefined || telegram.webhookSecret === undefined
            ? undefined
            : { url: telegram.webhookUrl, secret: telegram.webhookSecret, take: (path, handler) => this.hooks.openPath(path, handler) },
      },
      this.botPorts('telegram'),
    )
    const problem = await bot.start()
    this.isStarting = false
    if (problem === undefined) this.telegram = bot
    else {
      this.context.log('warn', problem)
      await bot.stop()
    }
  }

  /** `telegram pair` or `discord setup` has left a token while we run; a start that failed (no network) is tried again as well. */
  private async lookForToken(): Promise<void> {
    if (this.telegram === undefined) await this.startTelegram()
    if (this.discord === undefined || this.discord.isLost) await this.startDiscord()
  }

  /** A listed group that became a supergroup keeps its rights under the new address. */
  private async followMoves(): Promise<void> {
    const moves = await chatMoves(this.database.sql)
    for (const entry of [...this.chats]) {
      const [id = '', role] = entry.split(':')
      const moved = moves.get(`telegram:${id}`)?.slice('telegram:'.length)
      const now = moved === undefined ? undefined : `${moved}${role === undefined ? '' : `:${role}`}`
      if (now !== undefined && !this.chats.includes(now)) this.chats.push(now)
    }
  }

  /** The port of signals is open while there is a source, and no longer. */
  private async lookForSources(): Promise<void> {
    const { config, log } = this.context
    const wanted = await this.intake.hasSources()
    if (!wanted && this.closeHook !== undefined) {
      const close = this.closeHook
      this.closeHook = undefined
      await close()
    }
    if (!wanted || this.closeHook !== undefined || this.isHookOpening) return
    this.isHookOpening = true
    const hook = new SignalHook({
      intake: this.intake,
      proxyHops: config.hooks.proxyHops,
      wallNow: Date.now,
      log: (text) => log('warn', text),
    })
    try {
      this.closeHook = await this.hooks.openPath(HOOKS_PATH, hook.handle)
      this.hookTrouble = ''
      await reportHealth(this.database.sql, 'hooks', 'ok', `http://127.0.0.1:${config.hooks.port}${HOOKS_PATH}`)
    } catch (thrown) {
      const trouble = thrown instanceof Error ? thrown.message : String(thrown)
      if (trouble !== this.hookTrouble)
        log(
          'warn',
          `Signals cannot come in: port ${config.hooks.port} cannot be used (${trouble}). Stop what uses it, or choose another: ${otherPort(config, 'hooks')}`,
        )
      this.hookTrouble = trouble
      await reportHealth(this.database.sql, 'hooks', 'down', trouble)
    } finally {
      this.isHookOpening = false
    }
  }

  private async startDiscord(): Promise<void> {
    const { config, paths } = this.context
    const { discord } = config
    const kept = discord.token === undefined ? readDiscordFile(paths) : undefined
    const token = discord.token ?? kept?.token
    if (token === undefined || this.isDiscordStarting) return
    // A token that was refused is not new after two seconds; another one is tried at once.
    const { discordTried } = this
    const isSame = token === discordTried.token
    const pauseMs = Math.min(DISCORD_RETRY_MAX_MS, DISCORD_RETRY_MS * 2 ** (discordTried.tries - 1))
    if (isSame && performance.now() - discordTried.atMs < pauseMs) return
    const wasWell = performance.now() - discordTried.atMs > 2 * DISCORD_RETRY_MAX_MS
    this.discordTried = { token, atMs: performance.now(), tries: isSame && !wasWell ? discordTried.tries + 1 : 1 }
    this.isDiscordStarting = true
    const bot = new DiscordBot(
      { token, apiRoot: discord.apiRoot, guild: discord.guild ?? kept?.guild, access: { admins: discord.admins, chats: [] } },
      this.botPorts('discord'),
      { suggest: (_command, option, typed) => this.suggest(option, typed) },
    )
    const problem = await bot.start()
    this.isDiscordStarting = false
    if (problem !== undefined) {
      this.context.log('warn', problem)
      await bot.stop()
      return
    }
    // One whose gateway was closed may have sent messages until now.
    const before = this.discord
    this.discord = bot
    await before?.stop()
  }

  private async suggest(option: string, typed: string): Promise<readonly string[]> {
    const { sql } = this.database
    // Between a coin and what follows may be more: BTC-S is on the way to BTCUSDT-SPOT.
    const like = `${typed
      .toUpperCase()
      .replace(/[%_\\]/g, '')
      .replace(/[-/:]/g, '%')}%`
    if (/strategy|name/i.test(option)) {
      const rows = await sql<
        { strategy: string }[]
      >`select distinct strategy from strategies where upper(strategy) like ${like} order by strategy limit 25`
      return rows.map((r) => r.strategy)
    }
    if (/id|number/i.test(option)) {
      const rows = await sql<{ number: number }[]>`select number from trades order by number desc limit 25`
      return rows.map((r) => String(r.number)).filter((n) => n.startsWith(typed))
    }
    const rows = await sql<{ symbol: string }[]>`select distinct symbol from strategies where symbol like ${like} order by symbol limit 25`
    return rows.map((r) => r.symbol)
  }

  private async finishPairing(): Promise<void> {
    for (const platform of ['telegram', 'discord'] as const) {
      const pairing = this.pairings[platform]
      const state = await pairing.state()
      if (state === undefined || state.decision === null || state.candidate === null) continue
      await pairing.close()
      if (state.decision === 'yes') await this[platform]?.welcome(state.candidate.userId, 'admin')
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer)
    await this.closeHook?.()
    await this.telegram?.stop()
    await this.discord?.stop()
  }
}
