/**
 * A series of bars as columns with a cursor: what lies before the cursor is visible, nothing behind it is.
 */
import { assert } from '../core/assert.ts'
import { type Ticks, type Ts, ticks, ts } from '../core/units.ts'

export interface BarColumns {
  /** Open time of each bar, ms UTC, strictly ascending. */
  readonly ts: Float64Array
  /** Prices in ticks. */
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  /** Base units, a float: volume never decides money. */
  readonly volume: Float64Array
}

/** One bar by value, where bars cross a border (journal, wire, chart); never used inside the loop of a backtest. */
export interface Bar {
  readonly ts: Ts
  readonly open: Ticks
  readonly high: Ticks
  readonly low: Ticks
  readonly close: Ticks
  readonly volume: number
}

/** The columns that the candle store keeps: time, open, high, low, close, volume. */
export function columnsOfBars(bars: readonly Bar[]): Float64Array[] {
  const column = (value: (bar: Bar) => number): Float64Array => Float64Array.from(bars, value)
  return [
    column((b) => b.ts),
    column((b) => b.open),
    column((b) => b.high),
    column((b) => b.low),
    column((b) => b.close),
    column((b) => b.volume),
  ]
}

/** One bar as a row: time, open, high, low, close, volume. */
export const rowOf = (bars: Bars, at: number): number[] =>
  [bars.tsColumn, bars.openColumn, bars.highColumn, bars.lowColumn, bars.closeColumn, bars.volumeColumn].map(
    (column) => column[at] as number,
  )

/** What a strategy may read of a series: the bars that are revealed, by how many bars ago they opened; 0 is the newest. */
export interface RevealedBars {
  readonly intervalMs: number
  /** How many bars can be read. */
  readonly count: number
  /** @throws RangeError where fewer bars are revealed, or for a bar that is still to come; as all others here. */
  openTs(back: number): Ts
  closeTs(back: number): Ts
  open(back: number): Ticks
  high(back: number): Ticks
  low(back: number): Ticks
  close(back: number): Ticks
  /** Base units. */
  volume(back: number): number
}

export class Bars implements RevealedBars {
  readonly intervalMs: number
  tsColumn: Float64Array
  openColumn: Float64Array
  highColumn: Float64Array
  lowColumn: Float64Array
  closeColumn: Float64Array
  volumeColumn: Float64Array
  /** Bars in the columns. */
  length: number
  /** Bars revealed: index of the next hidden bar. */
  cursor = 0

  constructor(intervalMs: number, columns: BarColumns, length: number = columns.ts.length) {
    this.intervalMs = intervalMs
    this.tsColumn = columns.ts
    this.openColumn = columns.open
    this.highColumn = columns.high
    this.lowColumn = columns.low
    this.closeColumn = columns.close
    this.volumeColumn = columns.volume
    this.length = length
  }

  /** An empty series that live bars are appended to; the oldest are dropped when `capacity` is reached. */
  static withCapacity(intervalMs: number, capacity: number): Bars {
    const column = (): Float64Array => new Float64Array(capacity)
    return new Bars(intervalMs, { ts: column(), open: column(), high: column(), low: column(), close: column(), volume: column() }, 0)
  }

  /** Makes the next bar visible. */
  reveal(): void {
    this.cursor += 1
  }

  /** Appends a live bar, still hidden. */
  push(bar: Bar): void {
    this.append(bar.ts, bar.open, bar.high, bar.low, bar.close, bar.volume)
  }

  /** As {@link push}, of a row of {@link rowOf}. */
  append(openTs: number, open: number, high: number, low: number, close: number, volume: number): void {
    const capacity = this.tsColumn.length
    if (this.length === capacity) this.dropOldest(capacity >> 1)
    const at = this.length
    assert(at === 0 || openTs > (this.tsColumn[at - 1] as number), 'bars must ascend')
    this.tsColumn[at] = openTs
    this.openColumn[at] = open
    this.highColumn[at] = high
    this.lowColumn[at] = low
    this.closeColumn[at] = close
    this.volumeColumn[at] = volume
    this.length = at + 1
  }

  private dropOldest(count: number): void {
    for (const column of [this.tsColumn, this.openColumn, this.highColumn, this.lowColumn, this.closeColumn, this.volumeColumn])
      column.copyWithin(0, count)
    this.length -= count
    this.cursor = Math.max(0, this.cursor - count)
  }

  get count(): number {
    return this.cursor
  }

  /** Prices count in other steps from now on: so many new ticks are one old one. */
  convert(factor: number): void {
    for (const column of [this.openColumn, this.highColumn, this.lowColumn, this.closeColumn])
      for (let at = 0; at < this.length; at++) column[at] = Math.round((column[at] as number) * factor)
  }

  /** Gives up all bars. */
  clear(): void {
    this.length = 0
    this.cursor = 0
  }

  private at(back: number): number {
    const at = this.cursor - 1 - back
    if (!(back >= 0 && at >= 0))
      throw new RangeError(
        back >= 0
          ? `a bar ${back} bars ago was requested, but only ${this.cursor} exist: set 'history' to the number of bars you read`
          : `a bar ${-back} bars ahead was requested: future bars do not exist`,
      )
    return at
  }

  /** Open time of the visible bar `back` bars ago; 0 is the newest. */
  openTs(back: number): Ts {
    return ts(this.tsColumn[this.at(back)] as number)
  }
  /** Close instant of the visible bar `back` bars ago. */
  closeTs(back: number): Ts {
    return ts((this.tsColumn[this.at(back)] as number) + this.intervalMs)
  }
  open(back: number): Ticks {
    return ticks(this.openColumn[this.at(back)] as number)
  }
  high(back: number): Ticks {
    return ticks(this.highColumn[this.at(back)] as number)
  }
  low(back: number): Ticks {
    return ticks(this.lowColumn[this.at(back)] as number)
  }
  close(back: number): Ticks {
    return ticks(this.closeColumn[this.at(back)] as number)
  }
  volume(back: number): number {
    return this.volumeColumn[this.at(back)] as number
  }
}
