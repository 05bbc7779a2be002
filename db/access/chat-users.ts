/**
 * Operators of the chats with their roles, and the pairing of a new one.
 * Never makes anybody admin without the word of the terminal, and never takes a code that was guessed at five times (S17).
 */
import { createHash } from 'node:crypto'
import type { ChatUser, ChatUsers, Platform } from '../../bots/access.ts'
import type { Pairing } from '../../bots/ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

export class PostgresChatUsers implements ChatUsers {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  async find(platform: Platform, userId: string): Promise<ChatUser | undefined> {
    const [row] = await this.sql<ChatUser[]>`
      select platform, user_id as "userId", role, name from chat_users where platform = ${platform} and user_id = ${userId}`
    return row
  }

  async list(platform: Platform): Promise<readonly ChatUser[]> {
    return this.sql<
      ChatUser[]
    >`select platform, user_id as "userId", role, name from chat_users where platform = ${platform} order by created_at`
  }

  async put(user: ChatUser): Promise<void> {
    await this.sql`
      insert into chat_users (platform, user_id, role, name) values (${user.platform}, ${user.userId}, ${user.role}, ${user.name})
      on conflict (platform, user_id) do update set role = excluded.role, name = excluded.name`
  }
}

export interface PairingState {
  readonly codeHash: string
  readonly expiresAtMs: number
  readonly wrong: number
  readonly candidate: { readonly userId: string; readonly name: string } | null
  readonly decision: 'yes' | 'no' | null
}

const keyOf = (platform: Platform): string => `${platform}-pairing`
const WRONG_MAX = 5
const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex')

/** Both sides of a pairing: the terminal opens and decides, the bot presents. */
export class PostgresPairing implements Pairing {
  private readonly sql: Sql
  private readonly key: string

  constructor(sql: Sql, platform: Platform) {
    this.sql = sql
    this.key = keyOf(platform)
  }

  async open(code: string, ttlMs: number): Promise<void> {
    const state: PairingState = { codeHash: hashOf(code), expiresAtMs: Date.now() + ttlMs, wrong: 0, candidate: null, decision: null }
    await this
      .sql`insert into meta (key, value) values (${this.key}, ${toJson(state)}::text::jsonb) on conflict (key) do update set value = excluded.value`
  }

  async state(): Promise<PairingState | undefined> {
    const [row] = await this.sql<{ value: PairingState }[]>`select value from meta where key = ${this.key}`
    return row?.value
  }

  async decide(decision: 'yes' | 'no'): Promise<void> {
    await this.sql`update meta set value = value || jsonb_build_object('decision', ${decision}::text) where key = ${this.key}`
  }

  async close(): Promise<void> {
    await this.sql`delete from meta where key = ${this.key}`
  }

  async present(code: string, userId: string, name: string): Promise<'asked' | 'wrong' | 'none'> {
    return this.sql.begin(async (sql) => {
      const [row] = await sql<{ value: PairingState }[]>`select value from meta where key = ${this.key} for update`
      const state = row?.value
      if (state === undefined || state.expiresAtMs < Date.now() || state.wrong >= WRONG_MAX || state.candidate !== null) return 'none'
      if (state.codeHash !== hashOf(code)) {
        await sql`update meta set value = value || jsonb_build_object('wrong', ${state.wrong + 1}::int) where key = ${this.key}`
        return 'wrong'
      }
      await sql`update meta set value = value || jsonb_build_object('candidate', ${toJson({ userId, name: name.slice(0, 64) })}::text::jsonb) where key = ${this.key}`
      return 'asked'
    })
  }
}
