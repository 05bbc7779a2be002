/**
 * Alerts of a process that may find the database away: kept in memory and written when it answers again, oldest first.
 */
import { type InstallationAlert, insertAlert } from '../../db/alerts.ts'
import type { AlertType } from '../alerts/catalogue.ts'
import { type Sql, makeClient } from '../../db/client.ts'

const FLUSH_EVERY_MS = 2_000
/** The newest are kept: of a loop of crashes the first ones tell nothing more. */
const KEPT_MAX = 50
const CLOSE_SEC = 1

export class AlertWriter {
  private readonly url: () => string | undefined
  private readonly timer: NodeJS.Timeout
  private waiting: InstallationAlert[] = []
  private client: { readonly url: string; readonly sql: Sql } | undefined
  private isWriting = false

  /** `url` is asked at each attempt: a database that is started again may have another one. */
  constructor(url: () => string | undefined) {
    this.url = url
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS)
    this.timer.unref()
  }

  raise(type: AlertType, summary: string): void {
    this.waiting.push({ type, summary, atMs: Date.now() })
    if (this.waiting.length > KEPT_MAX) this.waiting.splice(0, this.waiting.length - KEPT_MAX)
    void this.flush()
  }

  /** How many still wait for the database. */
  get pending(): number {
    return this.waiting.length
  }

  private async flush(): Promise<void> {
    const url = this.url()
    if (this.isWriting || this.waiting.length === 0 || url === undefined) return
    this.isWriting = true
    try {
      if (this.client?.url !== url) {
        await this.client?.sql.end({ timeout: CLOSE_SEC })
        this.client = { url, sql: makeClient({ url, max: 1, connectTimeoutSec: 2 }) }
      }
      for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
        await insertAlert(this.client.sql, next)
        this.waiting = this.waiting.filter((alert) => alert !== next)
      }
    } catch {
      // It waits: that the database is away is reported by whoever needs it to trade.
    } finally {
      this.isWriting = false
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.client?.sql.end({ timeout: CLOSE_SEC })
  }
}
