/**
 * Writes row changes to the projection tables: one part of a statement for each table, from one JSON parameter.
 */
import { type Column, getTableColumns, getTableName } from 'drizzle-orm'
import { toSnakeCase } from 'drizzle-orm/casing'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { RowChange } from '../../src/journal/row.ts'
import { toJson } from '../json.ts'
import { alerts } from '../schema/messages.ts'
import * as trading from '../schema/trading.ts'

type ProjectionName = RowChange['table']

interface Projection {
  readonly table: PgTable
  /** Properties that identify a row. */
  readonly key: readonly string[]
  /** keep: a row that stands is never written again (a fill is booked once; an alert is reported once). */
  readonly onConflict: 'replace' | 'keep'
  /** Columns that the database fills in. */
  readonly own?: readonly string[]
}

const PROJECTIONS: Readonly<Record<ProjectionName, Projection>> = {
  orders: { table: trading.orders, key: ['orderId'], onConflict: 'replace' },
  decisions: { table: trading.decisions, key: ['seq'], onConflict: 'keep' },
  fills: { table: trading.fills, key: ['tradeId', 'symbol'], onConflict: 'keep' },
  positions: { table: trading.positions, key: ['symbol'], onConflict: 'replace' },
  trades: { table: trading.trades, key: ['number'], onConflict: 'replace' },
  equity: { table: trading.equity, key: ['ts'], onConflict: 'replace' },
  algorithms: { table: trading.algorithms, key: ['id'], onConflict: 'replace' },
  strategies: { table: trading.strategies, key: ['strategy', 'symbol'], onConflict: 'replace' },
  holds: { table: trading.holds, key: ['holdId'], onConflict: 'replace' },
  riskSettings: { table: trading.riskSettings, key: ['target', 'key'], onConflict: 'replace' },
  flows: { table: trading.flows, key: ['flowId'], onConflict: 'keep' },
  ledger: { table: trading.ledger, key: ['seq'], onConflict: 'keep' },
  account: { table: trading.account, key: [], onConflict: 'replace', own: ['id'] },
  alerts: { table: alerts, key: ['seq'], onConflict: 'keep', own: ['id', 'createdAt'] },
}

/** Tables that a rebuild empties. Alerts stay: they were reported, and their deliveries hang on them. */
export const REBUILT_TABLES: readonly string[] = Object.entries(PROJECTIONS)
  .filter(([name]) => name !== 'alerts')
  .map(([, { table }]) => getTableName(table))

const quoted = (name: string): string => `"${name}"`

/** Text of the insert, with the JSON of its rows as parameter `at`, for rows of the source that `from` names. */
function insertText({ table, key, onConflict, own = [] }: Projection, from: string, at: number): string {
  const columns = Object.entries(getTableColumns(table) as Record<string, Column>).filter(([name]) => !own.includes(name))
  const names = columns.map(([name]) => quoted(toSnakeCase(name)))
  const shape = columns.map(([name, column]) => `${quoted(name)} ${column.getSQLType()}`)
  const target = key.length === 0 ? '"id"' : key.map((name) => quoted(toSnakeCase(name))).join(', ')
  const action =
    onConflict === 'keep'
      ? 'do nothing'
      : `do update set ${columns
          .filter(([name]) => !key.includes(name))
          .map(([name]) => `${quoted(toSnakeCase(name))} = excluded.${quoted(toSnakeCase(name))}`)
          .join(', ')}`
  return `insert into ${quoted(getTableName(table))} (${names.join(', ')}) select ${columns.map(([name]) => `r.${quoted(name)}`).join(', ')} from ${from}jsonb_to_recordset($${at}::text::jsonb) as r(${shape.join(', ')}) on conflict (${target}) ${action}`
}

export interface ProjectionPart {
  readonly text: string
  /** JSON of the rows. */
  readonly parameter: string
}

/**
 * The parts of one statement that writes `changes`. Of changes of one row the last counts, since a statement touches a row once.
 * @param from what is put before the rows in each FROM (`held, `), so that nothing is written when it is empty
 * @param firstParameter number of the first parameter
 */
export function projectionParts(changes: readonly RowChange[], from: string, firstParameter: number): ProjectionPart[] {
  const rows = new Map<ProjectionName, Map<string, object>>()
  const removedHolds = new Set<string>()
  let running: readonly string[] | undefined
  for (const change of changes) {
    if ('only' in change) {
      running = change.only
      rows.delete('strategies')
      continue
    }
    if ('remove' in change) {
      removedHolds.add(change.remove)
      rows.get('holds')?.delete(change.remove)
      continue
    }
    let ofTable = rows.get(change.table)
    if (ofTable === undefined) {
      ofTable = new Map()
      rows.set(change.table, ofTable)
    }
    const { key } = PROJECTIONS[change.table]
    const row: Readonly<Record<string, unknown>> = { ...change.row }
    const id = key.map((name) => String(row[name])).join('\u0001')
    if (change.table === 'holds') removedHolds.delete(id)
    if (PROJECTIONS[change.table].onConflict === 'keep' && ofTable.has(id)) continue
    ofTable.set(id, change.row)
  }
  const parts: ProjectionPart[] = []
  for (const [name, ofTable] of rows)
    if (ofTable.size > 0)
      parts.push({ text: insertText(PROJECTIONS[name], from, firstParameter + parts.length), parameter: toJson([...ofTable.values()]) })
  if (running !== undefined)
    parts.push({
      text: `delete from strategies using ${from}(select $${firstParameter + parts.length}::text::jsonb as list) as kept where not kept.list ? (strategy || ' ' || symbol)`,
      parameter: toJson(running),
    })
  if (removedHolds.size > 0)
    parts.push({
      text: `delete from holds using ${from}jsonb_array_elements_text($${firstParameter + parts.length}::text::jsonb) as gone(id) where holds.hold_id = gone.id`,
      parameter: toJson([...removedHolds]),
    })
  return parts
}
