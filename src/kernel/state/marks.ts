/**
 * What the market last said of each instrument: mark, spread, the newest bar's close instant, and average true range.
 */
import { growList, grownColumn } from '../../core/column.ts'
import { type InstrumentIndex, type Ticks, type Ts, ticks, ts } from '../../core/units.ts'
import { type Atr, isAtrReady, makeAtr, updateAtr } from '../../indicators/bands/atr.ts'
import type { Bars } from '../../market/bars.ts'
import type { StepChange } from '../../market/instrument-terms.ts'

const ATR_PERIOD = 14

/** JSON-safe copy of all of it. */
export interface MarksSnapshot {
  readonly marks: readonly number[]
  readonly markTimes: readonly number[]
  readonly spreads: readonly number[]
  readonly barTimes: readonly number[]
  readonly atrs: readonly Atr[]
}

export class Marks {
  private prices: Float64Array
  private times: Float64Array
  private spreads: Float64Array
  /** Close instant of the newest bar; 0 before the first. */
  private barTimes: Float64Array
  private readonly atrs: Atr[]
  private readonly needsAtr: boolean

  constructor(instrumentCount: number, needsAtr: boolean) {
    this.prices = new Float64Array(instrumentCount)
    this.times = new Float64Array(instrumentCount)
    this.spreads = new Float64Array(instrumentCount)
    this.barTimes = new Float64Array(instrumentCount)
    this.atrs = Array.from({ length: instrumentCount }, () => makeAtr(ATR_PERIOD))
    this.needsAtr = needsAtr
  }

  /** Instruments have joined: there are so many now. */
  grow(instrumentCount: number): void {
    this.prices = grownColumn(this.prices, instrumentCount)
    this.times = grownColumn(this.times, instrumentCount)
    this.spreads = grownColumn(this.spreads, instrumentCount)
    this.barTimes = grownColumn(this.barTimes, instrumentCount)
    growList(this.atrs, instrumentCount, () => makeAtr(ATR_PERIOD))
  }

  price(i: InstrumentIndex): Ticks {
    return ticks(this.prices[i] as number)
  }
  at(i: InstrumentIndex): Ts {
    return ts(this.times[i] as number)
  }
  barTs(i: InstrumentIndex): Ts | undefined {
    const at = this.barTimes[i] as number
    return at === 0 ? undefined : ts(at)
  }
  spreadTicks(i: InstrumentIndex): number {
    return this.spreads[i] as number
  }
  /** 0 before there are bars enough. */
  atrTicks(i: InstrumentIndex): number {
    const atr = this.atrs[i] as Atr
    return isAtrReady(atr) ? atr.value : 0
  }

  set(i: InstrumentIndex, price: number, at: Ts): void {
    this.prices[i] = price
    this.times[i] = at
  }
  /** A fill's price serves until the market says one. */
  setFirst(i: InstrumentIndex, price: Ticks): void {
    if ((this.prices[i] as number) === 0) this.prices[i] = price
  }
  setSpread(i: InstrumentIndex, spreadTicks: number): void {
    this.spreads[i] = spreadTicks
  }

  /** The close of the bar that was revealed last is the mark from now on. Answers its close instant. */
  reveal(i: InstrumentIndex, bars: Bars): number {
    const at = bars.cursor - 1
    const close = bars.closeColumn[at] as number
    const closeTs = (bars.tsColumn[at] as number) + bars.intervalMs
    this.prices[i] = close
    this.times[i] = closeTs
    this.barTimes[i] = closeTs
    if (this.needsAtr) updateAtr(this.atrs[i] as Atr, bars.highColumn[at] as number, bars.lowColumn[at] as number, close)
    return closeTs
  }

  /** Prices of `i` count in other steps from now on. */
  convert(i: InstrumentIndex, change: StepChange): void {
    const factor = change.priceFactor
    this.prices[i] = change.price(this.price(i), 'nearest')
    this.spreads[i] = Math.round((this.spreads[i] as number) * factor)
    const atr = this.atrs[i] as Atr
    atr.previousClose *= factor
    atr.value *= factor
  }

  snapshot(): MarksSnapshot {
    return {
      marks: Array.from(this.prices),
      markTimes: Array.from(this.times),
      spreads: Array.from(this.spreads),
      barTimes: Array.from(this.barTimes),
      atrs: this.atrs.map((a) => ({ ...a })),
    }
  }

  restore(from: MarksSnapshot): void {
    this.prices.set(from.marks)
    this.times.set(from.markTimes)
    this.spreads.set(from.spreads)
    this.barTimes.set(from.barTimes)
    from.atrs.forEach((a, i) => {
      Object.assign(this.atrs[i] as Atr, a)
    })
  }
}
