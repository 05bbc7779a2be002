/**
 * A CSV file, plain or gzipped, as whole lines of bytes.
 * Never holds more than one block of the file, and decides by the file's first bytes whether it is gzip, not by its name.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Result, err, ok } from '../../core/result.ts'
import { type CsvHeader, readHeader } from './csv-header.ts'
import { type DataError, dataError, reasonOf } from './data-error.ts'

/** Takes the lines below the header. */
export interface LineSink {
  /** Whole lines: `bytes[end - 1]` is a newline. Answers false to stop reading. */
  readLines(bytes: Buffer, start: number, end: number): boolean
}

const BLOCK_BYTES = 1 << 20
const HEADER_BYTES_MAX = 1 << 16
const NEWLINE = 10

/** Reads a file through to its end or until the sink stops. `onProgress` gets the share of the file that has been read. */
export async function readCsv(
  path: string,
  openSink: (header: CsvHeader) => Result<LineSink, DataError>,
  onProgress?: (share: number) => void,
): Promise<Result<undefined, DataError>> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const what = isAbsent ? 'does not exist' : `cannot be opened (${reasonOf(cause)})`
    return err(dataError('bad-input', `${path} ${what}.`, 'Check the path of the file.'))
  }
  try {
    return await readLines(path, handle, openSink, onProgress)
  } catch (cause) {
    return err(
      dataError('bad-input', `${path} cannot be read to its end (${reasonOf(cause)}).`, 'The file may be cut short: fetch it again.'),
    )
  } finally {
    await handle.close()
  }
}

async function readLines(
  path: string,
  handle: FileHandle,
  openSink: (header: CsvHeader) => Result<LineSink, DataError>,
  onProgress?: (share: number) => void,
): Promise<Result<undefined, DataError>> {
  const { size } = await handle.stat()
  const magic = Buffer.alloc(2)
  await handle.read(magic, 0, 2, 0)
  let bytesRead = 0
  const raw = Readable.from(
    (async function* blocks() {
      for (;;) {
        const block = Buffer.allocUnsafe(BLOCK_BYTES)
        const { bytesRead: length } = await handle.read(block, 0, BLOCK_BYTES, bytesRead)
        if (length === 0) return
        bytesRead += length
        yield block.subarray(0, length)
      }
    })(),
    { objectMode: false, highWaterMark: BLOCK_BYTES },
  )
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b
  const stream = isGzip ? unpack(raw) : raw
  let sink: LineSink | undefined
  let carry: Buffer = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk])
    let start = 0
    if (sink === undefined) {
      const headerEnd = bytes.indexOf(NEWLINE)
      if (headerEnd < 0 && bytes.length < HEADER_BYTES_MAX) {
        carry = bytes
        continue
      }
      const header = readHeader(path, bytes.toString('utf8', 0, headerEnd < 0 ? HEADER_BYTES_MAX : headerEnd))
      if (!header.ok) return header
      const opened = openSink(header.value)
      if (!opened.ok) return opened
      sink = opened.value
      start = headerEnd + 1
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1
    if (end > start && !sink.readLines(bytes, start, end)) return ok(undefined)
    carry = bytes.subarray(Math.max(start, end))
    onProgress?.(size === 0 ? 1 : bytesRead / size)
  }
  if (sink === undefined) {
    const header = readHeader(path, carry.toString('utf8'))
    if (!header.ok) return header
    const opened = openSink(header.value)
    return opened.ok ? ok(undefined) : opened
  }
  if (carry.length > 0) sink.readLines(Buffer.concat([carry, Buffer.from('\n')]), 0, carry.length + 1)
  onProgress?.(1)
  return ok(undefined)
}

function unpack(packed: Readable): Readable {
  const gunzip = createGunzip({ chunkSize: BLOCK_BYTES })
  // Joins the ends of the two streams; whoever iterates over the result gets the error itself.
  pipeline(packed, gunzip, () => {})
  return gunzip
}
