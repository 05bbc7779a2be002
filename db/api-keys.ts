/**
 * API keys: made, found and used. A key is `tk_<env>_<id>_<secret>`; only the hash of its secret is kept.
 * Never returns a secret again after it was made, and never prints one.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiKey, ApiKeys } from '../api/auth.ts'
import type { Sql } from './client.ts'
import { toJson } from './json.ts'

const SECRET_BYTES = 32
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

interface KeyRow extends ApiKey {
  readonly hash: string
}

export interface NewKey {
  readonly name: string
  readonly role: ApiKey['role']
  readonly scopes: readonly string[]
  readonly autoConfirm?: boolean
  readonly expiresAt?: number | null
}

export class PostgresApiKeys implements ApiKeys {
  private readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }

  /** The key that this token is, or undefined: unknown, expired and revoked look the same. */
  async find(token: string): Promise<ApiKey | undefined> {
    const match = /^tk_([a-z]+)_([0-9a-f]{8})_([\w-]{20,100})$/.exec(token)
    if (match === null) return undefined
    const [row] = await this.sql<KeyRow[]>`
      select id, hash, name, role, scopes, auto_confirm as "autoConfirm" from api_keys
      where id = ${match[2] as string} and revoked_at is null and (expires_at is null or expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint)`
    // Compared even where there is no such key, so that the time tells nothing.
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

  /** Answers the token: the only time that it is seen. */
  async create(profile: string, key: NewKey): Promise<string> {
    const id = randomBytes(4).toString('hex')
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    await this.sql`
      insert into api_keys (id, hash, name, role, scopes, auto_confirm, expires_at)
      values (${id}, ${hashOf(secret)}, ${key.name}, ${key.role}, ${toJson(key.scopes)}::text::jsonb, ${key.autoConfirm ?? false}, ${key.expiresAt ?? null})`
    return `tk_${profile}_${id}_${secret}`
  }
}

export const adminKeyFile = (dataDir: string): string => join(dataDir, 'admin.key')

/** The first admin key, in a file that its owner alone reads. Made again when the file or the key is gone. */
export async function ensureAdminKey(sql: Sql, dataDir: string, profile: string): Promise<string> {
  const keys = new PostgresApiKeys(sql)
  const file = adminKeyFile(dataDir)
  if (existsSync(file) && (await keys.find(readFileSync(file, 'utf8').trim())) !== undefined) return file
  const token = await keys.create(profile, { name: 'admin', role: 'admin', scopes: ['admin'] })
  writeFileSync(`${file}.new`, `${token}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return file
}
