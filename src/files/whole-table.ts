/**
 * A table that is read whole: equity and returns, in any container, as cells with their lines.
 */
import { type Result, err, ok } from '../core/result.ts'
import { type DataError, dataError } from '../market/data-error.ts'
import type { DecimalMark } from '../market/files/number-text.ts'
import { CsvSyntaxError, csvRows } from './csv-rows.ts'
import { type Table, filesOf, withTables } from './open-table.ts'

export interface WholeTable {
  readonly name: string
  /** Undefined where the first row holds figures. */
  readonly header: readonly string[] | undefined
  readonly headerLine: number
  readonly mark: DecimalMark
  readonly rows: readonly WholeRow[]
}

interface WholeRow {
  readonly cells: readonly string[]
  readonly line: number
}

export async function readWholeTable(path: string): Promise<Result<WholeTable, DataError>> {
  const files = await filesOf([path])
  if (!files.ok) return files
  const tables: WholeTable[] = []
  for (const file of files.value) {
    const read = await withTables(file, async (table) => {
      const whole = await wholeOf(table)
      if (whole.ok) tables.push(whole.value)
      return whole.ok ? ok(undefined) : whole
    })
    if (!read.ok) return read
  }
  const [first, second] = tables
  if (first === undefined) return err(dataError('bad-input', `${path} holds no table.`, 'Pass a file with rows.'))
  return second === undefined
    ? ok(first)
    : err(dataError('bad-input', `${path} holds several tables, as ${first.name} and ${second.name}.`, 'Pass one of them.'))
}

async function wholeOf(table: Table): Promise<Result<WholeTable, DataError>> {
  const rows: WholeRow[] = []
  if (table.type === 'cells') {
    for await (const cells of table.rows) rows.push({ cells, line: rows.length + 1 })
    return ok({ name: table.name, header: table.names, headerLine: 1, mark: '.', rows })
  }
  const { name, head } = table
  try {
    for await (const row of csvRows(table.body, head.delimiter, head.dataLine)) rows.push(row)
  } catch (cause) {
    if (!(cause instanceof CsvSyntaxError)) throw cause
    return err(dataError('bad-input', `${name} line ${cause.line}: ${cause.message}.`, 'Correct this line of the file.'))
  }
  while (rows.at(-1)?.cells.length === 0) rows.pop()
  return ok({ name, header: head.header, headerLine: head.headerLine, mark: head.mark, rows })
}
