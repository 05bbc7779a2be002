/**
 * Returns of the last bars of all symbols on one grid of close times, and how they move together: for limits of what moves as one.
 * Made when somebody asks, once for each close instant.
 */
import type { InstrumentIndex } from '../../core/units.ts'
import type { Bars } from '../../market/bars.ts'

/** Returns that are looked at. */
const WINDOW = 200
/** With fewer, nothing is said. */
const LEAST = 50

export class ReturnWindow {
  private readonly bars: readonly Bars[]
  private readonly intervalMs: number
  private lastTs = -1
  /** Whether bars may have been revealed since the last look: to look for the last instant costs a step for each symbol. */
  private isOld = true
  private readonly returns = new Map<number, Float64Array | undefined>()
  private readonly correlations = new Map<number, number | undefined>()

  constructor(bars: readonly Bars[], intervalMs: number) {
    this.bars = bars
    this.intervalMs = intervalMs
  }

  /** Instruments have joined: what was computed is kept by their number. */
  grow(): void {
    this.lastTs = -1
    this.isOld = true
  }

  /** Bars were revealed. */
  barsRevealed(): void {
    this.isOld = true
  }

  /** Simple returns, oldest first, on the grid that all symbols share; undefined where too few bars are known. A bar that is missing moved nothing. */
  returnsOf(i: InstrumentIndex): Float64Array | undefined {
    this.refresh()
    if (!this.returns.has(i)) this.returns.set(i, this.read(this.bars[i] as Bars))
    return this.returns.get(i)
  }

  /** Pearson's correlation of both; undefined where one is not known or has not moved. */
  correlation(i: InstrumentIndex, j: InstrumentIndex): number | undefined {
    if (i === j) return 1
    this.refresh()
    const key = i < j ? i * this.bars.length + j : j * this.bars.length + i
    if (!this.correlations.has(key)) this.correlations.set(key, pearson(this.returnsOf(i), this.returnsOf(j)))
    return this.correlations.get(key)
  }

  private refresh(): void {
    if (!this.isOld) return
    this.isOld = false
    let last = -1
    for (let k = 0; k < this.bars.length; k++) {
      const { tsColumn, cursor } = this.bars[k] as Bars
      if (cursor > 0) last = Math.max(last, tsColumn[cursor - 1] as number)
    }
    if (last === this.lastTs) return
    this.lastTs = last
    this.returns.clear()
    this.correlations.clear()
  }

  private read({ tsColumn, closeColumn, cursor }: Bars): Float64Array | undefined {
    const start = this.lastTs - WINDOW * this.intervalMs
    let first = cursor
    while (first > 0 && (tsColumn[first - 1] as number) >= start) first -= 1
    if (cursor - first <= LEAST) return undefined
    const count = Math.floor((this.lastTs - (tsColumn[first] as number)) / this.intervalMs)
    const returns = new Float64Array(WINDOW)
    let at = cursor - 1
    let after: number | undefined
    for (let k = WINDOW; k >= WINDOW - count; k--) {
      const time = this.lastTs - (WINDOW - k) * this.intervalMs
      while (at >= 0 && (tsColumn[at] as number) > time) at -= 1
      if (at < 0) break
      const close = closeColumn[at] as number
      if (after !== undefined) returns[k] = after / close - 1
      after = close
    }
    return returns
  }
}

function pearson(x: Float64Array | undefined, y: Float64Array | undefined): number | undefined {
  if (x === undefined || y === undefined) return undefined
  let sumX = 0
  let sumY = 0
  for (let k = 0; k < WINDOW; k++) {
    sumX += x[k] as number
    sumY += y[k] as number
  }
  const meanX = sumX / WINDOW
  const meanY = sumY / WINDOW
  let xx = 0
  let yy = 0
  let xy = 0
  for (let k = 0; k < WINDOW; k++) {
    const dx = (x[k] as number) - meanX
    const dy = (y[k] as number) - meanY
    xx += dx * dx
    yy += dy * dy
    xy += dx * dy
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : undefined
}
