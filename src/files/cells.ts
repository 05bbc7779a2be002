/**
 * A table that is no CSV (JSON, Parquet, Feather): its names and its rows as text cells, as a CSV would have them.
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

/**
 * A decimal as a table file keeps it, to its last digit: little-endian words of a two's complement, of which `scale` digits are decimals.
 * @example decimalText(new Uint32Array([150, 0, 0, 0]), 2) === '1.50'
 */
export function decimalText(words: Uint32Array, scale: number): string {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n)
  const value = BigInt.asIntN(words.length * 32, unsigned)
  const digits = String(value < 0n ? -value : value)
  const sign = value < 0n ? '-' : ''
  if (scale <= 0) return `${sign}${digits}${'0'.repeat(-scale)}`
  const padded = digits.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}
