/**
 * Reads an equity series from a CSV file with the columns timestamp,equity (any order, may be gzipped).
 * Never skips a line: a malformed one is an error that names it.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readIsoTime, toPlain } from '../market/candles/csv-number.ts'
import type { EquitySeries } from '../portfolio/equity.ts'
import { CliError, EXIT } from './exit.ts'

const TIME_NAMES = ['timestamp', 'ts', 'time', 'date', 'datetime']
const EQUITY_NAMES = ['equity', 'value', 'balance']

/** @throws CliError that names the file and the line. */
export function readEquityCsv(path: string): EquitySeries {
  const lines = readText(path)
    .replace(/^\uFEFF/, '')
    .replace(/(\r?\n)+$/, '')
    .split(/\r?\n/)
  const bad = (line: number, what: string): CliError =>
    new CliError(EXIT.error, `${path} line ${line}: ${what}.`, 'Correct this line of the file.')
  const header = lines[0] ?? ''
  const delimiter = [',', ';', '\t'].find((candidate) => header.includes(candidate)) ?? ','
  const names = header.split(delimiter).map((name) => name.trim().replace(/^"|"$/g, '').toLowerCase())
  const tsColumn = names.findIndex((name) => TIME_NAMES.includes(name))
  const equityColumn = names.findIndex((name) => EQUITY_NAMES.includes(name))
  if (tsColumn < 0 || equityColumn < 0) throw bad(1, `the header '${header.slice(0, 60)}' does not name the columns timestamp and equity`)
  const rows = lines.length - 1
  const ts = new Float64Array(rows)
  const equity = new Float64Array(rows)
  for (let row = 0; row < rows; row += 1) {
    const line = row + 2
    const fields = (lines[row + 1] as string).split(delimiter)
    if (fields.length !== names.length)
      throw bad(line, `${fields.length} field${fields.length === 1 ? '' : 's'} where the header names ${names.length}`)
    const instant = readInstant(fields[tsColumn] as string)
    if (instant === undefined)
      throw bad(line, `the timestamp '${fields[tsColumn]}' is neither a number of seconds or milliseconds nor a date`)
    if (row > 0 && instant <= (ts[row - 1] as number))
      throw bad(line, `the timestamp ${fields[tsColumn]} is not after the one of the line before`)
    const plain = toPlain(fields[equityColumn] as string)
    if (plain === undefined) throw bad(line, `the equity '${fields[equityColumn]}' is not a number`)
    ts[row] = instant
    equity[row] = Number(plain)
  }
  return { ts, equity }
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path)
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8')
  } catch (cause) {
    throw new CliError(
      EXIT.error,
      `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`,
      'Check the path of the file.',
      { cause },
    )
  }
}

function readInstant(text: string): number | undefined {
  const iso = readIsoTime(text)
  if (iso !== undefined) return iso
  const plain = toPlain(text)
  if (plain === undefined) return undefined
  const raw = Number(plain)
  return raw >= 1e14 ? raw / 1000 : Math.abs(raw) >= 1e11 ? raw : raw * 1000
}
