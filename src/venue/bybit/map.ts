/**
 * Between Bybit's rows and the core's units: every decimal text becomes an integer here, and every enum a word of ours.
 * Never guesses: a row that does not have the documented shape is refused with the field that is wrong.
 */
import { z } from 'zod'
import { mulDivCeil, parseDecimal } from '../../core/decimal.ts'
import {
  CASH_ONE,
  CASH_SCALE,
  type Cash,
  type Lots,
  RATE_SCALE,
  type Rate,
  type Side,
  type Ticks,
  type Ts,
  cash,
  lots,
  rate,
  ticks,
  ts,
} from '../../core/units.ts'
import type { Bar } from '../../market/bars.ts'
import { type Instrument, formatPrice, formatQuantity, parsePrice, parseQuantity } from '../../market/instrument.ts'
import type { SetProtection, SubmitOrder } from '../../trading/event.ts'
import { type OrderKind, type OrderOrigin, type PriceSource, isStopKind, isWholeTarget } from '../../trading/order.ts'
import type { ElsewherePosition, ExecutionReport, FundingReport, OrderReport, PositionReport, ReportStatus } from '../../trading/report.ts'

const text = z.string()

export const orderRow = z.object({
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
  reduceOnly: z.boolean(),
  updatedTime: text,
})
export type OrderWire = z.infer<typeof orderRow>

export const executionRow = z.object({
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
  createType: text.optional(),
  stopOrderType: text.optional(),
})
export type ExecutionWire = z.infer<typeof executionRow>

export const positionRow = z.object({
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
  positionIdx: z.number().optional(),
  adlRankIndicator: z.number().optional(),
  isReduceOnly: z.boolean().optional(),
  autoAddMargin: z.number().optional(),
})
export type PositionWire = z.infer<typeof positionRow>

/** A field that the documented shape does not allow. Thrown inside this folder only; the adapter turns it into an `odd` report. */
export class OddRow extends Error {
  override readonly name = 'OddRow'
}

const sideOf = (side: string): Side => (side === 'Buy' ? 1 : -1)

function quantityOf(instrument: Instrument, value: string, field: string): Lots {
  const quantity = parseQuantity(instrument, value === '' ? '0' : value)
  if (quantity === undefined)
    throw new OddRow(`${instrument.symbol} ${field} '${value.slice(0, 40)}' is not a quantity of ${instrument.symbol}`)
  return quantity
}

/** A price, or undefined for the many ways in which Bybit says none: "", "0", "0.00". */
function priceOf(instrument: Instrument, value: string | undefined, field: string): Ticks | undefined {
  if (value === undefined || value === '') return undefined
  const price = parsePrice(instrument, value, 'nearest')
  if (price === undefined) throw new OddRow(`${instrument.symbol} ${field} '${value.slice(0, 40)}' is not a price`)
  return price <= 0 ? undefined : price
}

function moneyOf(value: string, field: string): Cash {
  const amount = parseDecimal(value === '' ? '0' : value, CASH_SCALE, 'ceil')
  if (amount === undefined) throw new OddRow(`${field} '${value.slice(0, 40)}' is not an amount`)
  return cash(amount)
}

function rateOf(value: string): Rate {
  return rate(parseDecimal(value === '' ? '0' : value, RATE_SCALE, 'nearest') ?? 0)
}

function timeOf(value: string, field: string): Ts {
  const at = Number(value)
  if (!Number.isSafeInteger(at) || at <= 0) throw new OddRow(`${field} '${value.slice(0, 40)}' is not a time`)
  return ts(at)
}

const STOPS = ['StopLoss', 'PartialStopLoss', 'TrailingStop'] as const
const TARGETS = ['TakeProfit', 'PartialTakeProfit'] as const
const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name)

/** Who made an order, from how Bybit says that it was created. */
export function originOf(createType: string | undefined, stopOrderType: string | undefined, clientOrderId: string): OrderOrigin {
  const made = createType ?? ''
  if (made.startsWith('CreateByLiq') || made.startsWith('CreateByTakeOver')) return 'liquidation'
  if (made.startsWith('CreateByAdl')) return 'adl'
  if (clientOrderId !== '') return 'ours'
  const stop = stopOrderType ?? ''
  if (isOneOf(STOPS, stop) || STOPS.some((name) => made === `CreateBy${name}`)) return 'attached-stop'
  if (isOneOf(TARGETS, stop) || TARGETS.some((name) => made === `CreateBy${name}`)) return 'attached-target'
  return 'external'
}

/** A conditional order of ours says `Stop` whichever way it waits: side and direction tell a stop from a take-profit. */
function kindOf(row: OrderWire): OrderKind {
  const isMarket = row.orderType === 'Market'
  if (row.stopOrderType === 'Stop' && row.triggerDirection !== undefined && row.triggerDirection !== 0) {
    const isStop = (row.triggerDirection === 1) === (row.side === 'Buy')
    if (!isStop) return isMarket ? 'take-profit-market' : 'take-profit-limit'
  }
  switch (row.stopOrderType) {
    case 'StopLoss':
    case 'PartialStopLoss':
    case 'Stop':
      return isMarket ? 'stop-market' : 'stop-limit'
    case 'TakeProfit':
    case 'PartialTakeProfit':
      return isMarket ? 'take-profit-market' : 'take-profit-limit'
    case 'TrailingStop':
      return 'trailing-stop'
    default:
      return isMarket ? 'market' : 'limit'
  }
}

function statusOf(status: string): ReportStatus {
  switch (status) {
    case 'New':
    case 'PartiallyFilled':
    case 'Untriggered':
      return 'open'
    case 'Triggered':
      return 'triggered'
    case 'Filled':
      return 'filled'
    case 'Rejected':
      return 'rejected'
    case 'Cancelled':
    case 'PartiallyFilledCanceled':
    case 'Deactivated':
      return 'canceled'
    default:
      throw new OddRow(`order status '${status.slice(0, 40)}' is not documented`)
  }
}

export function toOrderReport(row: OrderWire, instrument: Instrument): OrderReport {
  const isMarket = row.orderType === 'Market'
  return {
    type: 'order',
    instrument: instrument.index,
    venueOrderId: row.orderId,
    clientOrderId: row.orderLinkId,
    parentClientOrderId: row.parentOrderLinkId ?? '',
    side: sideOf(row.side),
    kind: kindOf(row),
    origin: originOf(row.createType, row.stopOrderType, row.orderLinkId),
    lots: quantityOf(instrument, row.qty, 'qty'),
    filled: quantityOf(instrument, row.cumExecQty, 'cumExecQty'),
    // The price of a market order is its slippage bound, not a limit of ours.
    limit: isMarket ? undefined : priceOf(instrument, row.price, 'price'),
    trigger: priceOf(instrument, row.triggerPrice, 'triggerPrice'),
    triggerBy: (row.triggerBy === 'MarkPrice' ? 'mark' : 'last') satisfies PriceSource,
    reduceOnly: row.reduceOnly,
    status: statusOf(row.orderStatus),
    cause: causeOf(row),
    ts: timeOf(row.updatedTime, 'updatedTime'),
  }
}

function causeOf(row: OrderWire): string {
  const { cancelType, rejectReason } = row
  if (rejectReason !== undefined && rejectReason !== '' && rejectReason !== 'EC_NoError' && rejectReason !== 'EC_PerCancelRequest')
    return rejectReason.slice(0, 80)
  return cancelType === undefined || cancelType === 'UNKNOWN' ? '' : cancelType.slice(0, 80)
}

/** Trades, liquidations and deleveragings as executions, funding as funding; undefined for kinds that are none of them. */
export function toExecutionReport(row: ExecutionWire, instrument: Instrument): ExecutionReport | FundingReport | undefined {
  const at = timeOf(row.execTime, 'execTime')
  switch (row.execType) {
    case 'Funding': {
      const fee = moneyOf(row.execFee, 'execFee')
      return {
        type: 'funding',
        instrument: instrument.index,
        settlementId: row.execId,
        rate: rateOf(row.feeRate),
        amount: cash(0 - fee),
        ts: at,
      }
    }
    case 'Trade':
    case 'AdlTrade':
    case 'BustTrade': {
      const price = priceOf(instrument, row.execPrice, 'execPrice')
      if (price === undefined) throw new OddRow(`execution ${row.execId.slice(0, 40)} has no price`)
      return {
        type: 'execution',
        instrument: instrument.index,
        tradeId: row.execId,
        seq: row.seq,
        venueOrderId: row.orderId,
        clientOrderId: row.orderLinkId,
        origin:
          row.execType === 'BustTrade'
            ? 'liquidation'
            : row.execType === 'AdlTrade'
              ? 'adl'
              : originOf(row.createType, row.stopOrderType, row.orderLinkId),
        side: sideOf(row.side),
        price,
        lots: quantityOf(instrument, row.execQty, 'execQty'),
        orderLots: quantityOf(instrument, row.orderQty, 'orderQty'),
        leaves: quantityOf(instrument, row.leavesQty, 'leavesQty'),
        fee: moneyOf(row.execFee, 'execFee'),
        feeCoin: row.feeCurrency === undefined || row.feeCurrency === '' ? instrument.settleCoin : row.feeCurrency,
        feeRate: rateOf(row.feeRate),
        liquidity: row.isMaker ? 'maker' : 'taker',
        ts: at,
      }
    }
    default:
      return undefined
  }
}

export function toPositionReport(row: PositionWire, instrument: Instrument): PositionReport {
  const size = quantityOf(instrument, row.size, 'size')
  return {
    instrument: instrument.index,
    lots: lots(row.side === 'Sell' ? 0 - size : size),
    entry: priceOf(instrument, row.avgPrice ?? row.entryPrice, 'avgPrice'),
    mark: priceOf(instrument, row.markPrice, 'markPrice') ?? ticks(0),
    stop: priceOf(instrument, row.stopLoss, 'stopLoss'),
    target: priceOf(instrument, row.takeProfit, 'takeProfit'),
    leverage: row.leverage,
    liquidation: priceOf(instrument, row.liqPrice, 'liqPrice'),
    maintenance: moneyOf(row.positionMM ?? '', 'positionMM'),
    adlRank: row.adlRankIndicator ?? 0,
    isHedge: (row.positionIdx ?? 0) !== 0,
    isReduceOnly: row.isReduceOnly === true,
    autoAddsMargin: row.autoAddMargin === 1,
  }
}

export function toElsewhere(row: PositionWire): ElsewherePosition {
  const size = parseDecimal(row.size === '' ? '0' : row.size, CASH_SCALE, 'ceil')
  const mark = parseDecimal(row.markPrice, CASH_SCALE, 'ceil')
  if (size === undefined || mark === undefined) throw new OddRow(`${row.symbol.slice(0, 40)} size or markPrice is not a number`)
  return {
    symbol: row.symbol,
    quantity: `${row.side === 'Sell' ? '-' : ''}${row.size}`,
    markPrice: row.markPrice,
    notional: cash(mulDivCeil(size, mark, CASH_ONE)),
  }
}

/** A kline as Bybit sends it in lists: start, open, high, low, close, volume. */
export function toBar(instrument: Instrument, start: string | number, o: string, h: string, l: string, c: string, volume: string): Bar {
  const price = (value: string, field: string): Ticks => {
    const parsed = parsePrice(instrument, value, 'nearest')
    if (parsed === undefined || parsed <= 0) throw new OddRow(`${instrument.symbol} kline ${field} '${value.slice(0, 40)}' is not a price`)
    return parsed
  }
  return {
    ts: timeOf(String(start), 'kline start'),
    open: price(o, 'open'),
    high: price(h, 'high'),
    low: price(l, 'low'),
    close: price(c, 'close'),
    volume: Number(volume),
  }
}

export const priceText = (instrument: Instrument, value: string | undefined, field: string): Ticks | undefined =>
  priceOf(instrument, value, field)

/** The body of `order/create`. All numbers are text: the client would write 0.0000001 as 1e-7. */
export function createBody(command: SubmitOrder, instrument: Instrument): Record<string, string | number | boolean> {
  const isLimit = command.kind === 'limit' || command.kind === 'stop-limit' || command.kind === 'take-profit-limit'
  const body: Record<string, string | number | boolean> = {
    category: 'linear',
    symbol: instrument.symbol,
    side: command.side === 1 ? 'Buy' : 'Sell',
    orderType: isLimit ? 'Limit' : 'Market',
    qty: formatQuantity(instrument, command.lots),
    positionIdx: 0,
    orderLinkId: command.clientOrderId,
    reduceOnly: command.reduceOnly,
  }
  if (isLimit && command.limit !== undefined) {
    body.price = formatPrice(instrument, command.limit)
    body.timeInForce = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK', 'post-only': 'PostOnly' }[command.timeInForce]
  }
  const triggerBy = command.triggerBy === 'mark' ? 'MarkPrice' : 'LastPrice'
  if (command.trigger !== undefined) {
    const isRise = isStopKind(command.kind) === (command.side === 1)
    body.triggerPrice = formatPrice(instrument, command.trigger)
    body.triggerDirection = isRise ? 1 : 2
    body.triggerBy = triggerBy
  }
  const target = command.targets?.[0]
  if (!command.reduceOnly && (command.stop !== undefined || target !== undefined)) {
    const isPart = target !== undefined && !isWholeTarget(target)
    body.tpslMode = isPart ? 'Partial' : 'Full'
    if (command.stop !== undefined) {
      body.stopLoss = formatPrice(instrument, command.stop)
      body.slTriggerBy = triggerBy
    }
    if (target !== undefined) {
      body.takeProfit = formatPrice(instrument, target.price)
      body.tpTriggerBy = triggerBy
      if (target.limit !== undefined) {
        body.tpOrderType = 'Limit'
        body.tpLimitPrice = formatPrice(instrument, target.limit)
      }
    }
  }
  return body
}

/** The legs of `position/trading-stop`; "0" takes one off. */
export function protectionBody(command: SetProtection, instrument: Instrument): Record<string, string> {
  const { stop, target, trail } = command
  const triggerBy = command.triggerBy === 'mark' ? 'MarkPrice' : 'LastPrice'
  const body: Record<string, string> = {}
  if (stop !== undefined) Object.assign(body, { stopLoss: formatPrice(instrument, stop), slTriggerBy: triggerBy })
  if (target !== undefined) body.takeProfit = target === 'none' ? '0' : formatPrice(instrument, target)
  if (target !== undefined && target !== 'none') body.tpTriggerBy = triggerBy
  if (trail !== undefined) body.trailingStop = trail === 'none' ? '0' : formatPrice(instrument, trail.by)
  if (trail !== undefined && trail !== 'none' && trail.activation !== undefined)
    body.activePrice = formatPrice(instrument, trail.activation)
  return body
}
