/**
 * Rows of funding rates as columns: the instant of settlement and the rate, checked one by one.
 */
import { parseDecimal } from '../../core/decimal.ts'
import { MINUTE_MS, RATE_SCALE, ts } from '../../core/units.ts'
import { utcText } from '../../core/utc.ts'
import type { LineProblem } from './candle-rows.ts'
import { type TimeRules, readInstant } from './instant.ts'
import type { Layout } from './layout.ts'
import { fieldCountProblem } from './number-lane.ts'
import { type DecimalMark, readFraction, shorten } from './number-text.ts'

export interface FundingRows {
  readonly ts: Float64Array
  /** Rates in 1e-10. */
  readonly rate: Float64Array
}

/** Sources write when they computed a settlement: up to a second from its minute. */
const JITTER_MS = 1000

export class FundingRowBuilder {
  problem: LineProblem | undefined
  line: number
  private readonly times: TimeRules
  private readonly mark: DecimalMark
  private readonly width: number
  private readonly tsColumn: number
  private readonly rateColumn: number
  private readonly constants: number[]
  private first: readonly string[] | undefined
  private readonly instants: number[] = []
  private readonly rates: number[] = []
  private direction = 0

  constructor(layout: Layout, times: TimeRules, mark: DecimalMark, firstLine: number) {
    this.times = times
    this.mark = mark
    this.line = firstLine
    this.width = layout.roles.length
    this.tsColumn = layout.roles.indexOf('ts')
    this.rateColumn = layout.roles.indexOf('rate')
    this.constants = layout.roles.flatMap((role, at) => (role === 'constant' ? [at] : []))
  }

  rows(): FundingRows {
    const rows = { ts: Float64Array.from(this.instants), rate: Float64Array.from(this.rates) }
    return this.direction < 0 ? { ts: rows.ts.reverse(), rate: rows.rate.reverse() } : rows
  }

  readCells(cells: readonly string[]): boolean {
    const what = this.readRow(cells)
    if (what !== undefined) this.problem = { line: this.line, what }
    this.line += 1
    return what === undefined
  }

  private readRow(cells: readonly string[]): string | undefined {
    if (cells.length !== this.width) return fieldCountProblem(cells.length, this.width)
    const { first = cells } = this
    this.first = first
    const changed = this.constants.find((at) => cells[at] !== first[at])
    if (changed !== undefined)
      return `'${shorten(first[changed] ?? '')}' changes to '${shorten(cells[changed] ?? '')}': a series has one symbol`
    const read = readInstant(cells[this.tsColumn] ?? '', this.times)
    if (typeof read === 'string') return read
    const minute = Math.round(read / MINUTE_MS) * MINUTE_MS
    const instant = Math.abs(read - minute) <= JITTER_MS ? minute : read
    const before = this.instants.at(-1)
    if (before !== undefined) {
      if (this.direction === 0 && instant !== before) this.direction = instant > before ? 1 : -1
      if ((instant - before) * this.direction <= 0)
        return `the timestamp ${utcText(ts(instant))} is not ${this.direction < 0 ? 'before' : 'after'} the one of the line before`
    }
    const rateText = cells[this.rateColumn] ?? ''
    const rate = parseDecimal(readFraction(rateText, this.mark) ?? '', RATE_SCALE, 'nearest')
    if (rate === undefined) return `the rate '${shorten(rateText)}' is not a number`
    if (Math.abs(rate) >= 10 ** RATE_SCALE) return `the rate ${shorten(rateText)} is 100 % or more; rates are fractions, as 0.0001`
    this.instants.push(instant)
    this.rates.push(rate)
    return undefined
  }
}
