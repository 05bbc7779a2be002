/**
 * Bars in which nothing happens but that a strategy looks at them, in one pass: no order is met, nothing is watched but equity.
 */
import { type Cash, type InstrumentIndex, cash, ticks, ts } from '../core/units.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { SignalRun } from '../kernel/state/strategies/signal-run.ts'
import type { Bars } from '../market/bars.ts'
import type { Instrument } from '../market/instrument.ts'
import { type Position, unrealizedOf } from '../portfolio/position.ts'
import type { Signal } from '../strategy/strategy.ts'
import { type SimVenue, isWithin } from '../venue/sim/sim-venue.ts'

export class QuietSpan {
  private readonly kernel: Kernel
  private readonly venue: SimVenue
  private readonly bars: Bars
  private readonly index: InstrumentIndex
  private readonly equityTs: Float64Array
  private readonly equityValue: Float64Array
  /** The run whose signal or failure ended the span; undefined where none did. */
  spoke: SignalRun | undefined
  signal: Signal | undefined

  /** @param equityTs and equityValue are filled by instant */
  constructor(kernel: Kernel, venue: SimVenue, bars: Bars, i: InstrumentIndex, equityTs: Float64Array, equityValue: Float64Array) {
    this.kernel = kernel
    this.venue = venue
    this.bars = bars
    this.index = i
    this.equityTs = equityTs
    this.equityValue = equityValue
  }

  /** Plays at most `most` bars from the instant `instant` on. Answers how many. */
  play(instant: number, most: number): number {
    const { kernel, venue, bars, index: i, equityTs, equityValue } = this
    this.spoke = undefined
    const run = kernel.decisions.loneRun(i)
    const calm = run === undefined ? undefined : venue.calmPrices(i)
    if (run === undefined || calm === undefined) return 0
    const { tsColumn, openColumn, highColumn, lowColumn, closeColumn, intervalMs } = bars
    const { portfolio } = kernel
    const instrument = portfolio.instrument(i) as Instrument
    const position = portfolio.positions[i] as Position
    const held = position.lots
    const atRest: number = portfolio.equity - portfolio.unrealizedOf(i)
    const first = bars.cursor
    const end = Math.min(bars.length, first + most)
    let lowest = Number.POSITIVE_INFINITY
    let highest = 0
    let at = first
    while (at < end) {
      const low = lowColumn[at] as number
      const high = highColumn[at] as number
      const close = closeColumn[at] as number
      if (!isWithin(calm, openColumn[at] as number, low, high, close)) break
      if (low < lowest) lowest = low
      if (high > highest) highest = high
      const closeTs = ts((tsColumn[at] as number) + intervalMs)
      const equity: Cash = held === 0 ? cash(atRest) : cash(atRest + unrealizedOf(position, instrument, ticks(close)))
      at += 1
      bars.cursor = at
      kernel.decisions.settleAt(closeTs, equity)
      equityTs[instant + at - first - 1] = closeTs
      equityValue[instant + at - first - 1] = equity
      const signal = run.onBar(closeTs, held)
      if (signal !== undefined || run.failure !== undefined) {
        this.spoke = run
        this.signal = signal
        break
      }
      run.deadSide = 0
    }
    if (at > first) {
      kernel.decisions.passBars(i, lowest, highest)
      venue.passTo(i, closeColumn[at - 1] as number)
    }
    return at - first
  }
}
