/**
 * The outbox table: what waits for each chat.
 */
import type { Backlog, Delivery, DeliveryRows } from '../bots/outbox.ts'
import type { Sql } from './client.ts'

const URGENT = ['P1', 'P2']

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
    await this.sql`
      update deliveries set status = 'pending' where status = 'refused' and ${this.mine}
        and next_at <= (extract(epoch from clock_timestamp()) * 1000)::bigint`
    const rows = await this.sql<{ channel: string }[]>`
      select channel from deliveries where status = 'pending' and ${this.mine} group by channel
      having max(next_at) <= (extract(epoch from clock_timestamp()) * 1000)::bigint`
    return rows.map((r) => r.channel)
  }

  async pending(channel: string, limit: number): Promise<readonly Delivery[]> {
    return this.sql<Delivery[]>`
      select id, channel, severity, payload, attempts, created_at as "createdAtMs", alert_id as "alertId" from deliveries
      where status = 'pending' and channel = ${channel} order by severity not in ${this.sql(URGENT)}, id limit ${limit}`
  }

  async backlog(channel: string, beforeMs: number): Promise<Backlog> {
    const rows = await this.sql<{ id: number; isOld: boolean }[]>`
      select id, created_at < ${beforeMs} as "isOld" from deliveries
      where status = 'pending' and channel = ${channel} and severity not in ${this.sql(URGENT)}`
    return { ids: rows.map(({ id }) => id), old: rows.filter(({ isOld }) => isOld).length }
  }

  async setAside(id: number, delayMs: number, detail: string): Promise<void> {
    await this.sql`
      update deliveries set status = 'refused', attempts = attempts + 1, last_error = ${detail},
        next_at = (extract(epoch from clock_timestamp()) * 1000)::bigint + ${delayMs} where id = ${id}`
  }

  async move(channel: string, to: string): Promise<void> {
    await this.sql.begin(async (sql) => {
      // What the new address has already is not told there twice.
      await sql`
        update deliveries d set channel = ${to} where channel = ${channel} and status in ('pending', 'held', 'refused')
          and not exists (select 1 from deliveries o where o.channel = ${to} and o.alert_id = d.alert_id)`
      await sql`
        update deliveries set status = 'dropped', last_error = 'the chat has moved' where channel = ${channel} and status in ('pending', 'held', 'refused')`
      await sql`
        insert into chat_moves (channel, moved_to) values (${channel}, ${to}) on conflict (channel) do update set moved_to = excluded.moved_to`
    })
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
