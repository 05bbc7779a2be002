/**
 * Rows of candles as growing columns of exact decimals, checked one by one: times, prices, volumes, and columns that must not change.
 */
import { ts } from '../../core/units.ts'
import { utcText } from '../../core/utc.ts'
import type { Role } from './column-names.ts'
import { EARLIEST_MS, type TimeRules, type TimeUnit, msOf, readInstant, unitBySize } from './instant.ts'
import type { Layout } from './layout.ts'
import { type DecimalMark, POW10, isMissing, readFloat, readMantissa, shorten } from './number-text.ts'
import { liesBetween } from './volume-columns.ts'

/** Rows as read: each price is `mantissa / 10^decimals`, until the tick is known. */
export interface CandleRows {
  readonly count: number
  readonly ts: Float64Array
  /** Open, high, low, close. */
  readonly mantissa: readonly Float64Array[]
  readonly decimals: readonly Uint8Array[]
  readonly volume: Float64Array
  /** Line of the file that each row is in. */
  readonly line: Uint32Array
  /** Most decimals of any price, trailing zeros not counted. */
  readonly decimalsMax: number
  readonly priceMax: number
}

export interface LineProblem {
  readonly line: number
  readonly what: string
  /** What to do, where correcting the line is not it. */
  readonly next?: string
}

/** What was left out or found while reading, for the reader of the file. */
export interface RowCounts {
  /** Rows without any price: a gap. */
  readonly blank: number
  /** Rows that their source calls unfinished. */
  readonly unconfirmed: number
  /** Line where the unit of time changes, and what it changes to. */
  readonly unitChange: { readonly line: number; readonly unit: TimeUnit } | undefined
  readonly isNewestFirst: boolean
}

/** Codes of {@link Role} in fields by number. */
export const CODE = {
  ts: 0,
  open: 1,
  high: 2,
  low: 3,
  close: 4,
  volume: 5,
  quote: 6,
  ignored: 7,
  constant: 8,
  confirm: 9,
  clock: 10,
} as const
const CODES: Readonly<Record<Role, number>> = { ...CODE, rate: CODE.ignored }
const FIELD_NAMES = ['timestamp', 'open', 'high', 'low', 'close', 'volume', 'quote volume'] as const

export const codesOf = (roles: readonly Role[]): Uint8Array => Uint8Array.from(roles, (role) => CODES[role])

/** Share of rows whose money contradicts their coins, above which the columns are misread. */
const MISMATCH_MAX = 0.05
const CONFIRMED = /^(?:true|1|yes|t)$/i

export class CandleRowBuilder {
  /** First malformed row; nothing is stored after it. */
  problem: LineProblem | undefined
  /** Line of the row at hand. */
  line: number
  /** Fields of the row at hand, by code. */
  readonly fieldMantissa = new Float64Array(7)
  readonly fieldDecimals = new Uint8Array(7)
  private readonly times: TimeRules
  private readonly latestMs: number
  private readonly mark: DecimalMark
  private readonly priceShift: number
  private readonly hasQuote: boolean
  private readonly names: readonly string[]
  /** Bits of the prices that the row at hand lacks. */
  private missing = 0
  private timeText: string | undefined
  private clockText: string | undefined
  private isUnconfirmed = false
  private readonly constants: (string | undefined)[] = []
  private capacity: number
  private count = 0
  private ts: Float64Array
  private volume: Float64Array
  private lines: Uint32Array
  private mantissa: Float64Array[]
  private decimals: Uint8Array[]
  private decimalsMax = 0
  private priceMax = 0
  private previousTs = Number.NaN
  /** 1 oldest first, -1 newest first, 0 until two rows decide. */
  private direction = 0
  private unit: TimeUnit | undefined
  /** The row before was in ms: nearly all files are, from end to end. */
  private isMs = false
  private unitChange: RowCounts['unitChange']
  private blank = 0
  private unconfirmed = 0
  private mismatches = 0
  private firstMismatch = 0

  constructor(layout: Layout, times: TimeRules, mark: DecimalMark, firstLine: number, capacity = 1 << 16) {
    this.times = times
    this.latestMs = times.latestMs
    this.mark = mark
    this.priceShift = layout.priceShift
    this.names = layout.names
    this.hasQuote = layout.roles.includes('quote')
    this.line = firstLine
    this.capacity = capacity
    this.ts = new Float64Array(capacity)
    this.volume = new Float64Array(capacity)
    this.lines = new Uint32Array(capacity)
    this.mantissa = Array.from({ length: 4 }, () => new Float64Array(capacity))
    this.decimals = Array.from({ length: 4 }, () => new Uint8Array(capacity))
  }

  rows(): CandleRows {
    const { count } = this
    if (this.direction < 0) this.turn()
    return {
      count,
      ts: this.ts.subarray(0, count),
      mantissa: this.mantissa.map((column) => column.subarray(0, count)),
      decimals: this.decimals.map((column) => column.subarray(0, count)),
      volume: this.volume.subarray(0, count),
      line: this.lines.subarray(0, count),
      decimalsMax: this.decimalsMax,
      priceMax: this.priceMax,
    }
  }

  counts(): RowCounts {
    const { blank, unconfirmed, unitChange } = this
    return { blank, unconfirmed, unitChange, isNewestFirst: this.direction < 0 }
  }

  /** What the file as a whole contradicts, once its last row is read. */
  finish(): void {
    if (this.problem === undefined && this.mismatches > this.count * MISMATCH_MAX)
      this.problem = {
        line: this.firstMismatch,
        what: `money divided by coins lies outside low to high here and in ${this.mismatches - 1} more rows: the volume counts something else`,
        next: 'Pass the column of the volume in coins, for example --columns time=1,…,volume=6, or volume=none.',
      }
  }

  fail(what: string, next?: string): false {
    this.problem = next === undefined ? { line: this.line, what } : { line: this.line, what, next }
    return false
  }

  /** Takes a cell that is no plain number, or whose column is none. */
  readCell(code: number, column: number, text: string): boolean {
    switch (code) {
      case CODE.ignored:
        return true
      case CODE.ts:
        this.timeText = text
        return true
      case CODE.clock:
        this.clockText = text
        return true
      case CODE.constant:
        return this.checkConstant(column, text)
      case CODE.confirm:
        this.isUnconfirmed = !CONFIRMED.test(text.trim())
        return true
      default:
        return this.readFigure(code, text)
    }
  }

  private checkConstant(column: number, text: string): boolean {
    const first = this.constants[column]
    if (first === undefined) this.constants[column] = text
    else if (first !== text)
      return this.fail(
        `the ${this.names[column] ?? `column ${column + 1}`} changes from '${shorten(first)}' to '${shorten(text)}'`,
        'A series has one symbol, one currency and one interval: split the file.',
      )
    return true
  }

  private readFigure(code: number, text: string): boolean {
    if (code >= 1 && code <= 4 && isMissing(text)) {
      this.missing |= 1 << code
      return true
    }
    if (code === CODE.quote) {
      this.fieldMantissa[code] = readFloat(text, this.mark) ?? 0
      this.fieldDecimals[code] = 0
      return true
    }
    const name = FIELD_NAMES[code] as string
    if (code === CODE.volume) {
      // A volume is a float: the nearest double of its text, however many digits that has.
      const volume = readFloat(text, this.mark)
      if (volume === undefined) {
        if (this.missing !== 0 && isMissing(text)) return true
        return this.fail(text.trim() === '' ? `the ${name} is missing` : `the ${name} '${shorten(text)}' is not a number`)
      }
      this.fieldMantissa[code] = volume
      this.fieldDecimals[code] = 0
      return true
    }
    const read = readMantissa(text, this.mark)
    if (read === undefined) return this.fail(`the ${name} '${shorten(text)}' is not a number`)
    this.fieldMantissa[code] = read.mantissa
    this.fieldDecimals[code] = read.decimals
    return true
  }

  /** Stores the row whose fields have been read. */
  storeRow(): boolean {
    const stored = this.missing === 0 ? this.storePriced() : this.skipBlank()
    this.missing = 0
    this.isUnconfirmed = false
    this.line += 1
    return stored
  }

  private skipBlank(): boolean {
    this.timeText = undefined
    if (this.missing !== 0b11110) {
      const first = [1, 2, 3, 4].find((code) => (this.missing & (1 << code)) !== 0) as number
      return this.fail(`the ${FIELD_NAMES[first]} is missing`)
    }
    this.blank += 1
    return true
  }

  private storePriced(): boolean {
    const instant = this.readTime()
    if (typeof instant === 'string') return this.fail(instant)
    if (!Number.isInteger(instant)) return this.fail(`the timestamp ${instant} ms is not a whole number of milliseconds`)
    if (this.isUnconfirmed) {
      this.unconfirmed += 1
      return true
    }
    if (!this.follows(instant)) return false
    const { fieldMantissa: m, fieldDecimals: d } = this
    if (this.priceShift > 0) for (let price = 1; price <= 4; price += 1) d[price] = (d[price] as number) + this.priceShift
    const open = (m[1] as number) / (POW10[d[1] as number] as number)
    const high = (m[2] as number) / (POW10[d[2] as number] as number)
    const low = (m[3] as number) / (POW10[d[3] as number] as number)
    const close = (m[4] as number) / (POW10[d[4] as number] as number)
    if (!(low > 0 && low <= open && low <= close && high >= open && high >= close)) return this.failPrices(open, high, low, close)
    const volume = (m[5] as number) / (POW10[d[5] as number] as number)
    if (!(volume >= 0)) return this.fail(`the volume ${volume} is negative`)
    if (this.hasQuote && volume > 0) this.checkMoney((m[6] as number) / (POW10[d[6] as number] as number) / volume, low, high)
    this.keep(instant, high, volume)
    return true
  }

  private readTime(): number | string {
    const text = this.timeText
    const clock = this.clockText
    if (text === undefined) {
      const raw = (this.fieldMantissa[0] as number) / (POW10[this.fieldDecimals[0] as number] as number)
      if (this.isMs && raw >= EARLIEST_MS && raw <= this.latestMs) return raw
      const unit = this.times.unit ?? unitBySize(raw)
      const ms = msOf(raw, unit)
      if (ms >= EARLIEST_MS && ms <= this.times.latestMs) {
        if (unit !== this.unit) this.changeUnit(unit)
        this.isMs = unit === 'ms'
        return ms
      }
      return readInstant(String(raw), this.times)
    }
    this.timeText = undefined
    this.clockText = undefined
    const instant = readInstant(clock === undefined ? text : `${text} ${clock}`, this.times)
    if (clock === undefined) this.noteUnitOfText(text)
    return instant
  }

  private noteUnitOfText(text: string): void {
    const raw = Number(text)
    if (raw >= 1e9) {
      const unit = this.times.unit ?? unitBySize(raw)
      if (unit !== this.unit) this.changeUnit(unit)
    }
  }

  private changeUnit(unit: TimeUnit): void {
    if (this.unit !== undefined) this.unitChange ??= { line: this.line, unit }
    this.unit = unit
  }

  private follows(instant: number): boolean {
    const { previousTs } = this
    if (Number.isNaN(previousTs)) return true
    if (this.direction === 0 && instant !== previousTs) this.direction = instant > previousTs ? 1 : -1
    if ((instant - previousTs) * this.direction > 0) return true
    return this.fail(
      `the timestamp ${instant} (${utcText(ts(instant))}) is not ${this.direction < 0 ? 'before' : 'after'} the one of the line before`,
    )
  }

  private checkMoney(price: number, low: number, high: number): void {
    if (liesBetween(price, low, high)) return
    if (this.mismatches === 0) this.firstMismatch = this.line
    this.mismatches += 1
  }

  private keep(instant: number, high: number, volume: number): void {
    const { fieldMantissa: m, fieldDecimals: d } = this
    const at = this.count
    if (at === this.capacity) this.grow()
    for (let price = 0; price < 4; price += 1) {
      const mantissa = m[price + 1] as number
      const decimals = d[price + 1] as number
      ;(this.mantissa[price] as Float64Array)[at] = mantissa
      ;(this.decimals[price] as Uint8Array)[at] = decimals
      if (decimals > this.decimalsMax) this.raiseDecimals(mantissa, decimals)
    }
    if (high > this.priceMax) this.priceMax = high
    this.ts[at] = instant
    this.volume[at] = volume
    this.lines[at] = this.line
    this.previousTs = instant
    this.count = at + 1
  }

  private failPrices(open: number, high: number, low: number, close: number): false {
    const below = Math.min(open, close)
    const what =
      low <= 0
        ? `the low ${low} is not a positive price`
        : low > below
          ? `the low ${low} is above the ${low > open ? 'open' : 'close'} ${low > open ? open : close}`
          : `the high ${high} is below the ${high < open ? 'open' : 'close'} ${high < open ? open : close}`
    return this.fail(what)
  }

  private raiseDecimals(mantissa: number, decimals: number): void {
    let rest = mantissa
    let kept = decimals
    while (kept > this.decimalsMax && rest % 10 === 0) {
      rest /= 10
      kept -= 1
    }
    this.decimalsMax = kept
  }

  private turn(): void {
    for (const column of [this.ts, this.volume, this.lines, ...this.mantissa, ...this.decimals]) column.subarray(0, this.count).reverse()
  }

  private grow(): void {
    this.capacity *= 2
    const wider = (column: Float64Array): Float64Array => {
      const next = new Float64Array(this.capacity)
      next.set(column)
      return next
    }
    this.ts = wider(this.ts)
    this.volume = wider(this.volume)
    this.mantissa = this.mantissa.map(wider)
    const lines = new Uint32Array(this.capacity)
    lines.set(this.lines)
    this.lines = lines
    this.decimals = this.decimals.map((column) => {
      const next = new Uint8Array(this.capacity)
      next.set(column)
      return next
    })
  }
}
