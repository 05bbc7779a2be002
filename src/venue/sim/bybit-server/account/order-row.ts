/**
 * An order as Bybit shows it, made from a request and moved along by what the matcher says.
 */
import { mulDiv } from '../../../../core/decimal.ts'
import { type Cash, type Lots, type Ticks, cash, lots } from '../../../../core/units.ts'
import {
  type Category,
  type Instrument,
  formatPrice,
  formatQuantity,
  notionalOf,
  parsePrice,
  wireSymbolOf,
} from '../../../../market/instrument.ts'
import type { OrderAdopted, OrderFilled } from '../../../../trading/event.ts'
import type { SimOrder } from '../../sim-order.ts'
import { coinText } from './coin-text.ts'
import { cashText, sideText } from '../streams/wire.ts'

type OrderStatus =
  | 'New'
  | 'PartiallyFilled'
  | 'Untriggered'
  | 'Triggered'
  | 'Filled'
  | 'Cancelled'
  | 'PartiallyFilledCanceled'
  | 'Deactivated'

export interface OrderRow {
  category: Category
  symbol: string
  orderId: string
  orderLinkId: string
  parentOrderLinkId: string
  blockTradeId: string
  price: string
  qty: string
  side: 'Buy' | 'Sell'
  isLeverage: string
  positionIdx: number
  orderStatus: OrderStatus
  /** Spot has none. */
  createType?: string
  cancelType: string
  rejectReason: string
  avgPrice: string
  leavesQty: string
  leavesValue: string
  cumExecQty: string
  cumExecValue: string
  cumExecFee: string
  cumFeeDetail: Record<string, string>
  timeInForce: string
  orderType: 'Market' | 'Limit'
  stopOrderType: string
  ocoTriggerBy: string
  orderIv: string
  marketUnit: string
  slippageToleranceType: string
  slippageTolerance: string
  triggerPrice: string
  takeProfit: string
  stopLoss: string
  tpslMode: string
  tpLimitPrice: string
  slLimitPrice: string
  tpTriggerBy: string
  slTriggerBy: string
  triggerDirection: number
  triggerBy: string
  lastPriceOnCreated: string
  /** Spot only: the last price when it was made. */
  basePrice?: string
  /** Of a purchase by money: what it may spend. */
  money?: Cash
  /** Of a spot market order, which shows it with its executions alone: the price that it does not go beyond. */
  bound?: string
  reduceOnly: boolean
  closeOnTrigger: boolean
  placeType: string
  smpType: string
  smpGroup: number
  smpOrderId: string
  createdTime: string
  updatedTime: string
  extraFees: string
  rpiTakerAccess: boolean
  rpiMatchedQty: string
  closedPnl: string
  feeCurrency: string
}

/** What a request says of an order beyond what the matcher needs. */
export interface Submission {
  readonly orderLinkId: string
  readonly orderType: 'Market' | 'Limit'
  readonly side: 'Buy' | 'Sell'
  /** 0 of a purchase by money. */
  readonly quantity: Lots
  /** What a market purchase may spend, and the unit as its owner named it: none means money too. */
  readonly money?: { readonly amount: Cash; readonly unit: string }
  readonly price: string
  readonly timeInForce: string
  readonly triggerPrice: string
  readonly triggerDirection: number
  readonly triggerBy: string
  readonly takeProfit: string
  readonly stopLoss: string
  readonly tpslMode: string
  readonly tpLimitPrice: string
  readonly tpTriggerBy: string
  readonly slTriggerBy: string
  readonly reduceOnly: boolean
  readonly closeOnTrigger: boolean
}

export const isOpenRow = (row: OrderRow): boolean =>
  row.orderStatus === 'New' || row.orderStatus === 'PartiallyFilled' || row.orderStatus === 'Untriggered' || row.orderStatus === 'Triggered'

const blank = {
  category: 'linear',
  parentOrderLinkId: '',
  blockTradeId: '',
  isLeverage: '',
  positionIdx: 0,
  cancelType: 'UNKNOWN',
  rejectReason: 'EC_NoError',
  avgPrice: '',
  cumExecQty: '0',
  cumExecValue: '0',
  cumExecFee: '0',
  ocoTriggerBy: '',
  orderIv: '',
  marketUnit: '',
  slippageToleranceType: 'UNKNOWN',
  slippageTolerance: '',
  tpLimitPrice: '',
  slLimitPrice: '',
  placeType: '',
  smpType: 'None',
  smpGroup: 0,
  smpOrderId: '',
  extraFees: '',
  rpiTakerAccess: false,
  rpiMatchedQty: '0',
  closedPnl: '0',
  feeCurrency: '',
} as const

/** An order of the account's owner, as the matcher has just accepted it. */
export function submittedRow(instrument: Instrument, submission: Submission, venueOrderId: string, last: Ticks, at: number): OrderRow {
  const isConditional = submission.triggerPrice !== ''
  const quantity = formatQuantity(instrument, submission.quantity)
  const row: OrderRow = {
    ...blank,
    symbol: wireSymbolOf(instrument.symbol),
    orderId: venueOrderId,
    orderLinkId: submission.orderLinkId,
    price: submission.price === '' ? '0' : submission.price,
    qty: quantity,
    side: submission.side,
    orderStatus: isConditional ? 'Untriggered' : 'New',
    createType: 'CreateByUser',
    leavesQty: quantity,
    leavesValue: '0',
    cumFeeDetail: {},
    timeInForce: submission.timeInForce,
    orderType: submission.orderType,
    stopOrderType: isConditional ? 'Stop' : '',
    triggerPrice: submission.triggerPrice,
    takeProfit: submission.takeProfit,
    stopLoss: submission.stopLoss,
    tpslMode: submission.tpslMode,
    tpLimitPrice: submission.tpLimitPrice,
    tpTriggerBy: submission.tpTriggerBy,
    slTriggerBy: submission.slTriggerBy,
    triggerDirection: submission.triggerDirection,
    triggerBy: submission.triggerBy,
    lastPriceOnCreated: formatPrice(instrument, last),
    reduceOnly: submission.reduceOnly,
    closeOnTrigger: submission.closeOnTrigger,
    createdTime: String(at),
    updatedTime: String(at),
  }
  row.leavesValue = leavesValueOf(row, instrument, submission.quantity)
  if (instrument.category !== 'spot') return row
  const { money } = submission
  const spot = spotRow(row, submission.price)
  return money === undefined
    ? spot
    : {
        ...spot,
        qty: cashText(money.amount),
        leavesQty: '0',
        leavesValue: cashText(money.amount),
        marketUnit: money.unit,
        money: money.amount,
      }
}

/** The exchange gives an order its id where its owner does not: a number, the next after its own. A market order shows no price. */
function spotRow({ createType: _createType, lastPriceOnCreated, ...row }: OrderRow, bound: string): OrderRow {
  const isMarket = row.orderType === 'Market'
  return {
    ...row,
    category: 'spot',
    orderLinkId: row.orderLinkId === '' ? String(BigInt(row.orderId) + 1n) : row.orderLinkId,
    price: isMarket ? '0' : row.price,
    ...(isMarket ? { bound } : undefined),
    isLeverage: '0',
    marketUnit: isMarket ? 'baseCoin' : '',
    lastPriceOnCreated: '',
    basePrice: lastPriceOnCreated,
  }
}

/** What is left of a limit order, at its price. */
function leavesValueOf(row: OrderRow, instrument: Instrument, left: Lots): string {
  const price = row.orderType === 'Limit' ? parsePrice(instrument, row.price) : undefined
  return price === undefined || price <= 0 ? '0' : cashText(notionalOf(instrument, price, left, 'nearest'))
}

/** A stop, target or trail that the exchange made: of an entry that filled, or set on the position. */
export function attachedRow(
  instrument: Instrument,
  event: OrderAdopted,
  parent: OrderRow | undefined,
  isPartial: boolean,
  last: Ticks,
): OrderRow {
  if (event.origin === 'liquidation') return takenOverRow(instrument, event, last)
  const isStop = event.origin === 'attached-stop'
  const isTrail = event.kind === 'trailing-stop'
  const name = isTrail ? 'TrailingStop' : isStop ? 'StopLoss' : 'TakeProfit'
  const quantity = formatQuantity(instrument, event.lots)
  const rises = isStop === (event.side === 1)
  return {
    ...blank,
    symbol: instrument.symbol,
    orderId: event.venueOrderId,
    orderLinkId: '',
    parentOrderLinkId: parent?.orderLinkId ?? '',
    price: event.limit === undefined ? '0' : formatPrice(instrument, event.limit),
    qty: quantity,
    side: sideText(event.side),
    orderStatus: 'Untriggered',
    createType: isPartial ? `CreateByPartial${name}` : `CreateBy${name}`,
    leavesQty: quantity,
    leavesValue: '0',
    cumFeeDetail: {},
    timeInForce: event.limit === undefined ? 'IOC' : 'GTC',
    orderType: event.limit === undefined ? 'Market' : 'Limit',
    stopOrderType: isPartial ? `Partial${name}` : name,
    triggerPrice: event.trigger === undefined ? '' : formatPrice(instrument, event.trigger),
    takeProfit: '',
    stopLoss: '',
    tpslMode: isPartial ? 'Partial' : 'Full',
    tpTriggerBy: '',
    slTriggerBy: '',
    triggerDirection: rises ? 1 : 2,
    triggerBy: event.triggerBy === 'mark' ? 'MarkPrice' : 'LastPrice',
    lastPriceOnCreated: formatPrice(instrument, last),
    reduceOnly: true,
    closeOnTrigger: true,
    createdTime: String(event.ts),
    updatedTime: String(event.ts),
  }
}

/** The exchange's own order against a position that it takes over. */
function takenOverRow(instrument: Instrument, event: OrderAdopted, last: Ticks): OrderRow {
  const quantity = formatQuantity(instrument, event.lots)
  return {
    ...blank,
    symbol: instrument.symbol,
    orderId: event.venueOrderId,
    orderLinkId: '',
    price: formatPrice(instrument, last),
    qty: quantity,
    side: sideText(event.side),
    orderStatus: 'New',
    createType: 'CreateByLiq',
    leavesQty: quantity,
    leavesValue: '0',
    cumFeeDetail: {},
    timeInForce: 'IOC',
    orderType: 'Market',
    stopOrderType: '',
    triggerPrice: '',
    takeProfit: '',
    stopLoss: '',
    tpslMode: '',
    tpTriggerBy: '',
    slTriggerBy: '',
    triggerDirection: 0,
    triggerBy: '',
    lastPriceOnCreated: formatPrice(instrument, last),
    reduceOnly: true,
    closeOnTrigger: false,
    createdTime: String(event.ts),
    updatedTime: String(event.ts),
  }
}

/** `cost` of `quantity` as an average price, rounded to 1e-8. */
export function averagePriceText(instrument: Instrument, cost: Cash, quantity: Lots): string {
  const size = quantity < 0 ? 0 - quantity : quantity
  return size === 0 ? '0' : cashText(mulDiv(cost, 10 ** instrument.quantityScale, size * instrument.lot, 'nearest'))
}

/** What an order has filled so far. */
export interface FilledSoFar {
  readonly lots: Lots
  readonly notional: Cash
  readonly fee: Cash
  readonly pnl: Cash
  /** Fee that was paid in coins, in parts of a lot. */
  readonly lotParts?: number | undefined
}

/** What an order has filled with one execution more. */
export function filledWith(before: FilledSoFar | undefined, instrument: Instrument, event: OrderFilled, pnl: Cash): FilledSoFar {
  const { lotParts, amount } = event.fee
  return {
    lots: lots((before?.lots ?? 0) + event.lots),
    notional: cash((before?.notional ?? 0) + notionalOf(instrument, event.price, event.lots, 'nearest')),
    fee: cash((before?.fee ?? 0) + amount),
    pnl: cash((before?.pnl ?? 0) + pnl),
    lotParts: lotParts === undefined ? before?.lotParts : (before?.lotParts ?? 0) + lotParts,
  }
}

/** Follows what the matcher holds of an order after a change. */
export function amendRow(row: OrderRow, instrument: Instrument, order: SimOrder | undefined, at: number): void {
  row.updatedTime = String(at)
  if (order === undefined) return
  row.qty = formatQuantity(instrument, order.lots)
  row.leavesQty = formatQuantity(instrument, lots(order.lots - order.filled))
  if (order.limit !== undefined) row.price = formatPrice(instrument, order.limit)
  row.leavesValue = leavesValueOf(row, instrument, lots(order.lots - order.filled))
  const trigger = order.attached === 'trail' ? order.activation : order.trigger
  if (trigger !== undefined) row.triggerPrice = formatPrice(instrument, trigger)
  if (order.attached !== undefined) return
  row.stopLoss = order.stop === undefined ? '' : formatPrice(instrument, order.stop)
  row.takeProfit = order.targets?.[0] === undefined ? '' : formatPrice(instrument, order.targets[0].price)
}

/** Books one execution; `sum` is what the order has filled with it. An order that a reduced position completes early counts as filled. */
export function fillRow(row: OrderRow, instrument: Instrument, fill: OrderFilled, total: Lots, sum: FilledSoFar): void {
  const fee = sum.lotParts === undefined ? cashText(sum.fee) : coinText(instrument, BigInt(sum.lotParts))
  row.orderStatus = fill.isComplete ? 'Filled' : 'PartiallyFilled'
  row.qty = formatQuantity(instrument, fill.isComplete ? sum.lots : total)
  row.avgPrice = averagePriceText(instrument, sum.notional, sum.lots)
  row.leavesQty = fill.isComplete ? '0' : formatQuantity(instrument, lots(total - sum.lots))
  row.leavesValue = fill.isComplete ? '0' : leavesValueOf(row, instrument, lots(total - sum.lots))
  row.cumExecQty = formatQuantity(instrument, sum.lots)
  row.cumExecValue = cashText(sum.notional)
  row.cumExecFee = fee
  row.cumFeeDetail = { [fill.fee.coin]: fee }
  row.closedPnl = cashText(sum.pnl)
  row.updatedTime = String(fill.ts)
  if (row.money !== undefined) spend(row, row.money, fill.isComplete, sum)
}

/** A purchase by money is hardly ever spent to the last digit: its normal end is a cancel of what is left. */
function spend(row: OrderRow, money: Cash, isComplete: boolean, sum: FilledSoFar): void {
  const left = money - sum.notional
  row.qty = cashText(money)
  row.leavesQty = '0'
  row.leavesValue = cashText(left)
  if (!isComplete || left === 0) return
  row.orderStatus = 'PartiallyFilledCanceled'
  row.rejectReason = 'EC_CancelForNoFullFill'
}

const USER_CANCEL = 'user'

/** Closes a row without a fill; causes are the matcher's: `user`, a cancelType of Bybit, or one of its rejectReasons. */
export function cancelRow(row: OrderRow, cause: string, at: number): void {
  row.orderStatus = row.category === 'spot' ? spotEnd(row) : 'Cancelled'
  // What a spot order had left when its owner took it off stays in its row.
  if (row.category !== 'spot' || cause !== USER_CANCEL) {
    row.leavesQty = '0'
    row.leavesValue = '0'
  }
  row.updatedTime = String(at)
  if (cause === USER_CANCEL) {
    row.cancelType = 'CancelByUser'
    row.rejectReason = 'EC_PerCancelRequest'
  } else if (cause.startsWith('EC_')) row.rejectReason = cause
  else row.cancelType = cause
}

/** Spot has a word for each way to end without all of it. */
function spotEnd(row: OrderRow): OrderStatus {
  if (row.orderStatus === 'Untriggered') return 'Deactivated'
  return Number(row.cumExecQty) > 0 ? 'PartiallyFilledCanceled' : 'Cancelled'
}

/** The row as REST shows it: without the fields that only the stream has. */
export function restRow(row: OrderRow): object {
  const { category: _category, closedPnl: _closedPnl, feeCurrency: _feeCurrency, bound: _bound, money: _money, ...rest } = row
  return rest
}

/** The row as the stream shows it: of spot with the price of its making under another name, and without what only contracts have. */
export function streamRow(row: OrderRow): object {
  if (row.category !== 'spot') return row
  const {
    basePrice,
    parentOrderLinkId: _parent,
    ocoTriggerBy: _oco,
    extraFees: _fees,
    tpslMode: _mode,
    closedPnl: _pnl,
    bound: _bound,
    money: _money,
    ...rest
  } = row
  return { ...rest, lastPriceOnCreated: basePrice ?? '', smpGroup: '0' }
}
