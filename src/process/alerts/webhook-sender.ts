/**
 * Sends what waits for webhooks: at least once, signed, again after growing waits, for about a day; then it is given up and reported.
 */
import { insertAlert } from '../../../db/alerts.ts'
import type { Sql } from '../../../db/client.ts'
import type { DueMessage, PostgresWebhooks } from '../../../db/alerting/webhooks.ts'
import { guardedPost } from '../../system/guarded-request.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
export const WAITS_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR] as const
const TIMEOUT_MS = 10_000
const PAGE = 100
const GONE = 410

export class WebhookSender {
  private readonly sql: Sql
  private readonly rows: PostgresWebhooks
  private readonly allowed: readonly string[]
  private running: Promise<void> | undefined

  /** @param allowed private networks that may be reached all the same */
  constructor(sql: Sql, rows: PostgresWebhooks, allowed: readonly string[]) {
    this.sql = sql
    this.rows = rows
    this.allowed = allowed
  }

  /** Once at a time. */
  look(): Promise<void> {
    this.running ??= this.send().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async send(): Promise<void> {
    const due = await this.rows.due(PAGE)
    const names = [...new Set(due.map(({ webhookId }) => webhookId))]
    await Promise.all(names.map((id) => this.sendAll(due.filter(({ webhookId }) => webhookId === id))))
  }

  /** In order; one that fails keeps those behind it for the next look, when it is not due and they are. */
  private async sendAll(messages: readonly DueMessage[]): Promise<void> {
    for (const message of messages) if (!(await this.sendOne(message))) return
  }

  private async sendOne(message: DueMessage): Promise<boolean> {
    const { id, url, body, headers, attempts, name } = message
    const answer = await guardedPost({
      url,
      headers: { 'user-agent': 'ballast', ...headers, ...this.rows.signed(message) },
      body,
      timeoutMs: TIMEOUT_MS,
      allowed: this.allowed,
    })
    if (answer.type === 'answered' && answer.status >= 200 && answer.status < 300) {
      await this.rows.sent(id, answer.status)
      return true
    }
    const status = answer.type === 'answered' ? answer.status : null
    const detail = answer.type === 'answered' ? `HTTP ${answer.status}` : answer.detail
    const wait = status === GONE ? undefined : WAITS_MS[attempts]
    const after = answer.type === 'answered' ? Math.min(HOUR, answer.retryAfterMs ?? 0) : 0
    await this.rows.failed(id, status, detail, wait === undefined ? undefined : Date.now() + Math.max(wait, after))
    if (wait === undefined)
      await insertAlert(this.sql, {
        type: 'webhook.failed',
        summary: `The webhook ${name} did not take a message (${detail}), after ${attempts + 1} attempts. See: webhook deliveries ${name}`,
        atMs: Date.now(),
        detail: { source: name },
      })
    return false
  }
}
