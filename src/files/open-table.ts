/**
 * Opens files of tables in any container, and folders of them, each table as its head and the rest of its rows.
 */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { InvariantError } from '../core/assert.ts'
import { type Result, err, ok } from '../core/result.ts'
import { type DataError, dataError, reasonOf } from '../market/data-error.ts'
import { foreignTextOf } from '../market/files/foreign-shapes.ts'
import type { CellTable } from './cells.ts'
import { type Blocks, UnreadableError, containerOf, fileBlocks, openFile, peek, unpack } from './container.ts'
import { type CsvHead, readCsvHead } from './csv-head.ts'
import { JSON_BYTES_MAX, readJsonTable } from './json-table.ts'
import { asUtf8 } from './text-blocks.ts'
import { openZip } from './zip.ts'

export interface CsvTable {
  readonly type: 'csv'
  /** As users know it: the path, with the member of an archive. */
  readonly name: string
  readonly head: CsvHead
  /** The rows below the header, as UTF-8. */
  readonly body: Blocks
}

export interface CellsTable extends CellTable {
  readonly type: 'cells'
  readonly name: string
}

export type Table = CsvTable | CellsTable
export type Use = (table: Table) => Promise<Result<undefined, DataError>>

const HEAD_BYTES = 1 << 16
const NEWLINE = 10
const DATA_NAME = /\.(?:csv|tsv|txt|json|jsonl|gz|zip|zst|xz|bz2|parquet|pq|feather|arrow)$/i

/** Files that the paths mean: a folder is all data files in it, by name. */
export async function filesOf(paths: readonly string[]): Promise<Result<string[], DataError>> {
  const files: string[] = []
  for (const path of paths) {
    const found = await filesIn(path)
    if (!found.ok) return found
    files.push(...found.value)
  }
  return ok(files)
}

async function filesIn(path: string): Promise<Result<string[], DataError>> {
  try {
    if (!(await stat(path)).isDirectory()) return ok([path])
    const names = (await readdir(path)).filter((name) => DATA_NAME.test(name) && !name.startsWith('.')).sort()
    return names.length > 0
      ? ok(names.map((name) => join(path, name)))
      : err(dataError('bad-input', `The folder ${path} has no data files.`, 'Pass a folder with .csv, .zip or .parquet files.'))
  } catch (cause) {
    return err(cannotOpen(path, cause))
  }
}

function cannotOpen(path: string, cause: unknown): DataError {
  const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
  const what = isAbsent ? 'does not exist' : `cannot be opened (${reasonOf(cause)})`
  return dataError('bad-input', `${path} ${what}.`, 'Check the path of the file.')
}

/** What a system or a container says; a bug is none of these and continues. @throws the cause then. */
function cutShort(name: string, cause: unknown): DataError {
  if (!(cause instanceof Error) || cause instanceof TypeError || cause instanceof InvariantError) throw cause
  const isOfSystem = 'code' in cause && typeof cause.code === 'string' && /^E[A-Z]+$/.test(cause.code)
  const reason = cause instanceof UnreadableError ? ` (${cause.message})` : isOfSystem ? ` (${reasonOf(cause)})` : ''
  return dataError('bad-input', `${name} cannot be read to its end${reason}.`, 'The file may be cut short or damaged: fetch it again.')
}

/** Hands each table of a file to `use`. `onProgress` gets the share of the file that has been read. */
export async function withTables(path: string, use: Use, onProgress?: (share: number) => void): Promise<Result<undefined, DataError>> {
  let handle: Awaited<ReturnType<typeof openFile>>
  try {
    handle = await openFile(path)
  } catch (cause) {
    return err(cannotOpen(path, cause))
  }
  try {
    const { size } = await handle.stat()
    const blocks = fileBlocks(handle, (bytes) => onProgress?.(size === 0 ? 1 : bytes / size))
    const used = await fromBlocks(path, path, blocks, use)
    onProgress?.(1)
    return used
  } catch (cause) {
    return err(cutShort(path, cause))
  } finally {
    await handle.close()
  }
}

/** `path` is undefined inside another container, where nothing can be read but from start to end. */
async function fromBlocks(name: string, path: string | undefined, blocks: Blocks, use: Use): Promise<Result<undefined, DataError>> {
  const { start, all } = await peek(blocks)
  const container = containerOf(start)
  const refuse = (what: string, next = 'Unpack it and pass the file inside.'): Result<undefined, DataError> =>
    err(dataError('bad-input', `${name} is ${what}.`, next))
  switch (container.kind) {
    case 'gzip':
    case 'zstd':
    case 'xz':
    case 'bzip2':
      return fromBlocks(name, undefined, unpack(container.kind, all), use)
    case 'zip':
      return path === undefined ? refuse(`${container.name} inside another container`) : fromZip(path, use)
    case 'parquet':
    case 'arrow':
      return path === undefined
        ? refuse(`${container.name} inside another container`)
        : fromColumns(path, container.kind, container.name, use)
    case 'unknown':
      return refuse(container.name, 'Pass it as CSV, gzip, zip, zstd, xz, Parquet or Feather.')
    case 'plain':
      return fromText(name, start, all, use)
  }
}

async function fromColumns(path: string, kind: 'parquet' | 'arrow', what: string, use: Use): Promise<Result<undefined, DataError>> {
  let table: CellTable
  try {
    table =
      kind === 'parquet'
        ? await (await import('./parquet-table.ts')).readParquetTable(path)
        : await (await import('./feather-table.ts')).readFeatherTable(path)
  } catch {
    return err(dataError('bad-input', `${path} starts like ${what} but is damaged or cut short.`, 'Fetch the file again.'))
  }
  return use({ type: 'cells', name: path, names: table.names, rows: guarded(table.rows) })
}

/** The libraries of columns throw whatever comes where a file is damaged. @throws UnreadableError instead. */
async function* guarded(rows: CellTable['rows']): AsyncGenerator<readonly string[]> {
  try {
    yield* rows
  } catch {
    throw new UnreadableError('its columns are damaged')
  }
}

async function fromZip(path: string, use: Use): Promise<Result<undefined, DataError>> {
  const zip = await openZip(path)
  try {
    if (zip.members.some(({ name }) => name === '[Content_Types].xml'))
      return err(dataError('bad-input', `${path} is an Excel workbook.`, 'Save its sheet as CSV.'))
    if (zip.members.length === 0)
      return err(dataError('bad-input', `${path} is a zip archive without a file in it.`, 'Fetch the file again.'))
    for (const member of zip.members) {
      const used = await fromBlocks(`${path} (${basename(member.name)})`, undefined, await member.open(), use)
      if (!used.ok) return used
    }
    return ok(undefined)
  } finally {
    zip.close()
  }
}

async function fromText(name: string, start: Buffer, blocks: Blocks, use: Use): Promise<Result<undefined, DataError>> {
  const bytes = asUtf8(start, blocks)
  const { text, rest } = await headOf(bytes)
  const foreign = foreignTextOf(text.slice(0, 400))
  if (foreign !== undefined) return err(dataError('bad-input', `${name} is ${foreign.what}.`, foreign.next))
  if (/^\s*[[{]/.test(text)) return fromJson(name, rest, use)
  const head = readCsvHead(text)
  if (typeof head === 'string') return err(dataError('bad-input', `${name} line 1: ${head}.`, NEXT_HEADER))
  return use({ type: 'csv', name, head, body: below(rest, head.dataLine - 1) })
}

const NEXT_HEADER =
  'Name the columns in the first line, as timestamp,open,high,low,close,volume (any order), or timestamp,rate for funding.'

/** Whole lines from the start of the text, and all of its bytes. */
async function headOf(blocks: Blocks): Promise<{ readonly text: string; readonly rest: Blocks }> {
  const iterator = blocks[Symbol.asyncIterator]()
  const taken: Buffer[] = []
  let length = 0
  let isDone = false
  while (length < HEAD_BYTES && !isDone) {
    const next = await iterator.next()
    if (next.done === true) isDone = true
    else {
      taken.push(next.value)
      length += next.value.length
    }
  }
  const bytes = Buffer.concat(taken)
  const end = isDone && length <= HEAD_BYTES ? length : bytes.subarray(0, HEAD_BYTES).lastIndexOf(NEWLINE) + 1
  async function* rest(): AsyncGenerator<Buffer> {
    try {
      yield* taken
      while (!isDone) {
        const next = await iterator.next()
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { text: bytes.toString('utf8', 0, end > 0 ? end : Math.min(length, HEAD_BYTES)), rest: rest() }
}

/** Leaves out the first lines. */
async function* below(blocks: Blocks, lines: number): AsyncGenerator<Buffer> {
  let left = lines
  for await (const block of blocks) {
    let from = 0
    while (left > 0) {
      const end = block.indexOf(NEWLINE, from)
      if (end < 0) break
      from = end + 1
      left -= 1
    }
    if (left === 0 && from < block.length) yield from === 0 ? block : block.subarray(from)
  }
}

async function fromJson(name: string, blocks: Blocks, use: Use): Promise<Result<undefined, DataError>> {
  const taken: Buffer[] = []
  let length = 0
  for await (const block of blocks) {
    taken.push(block)
    length += block.length
    if (length > JSON_BYTES_MAX)
      return err(dataError('bad-input', `${name} is JSON of more than 256 MiB.`, 'Write it as CSV, which is read row by row.'))
  }
  const table = readJsonTable(Buffer.concat(taken).toString('utf8'))
  if (!table.ok)
    return err(dataError('bad-input', `${name} ${table.error}.`, 'Pass lists of time, open, high, low, close, volume, or a CSV.'))
  return use({ type: 'cells', name, ...table.value })
}
