/**
 * Webhooks that go out, and the log of their messages. The secrets of signatures are kept nowhere (derived-key.ts).
 */
import { randomBytes } from 'node:crypto'
import { Webhook as Signer } from 'standardwebhooks'
import type { NewWebhook, Webhook, WebhookDelivery, Webhooks } from '../../api/ports/webhook-ports.ts'
import type { AlertFilter } from '../../src/alerts/filter.ts'
import { matches } from '../../src/alerts/filter.ts'
import { type WebhookPreset, webhookBody } from '../../src/alerts/webhook-body.ts'
import { derivedKey, signingText } from '../access/derived-key.ts'
import type { Queryable, Sql } from '../client.ts'
import { toJson } from '../json.ts'
import type { DeskAlert } from './desk.ts'

export interface DueMessage {
  readonly id: number
  readonly webhookId: string
  readonly name: string
  readonly url: string
  readonly messageId: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly attempts: number
  readonly turn: number
  readonly oldUntil: number | null
}
interface Target {
  readonly id: string
  readonly preset: WebhookPreset
  readonly filter: AlertFilter
  readonly token: string | null
}

const SHOWN_END = 4
function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url)
  const rest = `${pathname}${search}`
  return rest === '/' ? origin : `${origin}/…${rest.slice(-SHOWN_END)}`
}

export class PostgresWebhooks implements Webhooks {
  readonly urlProblem: (url: string) => string | undefined
  private readonly idOf: (alertId: number) => string
  private readonly sql: Sql
  private readonly keyFile: string
  private readonly mode: string
  private readonly wallNow: () => number

  constructor(
    sql: Sql,
    options: {
      readonly keyFile: string
      readonly mode: string
      readonly urlProblem: (url: string) => string | undefined
      /** How an alert is called outside. */
      readonly idOf: (alertId: number) => string
      readonly wallNow: () => number
    },
  ) {
    this.sql = sql
    this.keyFile = options.keyFile
    this.mode = options.mode
    this.urlProblem = options.urlProblem
    this.idOf = options.idOf
    this.wallNow = options.wallNow
  }

  async list(): Promise<readonly Webhook[]> {
    const rows = await this.sql<(Omit<Webhook, 'shownUrl'> & { url: string })[]>`
      select id, name, preset, url, filter, created_at as "createdAt", old_until as "oldUntil" from webhooks
      where removed_at is null order by created_at, id`
    return rows.map(({ url, ...row }) => ({ ...row, shownUrl: shownUrl(url) }))
  }

  async create({ name, preset, url, filter, token }: NewWebhook, actor: string): Promise<string | undefined> {
    const id = randomBytes(6).toString('hex')
    const made = await this.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('webhooks'))`
      return tx`
        insert into webhooks (id, name, preset, url, filter, token, actor)
        select ${id}, ${name}, ${preset}, ${url}, ${toJson(filter)}::text::jsonb, ${token}, ${actor}
        where not exists (select 1 from webhooks where name = ${name} and removed_at is null) returning 1`
    })
    return made.length === 0 ? undefined : signingText(this.key(id, 1))
  }

  async change(name: string, { url, filter, token }: Partial<Pick<NewWebhook, 'url' | 'filter' | 'token'>>): Promise<boolean> {
    const rows = await this.sql`
      update webhooks set url = coalesce(${url ?? null}, url), token = coalesce(${token ?? null}, token),
        filter = coalesce(${filter === undefined ? null : toJson(filter)}::text::jsonb, filter)
      where name = ${name} and removed_at is null returning 1`
    return rows.length > 0
  }

  async rotate(name: string, overlapMs: number): Promise<string | undefined> {
    const [row] = await this.sql<{ id: string; turn: number }[]>`
      update webhooks set turn = turn + 1, old_until = ${this.wallNow() + overlapMs} where name = ${name} and removed_at is null returning id, turn`
    return row === undefined ? undefined : signingText(this.key(row.id, row.turn))
  }

  async remove(name: string): Promise<boolean> {
    return this.sql.begin(async (tx) => {
      const [row] = await tx<{ id: string }[]>`
        update webhooks set removed_at = ${this.wallNow()}, url = '', token = null where name = ${name} and removed_at is null returning id`
      if (row === undefined) return false
      await tx`
        update webhook_deliveries set status = 'failed', last_error = 'the webhook was removed' where webhook_id = ${row.id} and status = 'pending'`
      return true
    })
  }

  async test(name: string): Promise<boolean> {
    const [target] = await this.sql<Target[]>`select id, preset, filter, token from webhooks where name = ${name} and removed_at is null`
    if (target === undefined) return false
    const now = this.wallNow()
    const summary = 'TEST: this machine’s clock is 900 ms ahead of Bybit’s. Set it: NTP.'
    const alert = { id: 0, type: 'clock.skew', severity: 'P3', symbol: null, summary, detail: { isSample: true }, ts: now, createdAt: now }
    await this.put(this.sql, target, alert, `tst_${randomBytes(9).toString('base64url')}`)
    return true
  }

  async deliveries(name: string | undefined, limit: number): Promise<readonly WebhookDelivery[]> {
    return this.sql<WebhookDelivery[]>`
      select d.id, w.name as webhook, d.message_id as "messageId", d.type, d.status, d.attempts, d.next_at as "nextAt", d.last_status as "lastStatus",
        d.last_error as "lastError", d.created_at as "createdAt", d.sent_at as "sentAt"
      from webhook_deliveries d join webhooks w on w.id = d.webhook_id
      where ${name === undefined ? this.sql`true` : this.sql`w.name = ${name} and w.removed_at is null`} order by d.id desc limit ${limit}`
  }

  async replay(id: number): Promise<boolean> {
    const rows = await this.sql`
      insert into webhook_deliveries (webhook_id, message_id, type, headers, body, next_at, created_at)
      select webhook_id, message_id, type, headers, body, ${this.wallNow()}, ${this.wallNow()} from webhook_deliveries d
      where id = ${id} and exists (select 1 from webhooks w where w.id = d.webhook_id and w.removed_at is null) returning 1`
    return rows.length > 0
  }

  /** Puts an alert into the log of each that asked for it, in the transaction in which it is routed. */
  async enqueueAlert(tx: Queryable, alert: DeskAlert): Promise<void> {
    const targets = await tx<Target[]>`select id, preset, filter, token from webhooks where removed_at is null`
    for (const target of targets) if (matches(target.filter, alert)) await this.put(tx, target, alert, this.idOf(alert.id))
  }

  private async put(sql: Queryable, { id, preset, token }: Target, alert: DeskAlert, messageId: string): Promise<void> {
    const { headers, body } = webhookBody(
      preset,
      { ...alert, id: messageId, at: new Date(alert.createdAt).toISOString(), mode: this.mode },
      token,
    )
    const now = this.wallNow()
    const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
    await sql`
      insert into webhook_deliveries (webhook_id, message_id, type, headers, body, next_at, created_at)
      values (${id}, ${messageId}, ${alert.type}, ${toJson({ ...headers, 'content-type': type })}::text::jsonb,
        ${typeof body === 'string' ? body : toJson(body)}, ${now}, ${now})`
  }

  async hasAny(): Promise<boolean> {
    return (await this.sql`select 1 from webhooks where removed_at is null limit 1`).length > 0
  }

  /** Due messages, the oldest of each webhook first. */
  async due(limit: number): Promise<readonly DueMessage[]> {
    return this.sql<DueMessage[]>`
      select d.id, d.webhook_id as "webhookId", w.name, w.url, d.message_id as "messageId", d.headers, d.body, d.attempts, w.turn,
        w.old_until as "oldUntil"
      from webhook_deliveries d join webhooks w on w.id = d.webhook_id
      where d.status = 'pending' and d.next_at <= ${this.wallNow()} and w.removed_at is null order by d.id limit ${limit}`
  }

  /** Headers of Standard Webhooks; while a rotation overlaps, a signature by each of both secrets. */
  signed({ webhookId, messageId, body, turn, oldUntil }: DueMessage): Readonly<Record<string, string>> {
    const now = this.wallNow()
    const turns = oldUntil !== null && oldUntil > now ? [turn, turn - 1] : [turn]
    const at = new Date(now)
    return {
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(now / 1_000)),
      'webhook-signature': turns.map((each) => new Signer(signingText(this.key(webhookId, each))).sign(messageId, at, body)).join(' '),
    }
  }

  async sent(id: number, status: number): Promise<void> {
    await this.sql`
      update webhook_deliveries set status = 'sent', attempts = attempts + 1, last_status = ${status}, last_error = null, sent_at = ${this.wallNow()}
      where id = ${id}`
  }

  /** @param nextAt undefined: given up */
  async failed(id: number, status: number | null, detail: string, nextAt: number | undefined): Promise<void> {
    await this.sql`
      update webhook_deliveries set attempts = attempts + 1, last_status = ${status}, last_error = ${detail},
        status = ${nextAt === undefined ? 'failed' : 'pending'}, next_at = ${nextAt ?? this.wallNow()} where id = ${id} and status = 'pending'`
  }

  private key(id: string, turn: number): Buffer {
    return derivedKey(this.keyFile, `webhook ${id} ${turn}`)
  }
}
