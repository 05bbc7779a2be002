/**
 * From alerts to messages: each alert is counted in its problem, and put into the outbox of every chat that is to be told, or held back for
 * its digest. What is decided and the memory of it are one transaction: an alert is neither lost nor told twice to one chat.
 */
import type { AlertToTell } from '../../bots/alert-card.ts'
import type { Reply } from '../../api/commands/reply.ts'
import { type ChatStanding, type Level, STORM_MS, GROUP_MS, type Standing, muteOf, verdictOf } from '../../src/alerts/attention.ts'
import { CATALOGUE, kindOf, problemKey } from '../../src/alerts/catalogue.ts'
import { type QuietHours, nextTimeOfDay } from '../../src/alerts/quiet.ts'
import type { Silence } from '../../src/alerts/attention.ts'
import type { Queryable, Sql } from '../client.ts'
import { toJson } from '../json.ts'
import { type QuietRow, quietOf } from './alert-rows.ts'

const ROUTED_KEY = 'alerts-routed'
const PAGE = 500

/** An alert as it is put into messages; `problem` is the number to acknowledge it by. */
export interface DeskAlert extends AlertToTell {
  readonly createdAt: number
}
export interface DeskSettings {
  readonly levelOf: (type: string, exitReason: string | undefined) => Level | undefined
  /** Quiet hours of chats that have none of their own. */
  readonly quiet: QuietHours | undefined
  /** Minutes after midnight at which what was held back for the digest is told, and where. */
  readonly digestMin: number
  readonly zone: string
}
export interface DeskPorts {
  readonly settings: DeskSettings
  /** Puts it into the log of webhooks that asked for it. */
  readonly webhooks: { enqueueAlert(tx: Queryable, alert: DeskAlert): Promise<void> }
  /** Who is told of it, by address. */
  readonly channelsOf: (alert: DeskAlert) => readonly string[]
  readonly card: (alert: DeskAlert, problem: number | undefined, isSilent: boolean) => Reply
  readonly wallNow: () => number
}

/** Answers whether more alerts wait. */
export async function routeAlerts(sql: Sql, ports: DeskPorts): Promise<boolean> {
  return sql.begin(async (tx) => {
    // The row is locked by the upsert: two senders cannot route the same alerts.
    const [memory] = await tx<{ value: number }[]>`
      insert into meta (key, value) values (${ROUTED_KEY}, to_jsonb(coalesce((select max(id) from alerts), 0)))
      on conflict (key) do update set value = meta.value returning value::bigint as value`
    const alerts = await tx<DeskAlert[]>`
      select id, type, severity, symbol, summary, detail, ts, created_at as "createdAt" from alerts
      where id > ${memory?.value ?? 0} order by id limit ${PAGE}`
    const last = alerts.at(-1)
    if (last === undefined) return false
    const round = await Round.open(tx, ports)
    for (const alert of alerts) await round.raiseAlert(alert)
    await tx`update meta set value = to_jsonb(${last.id}::bigint) where key = ${ROUTED_KEY}`
    return alerts.length === PAGE
  })
}

interface Recent extends DeskAlert {
  readonly channel: string
  readonly at: number
}

/** What stands while a page of alerts is routed. */
class Round {
  private readonly sql: Queryable
  private readonly ports: DeskPorts
  private readonly standing: Standing & { readonly open: Set<string> }
  private readonly quiet: ReadonlyMap<string, QuietHours | undefined>
  /** Messages of the last two minutes by chat. */
  private readonly recent = new Map<string, { lately: number; readonly told: Map<string, number> }>()

  private constructor(sql: Queryable, ports: DeskPorts, standing: Round['standing'], quiet: Round['quiet'], recent: readonly Recent[]) {
    this.sql = sql
    this.ports = ports
    this.standing = standing
    this.quiet = quiet
    for (const alert of recent) this.remember(alert.channel, alert, alert.at)
  }

  static async open(sql: Queryable, ports: DeskPorts): Promise<Round> {
    const { settings } = ports
    const nowMs = ports.wallNow()
    const silences = await sql<Silence[]>`select id, filter, until from alert_silences where until > ${nowMs} order by id`
    const open = await sql<{ type: string }[]>`select distinct type from alert_problems where status <> 'over'`
    const quiet = await sql<QuietRow[]>`select channel, from_min as "from", to_min as "to", zone from chat_quiet`
    const [account] = await sql<{ state: string }[]>`select state from account limit 1`
    const recent = await sql<Recent[]>`
      select d.channel, d.created_at as at, a.id, a.type, a.severity, a.symbol, a.summary, a.detail, a.ts, a.created_at as "createdAt"
      from deliveries d join alerts a on a.id = d.alert_id
      where d.created_at > ${nowMs - GROUP_MS} and d.status in ('pending', 'sent') order by d.id desc limit 1000`
    const standing = {
      nowMs,
      silences,
      open: new Set(open.map(({ type }) => type)),
      isHalted: account?.state === 'halted',
      levelOf: settings.levelOf,
      digestMs: nextTimeOfDay(nowMs, settings.digestMin, settings.zone),
    }
    return new Round(sql, ports, standing, new Map(quiet.map((row) => [row.channel, quietOf(row) ?? undefined])), recent)
  }

  async raiseAlert(alert: DeskAlert): Promise<void> {
    const isSample = alert.detail.isSample === true
    const problem = isSample ? undefined : await this.count(alert)
    if (!isSample && muteOf(alert, this.standing) !== undefined) return
    await this.ports.webhooks.enqueueAlert(this.sql, alert)
    for (const channel of new Set(this.ports.channelsOf(alert))) await this.put(alert, channel, problem)
  }

  private async put(alert: DeskAlert, channel: string, problem: number | undefined): Promise<void> {
    const verdict = verdictOf(alert, this.standing, this.chatOf(channel))
    if (verdict.type === 'mute') return
    const isUrgent = alert.severity === 'P1' || alert.severity === 'P2'
    const card = this.ports.card(alert, problem, verdict.type === 'tell' && !isUrgent && verdict.isSilent)
    const isHeld = verdict.type === 'hold'
    await this.sql`
      insert into deliveries (alert_id, channel, severity, payload, status, next_at, created_at, last_error)
      values (${alert.id}, ${channel}, ${alert.severity}, ${toJson(card)}::text::jsonb, ${isHeld ? 'held' : 'pending'},
        ${isHeld ? verdict.untilMs : this.standing.nowMs}, ${this.standing.nowMs}, ${isHeld ? verdict.why : null})
      on conflict do nothing`
    if (!isHeld) this.remember(channel, alert, this.standing.nowMs)
  }

  private remember(channel: string, alert: DeskAlert, atMs: number): void {
    const chat = this.recent.get(channel) ?? { lately: 0, told: new Map<string, number>() }
    this.recent.set(channel, chat)
    if (alert.severity !== 'P1' && alert.severity !== 'P2' && this.standing.nowMs - atMs < STORM_MS) chat.lately += 1
    const key = problemKey(alert)
    chat.told.set(key, Math.max(atMs, chat.told.get(key) ?? 0))
  }

  private chatOf(channel: string): ChatStanding {
    const recent = this.recent.get(channel)
    return {
      quiet: this.quiet.has(channel) ? this.quiet.get(channel) : this.ports.settings.quiet,
      lately: recent?.lately ?? 0,
      toldMs: (key) => recent?.told.get(key),
    }
  }

  /** The problem that it is one more of, or the first. Undefined of an event; one that ends problems ends them. */
  private async count(alert: DeskAlert): Promise<number | undefined> {
    const { type, severity, symbol, summary, detail, createdAt, id } = alert
    const ended = Object.entries(CATALOGUE).flatMap(([each, { endedBy }]) => (endedBy === type ? [each] : []))
    if (ended.length > 0) {
      for (const each of ended) this.standing.open.delete(each)
      const channel = typeof detail.channel === 'string' ? detail.channel : ''
      await this.sql`
        update alert_problems set status = 'over', ended_by = ${type}, ended_at = ${createdAt}
        where status <> 'over' and type in ${this.sql(ended)} and key like ${`%/${channel}`}`
    }
    if (kindOf(type)?.isProblem !== true) return undefined
    this.standing.open.add(type)
    const [row] = await this.sql<{ id: number }[]>`
      insert into alert_problems as p (key, type, severity, symbol, summary, detail, first_at, last_at, first_alert_id, last_alert_id)
      values (${problemKey(alert)}, ${type}, ${severity}, ${symbol}, ${summary}, ${toJson(detail)}::text::jsonb, ${createdAt}, ${createdAt}, ${id}, ${id})
      on conflict (key) where status <> 'over' do update set count = p.count + 1, last_at = excluded.last_at, last_alert_id = excluded.last_alert_id,
        summary = excluded.summary, detail = excluded.detail, severity = least(p.severity, excluded.severity),
        status = case when excluded.severity < p.severity then 'open' else p.status end,
        shown = case when excluded.severity < p.severity then 'open' else p.shown end
      returning id`
    return row?.id
  }
}
