/**
 * The rows of a CSV as cells. While no quote is in the text a row is a line and a field ends at its delimiter; from the first
 * quote on the library csv-parse (RFC 4180) reads: quoted delimiters, quoted line ends, doubled quotes.
 */
import { Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import type { Blocks } from './container.ts'

export interface CsvRow {
  readonly cells: readonly string[]
  readonly line: number
}

/** What is no CSV, in words of our own. */
export class CsvSyntaxError extends Error {
  override readonly name = 'CsvSyntaxError'
  readonly line: number

  constructor(line: number, what: string) {
    super(what)
    this.line = line
  }
}

const QUOTE = 34
const NEWLINE = 10
/** A row of a table is shorter: what is longer is no table, or a quote that is never closed. */
const ROW_BYTES_MAX = 1 << 20
const TOO_LONG = 'the line is longer than a million characters: this is not a table, or a quote is left open'

const WORDS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_MAX_RECORD_SIZE: TOO_LONG,
  CSV_INVALID_CLOSING_QUOTE: 'a quote is closed in the middle of a field',
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'a quote is closed in the middle of a field',
  INVALID_OPENING_QUOTE: 'a quote is opened in the middle of a field',
}

/** Whole lines without a quote, or all that comes from the first line with one. */
export type Lines =
  | { readonly type: 'plain'; readonly bytes: Buffer; readonly end: number }
  | { readonly type: 'quoted'; readonly blocks: Blocks }

/** A text as whole lines: `bytes[end - 1]` is a newline. `line` is asked where a line is longer than any row. @throws CsvSyntaxError then. */
export async function* linesOf(body: Blocks, line: () => number): AsyncGenerator<Lines> {
  const iterator = body[Symbol.asyncIterator]()
  let carry: Buffer = Buffer.alloc(0)
  try {
    for (;;) {
      const next = await iterator.next()
      if (next.done === true) break
      const bytes = carry.length === 0 ? next.value : Buffer.concat([carry, next.value])
      const quote = next.value.includes(QUOTE) ? bytes.indexOf(QUOTE) : -1
      const end = (quote < 0 ? bytes.lastIndexOf(NEWLINE) : bytes.subarray(0, quote).lastIndexOf(NEWLINE)) + 1
      if (end > 0) yield { type: 'plain', bytes, end }
      carry = bytes.subarray(end)
      if (quote >= 0) {
        yield { type: 'quoted', blocks: rest(carry, iterator) }
        return
      }
      if (carry.length > ROW_BYTES_MAX) throw new CsvSyntaxError(line(), TOO_LONG)
    }
    if (carry.length > 0) yield { type: 'plain', bytes: Buffer.concat([carry, Buffer.from('\n')]), end: carry.length + 1 }
  } finally {
    await iterator.return?.()
  }
}

async function* rest(first: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for (;;) {
    const next = await iterator.next()
    if (next.done === true) return
    yield next.value
  }
}

/** All rows. @throws CsvSyntaxError where the text is no CSV. */
export async function* csvRows(body: Blocks, delimiter: string, firstLine: number): AsyncGenerator<CsvRow> {
  let line = firstLine
  for await (const lines of linesOf(body, () => line)) {
    if (lines.type === 'quoted') yield* quotedRows(lines.blocks, delimiter, line)
    else
      for (const each of lines.bytes.toString('utf8', 0, lines.end - 1).split('\n')) {
        const plain = each.endsWith('\r') ? each.slice(0, -1) : each
        yield { cells: plain === '' ? [] : plain.split(delimiter), line }
        line += 1
      }
  }
}

/** Rows from the first quote on, by the library. @throws CsvSyntaxError where the text is no CSV. */
export async function* quotedRows(blocks: Blocks, delimiter: string, firstLine: number): AsyncGenerator<CsvRow> {
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n'],
    max_record_size: ROW_BYTES_MAX,
  })
  const source = Readable.from(blocks, { objectMode: false })
  source.on('error', (cause) => parser.destroy(cause))
  source.pipe(parser)
  let line = firstLine
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      yield { cells: record.length === 1 && record[0] === '' ? [] : record, line }
      line = firstLine + info.lines
    }
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    throw new CsvSyntaxError(line, WORDS[cause.code] ?? 'the row is not CSV')
  }
}
