/**
 * Reads the body of an order request into a command for the matcher, or says with Bybit's code why not.
 */
import { type Lots, type Side, type Ticks, lots, orderId, ticks } from '../../../../core/units.ts'
import { type Instrument, formatPrice, parsePrice, parseQuantity } from '../../../../market/instrument.ts'
import type { SubmitOrder } from '../../../../trading/event.ts'
import type { OrderKind, PriceSource, TimeInForce } from '../../../../trading/order.ts'
import type { Submission } from '../account/order-row.ts'
import { type Answer, type Params, flagOf, integerOf, refuse, textOf } from '../streams/wire.ts'

export const TIMES_IN_FORCE: Readonly<Record<string, TimeInForce>> = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok', PostOnly: 'post-only' }
export const LINK_ID = /^[A-Za-z0-9_-]{1,36}$/
/** A market order is an IOC limit this far from the last price, in parts of a hundred; shown as its price. */
const MARKET_BOUND_PERCENT = 5

export interface OrderContext {
  readonly instrument: Instrument
  /** Signed lots of the position. */
  readonly held: number
  readonly last: Ticks
  readonly isKnownLinkId: (id: string) => boolean
}

export interface ParsedOrder {
  readonly command: SubmitOrder
  readonly submission: Submission
}

export function parseOrder(params: Params, context: OrderContext): ParsedOrder | Answer {
  const { instrument } = context
  const invalid = (what: string): Answer => refuse(10001, `params error: ${what}`)
  const sideName = textOf(params, 'side')
  if (sideName !== 'Buy' && sideName !== 'Sell') return invalid('side invalid')
  const side: Side = sideName === 'Buy' ? 1 : -1
  const orderType = textOf(params, 'orderType')
  if (orderType !== 'Market' && orderType !== 'Limit') return invalid('orderType invalid')
  if ((integerOf(params, 'positionIdx') ?? 0) !== 0) return refuse(10001, 'position idx not match position mode')

  const linkId = textOf(params, 'orderLinkId') ?? ''
  if (linkId !== '' && !LINK_ID.test(linkId)) return invalid('orderLinkId invalid: at most 36 letters, digits, - and _')
  if (linkId !== '' && context.isKnownLinkId(linkId)) return refuse(110072, 'OrderLinkedID is duplicate')

  const reduceOnly = flagOf(params, 'reduceOnly')
  const closeOnTrigger = flagOf(params, 'closeOnTrigger')
  const quantity = parseSize(textOf(params, 'qty'), context, reduceOnly && closeOnTrigger, orderType)
  if (quantity === undefined) return invalid('qty invalid')
  if (quantity === 'nothing-held') return refuse(110017, 'current position is zero, cannot fix reduce-only order qty')

  const limitText = orderType === 'Limit' ? textOf(params, 'price') : undefined
  const limit = limitText === undefined ? undefined : parsePrice(instrument, limitText)
  if (orderType === 'Limit' && (limit === undefined || limit <= 0)) return invalid('price invalid')

  const timeInForceName = orderType === 'Market' ? 'IOC' : (textOf(params, 'timeInForce') ?? 'GTC')
  const timeInForce = TIMES_IN_FORCE[timeInForceName]
  if (timeInForce === undefined) return invalid('timeInForce invalid')

  const trigger = optionalPrice(params, 'triggerPrice', instrument)
  const stop = optionalPrice(params, 'stopLoss', instrument)
  const target = optionalPrice(params, 'takeProfit', instrument)
  if (trigger === 'invalid' || stop === 'invalid' || target === 'invalid') return invalid('triggerPrice, stopLoss or takeProfit invalid')
  if (reduceOnly && (stop !== undefined || target !== undefined)) return invalid('a reduce-only order takes no TP/SL')
  const direction = integerOf(params, 'triggerDirection')
  if (trigger !== undefined && direction !== 1 && direction !== 2) return invalid('triggerDirection invalid')

  const slTriggerBy = textOf(params, 'slTriggerBy')
  const tpTriggerBy = textOf(params, 'tpTriggerBy')
  const triggerBy = textOf(params, 'triggerBy')
  const tpslMode = stop === undefined && target === undefined ? '' : (textOf(params, 'tpslMode') ?? 'Full')
  if (tpslMode !== '' && tpslMode !== 'Full' && tpslMode !== 'Partial') return invalid('tpslMode invalid')
  if (textOf(params, 'slOrderType') === 'Limit') return invalid('a stop-loss that is a limit order is not simulated')
  const targetLimit = textOf(params, 'tpOrderType') === 'Limit' ? optionalPrice(params, 'tpLimitPrice', instrument) : undefined
  if (targetLimit === 'invalid') return invalid('tpLimitPrice invalid')
  if (targetLimit !== undefined && tpslMode !== 'Partial') return invalid('a limit take-profit needs tpslMode Partial')
  return {
    command: {
      type: 'submit-order',
      orderId: orderId(0),
      clientOrderId: linkId,
      instrument: instrument.index,
      side,
      kind: kindOf(orderType, trigger, direction === 1, side),
      lots: quantity,
      budget: undefined,
      limit,
      trigger,
      triggerBy: sourceOf(trigger === undefined ? slTriggerBy : triggerBy),
      stop,
      targets:
        target === undefined
          ? undefined
          : [{ price: target, share: 1, limit: targetLimit, covers: tpslMode === 'Partial' ? 'entry' : 'position' }],
      timeInForce,
      reduceOnly,
    },
    submission: {
      orderLinkId: linkId,
      orderType,
      side: sideName,
      quantity,
      price: limit === undefined ? marketBound(instrument, context.last, side) : formatPrice(instrument, limit),
      timeInForce: timeInForceName,
      triggerPrice: trigger === undefined ? '' : formatPrice(instrument, trigger),
      triggerDirection: trigger === undefined ? 0 : (direction ?? 0),
      triggerBy: trigger === undefined ? '' : (triggerBy ?? 'LastPrice'),
      takeProfit: target === undefined ? '' : formatPrice(instrument, target),
      stopLoss: stop === undefined ? '' : formatPrice(instrument, stop),
      tpslMode,
      tpLimitPrice: targetLimit === undefined ? '' : formatPrice(instrument, targetLimit),
      tpTriggerBy: target === undefined ? '' : (tpTriggerBy ?? 'LastPrice'),
      slTriggerBy: stop === undefined ? '' : (slTriggerBy ?? 'LastPrice'),
      reduceOnly,
      closeOnTrigger,
    },
  }
}

/** `0` with reduceOnly and closeOnTrigger closes the position up to the largest order. */
function parseSize(text: string | undefined, context: OrderContext, closes: boolean, orderType: string): Lots | 'nothing-held' | undefined {
  const { instrument, held } = context
  const quantity = text === undefined ? undefined : parseQuantity(instrument, text)
  if (quantity === undefined || quantity < 0) return undefined
  if (quantity > 0) return quantity
  if (!closes) return undefined
  if (held === 0) return 'nothing-held'
  return lots(Math.min(Math.abs(held), orderType === 'Market' ? instrument.lotsMarketMax : instrument.lotsMax))
}

/** A price that may be absent; `0` means the same. */
export function optionalPrice(params: Params, key: string, instrument: Instrument): Ticks | 'invalid' | undefined {
  const text = textOf(params, key)
  if (text === undefined) return undefined
  const price = parsePrice(instrument, text)
  if (price === undefined || price < 0) return 'invalid'
  return price === 0 ? undefined : price
}

export function kindOf(orderType: 'Market' | 'Limit', trigger: Ticks | undefined, rises: boolean, side: Side): OrderKind {
  if (trigger === undefined) return orderType === 'Market' ? 'market' : 'limit'
  const isStop = rises === (side === 1)
  if (orderType === 'Market') return isStop ? 'stop-market' : 'take-profit-market'
  return isStop ? 'stop-limit' : 'take-profit-limit'
}

export const sourceOf = (triggerBy: string | undefined): PriceSource => (triggerBy === 'MarkPrice' ? 'mark' : 'last')

export function marketBound(instrument: Instrument, last: Ticks, side: Side): string {
  const bound = Math.round((last * (100 + side * MARKET_BOUND_PERCENT)) / 100)
  return formatPrice(instrument, ticks(Math.max(0, bound)))
}
