/**
 * Whether the database answers, asked each second on a connection of its own: what is asked of it meanwhile need not wait to find out.
 */
import { type Sql, makeClient } from '../../../db/client.ts'
import { troubleOf } from '../../../db/error.ts'
import type { DatabaseState } from '../../../api/context.ts'

const EVERY_MS = 500
/** A busy machine is not a lost database. */
const LIMIT_MS = 1_200
const CLOSE_SEC = 1

export class DatabasePulse implements DatabaseState {
  private readonly sql: Sql
  private readonly timer: NodeJS.Timeout
  private askedMs: number | undefined
  private since: number | undefined
  private readonly waiting = new Set<() => void>()

  constructor(url: string) {
    this.sql = makeClient({ url, max: 1, connectTimeoutSec: 2 })
    this.timer = setInterval(() => this.beat(), EVERY_MS)
    this.timer.unref()
  }

  downSinceMs(): number | undefined {
    return this.since
  }

  onDown(callback: () => void): () => void {
    this.waiting.add(callback)
    return () => this.waiting.delete(callback)
  }

  troubleOf(cause: unknown): string | undefined {
    return troubleOf(cause)
  }

  private beat(): void {
    const now = performance.now()
    if (this.askedMs !== undefined) {
      if (now - this.askedMs > LIMIT_MS) this.down()
      return
    }
    this.askedMs = now
    this.sql`select 1`.then(
      () => {
        this.askedMs = undefined
        this.since = undefined
      },
      () => {
        this.askedMs = undefined
        this.down()
      },
    )
  }

  private down(): void {
    this.since ??= Date.now()
    for (const callback of this.waiting) callback()
    this.waiting.clear()
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.sql.end({ timeout: CLOSE_SEC })
  }
}
