/**
 * `ballast reconcile statement FILE`: Bybit's transaction log, as its website or its API gives it, against the records, to the cent.
 */
import { CASH_SCALE, type Cash, cash } from '../../core/units.ts'
import { formatDecimal, parseDecimal } from '../../core/decimal.ts'
import { type Difference, type WalletMove, compareStatement } from '../../portfolio/statement/compare.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { MONEY, type StatementRow, moveKindOf, readStatement } from './statement-file.ts'

const SHOWN = 10

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

/** A row of the export: time, type, cause, symbol, reference, change. */
function recordOf(row: readonly string[]): WalletMove {
  const [time = '', type = '', cause = '', symbol = '', reference = '', change = '0'] = row
  const kind =
    type === 'order-filled' || type === 'position-adjusted' ? 'trade' : type === 'funding-settled' ? 'funding' : moveKindOf(cause)
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
  const what = `${at} ${row?.typeText ?? own?.kind ?? ''} ${row?.symbol ?? own?.symbol ?? ''}`.trim()
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
