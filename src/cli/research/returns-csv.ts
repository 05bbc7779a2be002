/**
 * Reads a matrix of returns from a file: a column an asset or trial; columns of times and counters are none.
 */
import { isIndexName, timeRankOf } from '../../market/files/column-names.ts'
import { TableText } from '../ui/table-text.ts'

export interface ReturnsTable {
  readonly names: readonly string[]
  /** By name, oldest row first. */
  readonly columns: readonly Float64Array[]
  /** What was turned or left out while reading. */
  readonly notes: readonly string[]
}

/** Typical moves of a row above this are percent, or no returns at all. */
const TYPICAL_MAX = 0.2
/** Fewer rows may move by anything; that each of them doubles is a price even so. */
const SIZE_ROWS_MIN = 5
const COUNTER_ROWS_MIN = 2

/** @throws CliError that names the file and the line. */
export async function readReturnsCsv(path: string): Promise<ReturnsTable> {
  const text = await TableText.read(path)
  const { timeColumn } = text
  const isNewestFirst = timeColumn !== undefined && text.instants(timeColumn).isNewestFirst
  const notes = isNewestFirst ? ['The rows run from newest to oldest; they are read in reverse.'] : []
  const taken: number[] = []
  for (const [at, name] of text.names.entries()) {
    if (at === timeColumn || (timeRankOf(name, at) !== undefined && text.isInstant(at))) continue
    if (at === 0 && isIndexName(name) && (name === '' || isLabel(text, at))) continue
    if (at === 0 && isCounter(text, at)) notes.push(`Ignored column '${name}': it rises by equal steps, so it is a counter.`)
    else taken.push(at)
  }
  const names = taken.map((at) => text.names[at] as string)
  checkNames(text, names)
  const columns = names.map(() => new Float64Array(text.rows))
  for (let row = 0; row < text.rows; row += 1)
    for (const [place, column] of columns.entries()) {
      const value = text.fraction(row, taken[place] as number, `return of ${names[place]}`)
      if (value <= -1)
        throw text.bad(
          row,
          `the return of ${names[place]} is ${text.cell(row, taken[place] as number)}; a return must be above -100 %`,
          'Returns are fractions such as -0.01. Fix placeholders for missing values, and divide percent by 100.',
        )
      column[row] = value
    }
  for (const [place, column] of columns.entries()) checkSize(text, names[place] as string, column)
  return { names, columns: isNewestFirst ? columns.map((column) => column.reverse()) : columns, notes }
}

/** An index is names or a count; a coin may be called INDEX, and its returns are neither. */
const isLabel = (text: TableText, column: number): boolean =>
  isCounter(text, column) || text.rows === 0 || Number.isNaN(Number(text.cell(0, column).trim() || Number.NaN))

function isCounter(text: TableText, column: number): boolean {
  if (text.rows < COUNTER_ROWS_MIN) return false
  const values = Array.from({ length: text.rows }, (_, row) => Number(text.cell(row, column).trim() || Number.NaN))
  const step = (values[1] as number) - (values[0] as number)
  return step > 0 && values.every((value, row) => row === 0 || value - (values[row - 1] as number) === step)
}

function checkSize(text: TableText, name: string, column: Float64Array): void {
  const sizes = column.map(Math.abs).sort()
  const typical = sizes[sizes.length >> 1]
  if (typical === undefined) return
  const isDoubled = column.every((value) => value > 1)
  if (!isDoubled && (typical <= TYPICAL_MAX || column.length < SIZE_ROWS_MIN)) return
  const isPrice = column.every((value) => value > 0)
  throw text.bad(
    0,
    isPrice
      ? `the column ${name} holds prices or levels, not returns: no value is negative and half are above ${typical}`
      : `the column ${name} holds percent, or no returns: half of its values are above ${typical * 100} %`,
    isPrice ? 'Pass the change from row to row, 0.01 for 1 %.' : 'Returns are fractions, 0.01 for 1 %: divide by 100.',
  )
}

function checkNames(text: TableText, names: readonly string[]): void {
  if (names.length === 0) throw text.bad(-1, `the header '${text.names.join(',').slice(0, 60)}' has no column of returns`)
  const unnamed = names.indexOf('')
  if (unnamed >= 0) throw text.bad(-1, `column ${unnamed + 1} of the returns has no name`)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw text.bad(-1, `two columns are called '${twice}'`)
}
