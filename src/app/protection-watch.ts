/**
 * Watches that each position has its stop at the venue, in wall time (S5): repair at once, alert at 5 s, close at 30 s.
 * Never waits for a bar or a fill to notice.
 */
import type { InstrumentIndex, Ts } from '../core/units.ts'
import type { ProtectionMissing } from '../kernel/event.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Wall } from './wall.ts'

/** The stop travels with the entry and its report follows the fill's: this long it may be on its way. */
const GRACE_MS = 750
const REPEAT_MS = 2_500

export class ProtectionWatch {
  private readonly kernel: Kernel
  private readonly wall: Wall
  private readonly tell: (input: ProtectionMissing) => void
  private readonly now: () => Ts
  private readonly bareSince = new Map<InstrumentIndex, number>()
  private readonly toldAt = new Map<InstrumentIndex, number>()

  constructor(kernel: Kernel, wall: Wall, tell: (input: ProtectionMissing) => void, now: () => Ts) {
    this.kernel = kernel
    this.wall = wall
    this.tell = tell
    this.now = now
  }

  check(): void {
    const steady = this.wall.steadyMs()
    for (const instrument of this.kernel.config.instruments) {
      const i = instrument.index
      if (!this.isBare(i)) {
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

  /** Held, needing a stop, without one that is open, and not being closed already. */
  private isBare(i: InstrumentIndex): boolean {
    const { portfolio, orders, runs } = this.kernel
    if (portfolio.positionLots(i) === 0 || runs[i]?.definition.protection === 'none') return false
    for (const order of orders.open(i)) {
      if (order.origin === 'attached-stop') return false
      if (order.class === 'protective' && order.kind === 'stop-market') return false
      if (order.class === 'flatten' || order.class === 'reduce') return false
    }
    return true
  }
}
