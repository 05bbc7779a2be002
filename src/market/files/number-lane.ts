/**
 * The fast lane: whole lines of bytes without a quote, where a field ends at its delimiter and a row at its line end.
 */
import { CODE, type CandleRowBuilder } from './candle-rows.ts'
import { DIGITS_EXACT } from './number-text.ts'

/** What the lane needs of a block of bytes. */
export interface TextBytes {
  readonly [at: number]: number
  readonly length: number
}

const NEWLINE = 10
const RETURN = 13
const POINT = 46
const ZERO = 48
/** A time has up to 16 digits (µs), which a double holds exactly below 9.0e15. */
const TIME_DIGITS_EXACT = 16

export class NumberLane {
  private readonly codes: Uint8Array
  private readonly delimiter: number
  private readonly builder: CandleRowBuilder
  /** Digits up to which a column's numbers are read here, by column; 0 where it holds text. */
  private readonly digitsMax: Uint8Array
  private blankLine = 0

  constructor(codes: Uint8Array, delimiter: number, builder: CandleRowBuilder) {
    this.codes = codes
    this.delimiter = delimiter
    this.builder = builder
    const isDated = codes.includes(CODE.clock)
    this.digitsMax = codes.map((code) =>
      code > CODE.quote || (code === CODE.ts && isDated) ? 0 : code === CODE.ts ? TIME_DIGITS_EXACT : DIGITS_EXACT,
    )
  }

  /** Reads whole lines: `bytes[end - 1]` is a newline. `textOf` is the text between two places. */
  readLines(bytes: TextBytes, start: number, end: number, textOf: (from: number, to: number) => string): void {
    let at = start
    while (at < end && this.builder.problem === undefined) at = this.readLine(bytes, at, textOf)
  }

  /** Answers where the next line starts; after a failure the answer has no meaning. */
  private readLine(bytes: TextBytes, start: number, textOf: (from: number, to: number) => string): number {
    const { builder, codes, delimiter, digitsMax } = this
    const first = bytes[start] as number
    if (first === NEWLINE || (first === RETURN && bytes[start + 1] === NEWLINE)) {
      if (this.blankLine === 0) this.blankLine = builder.line
      builder.line += 1
      return start + (first === NEWLINE ? 1 : 2)
    }
    if (this.blankLine !== 0) {
      builder.line = this.blankLine
      builder.fail('the line is empty')
      return start
    }
    const { fieldMantissa, fieldDecimals } = builder
    const columns = codes.length
    let at = start
    for (let column = 0; column < columns; column += 1) {
      const role = codes[column] as number
      const from = at
      let code = bytes[at] as number
      if (role === CODE.ignored) {
        while (code !== delimiter && code !== NEWLINE) code = bytes[++at] as number
      } else {
        let value = 0
        let digits = 0
        let point = -1
        const most = digitsMax[column] as number
        if (most > 0)
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
        if (digits > 0 && digits <= most && (code === delimiter || code === NEWLINE)) {
          fieldMantissa[role] = value
          fieldDecimals[role] = point < 0 ? 0 : digits - point
        } else {
          while (code !== delimiter && code !== NEWLINE) code = bytes[++at] as number
          const to = code === NEWLINE && at > from && bytes[at - 1] === RETURN ? at - 1 : at
          if (!builder.readCell(role, column, textOf(from, to))) return start
        }
      }
      const isLast = column === columns - 1
      if ((code === NEWLINE) !== isLast) {
        this.failFieldCount(bytes, start)
        return start
      }
      at += 1
    }
    builder.storeRow()
    return at
  }

  private failFieldCount(bytes: TextBytes, start: number): void {
    let fields = 1
    for (let at = start; bytes[at] !== NEWLINE; at += 1) if (bytes[at] === this.delimiter) fields += 1
    this.builder.fail(fieldCountProblem(fields, this.codes.length))
  }
}

export const fieldCountProblem = (fields: number, expected: number): string =>
  `${fields} field${fields === 1 ? '' : 's'} where the header names ${expected}`
