/**
 * Tells a service outside that Ballast is well, once a minute: it raises the alarm when that ends, also where this machine is gone.
 * Never tells it while the trader or the database does not answer, and never reaches a private network that was not allowed.
 */
import { guardedPost } from '../../system/guarded-request.ts'

const EVERY_MS = 60_000
const TIMEOUT_MS = 10_000
/** It reports once a second. */
const SILENT_MS = 10_000

export interface DeadManPorts {
  readonly url: string
  /** Private networks that may be reached all the same. */
  readonly allowed: readonly string[]
  /** ms since the trader reported; undefined: never. @throws while the database is away */
  readonly traderAgeMs: () => Promise<number | undefined>
  readonly report: (status: 'ok' | 'warn', detail: string) => Promise<void>
  readonly steadyMs: () => number
}

export class DeadMan {
  private readonly ports: DeadManPorts
  private lastMs = Number.NEGATIVE_INFINITY
  private isBusy = false

  constructor(ports: DeadManPorts) {
    this.ports = ports
  }

  async look(): Promise<void> {
    const { url, allowed, traderAgeMs, report, steadyMs } = this.ports
    if (this.isBusy || steadyMs() - this.lastMs < EVERY_MS) return
    this.isBusy = true
    try {
      const age = await traderAgeMs()
      if (age === undefined || age > SILENT_MS) return
      this.lastMs = steadyMs()
      const answer = await guardedPost({ url, headers: { 'user-agent': 'ballast' }, body: '', timeoutMs: TIMEOUT_MS, allowed })
      // The address is as good as a password there: it is in no line.
      if (answer.type === 'answered' && answer.status >= 200 && answer.status < 300) await report('ok', 'the service outside hears of us')
      else
        await report(
          'warn',
          `the service outside does not take the ping (${answer.type === 'answered' ? `HTTP ${answer.status}` : answer.detail})`,
        )
    } finally {
      this.isBusy = false
    }
  }
}
