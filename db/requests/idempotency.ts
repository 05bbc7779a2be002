/**
 * Answers of requests with an Idempotency-Key, kept for a day.
 */
import type { Idempotency, IdempotencyState } from '../../api/context.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

const KEPT_MS = 86_400_000
/** A request that has not ended by then died with its process. */
const IN_FLIGHT_MS = 60_000

/** Stands for a status: the process died between begin and finish. */
const INTERRUPTED = -1

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
    await this
      .sql`delete from idempotency where api_key_id = ${apiKeyId} and key = ${key} and created_at < ${this.now()} - ${KEPT_MS}::bigint`
    const made = await this.sql`
      insert into idempotency (api_key_id, key, body_hash) values (${apiKeyId}, ${key}, ${bodyHash}) on conflict do nothing returning 1`
    if (made.length > 0) return { type: 'new' }
    const [row] = await this.sql<
      Row[]
    >`select body_hash as "bodyHash", status, body from idempotency where api_key_id = ${apiKeyId} and key = ${key}`
    if (row === undefined) return { type: 'in-flight' }
    if (row.bodyHash !== bodyHash) return { type: 'mismatch' }
    if (row.status !== null && row.status !== INTERRUPTED) return { type: 'replay', status: row.status, body: row.body }
    // Of two that come at once one takes it up.
    const taken = await this.sql`
      update idempotency set status = null, created_at = ${this.now()} where api_key_id = ${apiKeyId} and key = ${key}
        and (status = ${INTERRUPTED} or (status is null and created_at < ${this.now()} - ${IN_FLIGHT_MS}::bigint)) returning 1`
    return { type: taken.length > 0 ? 'interrupted' : 'in-flight' }
  }

  /** At a start: what was in flight has died with the process before, and what it has handed to the trader stands in the rows of commands. */
  async interruptPending(): Promise<void> {
    await this.sql`update idempotency set status = ${INTERRUPTED} where status is null`
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
    await this.sql`delete from idempotency where created_at < ${this.now()} - ${KEPT_MS}::bigint`
  }

  private now() {
    return this.sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`
  }
}
