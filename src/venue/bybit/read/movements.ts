/**
 * Rows of Bybit's transaction log as money that moved without a trade of Ballast's, each under its kind.
 * Never a trade or a funding of a symbol that is traded here: those are booked from executions, and would be booked twice.
 */
import { parseDecimal } from '../../../core/decimal.ts'
import { CASH_SCALE, cash } from '../../../core/units.ts'
import type { FlowKind } from '../../../trading/event.ts'
import type { MoneyMovement } from '../../../trading/report.ts'
import { OddRow, type TransactionWire, timeOf } from '../rows.ts'
import { ownSymbolOf } from '../symbols.ts'

type Kind = MoneyMovement['kind']

/** What positions make; executions tell it too. */
const OF_POSITIONS: Readonly<Record<string, Kind>> = {
  TRADE: 'trade',
  SETTLEMENT: 'funding',
  LIQUIDATION: 'liquidation',
  ADL: 'deleveraging',
  DELIVERY: 'delivery',
}
const KINDS: Readonly<Record<string, Kind>> = {
  ...OF_POSITIONS,
  TRANSFER_IN: 'transfer-in',
  TRANSFER_OUT: 'transfer-out',
  DEPOSIT: 'deposit',
  WITHDRAW: 'withdrawal',
  WITHDRAWAL: 'withdrawal',
  BONUS: 'bonus',
  BONUS_RECOLLECT: 'bonus',
  AIRDROP: 'airdrop',
  FEE_REFUND: 'fee-refund',
  CONVERT: 'conversion',
  CURRENCY_BUY: 'conversion',
  CURRENCY_SELL: 'conversion',
  BORROW: 'loan',
  REPAY: 'loan',
}
/** Of about ninety words most are a kind with something before or after it. */
const PARTS: readonly (readonly [string, Kind])[] = [
  ['INTEREST', 'interest'],
  ['LOAN', 'loan'],
  ['BORROW', 'loan'],
  ['REPAY', 'loan'],
  ['CONVERT', 'conversion'],
  ['AIRDROP', 'airdrop'],
  ['BONUS', 'bonus'],
  ['REFUND', 'fee-refund'],
  ['TRANSFER_IN', 'transfer-in'],
  ['TRANSFER_OUT', 'transfer-out'],
]

export const kindOfTransaction = (type: string): Kind & FlowKind =>
  KINDS[type] ?? PARTS.find(([part]) => type.includes(part))?.[1] ?? 'other'

/**
 * Undefined for what executions tell, for what moves nothing, and for the coins of trades elsewhere.
 * @param isTraded whether a symbol, as Ballast names it, is traded here
 */
export function toMovement(row: TransactionWire, settleCoin: string, isTraded: (symbol: string) => boolean): MoneyMovement | undefined {
  const { type, symbol, currency, category } = row
  const isOfPosition = OF_POSITIONS[type] !== undefined
  if (isOfPosition && (currency !== settleCoin || (category !== 'inverse' && isTraded(ownSymbolOf(category, symbol))))) return undefined
  const isMoney = currency === settleCoin
  const change = row.change === '' ? '0' : row.change
  const amount = isMoney ? parseDecimal(change, CASH_SCALE, 'floor') : 0
  if (amount === undefined) throw new OddRow(`transaction ${row.id.slice(0, 60)} change '${change.slice(0, 40)}' is not an amount`)
  if (isMoney ? amount === 0 : Number(change) === 0) return undefined
  return {
    // The ids of some rows repeat, and one that moves two coins has two rows.
    id: `log:${row.id}:${type}:${row.transactionTime}:${currency}:${change}`.slice(0, 200),
    kind: kindOfTransaction(type),
    coin: currency,
    amount: cash(amount),
    change: change.slice(0, 60),
    symbol,
    told: type.slice(0, 60),
    ts: timeOf(row.transactionTime, 'transactionTime'),
  }
}
