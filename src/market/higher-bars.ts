/**
 * Bars of a longer interval, made from the bars of a base series by time boundary (UTC, weeks from Monday).
 */
import { DAY_MS, type Ticks, type Ts, ticks, ts } from '../core/units.ts'
import type { Bars, RevealedBars } from './bars.ts'

/** As plain data: rows of time, open, high, low, close, volume, oldest first, and the bar that is forming. */
export interface HigherBarsState {
  readonly intervalMs: number
  readonly rows: readonly (readonly number[])[]
  readonly forming: readonly number[] | null
  readonly isPartial: boolean
  /** Whether any base bar was seen: one after it is known from its beginning. */
  readonly hasSeen: boolean
}

const WEEK_MS = 7 * DAY_MS
/** The first Monday after the epoch. */
const MONDAY_MS = 4 * DAY_MS
const COLUMNS = 6

export class HigherBars implements RevealedBars {
  readonly intervalMs: number
  /** How many bars can be read. */
  count = 0
  private readonly baseMs: number
  /** How many bars can be read at most. */
  readonly capacity: number
  private readonly offsetMs: number
  /** A ring: each bar is COLUMNS numbers, the newest at `newest`. */
  private readonly ring: Float64Array
  private newest = -1
  /** Of the bar that is forming; `endTs` 0: none is. */
  private startTs = 0
  private endTs = 0
  private first = 0
  private top = 0
  private bottom = 0
  private last = 0
  private sum = 0
  /** It had begun before the first base bar was seen: it is not shown, since it would depend on where the data begin. */
  private isPartial = false
  private hasSeen = false

  /** @param capacity how many closed bars can be read, 1 or more */
  constructor(baseMs: number, intervalMs: number, capacity: number) {
    this.baseMs = baseMs
    this.intervalMs = intervalMs
    this.capacity = capacity
    this.offsetMs = intervalMs % WEEK_MS === 0 ? MONDAY_MS : 0
    this.ring = new Float64Array(capacity * COLUMNS)
  }

  /** Takes the base bar that was revealed last. Answers whether a bar has closed: by its boundary, or because a later one began. */
  see(base: Bars): boolean {
    const at = base.cursor - 1
    const openTs = base.tsColumn[at] as number
    const high = base.highColumn[at] as number
    const low = base.lowColumn[at] as number
    let hasClosed = false
    if (this.endTs !== 0 && openTs < this.endTs) {
      if (high > this.top) this.top = high
      if (low < this.bottom) this.bottom = low
      this.sum += base.volumeColumn[at] as number
    } else {
      // Bars that are missing at its end: what was seen of it is all that there is.
      if (this.endTs !== 0) hasClosed = this.finish()
      const { intervalMs, offsetMs } = this
      this.startTs = Math.floor((openTs - offsetMs) / intervalMs) * intervalMs + offsetMs
      this.isPartial = !this.hasSeen && openTs > this.startTs
      this.hasSeen = true
      this.endTs = this.startTs + intervalMs
      this.first = base.openColumn[at] as number
      this.top = high
      this.bottom = low
      this.sum = base.volumeColumn[at] as number
    }
    this.last = base.closeColumn[at] as number
    if (openTs + this.baseMs < this.endTs) return hasClosed
    this.endTs = 0
    return this.finish() || hasClosed
  }

  /** Answers whether there is one more to be read. */
  private finish(): boolean {
    if (this.isPartial) return false
    const { ring } = this
    this.newest = this.newest + 1 === this.capacity ? 0 : this.newest + 1
    const at = this.newest * COLUMNS
    ring[at] = this.startTs
    ring[at + 1] = this.first
    ring[at + 2] = this.top
    ring[at + 3] = this.bottom
    ring[at + 4] = this.last
    ring[at + 5] = this.sum
    if (this.count < this.capacity) this.count += 1
    return true
  }

  private value(back: number, column: number): number {
    if (!(back >= 0 && back < this.count))
      throw new RangeError(
        back >= 0
          ? `a bar ${back} bars ago was requested, but only ${this.count} exist: say in 'intervals' how many bars you read`
          : `a bar ${-back} bars ahead was requested: future bars do not exist`,
      )
    const slot = this.newest - back
    return this.ring[(slot < 0 ? slot + this.capacity : slot) * COLUMNS + column] as number
  }

  openTs(back: number): Ts {
    return ts(this.value(back, 0))
  }
  closeTs(back: number): Ts {
    return ts(this.value(back, 0) + this.intervalMs)
  }
  open(back: number): Ticks {
    return ticks(this.value(back, 1))
  }
  high(back: number): Ticks {
    return ticks(this.value(back, 2))
  }
  low(back: number): Ticks {
    return ticks(this.value(back, 3))
  }
  close(back: number): Ticks {
    return ticks(this.value(back, 4))
  }
  volume(back: number): number {
    return this.value(back, 5)
  }

  /** Gives up all bars. */
  clear(): void {
    this.count = 0
    this.newest = -1
    this.endTs = 0
    this.hasSeen = false
    this.isPartial = false
  }

  /** Prices count in other steps from now on: so many new ticks are one old one. */
  convert(factor: number): void {
    for (let at = 0; at < this.ring.length; at++)
      if (at % COLUMNS >= 1 && at % COLUMNS <= 4) this.ring[at] = Math.round((this.ring[at] as number) * factor)
    this.first = Math.round(this.first * factor)
    this.top = Math.round(this.top * factor)
    this.bottom = Math.round(this.bottom * factor)
    this.last = Math.round(this.last * factor)
  }

  snapshot(): HigherBarsState {
    const rows = Array.from({ length: this.count }, (_, k) => {
      const back = this.count - 1 - k
      return Array.from({ length: COLUMNS }, (_column, column) => this.value(back, column))
    })
    const { intervalMs, startTs, first, top, bottom, last, sum, isPartial } = this
    return {
      intervalMs,
      rows,
      forming: this.endTs === 0 ? null : [startTs, first, top, bottom, last, sum],
      isPartial,
      hasSeen: this.hasSeen,
    }
  }

  /** Rows beyond what can be read are left out. */
  restore({ rows, forming, isPartial, hasSeen }: HigherBarsState): void {
    this.clear()
    this.hasSeen = hasSeen
    for (const row of rows) {
      this.use(row)
      this.finish()
    }
    if (forming === null) return
    this.use(forming)
    this.isPartial = isPartial
    this.endTs = this.startTs + this.intervalMs
  }

  private use(row: readonly number[]): void {
    const [startTs = 0, first = 0, top = 0, bottom = 0, last = 0, sum = 0] = row
    this.startTs = startTs
    this.first = first
    this.top = top
    this.bottom = bottom
    this.last = last
    this.sum = sum
  }
}
