/**
 * How each part says that it is well: one row for each part.
 */
import type { Sql } from './client.ts'

export const HEALTH_STATUSES = ['ok', 'warn', 'down'] as const
export type HealthStatus = (typeof HEALTH_STATUSES)[number]

export interface HealthRow {
  readonly part: string
  readonly status: HealthStatus
  readonly detail: string
  /** Wall-clock ms. */
  readonly updatedAt: number
}

/**
 * Parts that the API knows by name: `stream-*` (each shown in the status), `reconcile` (the time of the last ok is `reconciledAt`),
 * `bars` (its text is `barsClosedAt` in ms), `trader` (its age decides about /readyz). Others are shown as they are.
 */
export async function reportHealth(sql: Sql, part: string, status: HealthStatus, detail: string): Promise<void> {
  await sql`
    insert into health (part, status, detail) values (${part}, ${status}, ${detail})
    on conflict (part) do update set status = excluded.status, detail = excluded.detail, updated_at = (extract(epoch from clock_timestamp()) * 1000)::bigint`
}

/** Ages are measured on the database's clock, and reported in this machine's: the two may differ. */
export async function readHealth(sql: Sql): Promise<readonly HealthRow[]> {
  return sql<HealthRow[]>`
    select part, status, detail, ${Date.now()}::bigint - ((extract(epoch from clock_timestamp()) * 1000)::bigint - updated_at) as "updatedAt"
    from health order by part`
}

/** Ms since the trader reported last, on the database's own clock; undefined: it never has. */
export async function readTraderAge(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ age: number }[]>`
    select (extract(epoch from clock_timestamp()) * 1000)::bigint - updated_at as age from health where part = 'trader'`
  return row?.age
}
