/**
 * Requests that a key had no right to, for the audit. A command notes its own; this is for routes that only read.
 * Once a minute for each key and path: a program that asks again and again must not fill the record.
 */
import type { Context } from 'hono'
import type { ApiEnv, ApiKey } from './auth.ts'
import { entryOf } from './commands/audit-entry.ts'
import { actorOfKey } from './context.ts'
import type { Audit } from './ports/ports.ts'
import { ProblemError } from './problem.ts'

const AGAIN_MS = 60_000
const KEPT_MAX = 1_000

export class RefusalNotes {
  private readonly audit: Audit
  private readonly now: () => number
  private readonly noted = new Map<string, number>()

  constructor(audit: Audit, now: () => number) {
    this.audit = audit
    this.now = now
  }

  note(cause: Error, c: Context<ApiEnv>): void {
    if (!(cause instanceof ProblemError) || (cause.code !== 'forbidden_scope' && cause.code !== 'forbidden_network')) return
    const key = c.get('key') as ApiKey | undefined
    if (key === undefined || cause.extra.more?.commandStatus !== undefined) return
    const what = `${c.req.method} ${c.req.path.slice(0, 100)}`
    const at = this.now()
    if (at - (this.noted.get(`${key.id} ${what}`) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return
    if (this.noted.size >= KEPT_MAX) this.noted.clear()
    this.noted.set(`${key.id} ${what}`, at)
    const request = { actor: actorOfKey(key, 'rest'), requestId: c.get('requestId') }
    void this.audit.note(entryOf({ name: what, hidden: [] }, {}, request, 'forbidden', cause.message))
  }
}
