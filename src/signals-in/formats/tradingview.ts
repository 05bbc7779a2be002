/**
 * What a TradingView strategy alert sends: the position that the strategy is in now (`tradingview-target`, which a lost alert cannot put
 * out of step), or the order that it has filled (`tradingview`).
 */
import { z } from 'zod'
import { type Result, ok } from '../../core/result.ts'
import { amount, instant, leg, readFields, refuseMissing, refuseValue, seconds, word } from '../fields.ts'
import { type OutsideSignal, type SignalBody, type SignalRefusal, type Wish, outsideSignal } from '../signal.ts'

const position = z.enum(['long', 'short', 'flat'])
/** Figures of TradingView's own account, which has other money than ours: read, and nothing is calculated from them. */
const figure = z.union([z.string(), z.number()]).nullish()

const common = {
  v: z.union([z.literal(1), z.literal('1')], { error: 'must be 1' }).optional(),
  ticker: word.nullish(),
  symbol: word.nullish(),
  exchange: word.nullish(),
  interval: word.nullish(),
  id: word.nullish(),
  order_id: word.nullish(),
  time: instant.nullish(),
  timenow: instant.nullish(),
  bar_time: word.nullish(),
  barTime: word.nullish(),
  price: word.nullish(),
  close: figure,
  market_position_size: figure,
  prev_market_position_size: figure,
  position_size: figure,
  comment: z.string().max(500).nullish(),
  alert_message: z.string().max(500).nullish(),
  strategy: word.nullish(),
  stopLoss: leg.nullish(),
  takeProfit: z.array(leg).max(10).nullish(),
  maxAgeSec: seconds.nullish(),
} as const

const Target = z.strictObject({
  ...common,
  intent: z.literal('target').optional(),
  market_position: position.nullish(),
  position: position.nullish(),
  prev_market_position: position.nullish(),
  prevPosition: position.nullish(),
  action: z.enum(['buy', 'sell']).nullish(),
  contracts: figure,
})
const Order = z.strictObject({
  ...common,
  action: z.enum(['buy', 'sell']).nullish(),
  side: z.enum(['buy', 'sell']).nullish(),
  contracts: amount.nullish(),
  quantity: amount.nullish(),
  market_position: position.nullish(),
  prev_market_position: position.nullish(),
})
type Common = z.infer<z.ZodObject<typeof common>>

export function readTradingViewTarget(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  const read = readFields(Target, body)
  if (!read.ok) return read
  const given = either(read.value.market_position, read.value.position, 'position')
  if (!given.ok) return given
  return given.value === undefined ? refuseMissing('market_position') : signalOf(read.value, given.value, undefined)
}

export function readTradingView(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  const read = readFields(Order, body)
  if (!read.ok) return read
  const action = either(read.value.action, read.value.side, 'side')
  if (!action.ok) return action
  if (action.value === undefined) return refuseMissing('action')
  const quantity = either(read.value.contracts, read.value.quantity, 'quantity')
  if (!quantity.ok) return quantity
  // Where it says what the position is after the order, that is what is meant: it survives a lost alert.
  const wish: Wish = read.value.market_position ?? action.value
  return signalOf(read.value, wish, quantity.value)
}

/** Two names of the same: one is enough, and two say the same. */
function either<Value extends string>(
  a: Value | null | undefined,
  b: Value | null | undefined,
  second: string,
): Result<Value | undefined, SignalRefusal> {
  if (a != null && b != null && a !== b) return refuseValue(second, b, `says something else than '${a}'`)
  return ok(a ?? b ?? undefined)
}

function signalOf(fields: Common, wish: Wish, quantity: string | undefined): Result<OutsideSignal, SignalRefusal> {
  const symbol = either(fields.ticker, fields.symbol, 'symbol')
  if (!symbol.ok) return symbol
  if (symbol.value === undefined) return refuseMissing('ticker')
  return ok(
    outsideSignal({
      symbol: symbol.value,
      wish,
      id: fields.id ?? undefined,
      sentAtMs: fields.timenow ?? fields.time ?? undefined,
      barTime: fields.barTime ?? fields.bar_time ?? undefined,
      orderId: fields.order_id ?? undefined,
      maxAgeMs: fields.maxAgeSec == null ? undefined : fields.maxAgeSec * 1_000,
      stop: fields.stopLoss ?? undefined,
      targets: (fields.takeProfit ?? []).map((at) => ({ at, share: undefined })),
      ceiling: quantity === undefined ? undefined : { mode: 'base', value: quantity },
      comment: fields.comment ?? fields.alert_message ?? undefined,
    }),
  )
}
