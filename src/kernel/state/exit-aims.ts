/**
 * What exits in parts aim at: how much each shall leave. The same exit sent again aims at that, so that a half is not halved twice (S15).
 */
import { type InstrumentIndex, type Lots, lots } from '../../core/units.ts'
import type { StepChange } from '../../market/instrument-terms.ts'

export interface ExitAim {
  /** Number of the signal that came first. */
  readonly signal: number
  readonly instrument: InstrumentIndex
  /** What shall be left, long or short. */
  readonly left: Lots
}

/** More than come within the ten minutes in which a signal can be a twin, at the rate that a port takes. */
const KEPT = 1_000

export class ExitAims {
  private readonly aims = new Map<number, ExitAim>()

  leftOf(signal: number): Lots | undefined {
    return this.aims.get(signal)?.left
  }

  set(aim: ExitAim): void {
    this.aims.set(aim.signal, aim)
    const [oldest] = this.aims.keys()
    if (this.aims.size > KEPT && oldest !== undefined) this.aims.delete(oldest)
  }

  /** Quantities of the instrument count in other steps from now on. */
  convert(change: StepChange): void {
    for (const [signal, aim] of this.aims)
      if (aim.instrument === change.after.index) this.aims.set(signal, { ...aim, left: lots(change.quantity(aim.left)) })
  }

  snapshot(): readonly ExitAim[] {
    return [...this.aims.values()]
  }

  restore(from: readonly ExitAim[] | undefined): void {
    this.aims.clear()
    for (const aim of from ?? []) this.aims.set(aim.signal, aim)
  }
}
