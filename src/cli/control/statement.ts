/**
 * `ballast reconcile statement FILE`: Bybit's transaction log, as its website or its API gives it, against the records, to the cent.
 * Never guesses a row: what cannot be read is named with its line.
 */
import { kindOfTransaction } from '../../venue/bybit/read/movements.ts'
import { CASH_SCALE, type Cash, cash } from '../../core/units.ts'
import { formatDecimal, parseDecimal } from '../../core/decimal.ts'
import { readWholeTable } from '../../files/whole-table.ts'
import { type Difference, type MoveKind, type WalletMove, compareStatement } from '../../portfolio/statement/compare.ts'
import { type CliContext, dataFailure } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

const MONEY = 'USDT'
const HEAD_ROWS = 6
const SHOWN = 10
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

interface StatementRow extends WalletMove {
  readonly line: number
  readonly told: string
}

/** Rows of the export `wallet` of the running Ballast. */
type ReadWallet = () => Promise<readonly (readonly string[])[]>

/** @throws CliError where something differs, or a file is none */
export async function reconcileStatement(context: CliContext, path: string | undefined, readWallet: ReadWallet): Promise<void> {
  if (path === undefined)
    throw new CliError(
      EXIT.usage,
      'Name the file: reconcile statement FILE.csv.',
      'Bybit: Assets, Transaction Log, Export (Unified Trading).',
    )
  const { rows, skipped } = await readStatement(path)
  const records = (await readWallet()).map(recordOf)
  const result = compareStatement(rows, records)
  const shown = result.differences.map((difference) => describe(difference, rows, records))
  const figures = {
    rows: rows.length,
    otherCoins: skipped,
    matched: result.matched,
    statement: money(result.statementSum),
    records: money(result.recordSum),
    largestDifference: money(result.largest),
    differences: shown,
  }
  context.out.answer(figures, () => {
    context.out.fields([
      [
        'Statement',
        `${rows.length} rows in ${MONEY}, change ${figures.statement}${skipped === 0 ? '' : `; ${skipped} rows of other coins left out`}`,
      ],
      ['Records', `${result.matched} of them found, change ${figures.records}`],
      ['Largest difference', `${figures.largestDifference} ${MONEY} in one row`],
    ])
    for (const each of shown.slice(0, SHOWN)) context.out.line(each.text)
    if (shown.length > SHOWN) context.out.line(`and ${shown.length - SHOWN} more`)
  })
  if (shown.length > 0)
    throw new CliError(
      EXIT.checksFailed,
      `The first row that differs: ${(shown[0] as { text: string }).text}`,
      'Rows that the records lack: ballast reconcile reads the account again. See ballast flows.',
    )
}

/** @throws CliError with the line */
async function readStatement(path: string): Promise<{ readonly rows: readonly StatementRow[]; readonly skipped: number }> {
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
    const told = cells[typeAt]?.trim() ?? ''
    const bad = (what: string): CliError => new CliError(EXIT.error, `${path} line ${line}: ${what}.`, 'Export the file again, unchanged.')
    const change = parseDecimal((cells[changeAt] ?? '').trim().replace(/^--$/, '0') || '0', CASH_SCALE, 'nearest')
    if (change === undefined) throw bad(`the change '${cells[changeAt]?.slice(0, 40)}' is not an amount`)
    const ts = timeOf(cells[timeAt]?.trim() ?? '')
    if (ts === undefined) throw bad(`'${cells[timeAt]?.slice(0, 40)}' is not a time in UTC`)
    if (change === 0) continue
    rows.push({
      kind: kindOf(kindOfTransaction(told.toUpperCase())),
      symbol: blank(symbolAt === undefined ? '' : (cells[symbolAt] ?? '')),
      reference: blank(referenceAt === undefined ? '' : (cells[referenceAt] ?? '')),
      change: cash(change),
      ts,
      line,
      told,
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
const kindOf = (cause: string): MoveKind => (OF_TRADES.has(cause) ? 'trade' : cause === 'funding' ? 'funding' : 'flow')

/** A row of the export: time, type, cause, symbol, reference, change. */
function recordOf(row: readonly string[]): WalletMove {
  const [time = '', type = '', cause = '', symbol = '', reference = '', change = '0'] = row
  const kind = type === 'order-filled' || type === 'position-adjusted' ? 'trade' : type === 'funding-settled' ? 'funding' : kindOf(cause)
  return {
    kind,
    symbol,
    // Ids of flows are our own.
    reference: reference.startsWith('log:') ? '' : reference,
    change: cash(parseDecimal(change, CASH_SCALE, 'nearest') ?? 0),
    ts: Date.parse(time),
  }
}

const money = (amount: Cash): string => formatDecimal(amount, CASH_SCALE)

function describe({ ts, statement, record }: Difference, rows: readonly StatementRow[], records: readonly WalletMove[]) {
  const [row, own] = [statement === undefined ? undefined : rows[statement], record === undefined ? undefined : records[record]]
  const at = new Date(ts).toISOString()
  const what = `${at} ${row?.told ?? own?.kind ?? ''} ${row?.symbol ?? own?.symbol ?? ''}`.trim()
  const text =
    row === undefined
      ? `${what}: the statement has no row for ${money(own?.change ?? cash(0))} ${MONEY} of the records`
      : own === undefined
        ? `line ${row.line}, ${what}: ${money(row.change)} ${MONEY} is not in the records`
        : `line ${row.line}, ${what}: the statement says ${money(row.change)}, the records ${money(own.change)} ${MONEY}`
  return {
    time: at,
    line: row?.line ?? null,
    statement: row === undefined ? null : money(row.change),
    records: own === undefined ? null : money(own.change),
    text,
  }
}
