/**
 * Candles as JSON: lists of lists, lists of objects, lists by name (TradingView), a value a line; alone or inside the answer of a REST API.
 */
import { type Result, err, ok } from '../core/result.ts'
import { type CellTable, cellOf } from './cells.ts'

/** JSON is read as a whole: more than this is no answer of a REST API. */
export const JSON_BYTES_MAX = 256 << 20
const DEPTH_MAX = 4

export function readJsonTable(text: string): Result<CellTable, string> {
  const parsed = parse(text)
  if (parsed === undefined) return err('is not complete JSON')
  const rows = tableIn(parsed, 0)
  if (rows === undefined) return err(`is JSON without a table${said(parsed)}`)
  const [first] = rows
  if (Array.isArray(first)) return ok({ names: undefined, rows: rows.map((row) => (Array.isArray(row) ? row.map(cellOf) : [cellOf(row)])) })
  const names = Object.keys(first as object)
  return ok({ names, rows: rows.map((row) => names.map((name) => cellOf((row as Record<string, unknown>)[name]))) })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return parseLines(text)
  }
}

/** A value a line; undefined where a line is none. */
function parseLines(text: string): unknown[] | undefined {
  const values: unknown[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    try {
      values.push(JSON.parse(line))
    } catch {
      return undefined
    }
  }
  return values
}

const isRow = (value: unknown): boolean =>
  Array.isArray(value) ? value.length >= 2 && value.every((cell) => typeof cell !== 'object' || cell === null) : isPlainObject(value)

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function tableIn(value: unknown, depth: number): readonly unknown[] | undefined {
  if (Array.isArray(value) && value.length > 0 && value.every((row) => isRow(row) && Array.isArray(row) === Array.isArray(value[0])))
    return value
  if (depth >= DEPTH_MAX) return undefined
  if (isPlainObject(value)) {
    const columns = columnsIn(value)
    if (columns !== undefined) return columns
  }
  const inner = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : []
  for (const each of inner) {
    const found = typeof each === 'object' ? tableIn(each, depth + 1) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Columns side by side, as `{ t: [...], o: [...] }`. */
function columnsIn(value: Record<string, unknown>): readonly unknown[] | undefined {
  const lists = Object.entries(value).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  const length = lists[0]?.[1].length ?? 0
  if (
    lists.length < 4 ||
    length === 0 ||
    lists.some(([, list]) => list.length !== length || list.some((cell) => typeof cell === 'object' && cell !== null))
  )
    return undefined
  return Array.from({ length }, (_, at) => Object.fromEntries(lists.map(([name, list]) => [name, list[at]])))
}

/** The message of an answer, where it has one. */
function said(value: unknown): string {
  if (!isPlainObject(value)) return ''
  const message = Object.values(value).find((each): each is string => typeof each === 'string' && each.length > 3)
  return message === undefined ? '' : `; its message: '${message.slice(0, 80)}'`
}
