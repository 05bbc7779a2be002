/**
 * A small CSV file as its header and lines, plain or gzipped, for series that are read whole: equity and returns.
 * Never skips a line: what is malformed names the file and the line.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readIsoTime, toPlain } from '../market/candles/csv-number.ts'
import { CliError, EXIT } from './exit.ts'

export const TIME_NAMES: readonly string[] = ['timestamp', 'ts', 'time', 'date', 'datetime']

export class CsvText {
  readonly path: string
  /** As written, without quotes around them. */
  readonly names: readonly string[]
  readonly rows: number
  private readonly lines: readonly string[]
  private readonly delimiter: string

  /** @throws CliError where the file cannot be read. */
  constructor(path: string) {
    this.path = path
    this.lines = readText(path)
      .replace(/^\uFEFF/, '')
      .replace(/(\r?\n)+$/, '')
      .split(/\r?\n/)
    this.delimiter = [',', ';', '\t'].find((candidate) => this.header.includes(candidate)) ?? ','
    this.names = this.header.split(this.delimiter).map((name) => name.trim().replace(/^"|"$/g, ''))
    this.rows = this.lines.length - 1
  }

  get header(): string {
    return this.lines[0] ?? ''
  }

  /** The error for the reader of the file; the header is line 1. */
  bad(line: number, what: string): CliError {
    return new CliError(EXIT.error, `${this.path} line ${line}: ${what}.`, 'Correct this line of the file.')
  }

  /** Fields of a row, as many as the header names. @throws CliError where there are more or fewer. */
  fields(row: number): readonly string[] {
    const fields = (this.lines[row + 1] as string).split(this.delimiter)
    if (fields.length === this.names.length) return fields
    throw this.bad(row + 2, `${fields.length} field${fields.length === 1 ? '' : 's'} where the header names ${this.names.length}`)
  }

  /** An instant in ms UTC that lies after `before`. @throws CliError where it is none. */
  instant(row: number, text: string, before: number): number {
    const instant = readInstant(text)
    if (instant === undefined) throw this.bad(row + 2, `the timestamp '${text}' is neither a number of seconds or milliseconds nor a date`)
    if (instant <= before) throw this.bad(row + 2, `the timestamp ${text} is not after the one of the line before`)
    return instant
  }

  /** @throws CliError that says what the number should be. */
  number(row: number, text: string, what: string): number {
    const plain = toPlain(text)
    if (plain === undefined)
      throw this.bad(row + 2, text.trim() === '' ? `the ${what} is missing` : `the ${what} '${text}' is not a number`)
    return Number(plain)
  }
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path)
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (cause) {
    throw new CliError(
      EXIT.error,
      `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`,
      'Check the path of the file.',
      { cause },
    )
  }
}

function readInstant(text: string): number | undefined {
  const iso = readIsoTime(text)
  if (iso !== undefined) return iso
  const plain = toPlain(text)
  if (plain === undefined) return undefined
  const raw = Number(plain)
  return raw >= 1e14 ? raw / 1000 : Math.abs(raw) >= 1e11 ? raw : raw * 1000
}
