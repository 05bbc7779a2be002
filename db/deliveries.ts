/**
 * The outbox table: what waits for each chat, and which alerts have been put into it.
 * Never routes an alert twice to one chat.
 */
import type { Delivery, DeliveryRows } from '../bots/outbox.ts'
import type { Reply } from '../api/commands/reply.ts'
import type { AlertToTell } from '../bots/alert-card.ts'
import type { Sql } from './client.ts'
import { toJson } from './json.ts'

const ROUTED_KEY = 'alerts-routed'

export class PostgresDeliveries implements DeliveryRows {
  private readonly sql: Sql
  /** Channels of this platform only: `telegram:` or `discord:`. */
  private readonly platforms: readonly string[]

  constructor(sql: Sql, platforms: readonly string[]) {
    this.sql = sql
    this.platforms = platforms
  }

  private get mine() {
    return this.sql`split_part(channel, ':', 1) in ${this.sql([...this.platforms])}`
  }

  async dueChannels(): Promise<readonly string[]> {
    const rows = await this.sql<{ channel: string }[]>`
      select channel from deliveries where status = 'pending' and ${this.mine} group by channel
      having max(next_at) <= (extract(epoch from clock_timestamp()) * 1000)::bigint`
    return rows.map((r) => r.channel)
  }

  async pending(channel: string, limit: number): Promise<readonly Delivery[]> {
    return this.sql<Delivery[]>`
      select id, channel, severity, payload, attempts, created_at as "createdAtMs" from deliveries
      where status = 'pending' and channel = ${channel} order by id limit ${limit}`
  }

  async sent(id: number, messageRef: string): Promise<void> {
    await this.sql`
      update deliveries set status = 'sent', message_ref = ${messageRef}, attempts = attempts + 1, sent_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id = ${id}`
  }

  async postpone(channel: string, id: number, delayMs: number, detail: string): Promise<void> {
    await this.sql.begin(async (sql) => {
      await sql`update deliveries set attempts = attempts + 1, last_error = ${detail} where id = ${id}`
      await sql`
        update deliveries set next_at = (extract(epoch from clock_timestamp()) * 1000)::bigint + ${delayMs} where channel = ${channel} and status = 'pending'`
    })
  }

  async fail(id: number, detail: string): Promise<void> {
    await this.sql`update deliveries set status = 'failed', attempts = attempts + 1, last_error = ${detail} where id = ${id}`
  }

  async drop(ids: readonly number[], detail: string): Promise<void> {
    await this.sql`update deliveries set status = 'dropped', last_error = ${detail} where id in ${this.sql([...ids])}`
  }
}

/** Alerts that were not routed yet become deliveries of each channel, in one transaction with the memory of it. Answers how many. */
export async function routeAlerts(
  sql: Sql,
  channelsOf: (alert: AlertToTell) => readonly string[],
  cardOf: (alert: AlertToTell) => Reply,
): Promise<number> {
  return sql.begin(async (tx) => {
    const [memory] = await tx<{ value: number }[]>`
      insert into meta (key, value) values (${ROUTED_KEY}, to_jsonb(coalesce((select max(id) from alerts), 0)))
      on conflict (key) do update set value = meta.value returning value::bigint as value`
    const from = memory?.value ?? 0
    // The row is locked by the upsert: two senders cannot route the same alerts.
    const alerts = await tx<
      AlertToTell[]
    >`select id, type, severity, symbol, summary, detail, ts from alerts where id > ${from} order by id limit 500`
    for (const alert of alerts)
      for (const channel of channelsOf(alert))
        await tx`
          insert into deliveries (alert_id, channel, severity, payload) values (${alert.id}, ${channel}, ${alert.severity}, ${toJson(cardOf(alert))}::text::jsonb)
          on conflict do nothing`
    const last = alerts[alerts.length - 1]
    if (last !== undefined) await tx`update meta set value = to_jsonb(${last.id}::bigint) where key = ${ROUTED_KEY}`
    return alerts.length
  })
}
