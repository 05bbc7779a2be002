/**
 * A table as lines of equal width for chat, a page at a time, narrow enough for a phone.
 * Never wraps a line: the widest text column is cut before that.
 */
import type { Table } from '../api/commands/reply.ts'

export const PHONE_COLUMNS = 34
export const ROWS_PER_PAGE = 8

export interface TablePage {
  readonly lines: readonly string[]
  readonly page: number
  readonly pages: number
}

/** `page` counts from 0 and is brought into range. */
export function tablePage(table: Table, page: number, width: number = PHONE_COLUMNS, rowsPerPage: number = ROWS_PER_PAGE): TablePage {
  const pages = Math.max(1, Math.ceil(table.rows.length / rowsPerPage))
  const at = Math.min(Math.max(0, page), pages - 1)
  const rows = table.rows.slice(at * rowsPerPage, (at + 1) * rowsPerPage)
  const all = [table.columns.map((c) => c.title), ...rows, ...(table.total === undefined ? [] : [table.total])]
  const widths = table.columns.map((_, k) => Math.max(...all.map((row) => lengthOf(row[k] ?? ''))))
  shrink(widths, table, width)
  const render = (row: readonly string[]): string =>
    table.columns
      .map((column, k) => fit(row[k] ?? '', widths[k] ?? 0, column.align === 'right'))
      .join(' ')
      .trimEnd()
  const lines = [render(table.columns.map((c) => c.title)), ...rows.map(render)]
  if (table.total !== undefined)
    lines.push(
      '-'.repeat(
        Math.min(
          width,
          widths.reduce((sum, w) => sum + w + 1, -1),
        ),
      ),
      render(table.total),
    )
  return { lines, page: at, pages }
}

/** Takes from the widest left-aligned column until the line fits. */
function shrink(widths: number[], table: Table, width: number): void {
  for (;;) {
    const total = widths.reduce((sum, w) => sum + w + 1, -1)
    if (total <= width) return
    let widest = -1
    table.columns.forEach((column, k) => {
      if (column.align !== 'right' && (widths[k] ?? 0) > 4 && (widest < 0 || (widths[k] ?? 0) > (widths[widest] ?? 0))) widest = k
    })
    if (widest < 0) return
    widths[widest] = (widths[widest] ?? 0) - 1
  }
}

const lengthOf = (text: string): number => [...text].length

function fit(text: string, width: number, isRight: boolean): string {
  const letters = [...text]
  const cut = letters.length > width ? `${letters.slice(0, Math.max(0, width - 1)).join('')}…` : text
  const pad = ' '.repeat(Math.max(0, width - lengthOf(cut)))
  return isRight ? pad + cut : cut + pad
}
