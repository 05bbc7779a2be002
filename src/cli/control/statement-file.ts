/**
 * Bybit's transaction log as a file: as its website exports it, or the rows of its API.
 */
import { CASH_SCALE, cash } from '../../core/units.ts'
import { parseDecimal } from '../../core/decimal.ts'
import { readWholeTable } from '../../files/whole-table.ts'
import type { MoveKind, WalletMove } from '../../portfolio/statement/compare.ts'
import { kindOfTransaction } from '../../venue/bybit/read/movements.ts'
import { dataFailure } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

/** The coin that is compared. */
export const MONEY = 'USDT'
const HEAD_ROWS = 6
/** Of the website's file and of the API's rows. */
const NAMES = {
  time: ['time(utc)', 'time', 'transactiontime', 'date & time(utc)'],
  type: ['type'],
  symbol: ['contract', 'symbol'],
  currency: ['currency', 'coin'],
  change: ['change'],
  reference: ['tradeid', 'trade id'],
} as const
type Name = keyof typeof NAMES

export interface StatementRow extends WalletMove {
  readonly line: number
  readonly typeText: string
}

/** @throws CliError with the line */
export async function readStatement(path: string): Promise<{ readonly rows: readonly StatementRow[]; readonly skipped: number }> {
  const read = await readWholeTable(path)
  if (!read.ok) throw dataFailure(read.error)
  const { header, headerLine, rows: body } = read.value
  const all = [...(header === undefined ? [] : [{ cells: header, line: headerLine }]), ...body]
  // The website puts a line with the account above the header.
  const head = all.slice(0, HEAD_ROWS).find(({ cells }) => placeOf(cells, 'change') !== undefined && placeOf(cells, 'type') !== undefined)
  if (head === undefined)
    throw new CliError(
      EXIT.error,
      `${path} has no header with Type and Change: it is not a transaction log of Bybit.`,
      'Export it in Assets, Transaction Log, Unified Trading.',
    )
  const place = (name: Name): number | undefined => placeOf(head.cells, name)
  const needed = (name: Name): number => {
    const at = place(name)
    if (at === undefined) throw new CliError(EXIT.error, `${path} has no column ${NAMES[name][0]}.`, 'Export the transaction log again.')
    return at
  }
  const [timeAt, typeAt, changeAt, currencyAt] = [needed('time'), needed('type'), needed('change'), needed('currency')]
  const [symbolAt, referenceAt] = [place('symbol'), place('reference')]
  const rows: StatementRow[] = []
  let skipped = 0
  for (const { cells, line } of all.slice(all.indexOf(head) + 1)) {
    if (cells.every((cell) => cell.trim() === '')) continue
    if (cells[currencyAt]?.trim().toUpperCase() !== MONEY) {
      skipped += 1
      continue
    }
    const typeText = cells[typeAt]?.trim() ?? ''
    const bad = (what: string): CliError => new CliError(EXIT.error, `${path} line ${line}: ${what}.`, 'Export the file again, unchanged.')
    const change = parseDecimal((cells[changeAt] ?? '').trim().replace(/^--$/, '0') || '0', CASH_SCALE, 'nearest')
    if (change === undefined) throw bad(`the change '${cells[changeAt]?.slice(0, 40)}' is not an amount`)
    const ts = timeOf(cells[timeAt]?.trim() ?? '')
    if (ts === undefined) throw bad(`'${cells[timeAt]?.slice(0, 40)}' is not a time in UTC`)
    if (change === 0) continue
    rows.push({
      kind: moveKindOf(kindOfTransaction(typeText.toUpperCase())),
      symbol: blank(symbolAt === undefined ? '' : (cells[symbolAt] ?? '')),
      reference: blank(referenceAt === undefined ? '' : (cells[referenceAt] ?? '')),
      change: cash(change),
      ts,
      line,
      typeText,
    })
  }
  if (rows.length === 0)
    throw new CliError(EXIT.error, `${path} has no row in ${MONEY}.`, 'Choose the Unified Trading account for the export.')
  return { rows, skipped }
}

const placeOf = (cells: readonly string[], name: Name): number | undefined => {
  const at = cells.findIndex((cell) =>
    (NAMES[name] as readonly string[]).includes(
      cell
        .replace(/^\uFEFF/, '')
        .trim()
        .toLowerCase(),
    ),
  )
  return at < 0 ? undefined : at
}
const blank = (cell: string): string => cell.trim().replace(/^--$/, '')

/** ms since 1970, or a text in UTC. */
function timeOf(text: string): number | undefined {
  if (/^\d{13}$/.test(text)) return Number(text)
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d{1,3})?Z?$/.exec(text)
  return match === null ? undefined : Date.parse(`${match[1]}T${match[2]}${match[3] ?? ''}Z`)
}

const OF_TRADES: ReadonlySet<string> = new Set(['trade', 'liquidation', 'deleveraging', 'delivery'])
/** Of a kind of flow, what it is in a wallet. */
export const moveKindOf = (cause: string): MoveKind => (OF_TRADES.has(cause) ? 'trade' : cause === 'funding' ? 'funding' : 'flow')
