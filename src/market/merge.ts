/**
 * Walks several series by close instant: each step is one instant and the instruments whose bar closes at it, in the order of their index.
 */
import type { Bars } from './bars.ts'

export class Merge {
  /** Instruments of the current instant; the first `count` entries are valid. */
  readonly members: Int32Array
  count = 0
  /** Close instant, ms UTC. */
  closeTs = 0
  private readonly series: readonly Bars[]

  constructor(series: readonly Bars[]) {
    this.series = series
    this.members = new Int32Array(series.length)
  }

  /** Moves to the next instant at which a hidden bar closes. Answers false when all series are used up. */
  next(): boolean {
    const { series } = this
    if (series.length === 1) return this.nextOf(series[0] as Bars)
    let earliest = Number.POSITIVE_INFINITY
    this.count = 0
    for (let i = 0; i < series.length; i++) {
      const bars = series[i] as Bars
      if (bars.cursor >= bars.length) continue
      const close = (bars.tsColumn[bars.cursor] as number) + bars.intervalMs
      if (close < earliest) {
        earliest = close
        this.members[0] = i
        this.count = 1
      } else if (close === earliest) {
        this.members[this.count] = i
        this.count += 1
      }
    }
    this.closeTs = earliest
    return this.count > 0
  }

  private nextOf(only: Bars): boolean {
    if (only.cursor >= only.length) {
      this.count = 0
      return false
    }
    this.count = 1
    this.closeTs = (only.tsColumn[only.cursor] as number) + only.intervalMs
    return true
  }
}
