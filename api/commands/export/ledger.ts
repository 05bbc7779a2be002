/**
 * The ledger as double entries: the differences of its balances, each entry summing to zero.
 */
import type { LedgerRow } from '../../../src/journal/row.ts'
import { LEDGER_ACCOUNTS, type LedgerAccount } from '../../../src/portfolio/ledger.ts'
import { add, signOf, subtract } from '../../amount.ts'
import { type ExportTable, plainText, timeText } from './csv.ts'
import type { Span } from './span.ts'

export interface Posting {
  readonly account: LedgerAccount
  readonly amount: string
}
export interface Entry {
  readonly seq: number
  readonly ts: number
  /** `brought-forward`: balances of before the rows that are kept. */
  readonly type: string
  readonly reference: string
  readonly symbol: string
  readonly cause: string
  readonly postings: readonly Posting[]
  readonly walletAfter: string
}

const ZERO = Object.fromEntries(LEDGER_ACCOUNTS.map((account) => [account, '0'])) as Readonly<Record<LedgerAccount, string>>

/** @param rows oldest first, from the first that is kept */
export function entriesOf(rows: readonly LedgerRow[]): Entry[] {
  let before: Readonly<Record<LedgerAccount, string>> = ZERO
  return rows.flatMap((row, at) => {
    const postings = LEDGER_ACCOUNTS.flatMap((account) => {
      const amount = subtract(row[account], before[account])
      return signOf(amount) === 0 ? [] : [{ account, amount }]
    })
    before = row
    if (postings.length === 0) return []
    const isCarried = at === 0 && row.cause !== 'opening'
    const { seq, ts, reference, symbol, cause } = row
    const type = isCarried ? 'brought-forward' : row.type
    return [{ seq, ts, type, reference, symbol: symbol ?? '', cause, postings, walletAfter: add(row.wallet) }]
  })
}

const COLUMNS = ['entry', 'time', 'type', 'reference', 'symbol', 'cause', 'account', 'amount', 'wallet_after'] as const

export interface LedgerExport {
  readonly table: ExportTable
  readonly entries: number
  /** Sum of the postings by account within the span. */
  readonly totals: Readonly<Record<LedgerAccount, string>>
}

export function ledgerExport(rows: readonly LedgerRow[], { from, before }: Span): LedgerExport {
  const entries = entriesOf(rows).filter(({ ts }) => ts >= from && ts < before)
  const totals = { ...ZERO }
  for (const { postings } of entries) for (const { account, amount } of postings) totals[account] = add(totals[account], amount)
  return {
    table: {
      columns: COLUMNS,
      rows: entries.flatMap(({ seq, ts, type, reference, symbol, cause, postings, walletAfter }) =>
        postings.map(({ account, amount }) => [
          String(seq),
          timeText(ts),
          type,
          plainText(reference),
          symbol,
          plainText(cause),
          account,
          amount,
          walletAfter,
        ]),
      ),
    },
    entries: entries.length,
    totals,
  }
}
