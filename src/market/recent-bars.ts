/**
 * The newest bars of a series, as many as were asked for and no more: what a restart brings back is all that can be read.
 */
import type { Ticks, Ts } from '../core/units.ts'
import type { Bars, RevealedBars } from './bars.ts'

export class RecentBars implements RevealedBars {
  readonly intervalMs: number
  private readonly bars: Bars
  private readonly most: number

  /** @param most how many bars can be read, 1 or more */
  constructor(bars: Bars, most: number) {
    this.bars = bars
    this.most = most
    this.intervalMs = bars.intervalMs
  }

  get count(): number {
    return Math.min(this.bars.cursor, this.most)
  }

  private within(back: number): number {
    if (back >= this.most)
      throw new RangeError(
        `a bar ${back} bars ago was requested, but only ${this.most} can be read: set 'history' to the number of bars you read`,
      )
    return back
  }

  openTs(back: number): Ts {
    return this.bars.openTs(this.within(back))
  }
  closeTs(back: number): Ts {
    return this.bars.closeTs(this.within(back))
  }
  open(back: number): Ticks {
    return this.bars.open(this.within(back))
  }
  high(back: number): Ticks {
    return this.bars.high(this.within(back))
  }
  low(back: number): Ticks {
    return this.bars.low(this.within(back))
  }
  close(back: number): Ticks {
    return this.bars.close(this.within(back))
  }
  volume(back: number): number {
    return this.bars.volume(this.within(back))
  }
}
