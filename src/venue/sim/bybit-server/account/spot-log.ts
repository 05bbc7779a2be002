/**
 * A spot trade in the account's history: two currencies change, hence two transactions.
 */
import { type Instrument, notionalOf } from '../../../../market/instrument.ts'
import type { OrderFilled } from '../../../../trading/event.ts'
import type { ExecutionRow, TransactionRow } from './account-log.ts'
import { coinText, partsOf } from './coin-text.ts'
import { cashText } from '../streams/wire.ts'

/** What is there after the trade. */
interface Balances {
  readonly money: number
  /** Parts of lots. */
  readonly coins: bigint
}

/** Coins first, then money; change = cashFlow - fee in the currency of the row. */
export function spotTransactions(
  execution: ExecutionRow,
  instrument: Instrument,
  event: OrderFilled,
  id: string,
  balances: Balances,
): readonly [TransactionRow, TransactionRow] {
  const { side, lots: quantity, fee } = event
  const flow = partsOf(side * quantity, 0)
  const coinFee = BigInt(fee.lotParts ?? 0)
  const value = notionalOf(instrument, event.price, quantity, 'nearest')
  const moneyFee = fee.lotParts === undefined ? fee.amount : 0
  const common = {
    symbol: execution.symbol,
    category: execution.category,
    side: execution.side,
    transactionTime: execution.execTime,
    type: 'TRADE',
    transSubType: '',
    qty: execution.execQty,
    size: '0',
    tradePrice: execution.execPrice,
    funding: '',
    feeRate: execution.feeRate,
    bonusChange: '',
    tradeId: execution.execId,
    orderId: execution.orderId,
    orderLinkId: execution.orderLinkId,
    extraFees: '',
  }
  return [
    {
      ...common,
      id: `${id}-${instrument.baseCoin}`,
      currency: instrument.baseCoin,
      fee: coinText(instrument, coinFee),
      cashFlow: coinText(instrument, flow),
      change: coinText(instrument, flow - coinFee),
      cashBalance: coinText(instrument, balances.coins),
    },
    {
      ...common,
      id: `${id}-${instrument.quoteCoin}`,
      currency: instrument.quoteCoin,
      fee: cashText(moneyFee),
      cashFlow: cashText(0 - side * value),
      change: cashText(0 - side * value - moneyFee),
      cashBalance: cashText(balances.money),
    },
  ]
}
