/**
 * Watches that each position has its stop at the venue, in wall-clock time (S5): repair at once, alert at 5 s, close at 30 s.
 */
import type { InstrumentIndex, OrderId, Ts } from '../../core/units.ts'
import type { ProtectionMissing } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Order, isOwnStop, isPositionStop, openLotsOf } from '../../trading/order.ts'
import type { Category } from '../../market/instrument.ts'
import type { WallClock } from '../../system/wall-clock.ts'

/** The stop travels with the entry and its report follows the fill's: this long it may be on its way. */
const GRACE_MS = 750
const REPEAT_MS = 2_500
/** An exit that has not filled for this long does not protect: its outcome may be unknown. */
const EXIT_MS = 3_000
/** A move of a stop is confirmed within this time, or it has not happened. */
const ASTRAY_MS = 4_000

export class ProtectionWatch {
  private readonly kernel: Kernel
  private readonly wallClock: WallClock
  private readonly tell: (input: ProtectionMissing) => void
  private readonly now: () => Ts
  private readonly bareSince = new Map<InstrumentIndex, number>()
  private readonly toldAt = new Map<InstrumentIndex, number>()
  private readonly astraySince = new Map<InstrumentIndex, number>()
  private readonly exitSince = new Map<OrderId, number>()

  constructor(kernel: Kernel, wallClock: WallClock, tell: (input: ProtectionMissing) => void, now: () => Ts) {
    this.kernel = kernel
    this.wallClock = wallClock
    this.tell = tell
    this.now = now
  }

  check(): void {
    const steady = this.wallClock.steadyMs()
    this.forgetExits()
    for (const { index } of this.kernel.config.instruments) this.checkPlace(index, steady)
    for (const instrument of this.kernel.config.instruments) {
      const i = instrument.index
      if (!this.isBare(i, steady) && !this.isStillBare(i, instrument.category, steady)) {
        this.bareSince.delete(i)
        this.toldAt.delete(i)
        continue
      }
      const since = this.bareSince.get(i) ?? steady
      this.bareSince.set(i, since)
      const bareMs = Math.round(steady - since)
      if (bareMs < GRACE_MS || steady - (this.toldAt.get(i) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) continue
      this.toldAt.set(i, steady)
      this.tell({ type: 'protection-missing', instrument: i, bareMs, ts: this.now() })
    }
  }

  /** A stop that is elsewhere than it is meant to, or where nothing is held any more (spot): the wish to move it was lost on the way, or with the process that had it. */
  private checkPlace(i: InstrumentIndex, steady: number): void {
    const { portfolio, orders } = this.kernel
    const meant = portfolio.openTrade(i)?.stop
    const [stop, other] = orders.open(i).filter(isPositionStop)
    const isLeft = stop !== undefined && isOwnStop(stop) && portfolio.positionLots(i) === 0
    // Beside a stop of somebody's for a part of the position nobody can say which is which.
    const isSized = stop === undefined || !isOwnStop(stop) || stop.status === 'triggered' || openLotsOf(stop) === this.kernel.guardedLots(i)
    if (!isLeft && (meant === undefined || stop === undefined || other !== undefined || (stop.trigger === meant && isSized))) {
      this.astraySince.delete(i)
      return
    }
    const since = this.astraySince.get(i) ?? steady
    this.astraySince.set(i, since)
    if (steady - since < ASTRAY_MS) return
    this.astraySince.set(i, steady)
    this.tell({ type: 'protection-missing', instrument: i, bareMs: 0, ts: this.now() })
  }

  /** Held, needing a stop, without one that is open, and not just being closed. */
  private isBare(i: InstrumentIndex, steady: number): boolean {
    const { portfolio, orders, runs } = this.kernel
    if (portfolio.positionLots(i) === 0 || runs[i]?.definition.protection === 'none') return false
    let isCovered = false
    for (const order of orders.open(i)) {
      // One of Ballast's that nobody has answered for protects no longer than an exit does.
      if (isPositionStop(order) && order.status !== 'submitted' && !order.cancelRequested && !this.isPassed(order)) {
        isCovered = true
        continue
      }
      if (order.class !== 'flatten' && order.class !== 'reduce' && !isOwnStop(order)) continue
      // The clock of each runs from when it was first seen, beside a stop and beside other exits: one after the other they would add up.
      const since = this.exitSince.get(order.orderId) ?? steady
      this.exitSince.set(order.orderId, since)
      if (steady - since < EXIT_MS) isCovered = true
    }
    return !isCovered
  }

  /**
   * A stop of our own that the price is beyond and that was not triggered: sent while the price was there already, the exchange takes it for
   * an order that waits until the price comes back.
   */
  private isPassed(order: Order): boolean {
    const { portfolio } = this.kernel
    const mark = portfolio.mark(order.instrument)
    if (!isOwnStop(order) || order.trigger === undefined || mark <= 0) return false
    return (mark - order.trigger) * Math.sign(portfolio.positionLots(order.instrument)) < 0
  }

  /**
   * On spot the stop is off before an exit goes: each new exit would start the clock of a position again that has been unprotected for long.
   */
  private isStillBare(i: InstrumentIndex, category: Category, steady: number): boolean {
    const since = this.bareSince.get(i)
    if (category !== 'spot' || since === undefined || steady - since < EXIT_MS) return false
    const { portfolio, orders } = this.kernel
    const hasStop = orders.open(i).some((order) => isPositionStop(order) && order.status !== 'submitted' && !order.cancelRequested)
    return portfolio.positionLots(i) !== 0 && !hasStop
  }

  private forgetExits(): void {
    const { orders, config } = this.kernel
    const open = new Set(config.instruments.flatMap(({ index }) => orders.open(index).map((o) => o.orderId)))
    for (const id of this.exitSince.keys()) if (!open.has(id)) this.exitSince.delete(id)
  }
}
