/**
 * Commands as the bodies of Bybit's requests: what is sent for an order of either category, and for a position's protection.
 */
import { type Instrument, formatPrice, formatQuantity, wireSymbolOf } from '../../../market/instrument.ts'
import type { SetProtection, SubmitOrder } from '../../../trading/event.ts'
import { isStopKind, isWholeTarget } from '../../../trading/order.ts'

/** The filter of spot's conditional orders that take coins only when they trigger. */
export const CONDITIONAL = 'StopOrder'

type Body = Record<string, string | number | boolean>

const isLimitKind = ({ kind }: SubmitOrder): boolean => kind === 'limit' || kind === 'stop-limit' || kind === 'take-profit-limit'
const TIME_IN_FORCE = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK', 'post-only': 'PostOnly' } as const

/** The body of `order/create`. */
export function createBody(command: SubmitOrder, instrument: Instrument): Body {
  if (instrument.category === 'spot') return spotBody(command, instrument)
  const isLimit = isLimitKind(command)
  const body: Body = {
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
    body.timeInForce = TIME_IN_FORCE[command.timeInForce]
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

/**
 * Only coins that are there can be sold, so nothing says reduce-only; stop and targets are orders of our own. A conditional order goes
 * under the filter that takes coins at its trigger, not before: several may wait for the same coins.
 */
function spotBody(command: SubmitOrder, instrument: Instrument): Body {
  const isLimit = isLimitKind(command)
  const body: Body = {
    category: 'spot',
    symbol: wireSymbolOf(instrument.symbol),
    side: command.side === 1 ? 'Buy' : 'Sell',
    orderType: isLimit ? 'Limit' : 'Market',
    qty: formatQuantity(instrument, command.lots),
    isLeverage: 0,
    orderLinkId: command.clientOrderId,
  }
  // A market purchase would else count its quantity in money.
  if (!isLimit) body.marketUnit = 'baseCoin'
  if (isLimit && command.limit !== undefined) {
    body.price = formatPrice(instrument, command.limit)
    body.timeInForce = TIME_IN_FORCE[command.timeInForce]
  }
  if (command.trigger !== undefined) {
    body.orderFilter = CONDITIONAL
    body.triggerPrice = formatPrice(instrument, command.trigger)
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
