/**
 * The three exports of a year, each as a table with its sums.
 */
import type { LotMethod } from '../../../src/portfolio/lots/tax-lots.ts'
import { LEDGER_ACCOUNTS } from '../../../src/portfolio/ledger.ts'
import { add, compare, signOf, subtract } from '../../amount.ts'
import type { CommandPorts } from '../command.ts'
import type { ExportTable } from './csv.ts'
import { ledgerExport } from './ledger.ts'
import { lotsExport } from './lots.ts'
import { spanOf } from './span.ts'
import { walletExport } from './wallet.ts'
import { tradesExport } from './trades.ts'

export const EXPORTS = ['trades', 'lots', 'ledger', 'wallet'] as const
export type ExportName = (typeof EXPORTS)[number]

/** Column of the amount in the wallet's rows. */
const CHANGE = 5

export interface Exported {
  readonly table: ExportTable
  /** Sums as name and decimal text, in USDT. */
  readonly sums: readonly { readonly name: string; readonly amount: string }[]
  readonly warnings: readonly string[]
}

export async function exportOf(
  { portfolio }: Pick<CommandPorts, 'portfolio'>,
  what: ExportName,
  year: number | undefined,
  method: LotMethod,
): Promise<Exported> {
  const { books, notes } = portfolio
  const span = spanOf(year)
  switch (what) {
    case 'trades': {
      const trades = await books.trades(span.from, span.before)
      const { table, pnl, fee, funding } = tradesExport(trades, await notes.find(trades.map(({ number }) => number)))
      const sums = [
        { name: 'Result', amount: pnl },
        { name: 'Fees paid', amount: fee },
        { name: 'Funding received', amount: funding },
      ]
      return { table, sums, warnings: [] }
    }
    case 'lots': {
      const [fills, rows] = await Promise.all([books.fills(span.before), books.ledger()])
      const { table, gain, fees, warnings } = lotsExport(fills, rows, method, span)
      return {
        table,
        sums: [
          { name: 'Gain', amount: gain },
          { name: 'Fees in it', amount: fees },
        ],
        warnings,
      }
    }
    case 'wallet': {
      const [fills, rows] = await Promise.all([books.fills(span.before), books.ledger()])
      const table = walletExport(rows, fills, span)
      return { table, sums: [{ name: 'Change', amount: add('0', ...table.rows.map((row) => row[CHANGE] as string)) }], warnings: [] }
    }
    case 'ledger': {
      const rows = await books.ledger()
      const { table, totals } = ledgerExport(rows, span)
      const sums = LEDGER_ACCOUNTS.filter((account) => signOf(totals[account]) !== 0).map((account) => ({
        name: account,
        amount: totals[account],
      }))
      const isCarried = rows[0] !== undefined && rows[0].cause !== 'opening'
      const warnings = isCarried
        ? ['The first entry carries balances forward from before the ledger was kept: ballast db rebuild makes all entries again.']
        : []
      return { table, sums, warnings }
    }
  }
}

export interface LedgerCheck {
  readonly isRight: boolean
  readonly entries: number
  /** Of the ledger after its last entry, and of the account as the trader reports it. */
  readonly wallet: string
  readonly account: string
  /** Sum of all accounts of the ledger: 0. */
  readonly sum: string
}

/** Whether the ledger ends where the account stands, and sums to zero. Undefined where nothing was booked yet. */
export async function checkLedger({ portfolio, reads }: Pick<CommandPorts, 'portfolio' | 'reads'>): Promise<LedgerCheck | undefined> {
  const [rows, account] = await Promise.all([portfolio.books.ledger(), reads.account()])
  const last = rows.at(-1)
  if (last === undefined || account === undefined) return undefined
  const sum = add('0', ...LEDGER_ACCOUNTS.map((name) => last[name]))
  const wallet = add(last.wallet)
  return {
    isRight: signOf(sum) === 0 && compare(wallet, account.wallet) === 0,
    entries: rows.length,
    wallet,
    account: subtract(account.wallet, '0'),
    sum,
  }
}
