/**
 * The rows of commands, as those see them who have asked.
 */
import type { Actions, StoredAction } from '../../api/ports/action-ports.ts'
import type { Sql } from '../client.ts'

export class PostgresActions implements Actions {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async find(id: number): Promise<StoredAction | undefined> {
    const [row] = await this.sql<StoredAction[]>`select ${this.columns()} from commands where id = ${id} and name <> 'preview'`
    return row
  }

  async ofRequest(apiKeyId: string, idempotencyKey: string): Promise<readonly StoredAction[]> {
    return this.sql<StoredAction[]>`
      select ${this.columns()} from commands where api_key_id = ${apiKeyId}
        and (idempotency_key = ${idempotencyKey} or starts_with(idempotency_key, ${`${idempotencyKey}/`})) order by id`
  }

  private columns() {
    return this
      .sql`id, name as command, args, api_key_id as "apiKeyId", status, outcome, asked_at as "askedAt", taken_at as "takenAt", done_at as "doneAt"`
  }
}
