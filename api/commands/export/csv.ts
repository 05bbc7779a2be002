/**
 * A table as CSV by RFC 4180: CRLF, quotes where a cell needs them, decimals with a point.
 */
export interface ExportTable {
  readonly columns: readonly string[]
  /** Amounts as plain decimals, times as ISO 8601 in UTC. */
  readonly rows: readonly (readonly string[])[]
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

export const csvOf = ({ columns, rows }: ExportTable): string => [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')

/** Text that came from somebody, on one line. */
export function plainText(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
  return /^[=+\-@]/.test(line) ? `'${line}` : line
}

export const timeText = (ms: number): string => new Date(ms).toISOString()
