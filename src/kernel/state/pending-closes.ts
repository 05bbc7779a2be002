/**
 * Closes that wait until nothing else can sell the same coins: on spot nothing is reduce-only, and two sales that meet would sell what is not ours.
 */
import { growList } from '../../core/column.ts'
import { type InstrumentIndex, type Lots, lots } from '../../core/units.ts'
import type { StepChange } from '../../market/instrument-terms.ts'
import type { Reason } from '../../trading/order.ts'

/** JSON-safe. */
export interface PendingClose {
  readonly lots: Lots
  readonly class: 'reduce' | 'flatten'
  readonly reason: Reason
}

export class PendingCloses {
  private readonly wanted: (PendingClose | null)[]

  constructor(count: number) {
    this.wanted = new Array<PendingClose | null>(count).fill(null)
  }

  /** Instruments have joined: there are so many now. */
  grow(count: number): void {
    growList(this.wanted, count, () => null)
  }

  of(i: InstrumentIndex): PendingClose | undefined {
    return this.wanted[i] ?? undefined
  }

  lots(i: InstrumentIndex): number {
    return this.wanted[i]?.lots ?? 0
  }

  set(i: InstrumentIndex, close: PendingClose): void {
    this.wanted[i] = close
  }

  /** An exit has been sent: so much less is waited for. */
  sent(i: InstrumentIndex, quantity: Lots): void {
    const close = this.wanted[i]
    if (close === null || close === undefined) return
    this.wanted[i] = quantity >= close.lots ? null : { ...close, lots: lots(close.lots - quantity) }
  }

  clear(i: InstrumentIndex): void {
    this.wanted[i] = null
  }

  /** What waits counts in other steps from now on. */
  convert(change: StepChange): void {
    const close = this.wanted[change.after.index]
    if (close === null || close === undefined) return
    const left = change.quantity(close.lots)
    this.wanted[change.after.index] = left === 0 ? null : { ...close, lots: left }
  }

  snapshot(): (PendingClose | null)[] {
    return [...this.wanted]
  }

  restore(from: readonly (PendingClose | null)[] | undefined): void {
    this.wanted.forEach((_, i) => {
      this.wanted[i] = from?.[i] ?? null
    })
  }
}
