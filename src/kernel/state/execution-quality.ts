/**
 * How the exchange has treated our orders of late: what it rejected, and what fills have cost against the prices that were decided at.
 */
import { growList } from '../../core/column.ts'
import type { InstrumentIndex, Ts } from '../../core/units.ts'
import { REDUCES_NOTHING } from './holds.ts'

/** Rejections of this long count together. */
const REJECTIONS_MS = 600_000
const REJECTIONS_KEPT = 256
/** Fills whose mean counts. */
export const SLIPPAGE_FILLS = 5

/** JSON-safe copy of all of it. */
export interface ExecutionQualitySnapshot {
  readonly rejections: readonly number[]
  readonly slippages: readonly (readonly number[])[]
}

export class ExecutionQuality {
  /** Times, oldest first. */
  private rejections: number[] = []
  /** By instrument, the last of them in basis points, positive where it cost. */
  private readonly slippages: number[][]

  constructor(instrumentCount: number) {
    this.slippages = Array.from({ length: instrumentCount }, () => [])
  }

  /** Instruments have joined: there are so many now. */
  grow(instrumentCount: number): void {
    growList(this.slippages, instrumentCount, () => [])
  }

  /** An exit that finds nothing to reduce was only later than its stop: it is no refusal. */
  rejected(code: string, at: Ts): void {
    if (code === REDUCES_NOTHING) return
    this.rejections.push(at)
    if (this.rejections.length > REJECTIONS_KEPT) this.rejections = this.rejections.slice(REJECTIONS_KEPT / 2)
  }

  filled(i: InstrumentIndex, bps: number): void {
    const list = this.slippages[i] as number[]
    // A journal keeps no -0.
    list.push(bps === 0 ? 0 : bps)
    if (list.length > SLIPPAGE_FILLS) list.shift()
  }

  rejectionsUntil(now: Ts): number {
    return this.rejections.filter((at) => at > now - REJECTIONS_MS).length
  }

  /** Mean of the last five fills in basis points; undefined before there are five. */
  slippageOf(i: InstrumentIndex): number | undefined {
    const list = this.slippages[i] as number[]
    return list.length < SLIPPAGE_FILLS ? undefined : list.reduce((sum, bps) => sum + bps, 0) / list.length
  }

  /** An operator continues: counted from nothing. */
  forget(i: InstrumentIndex | undefined): void {
    if (i === undefined) this.rejections = []
    else this.slippages[i] = []
  }

  snapshot(): ExecutionQualitySnapshot {
    return { rejections: [...this.rejections], slippages: this.slippages.map((list) => [...list]) }
  }

  restore(from: ExecutionQualitySnapshot): void {
    this.rejections = [...from.rejections]
    from.slippages.forEach((list, i) => {
      this.slippages[i] = [...list]
    })
  }
}
