/**
 * Bybit's rows as they are documented, and their texts as integers of the core's units.
 */
import { z } from 'zod'
import { parseDecimal } from '../../core/decimal.ts'
import {
  CASH_SCALE,
  type Cash,
  type Lots,
  RATE_SCALE,
  type Rate,
  type Side,
  type Ticks,
  type Ts,
  cash,
  rate,
  ts,
} from '../../core/units.ts'
import { type Instrument, parsePrice, parseQuantity } from '../../market/instrument.ts'

const text = z.string()

export const orderRow = z.object({
  /** Of the streams' rows, which mix the categories. */
  category: text.optional(),
  orderId: text,
  orderLinkId: text,
  parentOrderLinkId: text.optional(),
  symbol: text,
  side: z.enum(['Buy', 'Sell']),
  orderType: text,
  price: text,
  qty: text,
  cumExecQty: text,
  orderStatus: text,
  stopOrderType: text.optional(),
  createType: text.optional(),
  cancelType: text.optional(),
  rejectReason: text.optional(),
  triggerPrice: text.optional(),
  triggerBy: text.optional(),
  triggerDirection: z.number().optional(),
  // Of spot alone: the price when it was made, and what the quantity of a market order counts.
  // The streams say it as lastPriceOnCreated, which readings leave empty.
  basePrice: text.optional(),
  lastPriceOnCreated: text.optional(),
  marketUnit: text.optional(),
  reduceOnly: z.boolean(),
  updatedTime: text,
})
export type OrderWire = z.infer<typeof orderRow>

export const executionRow = z.object({
  category: text.optional(),
  symbol: text,
  orderId: text,
  orderLinkId: text,
  side: text,
  execId: text,
  execPrice: text,
  execQty: text,
  execFee: text,
  execType: text,
  execTime: text,
  feeRate: text,
  feeCurrency: text.optional(),
  isMaker: z.boolean(),
  leavesQty: text,
  orderQty: text,
  seq: z.number().optional(),
  orderType: text.optional(),
  marketUnit: text.optional(),
  createType: text.optional(),
  stopOrderType: text.optional(),
  /** Fees beside the one of the trade, as taxes are; empty for most accounts. */
  extraFees: z.union([text, z.array(z.object({ feeCoin: text, fee: text }))]).nullish(),
})
export type ExecutionWire = z.infer<typeof executionRow>

export const positionRow = z.object({
  category: text.optional(),
  symbol: text,
  side: text,
  size: text,
  avgPrice: text.optional(),
  entryPrice: text.optional(),
  markPrice: text,
  stopLoss: text.optional(),
  takeProfit: text.optional(),
  leverage: text,
  liqPrice: text.optional(),
  positionMM: text.optional(),
  positionIM: text.optional(),
  positionIdx: z.number().optional(),
  adlRankIndicator: z.number().optional(),
  isReduceOnly: z.boolean().optional(),
  autoAddMargin: z.number().optional(),
})
export type PositionWire = z.infer<typeof positionRow>

export const transactionRow = z.object({
  id: text,
  symbol: text.optional().default(''),
  category: text.optional(),
  type: text,
  currency: text,
  change: text,
  transactionTime: text,
})
export type TransactionWire = z.infer<typeof transactionRow>

/** A field that the documented shape does not allow. Thrown inside this folder only; the adapter turns it into an `odd` report. */
export class OddRow extends Error {
  override readonly name = 'OddRow'
}

export const sideOf = (side: string): Side => (side === 'Buy' ? 1 : -1)

export function quantityOf(instrument: Instrument, value: string, field: string): Lots {
  return quantity(instrument, value, field, undefined)
}

/** What may have been made in a finer step than the one of today, and is still reported in it: whole steps of it count. */
export function wholeQuantityOf(instrument: Instrument, value: string, field: string): Lots {
  return quantity(instrument, value, field, 'floor')
}

function quantity(instrument: Instrument, value: string, field: string, rounding: 'floor' | undefined): Lots {
  const quantity = parseQuantity(instrument, value === '' ? '0' : value, rounding)
  if (quantity === undefined)
    throw new OddRow(`${instrument.symbol} ${field} '${value.slice(0, 40)}' is not a quantity of ${instrument.symbol}`)
  return quantity
}

/** A price, or undefined for the many ways in which Bybit reports none: "", "0", "0.00". */
export function priceOf(instrument: Instrument, value: string | undefined, field: string): Ticks | undefined {
  if (value === undefined || value === '') return undefined
  const price = parsePrice(instrument, value, 'nearest')
  if (price === undefined) throw new OddRow(`${instrument.symbol} ${field} '${value.slice(0, 40)}' is not a price`)
  return price <= 0 ? undefined : price
}

export function moneyOf(value: string, field: string): Cash {
  const amount = parseDecimal(value === '' ? '0' : value, CASH_SCALE, 'ceil')
  if (amount === undefined) throw new OddRow(`${field} '${value.slice(0, 40)}' is not an amount`)
  return cash(amount)
}

/** Never 0 for what cannot be read: it would be a loss of all. */
export function balanceIn(coin: string, balance: string): Cash {
  const amount = parseDecimal(balance, CASH_SCALE, 'floor')
  if (amount === undefined) throw new OddRow(`${coin} walletBalance '${balance.slice(0, 40)}' is not an amount`)
  return cash(amount)
}

export function rateOf(value: string): Rate {
  return rate(parseDecimal(value === '' ? '0' : value, RATE_SCALE, 'nearest') ?? 0)
}

export function timeOf(value: string, field: string): Ts {
  const at = Number(value)
  if (!Number.isSafeInteger(at) || at <= 0) throw new OddRow(`${field} '${value.slice(0, 40)}' is not a time`)
  return ts(at)
}
