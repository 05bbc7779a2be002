/**
 * The wire's own shapes: what a request and a reply are, rows as Bybit names them, and how numbers become its strings.
 */
import { formatDecimal } from '../../../../core/decimal.ts'
import { CASH_SCALE, type Cash, RATE_SCALE, type Rate } from '../../../../core/units.ts'

export type Params = Readonly<Record<string, unknown>>

export interface WireRequest {
  readonly method: string
  readonly path: string
  /** Raw, still encoded, without the question mark: what a GET signs. */
  readonly query: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Raw text: what a POST signs. */
  readonly body: string
}

export interface WireReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What an endpoint answers, before its envelope. */
export interface Answer {
  readonly retCode: number
  readonly retMsg: string
  readonly result: object
  readonly retExtInfo?: object
}

export const answer = (result: object, retMsg = 'OK'): Answer => ({ retCode: 0, retMsg, result })
export const refuse = (retCode: number, retMsg: string): Answer => ({ retCode, retMsg, result: {} })

export const isAnswer = (value: object): value is Answer => 'retCode' in value

/** A parameter as text; undefined when it is absent, null or empty. */
export function textOf(params: Params, key: string): string | undefined {
  const value = params[key]
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A parameter as an integer; undefined when absent, NaN when it is no integer. */
export function integerOf(params: Params, key: string): number | undefined {
  const text = textOf(params, key)
  if (text === undefined) return undefined
  return /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
}

export const flagOf = (params: Params, key: string): boolean => params[key] === true || params[key] === 'true'

export const cashText = (amount: Cash | number): string => formatDecimal(amount, CASH_SCALE)
export const rateText = (value: Rate | number): string => formatDecimal(value, RATE_SCALE)
export const sideText = (side: number): 'Buy' | 'Sell' => (side > 0 ? 'Buy' : 'Sell')
/** A float for display (statistics of the market, never money) as plain decimal text. */
export const floatText = (value: number, decimals: number): string => String(Number(value.toFixed(decimals)))

export interface Page<Row> {
  readonly list: readonly Row[]
  readonly nextPageCursor: string
}

/**
 * One page of rows that are sorted newest first. The cursor names the last row of the page before, so that new rows do not shift pages;
 * as Bybit's, it already carries percent escapes and is to be encoded once more.
 */
export function pageOf<Row>(rows: Iterable<Row>, keyOf: (row: Row) => string, limit: number, cursor: string | undefined): Page<Row> {
  const after =
    cursor === undefined
      ? undefined
      : decodeURIComponent(cursor)
          .replace(/^page_args=/, '')
          .replace(/&$/, '')
  const list: Row[] = []
  let isPast = after === undefined
  let last = ''
  for (const row of rows) {
    const key = keyOf(row)
    if (!isPast) {
      isPast = key === after
      continue
    }
    if (list.length === limit) return { list, nextPageCursor: encodeURIComponent(`page_args=${last}&`) }
    list.push(row)
    last = key
  }
  return { list, nextPageCursor: '' }
}
