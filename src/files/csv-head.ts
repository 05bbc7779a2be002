/**
 * The start of a CSV file: its delimiter, what stands above the header, the header, and the first rows.
 */
import { CsvError, parse } from 'csv-parse/sync'
import { timeRankOf } from '../market/files/column-names.ts'
import { isTimeOfDay, readWallTime } from '../market/files/date-text.ts'
import { type DecimalMark, decimalMarkOf, isMissing, toPlain } from '../market/files/number-text.ts'

export interface CsvHead {
  readonly delimiter: string
  readonly mark: DecimalMark
  /** Undefined where the first row holds figures. */
  readonly header: readonly string[] | undefined
  /** Line of the header, or of the first row where there is none. */
  readonly headerLine: number
  /** Line of the first row of figures. */
  readonly dataLine: number
  readonly rows: readonly (readonly string[])[]
}

const DELIMITERS = ['\t', ';', '|', ',']
const PREAMBLE_LINES_MAX = 20
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells that a file is no text.
const UNPRINTABLE = /[\u0000-\u0008\uFFFD]/
const ROWS_MAX = 200

/** @returns the head, or a sentence without its point that says why the text is no table. */
export function readCsvHead(text: string): CsvHead | string {
  const lines = text.split('\n', PREAMBLE_LINES_MAX + 2).map((line) => line.replace(/\r$/, ''))
  let given: string | undefined
  let first = -1
  for (let at = 0; at < Math.min(lines.length, PREAMBLE_LINES_MAX) && first < 0; at += 1) {
    const line = lines[at] as string
    const said = /^sep=(.)$/i.exec(line)?.[1]
    if (said !== undefined) given = said
    else if (!isPreamble(line, lines[at + 1])) first = at
  }
  if (first < 0)
    return lines.join('').trim() === '' ? 'the file has no header' : `'${(lines[0] ?? '').slice(0, 60)}' is not a line of column names`
  const line = lines[first] as string
  if (UNPRINTABLE.test(line)) return 'the file is not text'
  // A table of one column has no delimiter.
  return readRows(text, first, given ?? delimiterOf(line) ?? ',')
}

/** Titles, addresses and comments have no delimiter where the line below has; a comment with many is a header. */
function isPreamble(line: string, next: string | undefined): boolean {
  if (line.trim() === '') return true
  if (line.startsWith('#')) return line.split(delimiterOf(line) ?? '\0').length < 4
  return delimiterOf(line) === undefined && next !== undefined && delimiterOf(next) !== undefined
}

/** The delimiter that cuts a line most often, outside quotes. */
function delimiterOf(line: string): string | undefined {
  const bare = line.replace(/"(?:[^"]|"")*"/g, '')
  let best: string | undefined
  let most = 0
  for (const candidate of DELIMITERS) {
    const count = bare.split(candidate).length - 1
    if (count > most) {
      best = candidate
      most = count
    }
  }
  return best
}

interface HeadRow {
  readonly cells: readonly string[]
  /** Line that the row ends in. */
  readonly end: number
}

/** The first rows; where the head ends inside a quote, those before it. */
function headRowsOf(text: string, first: number, delimiter: string): readonly HeadRow[] {
  const rows: HeadRow[] = []
  try {
    parse(text, {
      delimiter,
      from_line: first + 1,
      to: ROWS_MAX,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n'],
      on_record: (cells: string[], { lines }) => {
        rows.push({ cells, end: lines })
        return cells
      },
    })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
  }
  return rows
}

function readRows(text: string, first: number, delimiter: string): CsvHead | string {
  const found = headRowsOf(text, first, delimiter)
  if (found.length === 0) return 'a quote is opened and never closed'
  const rows = found.map(({ cells }) => cells)
  const top = rows[0] ?? []
  const ends = found.map(({ end }) => end)
  const mark = decimalMarkOf(rows.slice(0, 20).flat(), delimiter)
  const stacked = stackedHeader(rows)
  if (typeof stacked === 'string') return stacked
  if (stacked !== undefined)
    return { delimiter, mark, header: stacked, headerLine: first + 1, dataLine: (ends[2] as number) + 1, rows: rows.slice(3) }
  if (!isHeader(top, rows[1], mark)) return { delimiter, mark, header: undefined, headerLine: first + 1, dataLine: first + 1, rows }
  return {
    delimiter,
    mark,
    header: top.map((name) => name.trim()),
    headerLine: first + 1,
    dataLine: (ends[0] as number) + 1,
    rows: rows.slice(1),
  }
}

/** Three header lines, as yfinance writes them: what, of whom, and the name of the index. */
function stackedHeader(rows: readonly (readonly string[])[]): string[] | string | undefined {
  const [top, tickers, index] = rows
  if (top?.[0] !== 'Price' || tickers?.[0] !== 'Ticker' || index === undefined || index.slice(1).some((cell) => cell !== ''))
    return undefined
  const named = new Set(tickers.slice(1))
  if (named.size > 1) return `the file holds several symbols side by side (${[...named].slice(0, 3).join(', ')})`
  return [index[0] as string, ...top.slice(1)]
}

const isFigure = (cell: string, mark: DecimalMark): boolean =>
  toPlain(cell, mark) !== undefined || readWallTime(cell, 'dmy') !== undefined || isTimeOfDay(cell)

function isHeader(top: readonly string[], next: readonly string[] | undefined, mark: DecimalMark): boolean {
  const rank = timeRankOf(top[0] ?? '', 0)
  if (rank === 'open' || rank === 'time' || rank === 'close') return true
  if (rank === 'index' && next !== undefined && top[0] !== next[0]) return true
  const filled = top.filter((cell) => !isMissing(cell))
  // Numbers may be names of trials; a row that begins with a symbol is followed by one that does too.
  if (filled[0] === top[0] && !isFigure(top[0] ?? '', mark) && next?.[0] !== top[0]) return true
  return filled.filter((cell) => isFigure(cell, mark)).length * 2 < filled.length
}
