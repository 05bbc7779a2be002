/**
 * API keys: made, found, used, listed and revoked. A key is `tk_<env>_<id>_<secret>`; only the hash of its secret is kept.
 * Never returns a secret again after it was made, and never prints one.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiKey, ApiKeys } from '../../api/auth.ts'
import type { KeyState, Keys, NewKey } from '../../api/ports.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

const SECRET_BYTES = 32
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Of the key in the file that the terminal uses; the API lets no other key be called so. */
const FILE_KEY_NAME = 'admin'

interface KeyRow extends ApiKey {
  readonly hash: string
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
      select id, hash, name, role, scopes, auto_confirm as "autoConfirm" from api_keys
      where id = ${match[2] as string} and revoked_at is null and (expires_at is null or expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint)`
    // Compared even where there is no such key, so that the time reveals nothing.
    const given = Buffer.from(hashOf(match[3] as string), 'hex')
    const kept = Buffer.from(row?.hash ?? hashOf(''), 'hex')
    if (!timingSafeEqual(given, kept) || row === undefined) return undefined
    const { hash: _hash, ...key } = row
    return key
  }

  /** Noted at most once a minute. */
  async noteUse(id: string): Promise<void> {
    await this.sql`
      update api_keys set last_used_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id = ${id} and coalesce(last_used_at, 0) < (extract(epoch from clock_timestamp()) * 1000)::bigint - 60000`
  }

  async list(): Promise<readonly KeyState[]> {
    return this.sql<KeyState[]>`
      select id, name, role, scopes, created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"
      from api_keys order by created_at desc, id`
  }

  async revoke(id: string): Promise<boolean> {
    const rows = await this.sql`
      update api_keys set revoked_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id = ${id} and revoked_at is null returning 1`
    return rows.length > 0
  }

  async over(ids: readonly string[]): Promise<readonly string[]> {
    const good = await this.sql<{ id: string }[]>`
      select id from api_keys where id in ${this.sql([...ids])} and revoked_at is null
        and (expires_at is null or expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint)`
    return ids.filter((id) => !good.some((row) => row.id === id))
  }

  async create(key: NewKey): Promise<{ readonly id: string; readonly token: string }> {
    const id = randomBytes(4).toString('hex')
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    await this.sql`
      insert into api_keys (id, hash, name, role, scopes, auto_confirm, expires_at)
      values (${id}, ${hashOf(secret)}, ${key.name}, ${key.role}, ${toJson(key.scopes)}::text::jsonb, ${key.autoConfirm ?? false}, ${key.expiresAt ?? null})`
    return { id, token: `tk_${this.profile}_${id}_${secret}` }
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
