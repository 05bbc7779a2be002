/**
 * Reads a matrix of returns from a CSV file: a column an asset or trial, an optional first column with times, may be gzipped.
 * Never fills a missing return: an empty or malformed field is an error that names its line.
 */
import { CsvText, TIME_NAMES } from './csv-text.ts'

export interface ReturnsTable {
  readonly names: readonly string[]
  /** By name; rows in the order of the file. */
  readonly columns: readonly Float64Array[]
}

/** @throws CliError that names the file and the line. */
export function readReturnsCsv(path: string): ReturnsTable {
  const text = new CsvText(path)
  const first = text.names[0] as string
  // A table written with its index has no name above it.
  const skipped = TIME_NAMES.includes(first.toLowerCase()) || (first === '' && text.names.length > 1) ? 1 : 0
  const names = text.names.slice(skipped)
  checkNames(text, names)
  const columns = names.map(() => new Float64Array(text.rows))
  let before = Number.NEGATIVE_INFINITY
  for (let row = 0; row < text.rows; row += 1) {
    const fields = text.fields(row)
    if (skipped === 1) before = text.instant(row, fields[0] as string, before)
    columns.forEach((column, at) => {
      column[row] = text.number(row, fields[at + skipped] as string, `return of ${names[at]}`)
    })
  }
  return { names, columns }
}

function checkNames(text: CsvText, names: readonly string[]): void {
  if (text.header.trim() === '') throw text.bad(1, 'the file has no header')
  if (names.length === 0) throw text.bad(1, `the header '${text.header.slice(0, 60)}' names no column of returns`)
  if (names.every((name) => /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(name))) throw text.bad(1, 'the file starts with numbers, it has no header')
  const unnamed = names.indexOf('')
  if (unnamed >= 0) throw text.bad(1, `column ${unnamed + 1} of the returns has no name`)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw text.bad(1, `two columns are called '${twice}'`)
}
