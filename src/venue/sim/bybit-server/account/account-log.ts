/**
 * What has happened to the account, as Bybit lists it: executions, transactions, closed profits; and the bounded list that keeps them.
 */
import { type Cash, type Lots, type Ticks, type Ts, cash, lots } from '../../../../core/units.ts'
import { type Category, type Instrument, formatPrice, formatQuantity, notionalOf, wireSymbolOf } from '../../../../market/instrument.ts'
import type { FundingSettled, OrderFilled } from '../../../../trading/event.ts'
import { feeText } from './coin-text.ts'
import { type OrderRow, averagePriceText } from './order-row.ts'
import { cashText, rateText, sideText } from '../streams/wire.ts'

/** Rows in the order in which they were written; the oldest are forgotten past a limit. Each row is put into JSON once. */
export class Log<Row extends object> {
  private readonly limit: number
  private rows: Row[] = []
  private texts: string[] = []

  constructor(limit: number) {
    this.limit = limit
  }

  push(row: Row): void {
    this.rows.push(row)
    this.texts.push(JSON.stringify(row))
    if (this.rows.length >= this.limit * 1.25) {
      this.rows = this.rows.slice(-this.limit)
      this.texts = this.texts.slice(-this.limit)
    }
  }

  get all(): readonly Row[] {
    return this.rows
  }

  *newestFirst(): Generator<Row> {
    for (let k = this.rows.length - 1; k >= 0; k--) yield this.rows[k] as Row
  }

  /** The newest rows as a JSON array. */
  json(newest: number): string {
    return `[${this.texts.slice(-newest).join(',')}]`
  }
}

export interface ExecutionRow {
  readonly category: Category
  readonly symbol: string
  readonly orderId: string
  readonly orderLinkId: string
  readonly side: string
  readonly orderPrice: string
  readonly orderQty: string
  readonly leavesQty: string
  /** Spot has none. */
  readonly createType?: string
  readonly orderType: string
  readonly stopOrderType: string
  readonly execFee: string
  readonly execFeeV2: string
  readonly execId: string
  readonly execPrice: string
  readonly execQty: string
  readonly execType: string
  readonly execValue: string
  readonly execTime: string
  readonly feeCurrency: string
  readonly isMaker: boolean
  readonly feeRate: string
  readonly tradeIv: string
  readonly markIv: string
  readonly markPrice: string
  readonly indexPrice: string
  readonly underlyingPrice: string
  readonly blockTradeId: string
  readonly closedSize: string
  readonly seq: number
  readonly extraFees: string
  readonly isLeverage: string
  readonly execPnl: string
  readonly marketUnit: string
}

const blankExecution = {
  category: 'linear',
  tradeIv: '',
  markIv: '',
  indexPrice: '',
  underlyingPrice: '',
  blockTradeId: '',
  extraFees: '',
  isLeverage: '0',
  marketUnit: '',
} as const

/** A fill. `pnl` is what it realized before fees, `closed` how much of the position it took off. */
export function fillExecution(
  row: OrderRow,
  instrument: Instrument,
  event: OrderFilled,
  mark: Ticks,
  closed: Lots,
  pnl: Cash,
  seq: number,
): ExecutionRow {
  const isSpot = instrument.category === 'spot'
  const fee = feeText(instrument, event.fee)
  return {
    ...blankExecution,
    category: instrument.category,
    symbol: wireSymbolOf(instrument.symbol),
    orderId: row.orderId,
    orderLinkId: row.orderLinkId,
    side: row.side,
    orderPrice: row.bound ?? row.price,
    // Of a purchase by money the row counts no coins.
    orderQty: row.money === undefined ? row.qty : '0',
    leavesQty: row.leavesQty,
    ...(row.createType === undefined ? {} : { createType: row.createType }),
    orderType: row.orderType,
    stopOrderType: row.stopOrderType === '' && !isSpot ? 'UNKNOWN' : row.stopOrderType,
    execFee: fee,
    execFeeV2: fee,
    execId: event.tradeId,
    execPrice: formatPrice(instrument, event.price),
    execQty: formatQuantity(instrument, event.lots),
    execType: row.createType === 'CreateByLiq' ? 'BustTrade' : 'Trade',
    execValue: cashText(notionalOf(instrument, event.price, event.lots, 'nearest')),
    execTime: String(event.ts),
    feeCurrency: event.fee.coin,
    isMaker: event.liquidity === 'maker',
    feeRate: rateText(event.fee.rate),
    // Spot has no mark.
    markPrice: isSpot ? '' : formatPrice(instrument, mark),
    marketUnit: row.marketUnit,
    closedSize: formatQuantity(instrument, closed),
    seq,
    execPnl: cashText(pnl),
  }
}

/** A funding settlement on a signed position; execFee > 0 = paid. */
export function fundingExecution(
  instrument: Instrument,
  event: FundingSettled,
  held: Lots,
  mark: Ticks,
  execId: string,
  seq: number,
): ExecutionRow {
  const size = lots(held < 0 ? 0 - held : held)
  return {
    ...blankExecution,
    symbol: instrument.symbol,
    orderId: event.settlementId,
    orderLinkId: '',
    side: sideText(held),
    orderPrice: '0',
    orderQty: '0',
    leavesQty: '0',
    createType: '',
    orderType: 'UNKNOWN',
    stopOrderType: 'UNKNOWN',
    execFee: cashText(0 - event.amount),
    execFeeV2: '',
    execId,
    execPrice: formatPrice(instrument, mark),
    execQty: formatQuantity(instrument, size),
    execType: 'Funding',
    execValue: cashText(notionalOf(instrument, mark, size, 'nearest')),
    execTime: String(event.ts),
    feeCurrency: instrument.settleCoin,
    isMaker: false,
    feeRate: rateText(held < 0 ? 0 - event.rate : event.rate),
    markPrice: formatPrice(instrument, mark),
    closedSize: '0',
    seq,
    execPnl: '0',
  }
}

export interface TransactionRow {
  readonly id: string
  /** Of money that moves without a trade there is no symbol and no category. */
  readonly symbol: string
  readonly category: Category | ''
  readonly side: string
  readonly transactionTime: string
  readonly type: string
  readonly transSubType: string
  readonly qty: string
  readonly size: string
  readonly currency: string
  readonly tradePrice: string
  readonly funding: string
  readonly fee: string
  readonly cashFlow: string
  readonly change: string
  readonly cashBalance: string
  readonly feeRate: string
  readonly bonusChange: string
  readonly tradeId: string
  readonly orderId: string
  readonly orderLinkId: string
  readonly extraFees: string
}

/** change = cashFlow + funding - fee; `sizeAfter` is the signed position that is left. */
export function transactionOf(
  execution: ExecutionRow,
  id: string,
  amounts: { readonly cashFlow: Cash; readonly funding: Cash | undefined; readonly fee: Cash },
  sizeAfter: string,
  wallet: Cash,
): TransactionRow {
  return {
    id,
    symbol: execution.symbol,
    category: 'linear',
    side: execution.side,
    transactionTime: execution.execTime,
    type: execution.execType === 'Funding' ? 'SETTLEMENT' : 'TRADE',
    transSubType: '',
    qty: execution.execQty,
    size: sizeAfter,
    currency: execution.feeCurrency,
    tradePrice: execution.execPrice,
    funding: amounts.funding === undefined ? '' : cashText(amounts.funding),
    fee: cashText(amounts.fee),
    cashFlow: cashText(amounts.cashFlow),
    change: cashText(amounts.cashFlow + (amounts.funding ?? 0) - amounts.fee),
    cashBalance: cashText(wallet),
    feeRate: execution.feeRate,
    bonusChange: '',
    tradeId: execution.execId,
    orderId: execution.orderId,
    orderLinkId: execution.orderLinkId,
    extraFees: '',
  }
}

/** Money that came or went without a trade. */
export const moveOf = (id: string, type: string, coin: string, change: string, balance: string, at: Ts): TransactionRow => ({
  id,
  symbol: '',
  category: '',
  side: 'None',
  transactionTime: String(at),
  type,
  transSubType: '',
  qty: '0',
  size: '0',
  currency: coin,
  tradePrice: '',
  funding: '',
  fee: '0',
  cashFlow: change,
  change,
  cashBalance: balance,
  feeRate: '',
  bonusChange: '',
  tradeId: '',
  orderId: '',
  orderLinkId: '',
  extraFees: '',
})

export interface ClosedPnlRow {
  readonly symbol: string
  readonly orderId: string
  readonly side: string
  readonly qty: string
  readonly orderPrice: string
  readonly orderType: string
  readonly execType: string
  readonly closedSize: string
  readonly cumEntryValue: string
  readonly avgEntryPrice: string
  readonly cumExitValue: string
  readonly avgExitPrice: string
  readonly closedPnl: string
  readonly fillCount: string
  readonly leverage: string
  readonly openFee: string
  readonly closeFee: string
  readonly createdTime: string
  readonly updatedTime: string
}

/** closedPnl = exit - entry - openFee - closeFee for a long, mirrored for a short. `held` is the position before the fill. */
export function closedPnlOf(
  row: OrderRow,
  instrument: Instrument,
  event: OrderFilled,
  closed: Lots,
  held: Lots,
  amounts: { readonly pnl: Cash; readonly openFee: Cash; readonly closeFee: Cash },
  leverage: number,
): ClosedPnlRow {
  const exit = notionalOf(instrument, event.price, closed, 'nearest')
  const entry = cash(held > 0 ? exit - amounts.pnl : exit + amounts.pnl)
  return {
    symbol: instrument.symbol,
    orderId: row.orderId,
    side: row.side,
    qty: row.qty,
    orderPrice: row.price,
    orderType: row.orderType,
    execType: 'Trade',
    closedSize: formatQuantity(instrument, closed),
    cumEntryValue: cashText(entry),
    avgEntryPrice: averagePriceText(instrument, entry, closed),
    cumExitValue: cashText(exit),
    avgExitPrice: formatPrice(instrument, event.price),
    closedPnl: cashText(amounts.pnl - amounts.openFee - amounts.closeFee),
    fillCount: '1',
    leverage: String(leverage),
    openFee: cashText(amounts.openFee),
    closeFee: cashText(amounts.closeFee),
    createdTime: String(event.ts),
    updatedTime: String(event.ts),
  }
}
