/**
 * Tables in Parquet and Feather, packed and not, and files that are cut short or damaged.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  CompressionType,
  Float64,
  Int64,
  RecordBatchFileWriter,
  Table,
  TimestampMillisecond,
  compressionRegistry,
  tableToIPC,
  vectorFromArray,
  Decimal,
  Vector,
  makeData,
} from 'apache-arrow'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, describe, expect, test } from 'vitest'
import { decimalText } from '../../src/files/cells.ts'
import { decodeLz4Frame } from '../../src/files/lz4-frame.ts'
import { readDataFiles } from '../../src/market/candles/candle-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'ballast-containers-'))
afterAll(() => rmSync(folder, { recursive: true }))
const START = Date.UTC(2025, 2, 3)
const MINUTE = 60_000
const COUNT = 300
const column = (value: (k: number) => number): number[] => Array.from({ length: COUNT }, (_, k) => value(k))
const open = column((k) => 10 + (k % 7) / 4)
const high = open.map((price) => price + 0.5)
const low = open.map((price) => price - 0.5)
const close = open.map((price) => price + 0.25)
const volume = column((k) => k / 8)

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

async function expectBars(path: string): Promise<void> {
  const read = await readDataFiles([path])
  if (!read.ok) throw new Error(read.error.sentence)
  if (read.value.type !== 'candles') throw new Error('not candles')
  const { columns, tickSize, interval } = read.value
  expect([interval, tickSize]).toEqual(['1m', '0.25'].map((text, at) => (at === 1 ? '0.01' : text)))
  expect([...columns.ts]).toEqual(column((k) => START + k * MINUTE))
  expect([...columns.close]).toEqual(close.map((price) => Math.round(price * 100)))
  expect([...columns.volume]).toEqual(volume)
}

const refusal = async (path: string): Promise<string> => {
  const read = await readDataFiles([path])
  return read.ok ? 'was read' : read.error.sentence
}

const dates = column((k) => START + k * MINUTE)
const arrowTable = () =>
  new Table({
    date: vectorFromArray(dates, new TimestampMillisecond()),
    open: vectorFromArray(open, new Float64()),
    high: vectorFromArray(high, new Float64()),
    low: vectorFromArray(low, new Float64()),
    close: vectorFromArray(close, new Float64()),
    volume: vectorFromArray(volume, new Float64()),
  })

describe('Feather', () => {
  test('Feather: plain', async () => {
    await expectBars(write('plain.feather', tableToIPC(arrowTable(), 'file')))
  })

  test('Feather: with an index of whole numbers that a table library left behind', async () => {
    const table = new Table({
      date: vectorFromArray(dates.map(BigInt), new Int64()),
      open: vectorFromArray(open, new Float64()),
      high: vectorFromArray(high, new Float64()),
      low: vectorFromArray(low, new Float64()),
      close: vectorFromArray(close, new Float64()),
      volume: vectorFromArray(volume, new Float64()),
      __index_level_0__: vectorFromArray(
        column((k) => k),
        new Float64(),
      ),
    })
    await expectBars(write('index.feather', tableToIPC(table, 'file')))
  })

  test('Feather: with prices as decimals, to their last digit', async () => {
    const cents = open.map((price) => Math.round(price * 100))
    const words = Uint32Array.from(cents.flatMap((price) => [price, 0, 0, 0]))
    const data = makeData({ type: new Decimal(2, 18, 128), length: open.length, nullCount: 0, data: words })
    const table = arrowTable().assign(new Table({ open: new Vector([data]) }))
    await expectBars(write('decimal.feather', tableToIPC(table, 'file')))
  })

  test.each([
    [[150, 0, 0, 0], 2, '1.50'],
    [[4_294_967_146, 4_294_967_295, 4_294_967_295, 4_294_967_295], 2, '-1.50'],
    [[5, 0, 0, 0], 8, '0.00000005'],
    [[0, 1, 0, 0], 0, '4294967296'],
    [[7, 0, 0, 0], -3, '7000'],
  ])('the decimal %j of scale %d is %s', (words, scale, text) => {
    expect(decimalText(Uint32Array.from(words), scale)).toBe(text)
  })

  test('packed with LZ4, as freqtrade writes it', async () => {
    compressionRegistry.set(CompressionType.LZ4_FRAME, { encode: storedFrame, decode: decodeLz4Frame })
    const writer = new RecordBatchFileWriter({ compressionType: CompressionType.LZ4_FRAME })
    const bytes = writer.toUint8Array()
    writer.writeAll(arrowTable())
    await expectBars(write('packed.feather', await bytes))
  })

  test('cut short is reported', async () => {
    const whole = tableToIPC(arrowTable(), 'file')
    expect(await refusal(write('cut.feather', whole.subarray(0, whole.length >> 1)))).toContain(
      'starts like Feather but is damaged or cut short',
    )
  })
})

/** An LZ4 frame whose blocks are stored as they are. */
function storedFrame(data: Uint8Array): Uint8Array {
  const block = Buffer.alloc(4)
  block.writeUInt32LE((data.length | 0x80000000) >>> 0)
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])
  return Buffer.concat(data.length === 0 ? [head, Buffer.alloc(4)] : [head, block, data, Buffer.alloc(4)])
}

describe('an LZ4 frame', () => {
  /** Made by the tool lz4 from this text, blocks linked, with a checksum of the content. */
  const TEXT = `${'timestamp,open,high,low,close,volume\n'.repeat(40)}end`
  const FRAME =
    '04224d186440a735000000ff1674696d657374616d702c6f70656e2c686967682c6c6f772c636c6f73652c766f6c756d650a2500ffffffffff9350650a656e64000000002e58ef96'
  test('an LZ4 frame is unpacked, matches that overlap included', () => {
    expect(Buffer.from(decodeLz4Frame(Buffer.from(FRAME, 'hex'))).toString()).toBe(TEXT)
  })
  test.each([8, 20, 40])('cut at byte %i throws, and reads no further', (at) => {
    expect(() => decodeLz4Frame(Buffer.from(FRAME, 'hex').subarray(0, at))).toThrow()
  })
})

describe('Parquet', () => {
  const columnData = [
    { name: 'timestamp', data: dates.map((ms) => new Date(ms)), type: 'TIMESTAMP' as const },
    { name: 'open', data: open, type: 'DOUBLE' as const },
    { name: 'high', data: high, type: 'DOUBLE' as const },
    { name: 'low', data: low, type: 'DOUBLE' as const },
    { name: 'close', data: close, type: 'DOUBLE' as const },
    { name: 'volume', data: volume, type: 'DOUBLE' as const },
  ]
  test('Parquet: in groups of rows, packed with snappy', async () => {
    await expectBars(write('a.parquet', new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 70 }))))
  })
  test('cut short is reported, and inside gzip refused', async () => {
    const whole = new Uint8Array(parquetWriteBuffer({ columnData }))
    expect(await refusal(write('cut.parquet', whole.subarray(0, 400)))).toContain('starts like Parquet but is damaged or cut short')
    expect(await refusal(write('b.parquet.gz', gzipSync(whole)))).toContain('is Parquet inside another container')
  })
})

describe('bzip2', () => {
  const whole = readFileSync(new URL('../fixtures/files/packed.csv.bz2', import.meta.url))

  test('a second stream in one file is read on, as bunzip2 does', async () => {
    // Its rows are those of the first again, and its header is no row.
    expect(await refusal(write('twice.csv.bz2', Buffer.concat([whole, whole])))).toContain('line 6')
  })

  test('a changed bit is told, and no row of it is read', async () => {
    const damaged = Buffer.from(whole)
    const at = whole.length >> 1
    damaged[at] = (damaged[at] as number) ^ 4
    expect(await refusal(write('damaged.csv.bz2', damaged))).toContain('cannot be read to its end')
  })
})

describe('cut short or empty', () => {
  const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/files/${name}`, import.meta.url))
  test.each(['packed.csv.zst', 'packed.csv.xz', 'packed.csv.bz2', 'packed.zip'])('%s, at its half', async (name) => {
    const bytes = fixture(name)
    expect(await refusal(write(`half-${name}`, bytes.subarray(0, bytes.length >> 1)))).toContain('cannot be read to its end')
  })
  test('cut short or empty: a file of nothing', async () => {
    expect(await refusal(write('nothing.csv', Buffer.alloc(0)))).toContain('the file has no header')
    expect(await refusal(write('nothing.json', Buffer.from('[]')))).toContain('is JSON without a table')
    expect(await refusal(write('half.json', Buffer.from('[[1740960000000,1,2')))).toContain('is not complete JSON')
  })
  test.each([
    ['<!DOCTYPE html><html></html>', 'a page of the web'],
    ['<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', 'an answer of a file server (NoSuchKey)'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:00\n', 'a pointer of Git LFS'],
    ['{"Information": "our limit is 25 requests a day"}', "its message: 'our limit is 25 requests a day'"],
  ])('cut short or empty: %s is named', async (text, words) => {
    expect(await refusal(write('foreign.csv', Buffer.from(text)))).toContain(words)
  })
})
