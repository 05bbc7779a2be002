/**
 * A table that a command computes from: its columns by name, its instants and its numbers, each checked with its line.
 */
import { type WholeTable, readWholeTable } from '../../files/whole-table.ts'
import { zoneOf } from '../../files/zone.ts'
import { isConstant, keyOf, timeRankOf } from '../../market/files/column-names.ts'
import { dateOrderOf, dayMs } from '../../market/files/date-text.ts'
import { foreignShapeOf } from '../../market/files/foreign-shapes.ts'
import { type TimeRules, latestOf, readInstant } from '../../market/files/instant.ts'
import { isMissing, readFraction, shorten, toPlain } from '../../market/files/number-text.ts'
import { utcText } from '../../core/utc.ts'
import { ts } from '../../core/units.ts'
import { dataFailure } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

/** Dates of equity and returns may be older than any coin. */
const EARLIEST_DATE_MS = dayMs(1900, 1, 1)

/** How programs write numbers; other forms take longer to read. */
const PLAIN = /^-?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?$/i

function truthOf(text: string): number | undefined {
  const word = text.trim().toLowerCase()
  return word === 'true' ? 1 : word === 'false' ? 0 : undefined
}

export class TableText {
  readonly names: readonly string[]
  readonly rows: number
  /** The column of instants; undefined where there is none. */
  readonly timeColumn: number | undefined
  private readonly table: WholeTable
  private readonly times: TimeRules

  private constructor(table: WholeTable, header: readonly string[]) {
    this.table = table
    this.names = header
    this.rows = table.rows.length
    const slashed = table.rows[0]?.cells.findIndex((cell) => /^\d{1,2}[/-]\d{1,2}[/-]\d{4}/.test(cell.trim())) ?? -1
    this.times = {
      earliestMs: EARLIEST_DATE_MS,
      latestMs: latestOf(Date.now()),
      order: slashed < 0 ? undefined : dateOrderOf(table.rows.slice(0, 200).map(({ cells }) => cells[slashed] ?? '')),
      zoneNamed: zoneOf,
    }
    this.timeColumn = this.chooseTime()
  }

  /**
   * @param isSamples whether the columns may be anything, and the rows of several symbols
   * @throws CliError where the file cannot be read, has no header or is something else by the names of its columns.
   */
  static async read(path: string, isSamples = false): Promise<TableText> {
    const read = await readWholeTable(path)
    if (!read.ok) throw dataFailure(read.error)
    const table = read.value
    const { header, headerLine, name } = table
    if (header === undefined)
      throw new CliError(
        EXIT.error,
        `${name} line ${headerLine}: the file has no header, it starts with numbers.`,
        'Name the columns in the first line.',
      )
    const foreign = isSamples ? undefined : foreignShapeOf(header)
    if (foreign !== undefined) throw new CliError(EXIT.error, `${name} is ${foreign.what}.`, foreign.next)
    const text = new TableText(table, header)
    text.checkRows(isSamples)
    return text
  }

  /** The error for the reader of the file, at a row or, with -1, at the header. */
  bad(row: number, what: string, next = 'Correct this line of the file.'): CliError {
    return new CliError(EXIT.error, `${this.table.name} line ${this.lineOf(row)}: ${what}.`, next)
  }

  cell(row: number, column: number): string {
    return this.table.rows[row]?.cells[column] ?? ''
  }

  /** Whether a column holds instants, by its first cell. */
  isInstant(column: number): boolean {
    return this.rows > 0 && typeof readInstant(this.cell(0, column), this.times) === 'number'
  }

  /** The instant of a cell in ms UTC. @throws CliError where it is none. */
  instant(row: number, column: number): number {
    const read = readInstant(this.cell(row, column), this.times)
    if (typeof read === 'string') throw this.bad(row, read)
    return read
  }

  /** Instants in ms UTC, ascending, and whether the rows run from newest to oldest. @throws CliError at the first that is none. */
  instants(column: number): { readonly ts: Float64Array; readonly isNewestFirst: boolean } {
    const instants = new Float64Array(this.rows)
    let direction = 0
    for (let row = 0; row < this.rows; row += 1) {
      const read = this.instant(row, column)
      const before = instants[row - 1]
      if (before !== undefined) {
        if (direction === 0 && read !== before) direction = read > before ? 1 : -1
        if ((read - before) * direction <= 0)
          throw this.bad(row, `the timestamp ${utcText(ts(read))} is not ${direction < 0 ? 'earlier' : 'later'} than the line above`)
      }
      instants[row] = read
    }
    return { ts: direction < 0 ? instants.reverse() : instants, isNewestFirst: direction < 0 }
  }

  /** @throws CliError that says what the number should be. */
  number(row: number, column: number, what: string, next?: string): number {
    const text = this.cell(row, column)
    return this.numberOf(row, text, toPlain(text, this.table.mark), what, next)
  }

  /**
   * The numbers of a column at some rows; true and false are 1 and 0.
   * @param next what the reader can do about one that is missing or none
   * @throws CliError that names the line of the first that is missing, infinite or no number.
   */
  numbers(column: number, rows: Int32Array, what: string, next?: string): Float64Array {
    const isPlainMark = this.table.mark === '.'
    const values = new Float64Array(rows.length)
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at] as number
      const text = this.cell(row, column)
      if (text === '') throw this.bad(row, `the ${what} is missing`, next)
      const value = isPlainMark && PLAIN.test(text) ? Number(text) : (truthOf(text) ?? this.number(row, column, what, next))
      if (!Number.isFinite(value)) throw this.bad(row, `the ${what} '${shorten(text)}' is not finite`)
      values[at] = value
    }
    return values
  }

  /** Whether the cell holds a number, or true or false. */
  isNumber(row: number, column: number): boolean {
    const text = this.cell(row, column)
    return truthOf(text) !== undefined || toPlain(text, this.table.mark) !== undefined
  }

  isMissing(row: number, column: number): boolean {
    return isMissing(this.cell(row, column))
  }

  /** A fraction, as 0.01 or 1%. @throws CliError that says what it should be. */
  fraction(row: number, column: number, what: string): number {
    const text = this.cell(row, column)
    return this.numberOf(row, text, readFraction(text, this.table.mark), what)
  }

  private numberOf(row: number, text: string, plain: string | undefined, what: string, next?: string): number {
    if (plain !== undefined) return Number(plain)
    throw this.bad(row, isMissing(text) ? `the ${what} is missing` : `the ${what} '${shorten(text)}' is not a number`, next)
  }

  private lineOf(row: number): number {
    return row < 0 ? this.table.headerLine : (this.table.rows[row]?.line ?? 0)
  }

  private checkRows(isSamples: boolean): void {
    const width = this.names.length
    const constants = this.names.flatMap((name, at) =>
      !isSamples && isConstant(name) && at !== this.timeColumn && toPlain(this.cell(0, at)) === undefined ? [at] : [],
    )
    for (let row = 0; row < this.rows; row += 1) {
      const { cells } = this.table.rows[row] as { cells: readonly string[] }
      if (cells.length === 0) throw this.bad(row, 'the line is empty')
      if (cells.length !== width) throw this.bad(row, `${cells.length} field${cells.length === 1 ? '' : 's'} where the header has ${width}`)
      for (const at of constants)
        if (cells[at] !== this.cell(0, at))
          throw this.bad(
            row,
            `the ${this.names[at]} changes from '${shorten(this.cell(0, at))}' to '${shorten(cells[at] as string)}'`,
            'Split the file: a series has one.',
          )
    }
  }

  private chooseTime(): number | undefined {
    const ranks = this.names.map((name, at) => timeRankOf(name, at))
    for (const rank of ['open', 'time', 'close', 'index'] as const) {
      const found = ranks.findIndex((each, at) => each === rank && this.isInstant(at))
      if (found >= 0) return found
    }
    // A first column that says time and holds none is reported by its first cell; a coin may be called T.
    return ranks[0] !== undefined && ranks[0] !== 'index' && keyOf(this.names[0] ?? '').length > 1 ? 0 : undefined
  }
}
