/**
 * A series whose next bar is written just before it is played, for cases that decide prices as they go.
 */
import { Bars } from '../../src/market/bars.ts'

const BARS_MAX = 50
const MINUTE_MS = 60_000
const START_MS = 1_750_003_200_000

export class HiddenBars {
  readonly bars: Bars

  constructor(price: number) {
    const column = (pick: (k: number) => number): Float64Array => Float64Array.from({ length: BARS_MAX }, (_, k) => pick(k))
    this.bars = new Bars(MINUTE_MS, {
      ts: column((k) => START_MS + k * MINUTE_MS),
      open: column(() => price),
      high: column(() => price),
      low: column(() => price),
      close: column(() => price),
      volume: column(() => 10),
    })
  }

  /** What the next bar will be, in ticks. */
  next([open, high, low, close]: readonly [number, number, number, number]): void {
    const { bars } = this
    bars.openColumn[bars.cursor] = open
    bars.highColumn[bars.cursor] = high
    bars.lowColumn[bars.cursor] = low
    bars.closeColumn[bars.cursor] = close
  }
}
