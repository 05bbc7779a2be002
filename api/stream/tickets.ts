/**
 * Tickets for browsers, which cannot send a header with a WebSocket: good once, for 30 s, in the name of the key that asked for it.
 * Kept in memory: a process that ends takes them with it.
 */
import { randomBytes } from 'node:crypto'
import type { ApiKey } from '../auth.ts'

export const TICKET_MS = 30_000
const TICKETS_MAX = 10_000

export class Tickets {
  private readonly open = new Map<string, { readonly key: ApiKey; readonly until: number }>()
  private readonly wallNow: () => number

  constructor(wallNow: () => number) {
    this.wallNow = wallNow
  }

  make(key: ApiKey): { readonly ticket: string; readonly expiresAt: number } {
    const now = this.wallNow()
    for (const [ticket, { until }] of this.open) if (until <= now || this.open.size >= TICKETS_MAX) this.open.delete(ticket)
    const ticket = `wst_${randomBytes(24).toString('base64url')}`
    const expiresAt = now + TICKET_MS
    this.open.set(ticket, { key, until: expiresAt })
    return { ticket, expiresAt }
  }

  /** The key that it stands for; undefined where it was taken, or is too old. */
  redeem(ticket: string): ApiKey | undefined {
    const found = this.open.get(ticket)
    this.open.delete(ticket)
    return found !== undefined && found.until > this.wallNow() ? found.key : undefined
  }
}
