/**
 * A table as lines for chat, a page at a time, narrow enough for a phone.
 */
import type { Column, Table } from '../api/commands/reply.ts'

export const PHONE_COLUMNS = 30
export const ROWS_PER_PAGE = 8

export interface TablePage {
  readonly lines: readonly string[]
  readonly page: number
  readonly pages: number
}

type Row = readonly string[]

/** `page` counts from 0 and is brought into range. */
export function tablePage(table: Table, page: number, width: number = PHONE_COLUMNS, rowsPerPage: number = ROWS_PER_PAGE): TablePage {
  const pages = Math.max(1, Math.ceil(table.rows.length / rowsPerPage))
  const at = Math.min(Math.max(0, page), pages - 1)
  const rows = table.rows.slice(at * rowsPerPage, (at + 1) * rowsPerPage)
  return { lines: linesOf(table, rows, width), page: at, pages }
}

function linesOf({ columns, total }: Table, rows: readonly Row[], width: number): string[] {
  const all = [columns.map((column) => column.title), ...rows, ...(total === undefined ? [] : [total])]
  const widths = columns.map((_, k) => Math.max(...all.map((row) => lengthOf(row[k] ?? ''))))
  const kept = columns.map((_, k) => k)
  while (lineWidth(kept, widths) > width) {
    const extra = kept.findLast((k) => columns[k]?.isExtra === true)
    if (extra === undefined) return stacked(columns, rows, total, width)
    kept.splice(kept.indexOf(extra), 1)
  }
  const render = (row: Row): string =>
    kept
      .map((k) => pad(row[k] ?? '', widths[k] ?? 0, columns[k]?.align === 'right'))
      .join(' ')
      .trimEnd()
  return [
    render(columns.map((column) => column.title)),
    ...rows.map(render),
    ...(total === undefined ? [] : ['-'.repeat(Math.min(width, lineWidth(kept, widths))), render(total)]),
  ]
}

const lineWidth = (kept: readonly number[], widths: readonly number[]): number => kept.reduce((sum, k) => sum + (widths[k] ?? 0) + 1, -1)

/** A row over as many lines as its cells need; all but the first stand in. */
function stacked(columns: readonly Column[], rows: readonly Row[], total: Row | undefined, width: number): string[] {
  const shown = (row: Row): string[] => {
    const lines: string[] = []
    columns.forEach((column, k) => {
      const cell = row[k] ?? ''
      if (cell === '' || column.isExtra === true) return
      const last = lines.at(-1)
      if (last !== undefined && lengthOf(last) + 1 + lengthOf(cell) <= width) lines[lines.length - 1] = `${last} ${cell}`
      else lines.push(...broken(cell, width, last === undefined ? '' : ' '))
    })
    return lines
  }
  return [
    ...shown(columns.map((column) => column.title)),
    ...rows.flatMap(shown),
    ...(total === undefined ? [] : ['-'.repeat(width), ...shown(total)]),
  ]
}

/** Pieces that fit, broken between words where there are some. */
function broken(cell: string, width: number, indent: string): string[] {
  const room = width - indent.length
  const pieces: string[] = []
  let rest = [...cell]
  while (rest.length > room) {
    const space = rest.slice(0, room + 1).lastIndexOf(' ')
    const cut = space > 0 ? space : room
    pieces.push(indent + rest.slice(0, cut).join(''))
    rest = rest.slice(space > 0 ? cut + 1 : cut)
  }
  if (rest.length > 0) pieces.push(indent + rest.join(''))
  return pieces
}

const lengthOf = (text: string): number => [...text].length

function pad(text: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(Math.max(0, width - lengthOf(text)))
  return isRight ? space + text : text + space
}
