/**
 * A Feather file (Arrow IPC, version 2) as text cells, one batch at a time; batches may be packed with LZ4 or zstd.
 */
import { readFile } from 'node:fs/promises'
import { type CellTable, cellOf, decimalText, isUnnamedIndex } from './cells.ts'
import { decodeLz4Frame } from './lz4-frame.ts'

export async function readFeatherTable(path: string): Promise<CellTable> {
  const { CompressionType, DataType, RecordBatchReader, compressionRegistry } = await import('apache-arrow')
  const { decompress } = await import('fzstd')
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame })
  compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => decompress(data) })
  const reader = await RecordBatchReader.from(await readFile(path)).open()
  const { fields } = reader.schema
  const isTime = fields.map(({ type }) => DataType.isTimestamp(type) || DataType.isDate(type))
  const scales = fields.map(({ type }) => (DataType.isDecimal(type) ? type.scale : undefined))
  const order = [...fields.keys()].sort(
    (a, b) => Number(isUnnamedIndex(fields[b]?.name ?? '')) - Number(isUnnamedIndex(fields[a]?.name ?? '')),
  )
  function* rows(): Generator<readonly string[]> {
    for (const batch of reader) {
      const columns = order.map((at) => batch.getChildAt(at))
      for (let row = 0; row < batch.numRows; row += 1)
        yield order.map((at, place) => {
          const value: unknown = columns[place]?.get(row)
          const scale = scales[at]
          if (scale !== undefined && value instanceof Uint32Array) return decimalText(value, scale)
          return isTime[at] === true && typeof value === 'number' ? new Date(value).toISOString() : cellOf(value)
        })
    }
  }
  return { names: order.map((at) => (isUnnamedIndex(fields[at]?.name ?? '') ? '' : (fields[at]?.name ?? ''))), rows: rows() }
}
