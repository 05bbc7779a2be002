/**
 * A Parquet file as text cells, one group of rows at a time.
 */
import { type CellTable, cellOf, isUnnamedIndex } from './cells.ts'

export async function readParquetTable(path: string): Promise<CellTable> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet')
  const { compressors } = await import('hyparquet-compressors')
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  const columns = parquetSchema(metadata).children.map((child) => child.element.name)
  // The index that a table library keeps stands last and means first.
  const ordered = [...columns.filter(isUnnamedIndex), ...columns.filter((name) => !isUnnamedIndex(name))]
  async function* rows(): AsyncGenerator<readonly string[]> {
    let start = 0
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows)
      for (const row of await parquetReadObjects({ file, metadata, compressors, rowStart: start, rowEnd: end }))
        yield ordered.map((name) => cellOf(row[name]))
      start = end
    }
  }
  return { names: ordered.map((name) => (isUnnamedIndex(name) ? '' : name)), rows: rows() }
}
