/**
 * When entries were sent: how many in the last second and minute, and the last of each instrument and side.
 * Never counts exits: nothing limits them (S2).
 */
import { grownColumn } from '../../core/column.ts'
import { type InstrumentIndex, type Side, type Ts, ts } from '../../core/units.ts'

const MINUTE_MS = 60_000
const SECOND_MS = 1_000
const KEPT_MAX = 256

/** JSON-safe copy of all of it. */
export interface EntryPaceSnapshot {
  readonly entryTimes: readonly number[]
  readonly lastEntryTimes: readonly number[]
}

export class EntryPace {
  /** Oldest first. */
  private times: number[] = []
  /** By instrument and side: [2 i] buys, [2 i + 1] sells; -1 = never. */
  private last: Float64Array

  constructor(instrumentCount: number) {
    this.last = new Float64Array(2 * instrumentCount).fill(-1)
  }

  /** Instruments have joined: there are so many now. */
  grow(instrumentCount: number): void {
    this.last = grownColumn(this.last, 2 * instrumentCount, -1)
  }

  note(i: InstrumentIndex, side: Side, at: Ts): void {
    this.last[2 * i + (side === 1 ? 0 : 1)] = at
    if (this.times.length >= KEPT_MAX) this.times = this.times.slice(KEPT_MAX / 2)
    this.times.push(at)
  }

  inLastSecond(now: Ts): number {
    return this.count(now, SECOND_MS)
  }

  inLastMinute(now: Ts): number {
    return this.count(now, MINUTE_MS)
  }

  lastTs(i: InstrumentIndex, side: Side): Ts | undefined {
    const at = this.last[2 * i + (side === 1 ? 0 : 1)] as number
    return at < 0 ? undefined : ts(at)
  }

  private count(now: Ts, windowMs: number): number {
    let count = 0
    for (let k = this.times.length - 1; k >= 0 && (this.times[k] as number) > now - windowMs; k--) count += 1
    return count
  }

  snapshot(): EntryPaceSnapshot {
    return { entryTimes: [...this.times], lastEntryTimes: Array.from(this.last) }
  }

  restore(from: EntryPaceSnapshot): void {
    this.times = [...from.entryTimes]
    this.last.set(from.lastEntryTimes)
  }
}
