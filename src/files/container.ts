/**
 * What a file is packed in, by its first bytes, and the bytes inside it, block by block.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { Readable, pipeline } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'

export type Blocks = AsyncIterable<Buffer>

export const BLOCK_BYTES = 1 << 20

/** Why a container cannot be read, in words of our own. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'
}

export type ContainerKind = 'plain' | 'gzip' | 'zip' | 'zstd' | 'xz' | 'bzip2' | 'parquet' | 'arrow' | 'unknown'

export interface Container {
  readonly kind: ContainerKind
  /** What it is, for users. */
  readonly name: string
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

const MAGICS: readonly (readonly [magic: Buffer, offset: number, kind: ContainerKind, name: string])[] = [
  [bytesOf('\x1f\x8b'), 0, 'gzip', 'gzip'],
  [bytesOf('PK\x03\x04'), 0, 'zip', 'a zip archive'],
  [bytesOf('PK\x05\x06'), 0, 'zip', 'a zip archive'],
  [bytesOf('\x28\xb5\x2f\xfd'), 0, 'zstd', 'zstd'],
  [bytesOf('\xfd7zXZ\x00'), 0, 'xz', 'xz'],
  [bytesOf('PAR1'), 0, 'parquet', 'Parquet'],
  [bytesOf('ARROW1'), 0, 'arrow', 'Feather'],
  [bytesOf('BZh'), 0, 'bzip2', 'bzip2'],
  [bytesOf('FEA1'), 0, 'unknown', 'Feather of version 1: write it again with version 2'],
  [bytesOf('7z\xbc\xaf\x27\x1c'), 0, 'unknown', 'a 7z archive: unpack it'],
  [bytesOf('Rar!'), 0, 'unknown', 'a RAR archive: unpack it'],
  [bytesOf('\x04\x22\x4d\x18'), 0, 'unknown', 'lz4: unpack it'],
  [bytesOf('\xd0\xcf\x11\xe0'), 0, 'unknown', 'an Excel workbook: save it as CSV'],
  [bytesOf('SQLite format 3'), 0, 'unknown', 'a SQLite database: export its table as CSV'],
  [bytesOf('\x89HDF'), 0, 'unknown', 'HDF5: export it as CSV or Parquet'],
  [bytesOf('%PDF'), 0, 'unknown', 'a PDF'],
  [bytesOf('ustar'), 257, 'unknown', 'a tar archive: unpack it'],
]

/** Bytes from the start of a file that tell what it is. */
export const MAGIC_BYTES = 262

export function containerOf(start: Buffer): Container {
  for (const [magic, offset, kind, name] of MAGICS)
    if (start.length >= offset + magic.length && start.subarray(offset, offset + magic.length).equals(magic)) return { kind, name }
  return { kind: 'plain', name: 'plain' }
}

/** The blocks of an open file, from its start. */
export async function* fileBlocks(handle: FileHandle, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  let at = 0
  for (;;) {
    const block = Buffer.allocUnsafe(BLOCK_BYTES)
    const { bytesRead } = await handle.read(block, 0, BLOCK_BYTES, at)
    if (bytesRead === 0) return
    at += bytesRead
    onRead(at)
    yield block.subarray(0, bytesRead)
  }
}

/** The first block, and all of them. */
export async function peek(blocks: Blocks): Promise<{ readonly start: Buffer; readonly all: Blocks }> {
  const iterator = blocks[Symbol.asyncIterator]()
  let start: Buffer = Buffer.alloc(0)
  let isDone = false
  while (start.length < MAGIC_BYTES && !isDone) {
    const next = await iterator.next()
    if (next.done === true) isDone = true
    else start = start.length === 0 ? next.value : Buffer.concat([start, next.value])
  }
  async function* again(): AsyncGenerator<Buffer> {
    try {
      if (start.length > 0) yield start
      while (!isDone) {
        const next = await iterator.next()
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { start, all: again() }
}

/** Bytes inside gzip, zstd, xz or bzip2. */
export function unpack(kind: 'gzip' | 'zstd' | 'xz' | 'bzip2', packed: Blocks): Blocks {
  switch (kind) {
    case 'gzip':
      return gunzipped(packed)
    case 'zstd':
      return unzstd(packed)
    case 'xz':
      return unxz(packed)
    case 'bzip2':
      return unbzip2(packed)
  }
}

function gunzipped(packed: Blocks): Blocks {
  const gunzip = createGunzip({ chunkSize: BLOCK_BYTES })
  // Joins the ends of the two streams; whoever iterates over the result gets the error itself.
  pipeline(Readable.from(packed, { objectMode: false, highWaterMark: BLOCK_BYTES }), gunzip, () => {})
  return gunzip as AsyncIterable<Buffer>
}

async function* unzstd(packed: Blocks): AsyncGenerator<Buffer> {
  const { Decompress } = await import('fzstd')
  const ready: Buffer[] = []
  let isWhole = false
  const stream = new Decompress((data, final) => {
    if (data.length > 0) ready.push(Buffer.from(data.buffer, data.byteOffset, data.length))
    isWhole = final === true
  })
  for await (const block of packed) {
    stream.push(block)
    yield* ready.splice(0)
  }
  stream.push(new Uint8Array(0), true)
  yield* ready.splice(0)
  if (!isWhole) throw new UnreadableError('its end is missing')
}

async function* unxz(packed: Blocks): AsyncGenerator<Buffer> {
  const { XzReadableStream } = (await import('xz-decompress')).default
  const source = ReadableStream.from(packed)
  for await (const chunk of new XzReadableStream(source) as ReadableStream<Uint8Array>)
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
}

async function* unbzip2(packed: Blocks): AsyncGenerator<Buffer> {
  const { default: makeDecoder } = await import('unbzip2-stream')
  const decoder = makeDecoder()
  const ready: Buffer[] = []
  let failure: unknown
  decoder.on('data', (chunk: Buffer) => ready.push(chunk))
  decoder.on('error', (cause: unknown) => {
    // It reads beyond the end of what it was given; anything else it says in words.
    failure = cause instanceof TypeError ? new UnreadableError('its end is missing') : cause
  })
  // It decodes within the call, and keeps what it cannot decode yet.
  for await (const block of packed) {
    decoder.write(block)
    if (failure !== undefined) throw failure
    yield* ready.splice(0)
  }
  decoder.end()
  if (failure !== undefined) throw failure
  yield* ready.splice(0)
}

export const openFile = (path: string): Promise<FileHandle> => open(path, 'r')
