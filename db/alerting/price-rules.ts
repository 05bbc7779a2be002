/**
 * Alerts that users set, and the memory of which have fired: they survive restarts and fire once for each crossing.
 */
import type { NewPriceRule, PriceRules, StoredPriceRule } from '../../api/ports/alert-ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

export class PostgresPriceRules implements PriceRules {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async list(): Promise<readonly StoredPriceRule[]> {
    return this.sql<StoredPriceRule[]>`
      select id, what, side, level, is_once as "isOnce", is_armed as "isArmed", seen_ts as "seenTs", channel, actor from price_rules order by id`
  }

  async add({ what, side, level, isOnce, seenTs, channel, actor }: NewPriceRule): Promise<number> {
    const [row] = await this.sql<{ id: number }[]>`
      insert into price_rules (what, side, level, is_once, seen_ts, channel, actor)
      values (${what}, ${side}, ${level}, ${isOnce}, ${seenTs}, ${channel}, ${actor}) returning id`
    return row?.id ?? 0
  }

  async remove(id: number): Promise<boolean> {
    return (await this.sql`delete from price_rules where id = ${id} returning 1`).length > 0
  }

  /** What was seen up to `seenTs`. With a sentence it has fired: the alert and the memory of it are one transaction. */
  async seen(
    { id, seenTs: before, isOnce, channel }: StoredPriceRule,
    seenTs: number,
    isArmed: boolean,
    summary: string | undefined,
  ): Promise<void> {
    await this.sql.begin(async (tx) => {
      // Another process that has looked meanwhile has told it.
      const rows = await tx`
        update price_rules set seen_ts = ${seenTs}, is_armed = ${isArmed} where id = ${id} and seen_ts = ${before} returning 1`
      if (rows.length === 0 || summary === undefined) return
      if (isOnce) await tx`delete from price_rules where id = ${id}`
      await tx`
        insert into alerts (seq, type, severity, symbol, summary, detail, ts)
        values (null, 'user.price_alert', 'P4', null, ${summary}, ${toJson({ rule: id, ...(channel === null ? {} : { chat: channel }) })}::text::jsonb, ${seenTs})`
      await tx`select pg_notify('ballast_events', '0')`
    })
  }
}
