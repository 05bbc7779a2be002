/**
 * When the account is compared with the exchange's, what a doubt leads to, and when a doubt is over.
 */
import type { ReconcileOutcome, Reconciler } from './reconciler.ts'
import type { AlertType } from '../../alerts/catalogue.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'
import { type Hold, UNEXPLAINED_HOLD } from '../../kernel/state/holds.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Instrument } from '../../market/instrument.ts'
import { type HealthReporter, PARTS } from '../health.ts'
import type { SystemHolds } from '../safety/system-holds.ts'
import type { StreamWatch } from '../safety/stream-watch.ts'
import type { WallClock } from '../../system/wall-clock.ts'

const RETRY_MS = 5_000

export interface AccountMonitorPorts {
  readonly kernel: Kernel
  readonly reconciler: Pick<Reconciler, 'run'>
  readonly streams: Pick<StreamWatch, 'carries'>
  readonly holds: Pick<SystemHolds, 'add' | 'lift' | 'stale'>
  readonly health: HealthReporter
  readonly wallClock: Pick<WallClock, 'steadyMs' | 'sleep'>
  readonly notice: (alert: AlertType, severity: AlertSeverity, instrument: Instrument | undefined, summary: string) => void
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

export class AccountMonitor {
  /** What the last reading said. */
  text = ''
  isClean = false
  isKeyRefused = false
  /** Once at least. */
  wasClean = false
  private readonly ports: AccountMonitorPorts
  private isMeasuring = false
  private triedMs = 0

  constructor(ports: AccountMonitorPorts) {
    this.ports = ports
  }

  async run(isFirst: boolean): Promise<boolean> {
    const { kernel, reconciler, holds, health, wallClock, log } = this.ports
    // What nobody can explain no reading explains: an admin lifts that.
    const doubts = kernel.holds.filter((h) => h.cause === 'reconcile' && h.id !== UNEXPLAINED_HOLD)
    const outcome = await reconciler.run()
    this.triedMs = wallClock.steadyMs()
    this.isClean = outcome.isClean
    this.isKeyRefused = outcome.isKeyRefused === true
    this.text = outcome.isClean ? heldText(outcome) : outcome.detail
    if (outcome.isClean) {
      this.wasClean = true
      health.report(PARTS.reconcile, 'ok', `${heldText(outcome)}${outcome.detail === '' ? '' : `; ${outcome.detail}`}`)
      // What came up while it was read is not answered by it.
      if (!isFirst)
        for (const doubt of doubts) {
          this.tellRefused(doubt)
          await holds.lift(doubt.id)
        }
    } else {
      health.report(PARTS.reconcile, 'down', outcome.detail)
      log('warn', `reconcile: ${outcome.detail}`)
      if (!isFirst) await holds.add('reconcile', 'no-entries', 'reconcile', outcome.detail)
    }
    return outcome.isClean
  }

  /** An exit was refused since nothing was held, and the exchange reports that it is: nobody closes it now. */
  private tellRefused(doubt: Hold): void {
    const { kernel, notice } = this.ports
    if (doubt.scope.type !== 'symbol' || doubt.code !== 'nothing-to-reduce' || kernel.portfolio.positionLots(doubt.scope.instrument) === 0)
      return
    const instrument = kernel.config.instruments[doubt.scope.instrument] as Instrument
    notice(
      'order.rejected',
      'P1',
      instrument,
      `${instrument.symbol}: ${doubt.reason}. The position is still open, with its stop. To close it: /close ${instrument.symbol}`,
    )
  }

  /** A reading that failed is repeated, and a stale hold that stands (one of an earlier run too) is measured again. */
  measureAgain(): void {
    const { wallClock } = this.ports
    if (!this.isClean && wallClock.steadyMs() - this.triedMs >= RETRY_MS) {
      this.triedMs = wallClock.steadyMs()
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
    await this.ports.wallClock.sleep(RETRY_MS)
    return this.run(false)
  }
}

/** `1 order, 2 positions` */
const heldText = ({ openOrders, positions }: Pick<ReconcileOutcome, 'openOrders' | 'positions'>): string =>
  `${openOrders} ${openOrders === 1 ? 'order' : 'orders'}, ${positions} ${positions === 1 ? 'position' : 'positions'}`
