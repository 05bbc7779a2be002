/**
 * Rows as a table; on a narrow screen each row stands as a block with the names of its cells.
 */
// biome-ignore-all lint/a11y/noRedundantRoles: a table whose rows are blocks is none any more for screen readers, unless its roles are said
import type { ComponentChildren } from 'preact'

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => ComponentChildren
  readonly isNumber?: boolean
}

export function DataTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  isBroad = false,
}: {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string | number
  /** Many columns: its rows are blocks on screens of middle width, too. */
  readonly isBroad?: boolean
}) {
  return (
    <table class={isBroad ? 'data broad' : 'data'} role="table">
      <caption class="hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ title, isNumber }) => (
            <th key={title} role="columnheader" scope="col" class={isNumber === true ? 'number' : ''}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr role="row" key={keyOf(row)}>
            {columns.map(({ title, cell, isNumber }) => (
              <td key={title} role="cell" data-title={title} class={isNumber === true ? 'number' : ''}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
