/**
 * The way of alerts out: from the table to the outbox of every chat that is to be told, and from there to the platforms; and what time does
 * to them: digests, reminders, messages that say who has seen them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { badgeOf, type Reply } from '../../../api/commands/reply.ts'
import type { ChatUsers } from '../../../bots/access.ts'
import { alertCard, digestCard, missedCard, openCard, settledCard } from '../../../bots/alert-card.ts'
import { ALERTS, channelFor } from '../../../bots/discord/channels.ts'
import type { DiscordMessages } from '../../../bots/discord/messages.ts'
import { TradeThreads } from '../../../bots/discord/trade-threads.ts'
import { PostgresTradeThreads } from '../../../db/alerting/trade-threads.ts'
import { Outbox, type SendResult } from '../../../bots/outbox.ts'
import type { TelegramBot } from '../../../bots/telegram/bot.ts'
import { raiseAccepted, raiseRefusal } from '../../../db/alerts.ts'
import { PostgresAlerts } from '../../../db/alerting/alert-rows.ts'
import { chatMoves, messagesToSettle, refusingChats, tellElsewhere } from '../../../db/alerting/chats.ts'
import { type DeskAlert, type DeskPorts, routeAlerts } from '../../../db/alerting/desk.ts'
import { upkeepAlerts } from '../../../db/alerting/upkeep.ts'
import type { PostgresWebhooks } from '../../../db/alerting/webhooks.ts'
import type { Sql } from '../../../db/client.ts'
import { PostgresDeliveries } from '../../../db/deliveries.ts'
import { reportHealth } from '../../../db/health.ts'
import { channelsTold } from '../../alerts/subscriptions.ts'
import type { Config } from '../../config/sections/config-schema.ts'
import { notifySettings } from '../../config/sections/notify-config.ts'

export interface AlertSenderPorts {
  readonly sql: Sql
  readonly config: Config
  readonly users: ChatUsers
  readonly webhooks: PostgresWebhooks
  readonly telegram: () => TelegramBot | undefined
  readonly discord: () => DiscordMessages | undefined
  /** A chat has another address now. */
  readonly onMove: () => Promise<void>
  readonly log: (text: string) => void
}

/** Which chats an alert goes to, and the private chats of admins. */
interface Chats {
  readonly of: (alert: DeskAlert) => readonly string[]
  readonly admins: readonly string[]
}

const LIMIT_MS = 15_000

/** A bot whose gateway was closed leaves what it sends open for ever: other chats must not wait for it. */
const within = (answer: Promise<SendResult | undefined> | undefined): Promise<SendResult | undefined> =>
  Promise.race([Promise.resolve(answer), sleep(LIMIT_MS, { type: 'failed', detail: 'no answer' } as const, { ref: false })])

const NO_CHATS: Chats = { of: () => [], admins: [] }

export class AlertSender {
  private readonly ports: AlertSenderPorts
  private readonly outbox: Outbox
  private readonly badge: string
  private readonly refusing: Set<string>
  private readonly threadRows: PostgresTradeThreads
  private readonly threads: TradeThreads
  private running: Promise<void> | undefined

  static async open(ports: AlertSenderPorts): Promise<AlertSender> {
    return new AlertSender(ports, await refusingChats(ports.sql))
  }

  private constructor(ports: AlertSenderPorts, refusing: readonly string[]) {
    this.ports = ports
    this.refusing = new Set(refusing)
    this.threadRows = new PostgresTradeThreads(ports.sql)
    this.threads = new TradeThreads(this.threadRows, ports.discord)
    this.badge = badgeOf(ports.config.profile)
    this.outbox = new Outbox(
      {
        rows: new PostgresDeliveries(ports.sql, ['telegram', 'discord']),
        send: (channel, outgoing, _severity, alertId) => this.send(channel, outgoing, alertId),
        missedCard: (count, urgent) => missedCard(this.badge, count, urgent),
        refused: async ({ channel, alertId, severity }, detail) => {
          this.refusing.add(channel)
          await raiseRefusal(ports.sql, channel, detail, Date.now())
          const { admins } = await this.chats()
          const others = admins.filter((each) => each !== channel && !this.refusing.has(each))
          if (alertId !== null && (severity === 'P1' || severity === 'P2')) await tellElsewhere(ports.sql, alertId, channel, others)
          await this.reportHealth()
        },
        accepted: async (channel) => {
          this.refusing.delete(channel)
          await raiseAccepted(ports.sql, channel, Date.now())
          await this.reportHealth()
        },
        moved: ports.onMove,
        nowMs: () => Date.now(),
        log: ports.log,
      },
      refusing,
    )
  }

  /** Once at a time; called by a job for each alert, and by a sweep for what a lost job left. */
  look(): Promise<void> {
    this.running ??= this.lookOnce().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async lookOnce(): Promise<void> {
    const { sql, config } = this.ports
    // Without a bot problems are kept, for /alerts, and nobody is told: whoever pairs later begins with what comes then.
    const hasBot = this.ports.telegram() !== undefined || this.ports.discord() !== undefined
    const chats = hasBot ? await this.chats() : NO_CHATS
    const desk: DeskPorts = {
      settings: notifySettings(config.notify),
      webhooks: this.ports.webhooks,
      channelsOf: chats.of,
      card: (alert, problem, isSilent) =>
        alertCard(alert, this.badge, { problem, isSilent: isSilent && alert.type !== 'user.price_alert' }),
      wallNow: Date.now,
    }
    while (await routeAlerts(sql, desk)) {
      // More than one page waits.
    }
    await upkeepAlerts(sql, {
      digestCard: (held) => digestCard(this.badge, held),
      openCard: (problems, isEscalated) => openCard(this.badge, problems, isEscalated),
      channelsOf: chats.of,
      escalation: async () => chats.admins,
      wallNow: Date.now,
    })
    await this.outbox.flush()
    await this.settle()
  }

  private async send(channel: string, outgoing: Reply, alertId: number | null): Promise<SendResult | undefined> {
    const address = channel.slice(channel.indexOf(':') + 1)
    if (channel.startsWith('telegram:'))
      return this.ports.telegram()?.send(address, outgoing, undefined, outgoing.isSilent === true ? 'P4' : 'P1')
    // A direct message has no threads.
    const trade = alertId === null || address.startsWith('user:') ? undefined : await this.threadRows.tradeOf(alertId)
    return within(trade === undefined ? this.ports.discord()?.send(address, outgoing) : this.threads.send(address, trade, outgoing))
  }

  /** Messages about a problem say that somebody has seen it, or that it is over. */
  private async settle(): Promise<void> {
    const { sql, telegram, discord } = this.ports
    for (const { problem, messages, done } of await messagesToSettle(sql)) {
      let isLater = false
      for (const { channel, messageRef, payload } of messages) {
        const address = channel.slice(channel.indexOf(':') + 1)
        const card = settledCard(payload, problem)
        const bot = channel.startsWith('telegram:') ? telegram() : discord()
        const result = await within(bot?.change(address, messageRef, card))
        isLater ||= result?.type === 'retry-after' || result?.type === 'failed'
      }
      if (!isLater) await done()
    }
  }

  private async reportHealth(): Promise<void> {
    const list = [...this.refusing]
    await reportHealth(
      this.ports.sql,
      'chats',
      list.length === 0 ? 'ok' : 'warn',
      list.length === 0 ? 'take messages' : `${list.join(', ')} refuses messages; /alerts says why`,
    )
  }

  /** Admins in private, listed groups, the server's channel for such an alert; and what chats have asked for. */
  private async chats(): Promise<Chats> {
    const { sql, config, users } = this.ports
    const moves = await chatMoves(sql)
    const listed = config.telegram.chats.map((chat) => {
      const channel = `telegram:${chat.replace(/:(viewer|operator|trader|admin)$/, '')}`
      return moves.get(channel) ?? channel
    })
    const server = this.ports.discord()
    const [telegram, discord] = [await users.list('telegram'), await users.list('discord')]
    const adminsOf = (list: typeof telegram, configured: readonly string[]): string[] => [
      ...new Set([...configured, ...list.filter(({ role }) => role === 'admin').map(({ userId }) => userId)]),
    ]
    const ofTelegram = this.ports.telegram() === undefined ? [] : adminsOf(telegram, config.telegram.admins).map((id) => `telegram:${id}`)
    const ofDiscord = server === undefined ? [] : adminsOf(discord, config.discord.admins).map((id) => `discord:user:${id}`)
    const always = this.ports.telegram() === undefined ? [] : [...ofTelegram, ...listed]
    /** Who was known when it was asked for may not be any more. */
    const known = new Set([
      ...always,
      ...telegram.map(({ userId }) => `telegram:${userId}`),
      ...ofDiscord,
      ...discord.map(({ userId }) => `discord:user:${userId}`),
    ])
    const subscriptions = [...notifySettings(config.notify).routes, ...(await new PostgresAlerts(sql, Date.now).subscriptions())].flatMap(
      ({ channel, filter }) => {
        const [chat = '', topic] = channel.split('/')
        const address = `${moves.get(chat) ?? chat}${topic === undefined ? '' : `/${topic}`}`
        if (address.startsWith('discord:#')) {
          const id = server?.channelNamed(address.slice('discord:#'.length))
          return id === undefined ? [] : [{ channel: `discord:${id}`, filter }]
        }
        const isPersonal = address.startsWith('telegram:') || address.startsWith('discord:user:')
        return isPersonal && !known.has(address.split('/')[0] ?? '') ? [] : [{ channel: address, filter }]
      },
    )
    const defaultsOf = (alert: Pick<DeskAlert, 'type' | 'severity'>): readonly string[] => {
      if (server === undefined) return always
      const channel = server.channelNamed(channelFor(alert)) ?? server.channelNamed(ALERTS)
      return [...always, ...(channel === undefined ? ofDiscord : [`discord:${channel}`])]
    }
    /** What somebody set is told where it was set. */
    const asked = ({ type, detail: { chat } }: DeskAlert): readonly string[] | undefined => {
      if (type !== 'user.price_alert' || typeof chat !== 'string') return undefined
      if (!chat.startsWith('discord:#')) return [chat]
      const id = server?.channelNamed(chat.slice('discord:#'.length))
      return id === undefined ? undefined : [`discord:${id}`]
    }
    return { admins: [...ofTelegram, ...ofDiscord], of: (alert) => asked(alert) ?? channelsTold(alert, defaultsOf(alert), subscriptions) }
  }
}
