/**
 * A table that is no CSV (JSON, Parquet, Feather): its names and its rows as text cells, as a CSV would have them.
 * Never a float cut short: numbers are written with all the digits that they have.
 */
export interface CellTable {
  /** Undefined where the rows are lists without names. */
  readonly names: readonly string[] | undefined
  readonly rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>
}

/** What a table library names the index that it wrote without a name. */
export const isUnnamedIndex = (name: string): boolean => /^__index_level_\d+__$/.test(name)

export function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  if (typeof value === 'number' && Number.isNaN(value)) return ''
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}
