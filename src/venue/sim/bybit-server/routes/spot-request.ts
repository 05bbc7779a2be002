/**
 * Reads the body of a spot order into a command for the matcher, or says with Bybit's code why not.
 */
import { parseDecimal } from '../../../../core/decimal.ts'
import { CASH_SCALE, type Cash, type Lots, type Side, cash, lots, orderId } from '../../../../core/units.ts'
import { formatPrice, parsePrice, parseQuantity } from '../../../../market/instrument.ts'
import { LINK_ID, type OrderContext, type ParsedOrder, TIMES_IN_FORCE, kindOf, marketBound } from './order-request.ts'
import { type Answer, type Params, flagOf, integerOf, refuse, textOf } from '../streams/wire.ts'

const DECIMAL = /^\d+(\.\d+)?$/
const LINEAR_FIELDS = ['takeProfit', 'stopLoss', 'tpslMode'] as const

export function parseSpotOrder(params: Params, context: OrderContext): ParsedOrder | Answer {
  const { instrument, last } = context
  const invalid = (what: string): Answer => refuse(10001, `params error: ${what}`)
  const sideName = textOf(params, 'side')
  if (sideName !== 'Buy' && sideName !== 'Sell') return invalid('side invalid')
  const side: Side = sideName === 'Buy' ? 1 : -1
  const orderType = textOf(params, 'orderType')
  if (orderType !== 'Market' && orderType !== 'Limit') return invalid('orderType invalid')
  const shape = shapeProblem(params, orderType, side)
  if (shape !== undefined) return invalid(shape)

  const linkId = textOf(params, 'orderLinkId') ?? ''
  if (linkId !== '' && !LINK_ID.test(linkId)) return invalid('orderLinkId invalid: at most 36 letters, digits, - and _')
  if (linkId !== '' && context.isKnownLinkId(linkId)) return refuse(170141, 'Duplicate clientOrderId')

  const isConditional = textOf(params, 'orderFilter') === 'StopOrder'
  const isByMoney = orderType === 'Market' && side === 1 && (textOf(params, 'marketUnit') ?? 'quoteCoin') === 'quoteCoin'
  if (isByMoney && isConditional) return invalid('marketUnit quoteCoin of a conditional order is not simulated')
  const money = isByMoney ? moneyOf(textOf(params, 'qty')) : undefined
  if (typeof money === 'object') return money
  const quantity = isByMoney ? lots(0) : quantityOf(textOf(params, 'qty'), (text) => parseQuantity(instrument, text))
  if (typeof quantity !== 'number') return quantity
  const limit = orderType === 'Limit' ? priceIn(params, 'price', context) : undefined
  if (typeof limit === 'object') return limit

  const trigger = isConditional ? priceIn(params, 'triggerPrice', context) : undefined
  if (typeof trigger === 'object') return trigger
  const rises = trigger !== undefined && trigger > last

  const timeInForceName = orderType === 'Market' ? 'IOC' : (textOf(params, 'timeInForce') ?? 'GTC')
  const timeInForce = TIMES_IN_FORCE[timeInForceName]
  if (timeInForce === undefined) return invalid('timeInForce invalid')
  return {
    command: {
      type: 'submit-order',
      orderId: orderId(0),
      clientOrderId: linkId,
      instrument: instrument.index,
      side,
      kind: kindOf(orderType, trigger, rises, side),
      lots: quantity,
      budget: money,
      limit,
      trigger,
      triggerBy: 'last',
      stop: undefined,
      targets: undefined,
      timeInForce,
      reduceOnly: false,
    },
    submission: {
      orderLinkId: linkId,
      orderType,
      side: sideName,
      quantity,
      ...(money === undefined ? undefined : { money: { amount: money, unit: textOf(params, 'marketUnit') ?? '' } }),
      price: limit === undefined ? marketBound(instrument, last, side) : formatPrice(instrument, limit),
      timeInForce: timeInForceName,
      triggerPrice: trigger === undefined ? '' : formatPrice(instrument, trigger),
      triggerDirection: 0,
      triggerBy: '',
      takeProfit: '',
      stopLoss: '',
      tpslMode: '',
      tpLimitPrice: '',
      tpTriggerBy: '',
      slTriggerBy: '',
      reduceOnly: false,
      closeOnTrigger: false,
    },
  }
}

/** What the fields ask for that spot does not have, or that is not simulated. */
function shapeProblem(params: Params, orderType: 'Market' | 'Limit', side: Side): string | undefined {
  if ((integerOf(params, 'isLeverage') ?? 0) !== 0) return 'isLeverage invalid: margin trading is not simulated'
  if ((integerOf(params, 'positionIdx') ?? 0) !== 0) return 'positionIdx invalid'
  if (flagOf(params, 'reduceOnly') || flagOf(params, 'closeOnTrigger')) return 'reduceOnly and closeOnTrigger are not for spot'
  const attached = LINEAR_FIELDS.find((name) => textOf(params, name) !== undefined)
  if (attached !== undefined) return `${attached} on a spot order is not simulated`
  const filter = textOf(params, 'orderFilter') ?? 'Order'
  if (filter === 'tpslOrder') return 'orderFilter tpslOrder is not simulated'
  if (filter !== 'Order' && filter !== 'StopOrder') return 'orderFilter invalid'
  if ((filter === 'StopOrder') !== (textOf(params, 'triggerPrice') !== undefined)) return 'triggerPrice goes with orderFilter StopOrder'
  if (orderType !== 'Market') return undefined
  const unit = textOf(params, 'marketUnit') ?? (side === 1 ? 'quoteCoin' : 'baseCoin')
  if (unit === 'baseCoin') return undefined
  if (unit !== 'quoteCoin') return 'marketUnit invalid'
  return side === 1 ? undefined : 'marketUnit quoteCoin of a sale is not simulated: name baseCoin'
}

function moneyOf(text: string | undefined): Cash | Answer {
  const amount = text === undefined || !DECIMAL.test(text) ? undefined : parseDecimal(text, CASH_SCALE)
  return amount === undefined || amount <= 0 ? refuse(10001, 'params error: qty invalid') : cash(amount)
}

function quantityOf(text: string | undefined, parse: (text: string) => Lots | undefined): Lots | Answer {
  if (text === undefined || !DECIMAL.test(text)) return refuse(10001, 'params error: qty invalid')
  const quantity = parse(text)
  if (quantity !== undefined) return lots(quantity)
  return text.includes('.') ? refuse(170137, 'Order volume decimal too long') : refuse(170124, 'Order amount too large.')
}

function priceIn(params: Params, key: string, { instrument }: OrderContext) {
  const text = textOf(params, key)
  if (text === undefined || !DECIMAL.test(text) || Number(text) === 0) return refuse(10001, `params error: ${key} invalid`)
  return parsePrice(instrument, text) ?? refuse(170134, 'Order price decimal too long')
}
