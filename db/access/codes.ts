/**
 * One-time codes of operators in chats: their secrets, sealed with a key that lies in the data directory, what was used, and what locks them.
 * Never gives a secret out again, never takes a code twice, and never a sixth guess within a quarter of an hour (S17).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { CodeVerdict, Codes } from '../../api/ports/ports.ts'
import type { Sql } from '../client.ts'
import { EVENTS_CHANNEL } from '../journal/journal.ts'
import { toJson } from '../json.ts'
import { matchedStep } from './totp-code.ts'

const WRONG_MAX = 5
const LOCK_MS = 900_000
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

interface CodeRow {
  readonly secret: string
  readonly lastStep: number
  readonly wrong: number
  readonly lockedUntil: number | null
}

export class PostgresCodes implements Codes {
  private readonly sql: Sql
  private readonly keyFile: string
  private readonly wallNow: () => number

  constructor(sql: Sql, keyFile: string, wallNow: () => number) {
    this.sql = sql
    this.keyFile = keyFile
    this.wallNow = wallNow
  }

  async state(actor: string): Promise<{ readonly isEnrolled: boolean; readonly lockedUntilMs: number | undefined }> {
    const [row] = await this.sql<CodeRow[]>`select ${this.columns()} from codes where actor = ${actor}`
    const lockedUntil = row?.lockedUntil ?? 0
    return {
      // Without the key nobody can judge a code: it has to be enrolled again.
      isEnrolled: row !== undefined && this.open(actor, row.secret) !== undefined,
      lockedUntilMs: lockedUntil > this.wallNow() ? lockedUntil : undefined,
    }
  }

  /** The row is locked while it is judged: of two messages with the same code one counts. */
  async check(actor: string, code: string): Promise<CodeVerdict> {
    return this.sql.begin(async (sql): Promise<CodeVerdict> => {
      const [row] = await sql<CodeRow[]>`select ${this.columns()} from codes where actor = ${actor} for update`
      const secret = row === undefined ? undefined : this.open(actor, row.secret)
      if (row === undefined || secret === undefined) return { type: 'none' }
      const now = this.wallNow()
      if (row.lockedUntil !== null && row.lockedUntil > now) return { type: 'locked', untilMs: row.lockedUntil }
      const step = matchedStep(secret, code, now)
      if (step !== undefined && step <= row.lastStep) return { type: 'used' }
      if (step !== undefined) {
        await sql`update codes set last_step = ${step}, wrong = 0, locked_until = null where actor = ${actor}`
        return { type: 'right' }
      }
      const wrong = row.wrong + 1
      if (wrong < WRONG_MAX) {
        await sql`update codes set wrong = ${wrong} where actor = ${actor}`
        return { type: 'wrong', left: WRONG_MAX - wrong }
      }
      const untilMs = now + LOCK_MS
      await sql`update codes set wrong = 0, locked_until = ${untilMs} where actor = ${actor}`
      await sql`
        insert into alerts (seq, type, severity, symbol, summary, detail, ts)
        values (null, 'access.codes_locked', 'P2', null,
          ${`Five wrong authenticator codes by ${actor}: locked for 15 minutes. If it was not them, reset the authenticator at the terminal: ballast user totp ${actor}`},
          ${toJson({ actor, untilMs })}::text::jsonb, ${now})`
      await sql`select pg_notify(${EVENTS_CHANNEL}, '0')`
      return { type: 'locked', untilMs }
    })
  }

  /** Keeps a secret that was proven by a code of `step`: that code is used up. */
  async enrol(actor: string, secret: Buffer, step: number): Promise<void> {
    const sealed = this.seal(actor, secret)
    await this.sql`
      insert into codes (actor, secret, last_step) values (${actor}, ${sealed}, ${step})
      on conflict (actor) do update set secret = excluded.secret, last_step = excluded.last_step, wrong = 0, locked_until = null`
  }

  /** Answers whether there was one. */
  async remove(actor: string): Promise<boolean> {
    const rows = await this.sql`delete from codes where actor = ${actor} returning 1`
    return rows.length > 0
  }

  private seal(actor: string, secret: Buffer): string {
    if (!existsSync(this.keyFile)) writeFileSync(this.keyFile, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    const key = this.key()
    if (key === undefined) throw new Error(`${this.keyFile} holds no key: remove it and enroll all users again`)
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, key, nonce)
    // A row that is copied to another operator opens for nobody.
    cipher.setAAD(Buffer.from(actor))
    return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64')
  }

  /** Undefined where the key is another, or gone. */
  private open(actor: string, sealed: string): Buffer | undefined {
    const key = this.key()
    const bytes = Buffer.from(sealed, 'base64')
    if (key === undefined || bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES))
    decipher.setAAD(Buffer.from(actor))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    } catch {
      // The seal is not of this key or not of this operator: as good as none.
      return undefined
    }
  }

  private key(): Buffer | undefined {
    if (!existsSync(this.keyFile)) return undefined
    const key = Buffer.from(readFileSync(this.keyFile, 'utf8').trim(), 'hex')
    return key.length === KEY_BYTES ? key : undefined
  }

  private columns() {
    return this.sql`secret, last_step as "lastStep", wrong, locked_until as "lockedUntil"`
  }
}
