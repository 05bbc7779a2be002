/**
 * One file of the store: a header and Float64 columns, one after the other, protected by a CRC.
 *
 * Layout, little-endian: 0 magic `BLSTCOLS` · 8 version u32 · 12 columns u32 · 16 rows u32 · 20 crc32 of the columns u32 ·
 * 24 tick f64 (integer of 10^-priceScale) · 32 priceScale u32 · 36 zeros · 64 columns.
 */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readvSync, renameSync, writevSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Result, err, ok } from '../../core/result.ts'
import { type Columns, rowsOf } from './columns.ts'
import { type DataError, dataError, reasonOf } from '../data-error.ts'

const MAGIC = Buffer.from('BLSTCOLS', 'latin1')
const VERSION = 1
const HEADER_BYTES = 64

/** Grid of the prices in the file, kept beside the manifest so that a lone file still explains itself. */
export interface PriceGrid {
  readonly tick: number
  readonly priceScale: number
}

const bytesOf = (column: Float64Array): Uint8Array => new Uint8Array(column.buffer, column.byteOffset, column.byteLength)

function crcOf(columns: Columns): number {
  let crc = 0
  for (const column of columns) crc = crc32(bytesOf(column), crc)
  return crc
}

/** SHA-256 of the columns' bytes, hexadecimal. */
export function shaOf(columns: Columns): string {
  const hash = createHash('sha256')
  for (const column of columns) hash.update(bytesOf(column))
  return hash.digest('hex')
}

/** Writes to a temporary name, syncs, renames, syncs the directory. @throws the file system's error. */
export function writeAtomically(path: string, chunks: readonly Uint8Array[]): void {
  const temporary = `${path}.tmp`
  const fd = openSync(temporary, 'w')
  try {
    writeAll(fd, chunks)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, path)
  const directory = openSync(dirname(path), 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

function writeAll(fd: number, chunks: readonly Uint8Array[]): void {
  let rest = chunks.filter((chunk) => chunk.byteLength > 0)
  while (rest.length > 0) {
    let written = writevSync(fd, rest)
    rest = rest.flatMap((chunk) => {
      const cut = Math.min(written, chunk.byteLength)
      written -= cut
      return cut === chunk.byteLength ? [] : [chunk.subarray(cut)]
    })
  }
}

/** @throws the file system's error. */
export function writePart(path: string, columns: Columns, grid: PriceGrid): void {
  const header = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(header)
  header.writeUInt32LE(VERSION, 8)
  header.writeUInt32LE(columns.length, 12)
  header.writeUInt32LE(rowsOf(columns), 16)
  header.writeUInt32LE(crcOf(columns), 20)
  header.writeDoubleLE(grid.tick, 24)
  header.writeUInt32LE(grid.priceScale, 32)
  writeAtomically(path, [header, ...columns.map(bytesOf)])
}

/** Reads a file straight into `into`, whose length says how many rows are expected. */
export function readPart(path: string, into: Columns): Result<undefined, DataError> {
  const damaged = (what: string): Result<never, DataError> =>
    err(dataError('damaged', `${path} ${what}.`, 'Import the file again with --replace, or restore the data directory from a backup.'))
  const header = Buffer.alloc(HEADER_BYTES)
  const rows = rowsOf(into)
  try {
    const fd = openSync(path, 'r')
    try {
      const expected = HEADER_BYTES + into.length * rows * Float64Array.BYTES_PER_ELEMENT
      const read = readvSync(fd, [header, ...into.map(bytesOf)], 0)
      if (read < HEADER_BYTES || !header.subarray(0, 8).equals(MAGIC)) return damaged('is not a file of the candle store')
      if (header.readUInt32LE(8) !== VERSION) return damaged(`has version ${header.readUInt32LE(8)}, this program reads ${VERSION}`)
      if (header.readUInt32LE(12) !== into.length || header.readUInt32LE(16) !== rows)
        return damaged(`has ${header.readUInt32LE(16)} rows where its manifest says ${rows}`)
      if (read !== expected) return damaged(`is ${read} bytes long where ${expected} are expected`)
    } finally {
      closeSync(fd)
    }
  } catch (cause) {
    return damaged(`cannot be read (${reasonOf(cause)})`)
  }
  return crcOf(into) === header.readUInt32LE(20) ? ok(undefined) : damaged('is damaged: its checksum does not match its contents')
}
