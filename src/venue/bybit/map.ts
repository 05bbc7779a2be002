/**
 * Between Bybit's rows and the core's units: every decimal text becomes an integer here, and every enum one of the core's words.
 */
import { CASH_ONE, CASH_SCALE, type Cash, type Ticks, type Ts, cash, lots, ticks } from '../../core/units.ts'
import type { Bar } from '../../market/bars.ts'
import { type Instrument, parsePrice } from '../../market/instrument.ts'
import { type OrderKind, type OrderOrigin, type PriceSource, ownerOfClientOrderId } from '../../trading/order.ts'
import type { ElsewherePosition, ExecutionReport, FundingReport, OrderReport, PositionReport, ReportStatus } from '../../trading/report.ts'
import {
  type ExecutionWire,
  OddRow,
  type OrderWire,
  type PositionWire,
  moneyOf,
  priceOf,
  quantityOf,
  rateOf,
  sideOf,
  timeOf,
  wholeQuantityOf,
} from './rows.ts'
import { offStepOf } from './off-step.ts'
import { feeOf, isByMoney, isSpotKindGuessed, spotKindOf, spotQuantityOf } from './spot.ts'

const STOPS = ['StopLoss', 'PartialStopLoss', 'TrailingStop'] as const
const TARGETS = ['TakeProfit', 'PartialTakeProfit'] as const
const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name)

/** Who made an order, from how Bybit reports that it was created. */
export function originOf(createType: string | undefined, stopOrderType: string | undefined, clientOrderId: string): OrderOrigin {
  const made = createType ?? ''
  if (made.startsWith('CreateByLiq') || made.startsWith('CreateByTakeOver')) return 'liquidation'
  if (made.startsWith('CreateByAdl')) return 'adl'
  // The exchange gives orders of others an id too (spot): a number.
  if (ownerOfClientOrderId(clientOrderId, '') !== 'external') return 'ours'
  const stop = stopOrderType ?? ''
  if (isOneOf(STOPS, stop) || STOPS.some((name) => made === `CreateBy${name}`)) return 'attached-stop'
  if (isOneOf(TARGETS, stop) || TARGETS.some((name) => made === `CreateBy${name}`)) return 'attached-target'
  return 'external'
}

/** A conditional order of Ballast's says `Stop` whichever way it waits: side and direction tell a stop from a take-profit. */
function kindOf(row: OrderWire, instrument: Instrument): OrderKind {
  if (instrument.category === 'spot') return spotKindOf(row, instrument)
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
  const isSpot = instrument.category === 'spot'
  const filled = wholeQuantityOf(instrument, row.cumExecQty, 'cumExecQty')
  return {
    type: 'order',
    instrument: instrument.index,
    venueOrderId: row.orderId,
    clientOrderId: row.orderLinkId,
    parentClientOrderId: row.parentOrderLinkId ?? '',
    side: sideOf(row.side),
    kind: kindOf(row, instrument),
    ...(isSpot && isSpotKindGuessed(row, instrument) ? { isKindGuessed: true } : undefined),
    origin: originOf(row.createType, row.stopOrderType, row.orderLinkId),
    // A purchase by money has no quantity but what it has filled: somebody else's, since ours name coins.
    lots: !isSpot ? wholeQuantityOf(instrument, row.qty, 'qty') : isByMoney(row) ? filled : spotQuantityOf(instrument, row.qty, 'qty'),
    filled,
    // The price of a market order is its slippage bound, not a limit of Ballast's.
    limit: isMarket ? undefined : priceOf(instrument, row.price, 'price'),
    trigger: priceOf(instrument, row.triggerPrice, 'triggerPrice'),
    triggerBy: (row.triggerBy === 'MarkPrice' ? 'mark' : 'last') satisfies PriceSource,
    // A spot sale can only take off: nothing can be sold that is not there.
    reduceOnly: isSpot ? row.side === 'Sell' : row.reduceOnly,
    // Refused after it had filled in part, it has ended like one that was canceled: what it filled stays.
    status: row.orderStatus === 'Rejected' && filled > 0 ? 'canceled' : statusOf(row.orderStatus),
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
export function toExecutionReport(
  row: ExecutionWire,
  instrument: Instrument,
  quantityIn: typeof quantityOf = quantityOf,
): ExecutionReport | FundingReport | undefined {
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
      const isSpot = instrument.category === 'spot'
      const filled = quantityIn(instrument, row.execQty, 'execQty')
      // Less than a step of today: nothing of it can be counted.
      if (filled === 0) return undefined
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
        lots: filled,
        orderLots: !isSpot
          ? quantityIn(instrument, row.orderQty, 'orderQty')
          : isByMoney(row)
            ? filled
            : spotQuantityOf(instrument, row.orderQty, 'orderQty'),
        leaves: isSpot ? spotQuantityOf(instrument, row.leavesQty, 'leavesQty') : quantityIn(instrument, row.leavesQty, 'leavesQty'),
        ...(isSpot ? {} : offStepOf(row, instrument, price, filled)),
        ...feeOf(row, instrument, price),
        feeRate: rateOf(row.feeRate),
        liquidity: row.isMaker ? 'maker' : 'taker',
        ts: at,
      }
    }
    case 'Delivery':
    case 'Settle':
    case 'BlockTrade':
    case 'MovePosition':
    case 'FutureSpread':
      return toSettledReport(row, instrument, at, quantityIn)
    default:
      return undefined
  }
}

/** The position changed hands past the book, by the exchange or by its owner: an order of its own, since the row has none that stood. */
function toSettledReport(row: ExecutionWire, instrument: Instrument, at: Ts, quantityIn: typeof quantityOf): ExecutionReport | undefined {
  const price = priceOf(instrument, row.execPrice, 'execPrice')
  if (price === undefined) throw new OddRow(`execution ${row.execId.slice(0, 40)} has no price`)
  const filled = quantityIn(instrument, row.execQty, 'execQty')
  if (filled === 0) return undefined
  return {
    type: 'execution',
    instrument: instrument.index,
    tradeId: row.execId,
    seq: row.seq,
    venueOrderId: row.execId,
    clientOrderId: '',
    // Of a symbol that ends the exchange itself closes what is held.
    origin: row.execType === 'Delivery' || row.execType === 'Settle' ? 'delivery' : 'external',
    side: sideOf(row.side),
    price,
    lots: filled,
    orderLots: filled,
    leaves: lots(0),
    ...offStepOf(row, instrument, price, filled),
    ...feeOf(row, instrument, price),
    feeRate: rateOf(row.feeRate),
    liquidity: row.isMaker ? 'maker' : 'taker',
    ts: at,
  }
}

export function toPositionReport(row: PositionWire, instrument: Instrument): PositionReport {
  const size = wholeQuantityOf(instrument, row.size, 'size')
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

export function toElsewhere({ symbol, side, size, markPrice, positionIM, positionMM }: PositionWire): ElsewherePosition {
  const notional = worthOf(size, markPrice)
  if (notional === undefined) return unreadElsewhere(symbol, side)
  const [margin, maintenance] = [marginOf(positionIM, notional), marginOf(positionMM, notional)]
  return {
    symbol,
    quantity: `${side === 'Sell' ? '-' : ''}${size}`,
    markPrice,
    notional: cash(notional),
    ...(margin === undefined ? {} : { margin }),
    ...(maintenance === undefined ? {} : { maintenance }),
  }
}

/** Margin that the exchange states, in its settle coin, a US dollar. None for what it leaves empty, as in portfolio margin, and for what no position can take. */
function marginOf(text: string | undefined, notional: number): Cash | undefined {
  const amount = text === undefined ? undefined : worthOf(text, '1')
  return amount === undefined || amount === 0 || amount > notional ? undefined : cash(amount)
}

/** An inverse contract is one US dollar of its coin: its size is its worth, which is counted as USDT, whatever the coin costs. */
export function toInverseElsewhere({ symbol, side, size, markPrice }: PositionWire): ElsewherePosition {
  const notional = worthOf(size, '1')
  if (notional === undefined || worthOf('1', markPrice) === undefined) return unreadElsewhere(symbol, side)
  return { symbol, quantity: `${side === 'Sell' ? '-' : ''}${size}`, markPrice, notional: cash(notional) }
}

/** More than any account holds, and still far below the range of Cash. */
const NOTIONAL_MOST = 40_000_000
const DECIMAL = /^(\d+)(?:\.(\d+))?$/

/**
 * A position whose size or price cannot be read counts as the most there is: it holds entries back, and costs no reading of the rest. Its row
 * says the same, in figures that a table can hold.
 */
export const unreadElsewhere = (symbol: string, side: string): ElsewherePosition => ({
  symbol,
  quantity: `${side === 'Sell' ? '-' : ''}${NOTIONAL_MOST}`,
  markPrice: '1',
  notional: cash(NOTIONAL_MOST * CASH_ONE),
})

/**
 * Size times price, rounded up; undefined where one of them cannot be read. A symbol of others has any grid, and sizes of hundreds of
 * millions: counted in whole digits.
 */
function worthOf(size: string, price: string): number | undefined {
  const [a, b] = [DECIMAL.exec(size), DECIMAL.exec(price)]
  if (a === null || b === null || size.length > 60 || price.length > 60) return undefined
  const digits = BigInt(`${a[1]}${a[2] ?? ''}`) * BigInt(`${b[1]}${b[2] ?? ''}`) * 10n ** BigInt(CASH_SCALE)
  const scale = 10n ** BigInt((a[2] ?? '').length + (b[2] ?? '').length)
  return Math.min(NOTIONAL_MOST * CASH_ONE, Number((digits + scale - 1n) / scale))
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
