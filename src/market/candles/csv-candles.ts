/**
 * The byte parser of candle CSVs: whole lines in, growing columns of exact decimals out.
 * Never builds a string for a well-formed field, and stops at the first malformed line.
 */
import type { CsvHeader } from './csv-header.ts'
import { DIGITS_EXACT, readIsoTime, readMantissa, toPlain } from './csv-number.ts'

/** Rows as read: each price is `mantissa / 10^decimals`, until the tick is known. */
export interface CandleRows {
  readonly count: number
  readonly ts: Float64Array
  /** Open, high, low, close. */
  readonly mantissa: readonly Float64Array[]
  readonly decimals: readonly Uint8Array[]
  readonly volume: Float64Array
  /** Most decimals of any price, trailing zeros not counted. */
  readonly decimalsMax: number
  readonly priceMax: number
}

export interface LineProblem {
  readonly line: number
  readonly what: string
}

const NEWLINE = 10
const RETURN = 13
const POINT = 46
const ZERO = 48

/** 10^0 to 10^22 are exact doubles. */
export const POW10 = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)

const ROLE_VOLUME = 5
const ROLE_IGNORED = 6
const ROLE_CODES = { ts: 0, open: 1, high: 2, low: 3, close: 4, volume: ROLE_VOLUME, rate: ROLE_IGNORED, ignored: ROLE_IGNORED } as const
const ROLE_NAMES = ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const

export class CandleParser {
  /** First malformed line; nothing is read after it. */
  problem: LineProblem | undefined
  private readonly roles: Uint8Array
  private readonly delimiter: number
  private capacity: number
  private count = 0
  private ts: Float64Array
  private volume: Float64Array
  private mantissa: Float64Array[]
  private decimals: Uint8Array[]
  private decimalsMax = 0
  private priceMax = 0
  private previousTs = Number.NEGATIVE_INFINITY
  /** Timestamps per millisecond: 0.001 for seconds, 1000 for microseconds; 0 until the first row has told. */
  private ticksPerMs = 0
  private blankLine = 0
  /** Fields of the line at hand, by role code. */
  private readonly fieldMantissa = new Float64Array(6)
  private readonly fieldDecimals = new Uint8Array(6)

  constructor(header: CsvHeader, capacity = 1 << 16) {
    this.roles = Uint8Array.from(header.roles, (role) => ROLE_CODES[role])
    this.delimiter = header.delimiter
    this.capacity = capacity
    this.ts = new Float64Array(capacity)
    this.volume = new Float64Array(capacity)
    this.mantissa = Array.from({ length: 4 }, () => new Float64Array(capacity))
    this.decimals = Array.from({ length: 4 }, () => new Uint8Array(capacity))
  }

  /** Reads whole lines: `bytes[end - 1]` is a newline. */
  readLines(bytes: Buffer, start: number, end: number): void {
    let at = start
    while (at < end && this.problem === undefined) at = this.readLine(bytes, at)
  }

  rows(): CandleRows {
    const { count } = this
    return {
      count,
      ts: this.ts.subarray(0, count),
      mantissa: this.mantissa.map((column) => column.subarray(0, count)),
      decimals: this.decimals.map((column) => column.subarray(0, count)),
      volume: this.volume.subarray(0, count),
      decimalsMax: this.decimalsMax,
      priceMax: this.priceMax,
    }
  }

  private fail(what: string): false {
    this.problem = { line: this.count + 2, what }
    return false
  }

  /** Answers where the next line starts; after a failure the answer has no meaning. */
  private readLine(bytes: Buffer, start: number): number {
    const first = bytes[start] as number
    if (first === NEWLINE || (first === RETURN && bytes[start + 1] === NEWLINE)) {
      if (this.blankLine === 0) this.blankLine = this.count + 2
      return start + (first === NEWLINE ? 1 : 2)
    }
    if (this.blankLine !== 0) {
      this.fail('the line is empty')
      return start
    }
    const { roles, delimiter, fieldMantissa, fieldDecimals } = this
    const columns = roles.length
    let at = start
    for (let column = 0; column < columns; column += 1) {
      const role = roles[column] as number
      const from = at
      let code = bytes[at] as number
      if (role === ROLE_IGNORED) {
        while (code !== delimiter && code !== NEWLINE) code = bytes[++at] as number
      } else {
        let value = 0
        let digits = 0
        let point = -1
        for (;;) {
          const digit = code - ZERO
          if (digit >= 0 && digit <= 9) {
            value = value * 10 + digit
            digits += 1
          } else if (code === POINT && point < 0) point = digits
          else break
          code = bytes[++at] as number
        }
        if (code === RETURN && bytes[at + 1] === NEWLINE) code = bytes[++at] as number
        if (digits > 0 && digits <= DIGITS_EXACT && (code === delimiter || code === NEWLINE)) {
          fieldMantissa[role] = value
          fieldDecimals[role] = point < 0 ? 0 : digits - point
        } else {
          while (code !== delimiter && code !== NEWLINE) code = bytes[++at] as number
          if (!this.readRareField(role, bytes.toString('latin1', from, at).replace(/\r$/, ''))) return start
        }
      }
      const isLast = column === columns - 1
      if ((code === NEWLINE) !== isLast) {
        this.failFieldCount(bytes, start)
        return start
      }
      at += 1
    }
    this.storeRow()
    return at
  }

  private failFieldCount(bytes: Buffer, start: number): void {
    const line = bytes.toString('latin1', start, bytes.indexOf(NEWLINE, start))
    const fields = line.split(String.fromCharCode(this.delimiter)).length
    this.fail(`${fields} field${fields === 1 ? '' : 's'} where the header names ${this.roles.length}`)
  }

  private readRareField(role: number, text: string): boolean {
    const name = ROLE_NAMES[role] as string
    if (role === 0) {
      const iso = readIsoTime(text)
      if (iso !== undefined && this.ticksPerMs === 0) this.ticksPerMs = 1
      const number = iso ?? this.mantissaAsNumber(text)
      if (number === undefined) this.fail(`the timestamp '${shorten(text)}' is neither a number of seconds or milliseconds nor a date`)
      else {
        this.fieldMantissa[0] = iso === undefined ? number : iso * this.ticksPerMs
        this.fieldDecimals[0] = 0
      }
      return number !== undefined
    }
    const read = role === ROLE_VOLUME ? readFloat(text) : readMantissa(text)
    if (read === undefined) this.fail(text.trim() === '' ? `the ${name} is missing` : `the ${name} '${shorten(text)}' is not a number`)
    else {
      this.fieldMantissa[role] = read.mantissa
      this.fieldDecimals[role] = read.decimals
    }
    return read !== undefined
  }

  private mantissaAsNumber(text: string): number | undefined {
    const read = readMantissa(text)
    return read === undefined ? undefined : read.mantissa / (POW10[read.decimals] as number)
  }

  private storeRow(): boolean {
    const { fieldMantissa: m, fieldDecimals: d } = this
    const at = this.count
    if (at === this.capacity) this.grow()
    const raw = (m[0] as number) / (POW10[d[0] as number] as number)
    if (this.ticksPerMs === 0) this.ticksPerMs = raw >= 1e14 ? 1000 : raw >= 1e11 ? 1 : 0.001
    const instant = this.ticksPerMs === 1 ? raw : this.ticksPerMs === 1000 ? raw / 1000 : Math.round(raw * 1000)
    if (!Number.isInteger(instant)) return this.fail(`the timestamp ${raw} is not a whole number of milliseconds`)
    if (instant <= this.previousTs)
      return this.fail(`the timestamp ${raw} is not after the one of the line before, ${this.previousTs * this.ticksPerMs}`)
    const open = (m[1] as number) / (POW10[d[1] as number] as number)
    const high = (m[2] as number) / (POW10[d[2] as number] as number)
    const low = (m[3] as number) / (POW10[d[3] as number] as number)
    const close = (m[4] as number) / (POW10[d[4] as number] as number)
    if (!(low > 0 && low <= open && low <= close && high >= open && high >= close)) return this.failPrices(open, high, low, close)
    const volume = (m[ROLE_VOLUME] as number) / (POW10[d[ROLE_VOLUME] as number] as number)
    if (volume < 0) return this.fail(`the volume ${volume} is negative`)
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
    this.previousTs = instant
    this.count = at + 1
    return true
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
    this.decimals = this.decimals.map((column) => {
      const next = new Uint8Array(this.capacity)
      next.set(column)
      return next
    })
  }
}

/** A volume is a float: the nearest double of its text, however many digits that has. */
function readFloat(text: string): { mantissa: number; decimals: number } | undefined {
  const plain = toPlain(text)
  return plain === undefined ? undefined : { mantissa: Number(plain), decimals: 0 }
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
