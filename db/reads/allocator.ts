/**
 * What the allocator keeps: the period that it looked at last, and alerts of what it moved.
 */
import type { AllocatorLog } from '../../api/ports/portfolio-ports.ts'
import type { Json } from '../../api/ports/ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

const SEVERITIES = { 'allocator.moved': 'P4', 'allocator.failed': 'P3' } as const

export class AllocatorRows implements AllocatorLog {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async claim(period: number): Promise<boolean> {
    const rows = await this.sql`
      insert into meta (key, value) values ('allocator', to_jsonb(${period}::bigint))
      on conflict (key) do update set value = excluded.value where meta.value <> excluded.value returning 1`
    return rows.length > 0
  }

  async report(type: keyof typeof SEVERITIES, summary: string, detail: Json, ts: number): Promise<void> {
    await this.sql`
      insert into alerts (seq, type, severity, symbol, summary, detail, ts)
      values (null, ${type}, ${SEVERITIES[type]}, null, ${summary}, ${toJson(detail)}::text::jsonb, ${ts})`
    await this.sql`select pg_notify('ballast_events', '0')`
  }
}
