/**
 * Reads an equity series from a file with a column of times and one of equity, in any order and any container.
 */
import type { EquitySeries } from '../../portfolio/equity.ts'
import { periodsOf } from '../../portfolio/results/periods.ts'
import { keyOf } from '../../market/files/column-names.ts'
import { TableText } from '../ui/table-text.ts'

/** By trust: what counts open positions stands before what does not. */
const EQUITY_NAMES: readonly (readonly string[])[] = [
  ['equity', 'totalequity', 'accountequity', 'equityvalue', 'strategyequity'],
  ['portfoliovalue', 'portfolio', 'accountvalue', 'netliquidation', 'netliquidationvalue', 'nav', 'networth', 'totalvalue', 'value'],
  ['balance', 'walletbalance', 'cashbalance', 'accountbalance'],
]
/** Of candles and prices, where what they are of is measured like an equity. */
const PRICE_NAMES: readonly string[] = ['close', 'price', 'closeprice', 'last', 'markprice']
const PAID_IN = ['deposit', 'deposits', 'withdrawal', 'withdrawals', 'transfer', 'transfers', 'netdeposit', 'netdeposits']

export interface EquityFile {
  readonly series: EquitySeries
  /** What was chosen or turned while reading. */
  readonly notes: readonly string[]
}

/** Prices are read only where `orPrices` says so. @throws CliError that names the file and the line. */
export async function readEquityCsv(path: string, orPrices = false): Promise<EquityFile> {
  const text = await TableText.read(path)
  const keys = text.names.map(keyOf)
  const namesByTrust = orPrices ? [...EQUITY_NAMES, PRICE_NAMES] : EQUITY_NAMES
  const equityColumn = namesByTrust.map((names) => keys.findIndex((key) => names.includes(key))).find((at) => at >= 0)
  if (text.timeColumn === undefined || equityColumn === undefined)
    throw text.bad(
      -1,
      `the header '${text.names.join(',').slice(0, 60)}' has no columns timestamp and equity`,
      `Rename them. Also recognized: ${EQUITY_NAMES.flat().slice(0, 8).join(', ')} and balance, and an unnamed first column of times.`,
    )
  const { ts, isNewestFirst } = text.instants(text.timeColumn)
  const isCandle = PRICE_NAMES.includes(keys[equityColumn] as string) && keys.includes('open')
  const equity = new Float64Array(text.rows)
  for (let row = 0; row < text.rows; row += 1) equity[row] = text.number(row, equityColumn, 'equity')
  const notes: string[] = []
  if (isNewestFirst) {
    equity.reverse()
    notes.push('The rows run from newest to oldest; they are read in reverse.')
  }
  if (keys.filter((key) => EQUITY_NAMES.flat().includes(key)).length > 1)
    notes.push(`Equity is read from the column '${text.names[equityColumn]}'.`)
  const paidIn = text.names.find((_, at) => PAID_IN.includes(keys[at] as string))
  if (paidIn !== undefined) notes.push(`The file has a column '${paidIn}': deposits count as gains here, and withdrawals as losses.`)
  const width = isCandle ? (periodsOf(ts)?.distanceMs ?? 0) : 0
  if (width > 0) notes.push(`The rows of ${path} are candles: each counts from its end on.`)
  return { series: { ts: width > 0 ? ts.map((start) => start + width) : ts, equity }, notes }
}
