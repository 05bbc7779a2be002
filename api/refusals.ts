/**
 * Requests that were refused for want of rights: those of a known key for the audit, many without one as an alert.
 * A command notes its own refusals; this is for routes that only read.
 */
import type { Context } from 'hono'
import type { ApiEnv, ApiKey } from './auth.ts'
import { entryOf } from './commands/audit-entry.ts'
import type { CommandPorts } from './commands/command.ts'
import { actorOfKey } from './context.ts'
import { type Edge, addressOf } from './edge.ts'
import { ProblemError } from './problem.ts'
import { toWritten } from './verb-paths.ts'

/** For each key and path: a program that asks again and again must not fill the record. */
const AGAIN_MS = 60_000
const KEPT_MAX = 1_000
const BURST = 20
const BURST_MS = 60_000
const BURST_AGAIN_MS = 3_600_000

export class RefusalNotes {
  private readonly ports: Pick<CommandPorts, 'audit' | 'alerts' | 'wallNow'>
  private readonly edge: Edge
  private readonly log: (text: string) => void
  private readonly noted = new Map<string, number>()
  private failures = { from: Number.NEGATIVE_INFINITY, count: 0 }
  private toldAt = Number.NEGATIVE_INFINITY

  constructor(ports: Pick<CommandPorts, 'audit' | 'alerts' | 'wallNow'>, edge: Edge, log: (text: string) => void) {
    this.ports = ports
    this.edge = edge
    this.log = log
  }

  note(cause: Error, c: Context<ApiEnv>): void {
    if (!(cause instanceof ProblemError)) return
    if (cause.code === 'unauthorized') this.count(c)
    if (cause.code === 'forbidden_scope' || cause.code === 'forbidden_network') this.keep(cause, c)
  }

  private keep(cause: ProblemError, c: Context<ApiEnv>): void {
    const key = c.get('key') as ApiKey | undefined
    if (key === undefined || cause.extra.more?.commandStatus !== undefined) return
    const what = `${c.req.method} ${toWritten(c.req.path).slice(0, 100)}`
    const at = this.ports.wallNow()
    if (at - (this.noted.get(`${key.id} ${what}`) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return
    if (this.noted.size >= KEPT_MAX) this.noted.clear()
    this.noted.set(`${key.id} ${what}`, at)
    const request = { actor: actorOfKey(key, 'rest'), requestId: c.get('requestId') }
    void this.ports.audit.note(entryOf({ name: what, hidden: [] }, {}, request, 'forbidden', cause.message))
  }

  private count(c: Context<ApiEnv>): void {
    const at = this.ports.wallNow()
    if (at - this.failures.from >= BURST_MS) this.failures = { from: at, count: 0 }
    this.failures.count += 1
    if (this.failures.count < BURST || at - this.toldAt < BURST_AGAIN_MS) return
    this.toldAt = at
    const address = addressOf(c, this.edge) ?? 'an unknown address'
    const summary = `${BURST} requests to the API within a minute had no valid key, the last from ${address}.`
    this.ports.alerts
      .raise('auth.failed_burst', summary, { address })
      .catch((thrown: unknown) =>
        this.log(`could not report requests without a key: ${thrown instanceof Error ? thrown.message : String(thrown)}`),
      )
  }
}
