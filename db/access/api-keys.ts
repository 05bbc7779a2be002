/**
 * API keys: made, found, used, listed, rotated and revoked. A key is `tk_<env>_<id>_<secret>`; only the hash of its secret is kept.
 * Never returns a secret again after it was made, and never prints one.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiKey, ApiKeys } from '../../api/auth.ts'
import type { KeyState, Keys, NewKey } from '../../api/ports/ports.ts'
import { FILE_KEY_NAME } from '../../src/core/key-names.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'
import { spentToday } from './key-spending.ts'

const SECRET_BYTES = 32
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
const makeSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')
const jsonOf = (list: readonly string[] | null | undefined): string | null => (list == null ? null : toJson(list))

interface KeyRow extends ApiKey {
  readonly hash: string
  readonly oldHash: string | null
}

export class PostgresApiKeys implements ApiKeys, Keys {
  private readonly sql: Sql
  private readonly profile: string

  /** @param profile is in each token, so that an operator sees where it belongs */
  constructor(sql: Sql, profile: string) {
    this.sql = sql
    this.profile = profile
  }

  /** The key that this token is, or undefined: unknown, expired and revoked look the same. */
  async find(token: string): Promise<ApiKey | undefined> {
    const match = /^tk_([a-z]+)_([0-9a-f]{8})_([\w-]{20,100})$/.exec(token)
    if (match === null) return undefined
    const [row] = await this.sql<KeyRow[]>`
      select id, hash, name, role, scopes, networks, auto_confirm as "autoConfirm",
        case when old_until > ${this.now()} then old_hash end as "oldHash" from api_keys
      where id = ${match[2] as string} and revoked_at is null and (expires_at is null or expires_at > ${this.now()})`
    // Compared even where there is no such key, and both times, so that the time reveals nothing.
    const given = Buffer.from(hashOf(match[3] as string), 'hex')
    const kept = [row?.hash, row?.oldHash].map((hash) => Buffer.from(hash ?? hashOf(''), 'hex'))
    const isRight = kept.filter((hash) => timingSafeEqual(given, hash)).length > 0
    if (!isRight || row === undefined) return undefined
    const { hash: _hash, oldHash: _oldHash, ...key } = row
    return key
  }

  /** Noted at most once a minute. */
  async noteUse(id: string): Promise<void> {
    await this.sql`update api_keys set last_used_at = ${this.now()} where id = ${id} and coalesce(last_used_at, 0) < ${this.now()} - 60000`
  }

  async list(): Promise<readonly KeyState[]> {
    return this.sql<KeyState[]>`
      select id, name, role, scopes, networks, symbols, daily_notional::text as "dailyNotional", auto_confirm as "autoConfirm", actor,
        case when daily_notional is not null then (${spentToday(this.sql, this.sql`api_keys.id`)})::text end as "spentToday",
        case when old_until > ${this.now()} then old_until end as "oldUntil",
        created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"
      from api_keys order by created_at desc, id`
  }

  async revoke(id: string): Promise<boolean> {
    const rows = await this.sql`update api_keys set revoked_at = ${this.now()} where id = ${id} and revoked_at is null returning 1`
    return rows.length > 0
  }

  async over(ids: readonly string[]): Promise<readonly string[]> {
    const good = await this.sql<{ id: string }[]>`
      select id from api_keys where id in ${this.sql([...ids])} and revoked_at is null and (expires_at is null or expires_at > ${this.now()})`
    return ids.filter((id) => !good.some((row) => row.id === id))
  }

  async create(key: NewKey): Promise<{ readonly id: string; readonly token: string }> {
    const id = randomBytes(4).toString('hex')
    const secret = makeSecret()
    await this.sql`
      insert into api_keys (id, hash, name, role, scopes, auto_confirm, expires_at, networks, symbols, daily_notional, actor)
      values (${id}, ${hashOf(secret)}, ${key.name}, ${key.role}, ${toJson(key.scopes)}::text::jsonb, ${key.autoConfirm ?? false}, ${key.expiresAt ?? null},
        ${jsonOf(key.networks)}::text::jsonb, ${jsonOf(key.symbols)}::text::jsonb, ${key.dailyNotional ?? null}, ${key.actor ?? null})`
    return { id, token: this.tokenOf(id, secret) }
  }

  /** The key in the file is rotated by its file, and never here: the terminal would be locked out. */
  async rotate(id: string, overlapMs: number, expiresAt: number): Promise<string | undefined> {
    const secret = makeSecret()
    const rows = await this.sql`
      update api_keys set old_hash = hash, old_until = ${this.now()} + ${overlapMs}::bigint, hash = ${hashOf(secret)}, expires_at = ${expiresAt}
      where id = ${id} and revoked_at is null and (expires_at is null or expires_at > ${this.now()}) and name <> ${FILE_KEY_NAME} returning 1`
    return rows.length === 0 ? undefined : this.tokenOf(id, secret)
  }

  private tokenOf(id: string, secret: string): string {
    return `tk_${this.profile}_${id}_${secret}`
  }

  private now() {
    return this.sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`
  }
}

export const adminKeyFile = (dataDir: string): string => join(dataDir, 'admin.key')

/**
 * The admin key of the terminal, in a file that its owner alone reads. Made again when the file or its key is gone; the key that stood in a
 * file before is revoked then, since whoever has the file has it. Answers how many were.
 */
export async function ensureAdminKey(
  sql: Sql,
  dataDir: string,
  profile: string,
): Promise<{ readonly file: string; readonly revoked: number }> {
  const keys = new PostgresApiKeys(sql, profile)
  const file = adminKeyFile(dataDir)
  if (existsSync(file) && (await keys.find(readFileSync(file, 'utf8').trim())) !== undefined) return { file, revoked: 0 }
  const { id, token } = await keys.create({ name: FILE_KEY_NAME, role: 'admin', scopes: ['admin'] })
  // The old one ends when the new one is on disk: a full disk must not lock the terminal out.
  writeFileSync(`${file}.new`, `${token}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  const before = await sql`
    update api_keys set revoked_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
    where name = ${FILE_KEY_NAME} and role = 'admin' and revoked_at is null and id <> ${id} returning 1`
  return { file, revoked: before.length }
}
