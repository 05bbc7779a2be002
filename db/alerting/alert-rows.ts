/**
 * Open problems, silences and quiet hours, as commands read and change them.
 */
import type { AlertPorts, ChatQuiet, SampleAlert, StoredSilence, StoredSubscription } from '../../api/ports/alert-ports.ts'
import type { Json } from '../../api/ports/ports.ts'
import type { AlertType } from '../../src/alerts/catalogue.ts'
import type { AlertProblem } from '../../src/alerts/problem.ts'
import type { AlertFilter } from '../../src/alerts/filter.ts'
import type { Queryable, Sql } from '../client.ts'
import { insertAlert } from '../alerts.ts'
import { toJson } from '../json.ts'

export const problemColumns = (sql: Queryable) => sql`
  id, key, type, severity, symbol, summary, detail, count, first_at as "firstAt", last_at as "lastAt", status,
  acked_by as "ackedBy", acked_at as "ackedAt", ended_by as "endedBy", ended_at as "endedAt"`

export class PostgresAlerts implements AlertPorts {
  private readonly sql: Sql
  private readonly wallNow: () => number

  constructor(sql: Sql, wallNow: () => number) {
    this.sql = sql
    this.wallNow = wallNow
  }

  async problems(): Promise<readonly AlertProblem[]> {
    return this.sql<AlertProblem[]>`
      select ${problemColumns(this.sql)} from alert_problems where status <> 'over' order by status = 'acked', severity, last_at desc, id desc`
  }

  async past(limit: number): Promise<readonly AlertProblem[]> {
    return this.sql<AlertProblem[]>`select ${problemColumns(this.sql)} from alert_problems order by last_at desc, id desc limit ${limit}`
  }

  async acknowledge(id: number | undefined, by: string): Promise<readonly AlertProblem[]> {
    const rows = await this.sql<AlertProblem[]>`
      update alert_problems set status = 'acked', acked_by = ${by}, acked_at = ${this.wallNow()}
      where status = 'open' and ${id === undefined ? this.sql`true` : this.sql`id = ${id}`} returning ${problemColumns(this.sql)}`
    await this.wake()
    return rows
  }

  async resolve(id: number, by: string): Promise<boolean> {
    const rows = await this.sql`
      update alert_problems set status = 'over', ended_by = ${by}, ended_at = ${this.wallNow()} where id = ${id} and status <> 'over' returning 1`
    await this.wake()
    return rows.length > 0
  }

  raise(type: AlertType, summary: string, detail: Json): Promise<void> {
    return insertAlert(this.sql, { type, summary, atMs: this.wallNow(), detail })
  }

  async silences(): Promise<readonly StoredSilence[]> {
    return this.sql<StoredSilence[]>`
      select id, filter, reason, actor, created_at as "createdAt", until from alert_silences where until > ${this.wallNow()} order by until, id`
  }

  async silence(filter: AlertFilter, until: number, reason: string, actor: string): Promise<StoredSilence> {
    const [row] = await this.sql<StoredSilence[]>`
      insert into alert_silences (filter, reason, actor, until) values (${toJson(filter)}::text::jsonb, ${reason}, ${actor}, ${until})
      returning id, filter, reason, actor, created_at as "createdAt", until`
    return row as StoredSilence
  }

  async unsilence(id: number): Promise<boolean> {
    const now = this.wallNow()
    const rows = await this.sql`update alert_silences set until = ${now} where id = ${id} and until > ${now} returning 1`
    return rows.length > 0
  }

  async quiet(channel: string): Promise<ChatQuiet | undefined> {
    const [row] = await this.sql<QuietRow[]>`
      select channel, from_min as "from", to_min as "to", zone from chat_quiet where channel = ${channel}`
    return row === undefined ? undefined : quietOf(row)
  }

  async setQuiet(channel: string, quiet: ChatQuiet, actor: string): Promise<void> {
    await this.sql`
      insert into chat_quiet (channel, from_min, to_min, zone, actor)
      values (${channel}, ${quiet?.from ?? null}, ${quiet?.to ?? null}, ${quiet?.zone ?? 'UTC'}, ${actor})
      on conflict (channel) do update set from_min = excluded.from_min, to_min = excluded.to_min, zone = excluded.zone, actor = excluded.actor`
  }

  async subscriptions(): Promise<readonly StoredSubscription[]> {
    return this.sql<StoredSubscription[]>`select id, channel, filter, actor from alert_subscriptions order by id`
  }

  async subscribe(channel: string, filter: AlertFilter, actor: string): Promise<number> {
    const json = toJson(filter)
    return this.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('alert_subscriptions'))`
      const [same] = await tx<{ id: number }[]>`
        select id from alert_subscriptions where channel = ${channel} and filter = ${json}::text::jsonb`
      if (same !== undefined) return same.id
      const [made] = await tx<{ id: number }[]>`
        insert into alert_subscriptions (channel, filter, actor) values (${channel}, ${json}::text::jsonb, ${actor}) returning id`
      return made?.id ?? 0
    })
  }

  async unsubscribe(channel: string, id: number | undefined): Promise<number> {
    const rows = await this.sql`
      delete from alert_subscriptions where channel = ${channel} and ${id === undefined ? this.sql`true` : this.sql`id = ${id}`} returning 1`
    return rows.length
  }

  async raiseSample({ type, severity, symbol, summary, detail }: SampleAlert): Promise<number> {
    const [row] = await this.sql<{ id: number }[]>`
      insert into alerts (seq, type, severity, symbol, summary, detail, ts)
      values (null, ${type}, ${severity}, ${symbol}, ${summary}, ${toJson({ ...detail, isSample: true })}::text::jsonb,
        coalesce((select updated_ts from account limit 1), ${this.wallNow()})) returning id`
    await this.wake()
    return row?.id ?? 0
  }

  /** The sender looks at once. */
  private async wake(): Promise<void> {
    await this.sql`select pg_notify('ballast_events', '0')`
  }
}

export interface QuietRow {
  readonly channel: string
  readonly from: number | null
  readonly to: number | null
  readonly zone: string
}
export const quietOf = ({ from, to, zone }: QuietRow): ChatQuiet => (from === null || to === null ? null : { from, to, zone })
