/**
 * Cards that wait for an answer.
 */
import { randomInt } from 'node:crypto'
import type { Confirmation, Confirmations, NewConfirmation } from '../../api/ports/ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'
const ID_LENGTH = 8
const makeId = (): string => Array.from({ length: ID_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')

export class PostgresConfirmations implements Confirmations {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async create(row: NewConfirmation): Promise<Confirmation> {
    const [made] = await this.sql<Confirmation[]>`
      insert into confirmations (id, actor, role, chat, surface, command, args, snapshot, preview, profile, data_dir_id, expires_at)
      values (${makeId()}, ${row.actor}, ${row.role}, ${row.chat}, ${row.surface}, ${row.command}, ${toJson(row.args)}::text::jsonb, ${toJson(row.snapshot)}::text::jsonb,
        ${toJson(row.preview)}::text::jsonb, ${row.profile}, ${row.dataDirId}, (extract(epoch from clock_timestamp()) * 1000)::bigint + ${row.ttlMs})
      returning ${this.columns()}`
    return made as Confirmation
  }

  async find(id: string): Promise<Confirmation | undefined> {
    const [row] = await this.sql<Confirmation[]>`select ${this.columns()} from confirmations where id = ${id}`
    return row
  }

  async pending(): Promise<readonly Confirmation[]> {
    return this.sql<Confirmation[]>`
      select ${this.columns()} from confirmations where status = 'pending' and expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint order by created_at desc`
  }

  async settle(id: string, status: 'approved' | 'rejected', by: string): Promise<boolean> {
    const rows = await this.sql`
      update confirmations set status = ${status}, answered_by = ${by}, answered_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id = ${id} and status = 'pending' and expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint returning 1`
    return rows.length > 0
  }

  /** At a start: what was asked before it is over. */
  async voidPending(): Promise<void> {
    await this.sql`update confirmations set status = 'void' where status = 'pending'`
  }

  private columns() {
    return this
      .sql`id, actor, role, chat, surface, command, args, snapshot, preview, profile, data_dir_id as "dataDirId", created_at as "createdAt", expires_at as "expiresAt", status`
  }
}
