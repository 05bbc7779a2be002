/**
 * Reads the header line of a CSV: which column means what, and what kind of file it is.
 * Never guesses from the numbers below the header.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { type DataError, dataError } from './data-error.ts'

/** What a column is to the parser; `ignored` columns are skipped. */
export const ROLES = ['ts', 'open', 'high', 'low', 'close', 'volume', 'rate', 'ignored'] as const
export type Role = (typeof ROLES)[number]

export interface CsvHeader {
  readonly kind: 'candles' | 'funding'
  /** One byte: comma, semicolon or tab. */
  readonly delimiter: number
  readonly roles: readonly Role[]
  readonly hasVolume: boolean
}

const NAMES: Readonly<Record<string, Role>> = {
  timestamp: 'ts',
  ts: 'ts',
  time: 'ts',
  open_time: 'ts',
  opentime: 'ts',
  date: 'ts',
  datetime: 'ts',
  open: 'open',
  o: 'open',
  high: 'high',
  h: 'high',
  low: 'low',
  l: 'low',
  close: 'close',
  c: 'close',
  volume: 'volume',
  vol: 'volume',
  v: 'volume',
  rate: 'rate',
  funding_rate: 'rate',
  fundingrate: 'rate',
}

const NEXT = 'Name the columns in the first line, as timestamp,open,high,low,close,volume (any order), or timestamp,rate for funding.'

export function readHeader(file: string, line: string): Result<CsvHeader, DataError> {
  const text = line.replace(/^\uFEFF/, '').replace(/\r$/, '')
  const delimiter = [',', ';', '\t'].find((candidate) => text.includes(candidate))
  const bad = (what: string): Result<never, DataError> => err(dataError('bad-input', `${file} line 1: ${what}.`, NEXT))
  if (text.trim() === '') return bad('the file has no header')
  if (delimiter === undefined) return bad(`'${text.slice(0, 60)}' is not a line of column names`)
  const names = text.split(delimiter).map((name) =>
    name
      .trim()
      .replace(/^"|"$/g, '')
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  )
  if (names.every((name) => /^[\d.+-]*$/.test(name))) return bad('the file starts with numbers, it has no header')
  const roles = names.map((name): Role => NAMES[name] ?? 'ignored')
  const twice = roles.find((role, at) => role !== 'ignored' && roles.indexOf(role) !== at)
  if (twice !== undefined) return bad(`two columns mean '${twice === 'ts' ? 'timestamp' : twice}'`)
  const funding = roles.includes('rate') && !roles.includes('close')
  const needed: readonly Role[] = funding ? ['ts', 'rate'] : ['ts', 'open', 'high', 'low', 'close']
  const missing = needed.filter((role) => !roles.includes(role)).map((role) => (role === 'ts' ? 'timestamp' : role))
  if (missing.length > 0)
    return bad(`the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing`)
  return ok({
    kind: funding ? 'funding' : 'candles',
    delimiter: delimiter.charCodeAt(0),
    roles: funding ? roles : roles.map((role) => (role === 'rate' ? 'ignored' : role)),
    hasVolume: roles.includes('volume'),
  })
}
