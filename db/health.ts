/**
 * How each part says that it is well: one row for each part.
 * Never used for decisions of the trader; it is what people and /readyz see.
 */
import type { Sql } from './client.ts'
import { toJson } from './json.ts'

export const HEALTH_STATUSES = ['up', 'degraded', 'down'] as const
export type HealthStatus = (typeof HEALTH_STATUSES)[number]

/** Parts that the API knows by name; others are shown as they are. */
export const HEALTH_PARTS = {
  publicStream: 'streams.public',
  privateStream: 'streams.private',
  /** detail: `{ reconciledAt }`, ms of wall time of the last clean read. */
  reconcile: 'reconcile',
  trader: 'trader',
} as const

export async function reportHealth(sql: Sql, part: string, status: HealthStatus, detail: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await sql`
    insert into health (part, status, detail) values (${part}, ${status}, ${toJson(detail)}::text::jsonb)
    on conflict (part) do update set status = excluded.status, detail = excluded.detail, updated_at = (extract(epoch from clock_timestamp()) * 1000)::bigint`
}
