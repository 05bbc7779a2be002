/**
 * Changes of the wallet as the exchange's own statement has them: one row an execution, a settlement, a flow.
 * The ledger counts coins of spot at what they cost; here a purchase is the money that it took.
 */
import { wireSymbolOf, isSpotSymbol } from '../../../src/market/instrument.ts'
import type { FillRow, LedgerRow } from '../../../src/journal/row.ts'
import { absolute, add, multiply, negate, signOf, subtract } from '../../amount.ts'
import { type ExportTable, plainText, timeText } from './csv.ts'
import { entriesOf } from './ledger.ts'
import type { Span } from './span.ts'

const COLUMNS = ['time', 'type', 'cause', 'symbol', 'reference', 'change'] as const

export function walletExport(ledger: readonly LedgerRow[], fills: readonly FillRow[], { from, before }: Span): ExportTable {
  const spot = new Map(fills.filter(({ symbol }) => isSpotSymbol(symbol)).map((fill) => [`${fill.symbol} ${fill.tradeId}`, fill]))
  const rows = entriesOf(ledger)
    .filter(({ ts, type, cause }) => ts >= from && ts < before && type !== 'brought-forward' && cause !== 'opening')
    .flatMap(({ ts, type, cause, symbol, reference, postings }) => {
      const isSpot = isSpotSymbol(symbol)
      // Coins that left otherwise than by a sale moved no money.
      if (isSpot && type !== 'order-filled' && type !== 'wallet-adjusted') return []
      const fill = spot.get(`${symbol} ${reference}`)
      const change = isSpot && fill !== undefined ? moneyOf(fill) : (postings.find(({ account }) => account === 'wallet')?.amount ?? '0')
      return signOf(change) === 0 ? [] : [[timeText(ts), type, plainText(cause), wireSymbolOf(symbol), reference, change]]
    })
  return { columns: COLUMNS, rows }
}

/** A purchase pays its fee in coins, a sale in money. */
function moneyOf({ side, price, quantity, fee }: FillRow): string {
  const notional = multiply(price, quantity)
  return side === 1 ? negate(absolute(notional)) : subtract(add(notional), fee)
}
