/**
 * Sources of signals: made, listed, rotated, removed, and found by the port of the webhooks. Of the secret in an address only the hash is kept;
 * the key of signatures is kept nowhere, since it is made from a key that lies in the data directory.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { NewSource, OpenSource, SignalSource, SignalSources, SourceSecrets } from '../../api/ports/signal-ports.ts'
import type { Sql } from '../client.ts'
import { derivedKey, signingText } from './derived-key.ts'
import { toJson } from '../json.ts'

const SECRET_BYTES = 24
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

interface SourceRow extends Omit<SignalSource, 'lastAt'> {
  readonly hash: string
  readonly oldHash: string | null
  readonly turn: number
}

export class PostgresSignalSources implements SignalSources {
  private readonly sql: Sql
  private readonly keyFile: string
  private readonly wallNow: () => number

  constructor(sql: Sql, keyFile: string, wallNow: () => number) {
    this.sql = sql
    this.keyFile = keyFile
    this.wallNow = wallNow
  }

  async list(): Promise<readonly SignalSource[]> {
    const rows = await this.sql<(SourceRow & Pick<SignalSource, 'lastAt'>)[]>`
      select ${this.columns()}, (select received_at from signals where source_id = signal_sources.id order by id desc limit 1) as "lastAt"
      from signal_sources where removed_at is null order by created_at, id`
    return rows.map(({ hash: _hash, oldHash: _old, turn: _turn, ...source }) => source)
  }

  async create(source: NewSource, actor: string): Promise<SourceSecrets | undefined> {
    const id = randomBytes(6).toString('hex')
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const made = await this.sql.begin(async (sql) => {
      await sql`select pg_advisory_xact_lock(hashtext('signal_sources'))`
      return sql`
        insert into signal_sources (id, name, format, strategy, market, symbols, mode, side, stop, max_age_ms, notional_max, networks, expect_every_ms, hash, actor)
        select ${id}, ${source.name}, ${source.format}, ${source.strategy}, ${source.market}, ${jsonOf(source.symbols)}::text::jsonb, ${source.mode},
          ${source.side}, ${source.stop}, ${source.maxAgeMs}, ${source.notionalMax}, ${jsonOf(source.networks)}::text::jsonb, ${source.expectEveryMs}, ${hashOf(secret)}, ${actor}
        where not exists (select 1 from signal_sources where name = ${source.name} and removed_at is null) returning 1`
    })
    return made.length === 0 ? undefined : { id, secret, signingSecret: signingText(this.signingKey(id, 1)) }
  }

  async rotate(name: string, overlapMs: number): Promise<SourceSecrets | undefined> {
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const [row] = await this.sql<{ id: string; turn: number }[]>`
      update signal_sources set old_hash = hash, old_until = ${this.wallNow() + overlapMs}, hash = ${hashOf(secret)}, turn = turn + 1
      where name = ${name} and removed_at is null returning id, turn`
    return row === undefined ? undefined : { id: row.id, secret, signingSecret: signingText(this.signingKey(row.id, row.turn)) }
  }

  async remove(name: string): Promise<boolean> {
    const rows = await this.sql`
      update signal_sources set removed_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where name = ${name} and removed_at is null returning 1`
    return rows.length > 0
  }

  async hasAny(): Promise<boolean> {
    const rows = await this.sql`select 1 from signal_sources where removed_at is null limit 1`
    return rows.length > 0
  }

  async open(sourceId: string): Promise<OpenSource | undefined> {
    const [row] = await this.sql<SourceRow[]>`select ${this.columns()} from signal_sources where id = ${sourceId} and removed_at is null`
    if (row === undefined) return undefined
    const isOverlap = row.oldHash !== null && row.oldUntil !== null && row.oldUntil > this.wallNow()
    const hashes = [row.hash, ...(isOverlap && row.oldHash !== null ? [row.oldHash] : [])]
    const turns = [row.turn, ...(isOverlap ? [row.turn - 1] : [])]
    return {
      ...row,
      opens: (secret) => {
        const given = Buffer.from(hashOf(secret), 'hex')
        return hashes.filter((hash) => isSame(given, Buffer.from(hash, 'hex'))).length > 0
      },
      signed: (message, signatures) =>
        turns.some((turn) => {
          const expected = createHmac('sha256', this.signingKey(row.id, turn)).update(message).digest()
          return signatures.some((signature) => isSame(expected, Buffer.from(signature, 'base64')))
        }),
    }
  }

  private signingKey(id: string, turn: number): Buffer {
    return derivedKey(this.keyFile, `signal source ${id} ${turn}`)
  }

  private columns() {
    return this
      .sql`id, name, format, strategy, market, symbols, mode, side, stop, max_age_ms as "maxAgeMs", notional_max::text as "notionalMax",
      networks, expect_every_ms as "expectEveryMs", hash, old_hash as "oldHash", old_until as "oldUntil", turn, created_at as "createdAt"`
  }
}

const jsonOf = (list: readonly string[] | null): string | null => (list === null ? null : toJson(list))
