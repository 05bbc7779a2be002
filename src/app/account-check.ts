/**
 * When the account is compared with the exchange's, what a doubt leads to, and when a doubt is over.
 * Never lifts a doubt that came up while the answer to it was being read.
 */
import { UNEXPLAINED_HOLD } from '../kernel/holds.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { type HealthReporter, PARTS } from './health.ts'
import type { OwnHolds } from './own-holds.ts'
import type { Reconciler } from './reconciler.ts'
import type { StreamWatch } from './stream-watch.ts'
import type { Wall } from './wall.ts'

const RETRY_MS = 5_000

export interface AccountCheckPorts {
  readonly kernel: Kernel
  readonly reconciler: Reconciler
  readonly streams: StreamWatch
  readonly holds: OwnHolds
  readonly health: HealthReporter
  readonly wall: Wall
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

export class AccountCheck {
  /** What the last reading said. */
  text = ''
  isClean = false
  isKeyRefused = false
  /** Once at least. */
  wasClean = false
  private readonly ports: AccountCheckPorts
  private isMeasuring = false
  private triedMs = 0

  constructor(ports: AccountCheckPorts) {
    this.ports = ports
  }

  async run(isFirst: boolean): Promise<boolean> {
    const { kernel, reconciler, holds, health, wall, log } = this.ports
    // What nobody can explain no reading explains: an admin lifts that.
    const doubts = kernel.holds.filter((h) => h.cause === 'reconcile' && h.id !== UNEXPLAINED_HOLD).map((h) => h.id)
    const outcome = await reconciler.run()
    this.triedMs = wall.steadyMs()
    this.isClean = outcome.isClean
    this.isKeyRefused = outcome.isKeyRefused === true
    this.text = outcome.isClean ? `${outcome.openOrders} orders, ${outcome.positions} positions` : outcome.detail
    if (outcome.isClean) {
      this.wasClean = true
      health.report(
        PARTS.reconcile,
        'ok',
        `${outcome.openOrders} orders, ${outcome.positions} positions${outcome.detail === '' ? '' : `; ${outcome.detail}`}`,
      )
      // What came up while it was read is not answered by it.
      if (!isFirst) for (const id of doubts) await holds.lift(id)
    } else {
      health.report(PARTS.reconcile, 'down', outcome.detail)
      log('warn', `reconcile: ${outcome.detail}`)
      if (!isFirst) await holds.add('reconcile', 'no-entries', 'reconcile', outcome.detail)
    }
    return outcome.isClean
  }

  /** A reading that failed is repeated, and a stale hold that stands (one of an earlier run too) is measured again. */
  measureAgain(): void {
    const { wall } = this.ports
    if (!this.isClean && wall.steadyMs() - this.triedMs >= RETRY_MS) {
      this.triedMs = wall.steadyMs()
      void this.run(false)
    }
    void this.freshAgain()
  }

  /** Streams are back: two clean reads, five seconds apart, end the hold (S1). */
  async freshAgain(): Promise<void> {
    if (this.isMeasuring || this.over().length === 0) return
    this.isMeasuring = true
    const isClean = (await this.run(false)) && (await this.cleanLater())
    this.isMeasuring = false
    if (isClean) for (const id of this.over()) await this.ports.holds.lift(id)
  }

  /** Stale holds whose data comes in again. */
  private over(): string[] {
    const { holds, streams } = this.ports
    return holds
      .stale()
      .filter(({ symbol }) => streams.carries(symbol))
      .map(({ id }) => id)
  }

  private async cleanLater(): Promise<boolean> {
    await this.ports.wall.sleep(RETRY_MS)
    return this.run(false)
  }
}
