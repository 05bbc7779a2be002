/**
 * Answers of requests with an Idempotency-Key, kept for a day.
 */
import type { Idempotency, IdempotencyState } from '../../api/context.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

const KEPT_MS = 86_400_000
/** A request that has not ended by then died with its process. */
const IN_FLIGHT_MS = 60_000

interface Row {
  readonly bodyHash: string
  readonly status: number | null
  readonly body: unknown
}

export class PostgresIdempotency implements Idempotency {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async begin(apiKeyId: string, key: string, bodyHash: string): Promise<IdempotencyState> {
    await this.sql`
      delete from idempotency where api_key_id = ${apiKeyId} and key = ${key}
        and created_at < (extract(epoch from clock_timestamp()) * 1000)::bigint - case when status is null then ${IN_FLIGHT_MS}::bigint else ${KEPT_MS}::bigint end`
    const made = await this.sql`
      insert into idempotency (api_key_id, key, body_hash) values (${apiKeyId}, ${key}, ${bodyHash}) on conflict do nothing returning 1`
    if (made.length > 0) return { type: 'new' }
    const [row] = await this.sql<
      Row[]
    >`select body_hash as "bodyHash", status, body from idempotency where api_key_id = ${apiKeyId} and key = ${key}`
    if (row === undefined) return { type: 'in-flight' }
    if (row.bodyHash !== bodyHash) return { type: 'mismatch' }
    return row.status === null ? { type: 'in-flight' } : { type: 'replay', status: row.status, body: row.body }
  }

  async finish(apiKeyId: string, key: string, status: number, body: unknown): Promise<void> {
    await this
      .sql`update idempotency set status = ${status}, body = ${toJson(body)}::text::jsonb where api_key_id = ${apiKeyId} and key = ${key}`
  }

  async abandon(apiKeyId: string, key: string): Promise<void> {
    await this.sql`delete from idempotency where api_key_id = ${apiKeyId} and key = ${key} and status is null`
  }

  /** Removes what is older than a day. */
  async sweep(): Promise<void> {
    await this.sql`delete from idempotency where created_at < (extract(epoch from clock_timestamp()) * 1000)::bigint - ${KEPT_MS}::bigint`
  }
}
