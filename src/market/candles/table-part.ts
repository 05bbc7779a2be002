/**
 * One table of candles or funding rates, read through to its end: by the fast lane while it has no quote, by the CSV library from there on.
 */
import { type CsvRow, CsvSyntaxError, csvRows, linesOf, quotedRows } from '../../files/csv-rows.ts'
import type { Blocks } from '../../files/container.ts'
import type { CellsTable, CsvTable, Table } from '../../files/open-table.ts'
import { zoneOf } from '../../files/zone.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { type DataError, dataError } from '../data-error.ts'
import { type CandleRows, CandleRowBuilder, type LineProblem, type RowCounts, codesOf } from '../files/candle-rows.ts'
import { dateOrderOf } from '../files/date-text.ts'
import { type FundingRows, FundingRowBuilder } from '../files/funding-rows.ts'
import { EARLIEST_MS, type TimeRules, latestOf } from '../files/instant.ts'
import { type FileHead, type Layout, type LayoutProblem, layoutOf } from '../files/layout.ts'
import { NumberLane, fieldCountProblem } from '../files/number-lane.ts'
import type { FileWishes } from './file-wishes.ts'

interface PartOf {
  /** The path, with the member of an archive. */
  readonly name: string
  readonly layout: Layout
}
export interface CandlePart extends PartOf {
  readonly type: 'candles'
  readonly rows: CandleRows
  readonly counts: RowCounts
}
export interface FundingPart extends PartOf {
  readonly type: 'funding'
  readonly rows: FundingRows
}

const SAMPLE_ROWS = 200

/** Takes the cells of a row; answers false to stop reading. */
interface RowSink {
  line: number
  readonly problem: LineProblem | undefined
  readCells(cells: readonly string[]): boolean
}

export const lineError = (name: string, { line, what, next }: LineProblem): DataError =>
  dataError('bad-input', `${name} line ${line}: ${what}.`, next ?? 'Correct this line of the file; nothing was imported.')

const layoutError = (name: string, { what, next, line }: LayoutProblem): DataError =>
  dataError('bad-input', `${name}${line === undefined ? '' : ` line ${line}`}: ${what}.`, next)

export const emptyFile = (name: string): DataError =>
  dataError('bad-input', `${name} has no rows below its header.`, 'Pass a file with at least one row.')

export async function readPart(table: Table, wishes: FileWishes): Promise<Result<CandlePart | FundingPart, DataError>> {
  return table.type === 'csv' ? readCsvPart(table, wishes) : readCellsPart(table, wishes)
}

function headOf(
  header: readonly string[] | undefined,
  headerLine: number,
  rows: readonly (readonly string[])[],
  mark: FileHead['mark'],
  wishes: FileWishes,
): FileHead {
  const slashed = rows[0]?.findIndex((cell) => /^\d{1,2}[/-]\d{1,2}[/-]\d{4}/.test(cell.trim())) ?? -1
  const times: TimeRules = {
    earliestMs: EARLIEST_MS,
    latestMs: latestOf(wishes.nowMs ?? Date.now()),
    unit: wishes.unit,
    order: slashed < 0 ? undefined : dateOrderOf(rows.map((row) => row[slashed] ?? '')),
    offsetMs: wishes.offsetMs,
    zoneNamed: zoneOf,
  }
  return {
    header,
    headerLine,
    rows: rows.filter((row) => row.length === (header ?? rows[0] ?? []).length),
    mark,
    times,
    hasZone: wishes.offsetMs !== undefined,
    isStampGiven: wishes.stamp !== undefined,
    columns: wishes.columns,
  }
}

async function readCsvPart(table: CsvTable, wishes: FileWishes): Promise<Result<CandlePart | FundingPart, DataError>> {
  const { name, head } = table
  const known = headOf(head.header, head.headerLine, head.rows, head.mark, wishes)
  const found = layoutOf(known)
  if (!found.ok) return err(layoutError(name, found.error))
  const layout = found.value
  if (layout.kind === 'funding') {
    const funding = new FundingRowBuilder(layout, known.times, head.mark, head.dataLine)
    const read = await readRows(name, csvRows(table.body, head.delimiter, head.dataLine), funding)
    return read.ok ? finishFunding(name, layout, funding) : read
  }
  const builder = new CandleRowBuilder(layout, known.times, head.mark, head.dataLine)
  const codes = codesOf(layout.roles)
  const isPlain = head.mark === '.' && head.delimiter.charCodeAt(0) < 128
  const lane = isPlain ? new NumberLane(codes, head.delimiter.charCodeAt(0), builder) : undefined
  const read = await readByLane(name, table.body, head.delimiter, lane, builder, cellsInto(builder, codes))
  return read.ok ? finishCandles(name, layout, builder) : read
}

function finishCandles(name: string, layout: Layout, builder: CandleRowBuilder): Result<CandlePart, DataError> {
  builder.finish()
  if (builder.problem !== undefined) return err(lineError(name, builder.problem))
  const rows = builder.rows()
  return rows.count === 0 ? err(emptyFile(name)) : ok({ type: 'candles', name, layout, rows, counts: builder.counts() })
}

function finishFunding(name: string, layout: Layout, funding: FundingRowBuilder): Result<FundingPart, DataError> {
  if (funding.problem !== undefined) return err(lineError(name, funding.problem))
  const rows = funding.rows()
  return rows.ts.length === 0 ? err(emptyFile(name)) : ok({ type: 'funding', name, layout, rows })
}

/** A row of cells into the fields of the builder. */
function cellsInto(builder: CandleRowBuilder, codes: Uint8Array): RowSink {
  return {
    get line() {
      return builder.line
    },
    set line(at: number) {
      builder.line = at
    },
    get problem() {
      return builder.problem
    },
    readCells: (cells) => {
      if (cells.length !== codes.length) return builder.fail(fieldCountProblem(cells.length, codes.length))
      for (let column = 0; column < codes.length; column += 1)
        if (!builder.readCell(codes[column] as number, column, cells[column] as string)) return false
      return builder.storeRow()
    },
  }
}

async function readByLane(
  name: string,
  body: Blocks,
  delimiter: string,
  lane: NumberLane | undefined,
  builder: CandleRowBuilder,
  sink: RowSink,
): Promise<Result<undefined, DataError>> {
  if (lane === undefined) return readRows(name, csvRows(body, delimiter, builder.line), sink)
  try {
    for await (const lines of linesOf(body, () => builder.line)) {
      if (lines.type === 'quoted') return await readRows(name, quotedRows(lines.blocks, delimiter, builder.line), sink)
      lane.readLines(lines.bytes, 0, lines.end, (from, to) => lines.bytes.toString('utf8', from, to))
      if (builder.problem !== undefined) return ok(undefined)
    }
  } catch (cause) {
    if (cause instanceof CsvSyntaxError) return err(lineError(name, { line: cause.line, what: cause.message }))
    throw cause
  }
  return ok(undefined)
}

async function readRows(name: string, rows: AsyncIterable<CsvRow>, sink: RowSink): Promise<Result<undefined, DataError>> {
  let emptyLine = 0
  try {
    for await (const { cells, line } of rows) {
      if (cells.length === 0) {
        if (emptyLine === 0) emptyLine = line
        continue
      }
      if (emptyLine !== 0) return err(lineError(name, { line: emptyLine, what: 'the line is empty' }))
      sink.line = line
      if (!sink.readCells(cells)) return ok(undefined)
    }
  } catch (cause) {
    if (cause instanceof CsvSyntaxError) return err(lineError(name, { line: cause.line, what: cause.message }))
    throw cause
  }
  return ok(undefined)
}

async function readCellsPart(table: CellsTable, wishes: FileWishes): Promise<Result<CandlePart | FundingPart, DataError>> {
  const { name, names } = table
  const sample: (readonly string[])[] = []
  const iterator = asyncRows(table.rows)
  while (sample.length < SAMPLE_ROWS) {
    const next = await iterator.next()
    if (next.done === true) break
    sample.push(next.value)
  }
  const known = headOf(names, 1, sample, '.', wishes)
  const found = layoutOf(known)
  if (!found.ok) return err(layoutError(name, found.error))
  const layout = found.value
  const codes = codesOf(layout.roles)
  const builder = new CandleRowBuilder(layout, known.times, '.', 1)
  const funding = new FundingRowBuilder(layout, known.times, '.', 1)
  const sink: RowSink = layout.kind === 'funding' ? funding : cellsInto(builder, codes)
  for (const cells of sample) if (!sink.readCells(cells)) break
  while (sink.problem === undefined) {
    const next = await iterator.next()
    if (next.done === true) break
    sink.readCells(next.value)
  }
  const read = layout.kind === 'funding' ? finishFunding(name, layout, funding) : finishCandles(name, layout, builder)
  return read
}

async function* asyncRows(rows: CellsTable['rows']): AsyncGenerator<readonly string[]> {
  yield* rows
}
