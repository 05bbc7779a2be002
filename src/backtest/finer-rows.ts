/**
 * The rows of one close instant in the order of their time: of each bar that closes there its finer rows, or the bar itself where it has none.
 * Several instruments take turns, so that the account that they share moves on in one order.
 */
import { Bars } from '../market/bars.ts'
import type { FinerBars } from '../market/finer-bars.ts'

export class FinerRows {
  private readonly bars: readonly Bars[]
  private readonly detail: readonly (FinerBars | undefined)[]
  /** By instrument: its finer rows as a series, whose cursor is at the row to play. */
  private readonly finer: readonly (Bars | undefined)[]
  private members: ArrayLike<number> = []
  private count = 0
  /** By instrument: rows of this instant that are left, and whether they are finer ones. */
  private readonly left: Int32Array
  private readonly isFine: Uint8Array
  private current = -1

  constructor(bars: readonly Bars[], detail: readonly (FinerBars | undefined)[]) {
    this.bars = bars
    this.detail = detail
    this.finer = detail.map((each) => (each === undefined ? undefined : new Bars(each.intervalMs, each.columns)))
    this.left = new Int32Array(bars.length)
    this.isFine = new Uint8Array(bars.length)
  }

  /** Begins an instant at which the first `count` of `members` close. Answers the instrument of its first row. */
  begin(members: ArrayLike<number>, count: number): number {
    this.members = members
    this.count = count
    this.current = -1
    for (let k = 0; k < count; k++) {
      const i = members[k] as number
      const { cursor, intervalMs } = this.bars[i] as Bars
      const detail = this.detail[i]
      const first = detail?.firstRows[cursor] ?? -1
      this.isFine[i] = first < 0 ? 0 : 1
      this.left[i] = detail === undefined || first < 0 ? 1 : intervalMs / detail.intervalMs
      if (first >= 0) (this.finer[i] as Bars).cursor = first
    }
    return this.next()
  }

  /** Moves on to the earliest row that is left, of the lowest instrument among equals. Answers its instrument, or -1 where none is left. */
  next(): number {
    if (this.current >= 0) {
      this.left[this.current] = (this.left[this.current] as number) - 1
      if (this.isFine[this.current] === 1) this.series(this.current).reveal()
    }
    this.current = -1
    let earliest = Number.POSITIVE_INFINITY
    for (let k = 0; k < this.count; k++) {
      const i = this.members[k] as number
      if (this.left[i] === 0) continue
      const series = this.series(i)
      const at = series.tsColumn[series.cursor] as number
      if (at >= earliest) continue
      earliest = at
      this.current = i
    }
    return this.current
  }

  /** The series whose row at the cursor is to be played for `i`. */
  series(i: number): Bars {
    return (this.isFine[i] === 1 ? this.finer[i] : this.bars[i]) as Bars
  }
}
