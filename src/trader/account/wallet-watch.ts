/**
 * Compares the exchange's wallet with the records: money that moved without a trade shows in a frame of the wallet alone.
 */
import type { Cash } from '../../core/units.ts'
import type { WallClock } from '../../system/wall-clock.ts'

/** Execution and wallet come over one connection in no promised order. */
const SETTLE_MS = 1_500

export interface WalletWatchPorts {
  readonly wallClock: WallClock
  /** Of the settle coin, by the records. */
  readonly money: () => Cash
  /** Nothing is waiting to be booked. */
  readonly isIdle: () => boolean
  /** The wallet differs, and no execution has explained it. */
  readonly differs: () => void
}

export class WalletWatch {
  private readonly ports: WalletWatchPorts
  private waiting: { readonly balance: Cash; readonly atMs: number } | undefined

  constructor(ports: WalletWatchPorts) {
    this.ports = ports
  }

  frame(balance: Cash): void {
    this.waiting = { balance, atMs: this.ports.wallClock.steadyMs() }
  }

  /** Each second. */
  check(): void {
    const { waiting, ports } = this
    if (waiting === undefined || ports.wallClock.steadyMs() - waiting.atMs < SETTLE_MS || !ports.isIdle()) return
    this.waiting = undefined
    if (waiting.balance !== ports.money()) ports.differs()
  }
}
