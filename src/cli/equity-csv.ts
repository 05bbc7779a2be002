/**
 * Reads an equity series from a CSV file with the columns timestamp,equity (any order, may be gzipped).
 * Never skips a line: a malformed one is an error that names it.
 */
import type { EquitySeries } from '../portfolio/equity.ts'
import { CsvText, TIME_NAMES } from './csv-text.ts'

const EQUITY_NAMES = ['equity', 'value', 'balance']

/** @throws CliError that names the file and the line. */
export function readEquityCsv(path: string): EquitySeries {
  const text = new CsvText(path)
  const columnOf = (known: readonly string[]): number => text.names.findIndex((name) => known.includes(name.toLowerCase()))
  const tsColumn = columnOf(TIME_NAMES)
  const equityColumn = columnOf(EQUITY_NAMES)
  if (tsColumn < 0 || equityColumn < 0)
    throw text.bad(1, `the header '${text.header.slice(0, 60)}' does not name the columns timestamp and equity`)
  const ts = new Float64Array(text.rows)
  const equity = new Float64Array(text.rows)
  let before = Number.NEGATIVE_INFINITY
  for (let row = 0; row < text.rows; row += 1) {
    const fields = text.fields(row)
    before = text.instant(row, fields[tsColumn] as string, before)
    ts[row] = before
    equity[row] = text.number(row, fields[equityColumn] as string, 'equity')
  }
  return { ts, equity }
}
