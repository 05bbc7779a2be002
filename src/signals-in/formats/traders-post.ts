/**
 * The body that TradersPost documents: an action, and the sentiment that shall hold after it. Fields that it does not name are ignored there, and here.
 */
import { z } from 'zod'
import { type Result, ok } from '../../core/result.ts'
import { amount, instant, percent, problemOf, readFields, refuseCode, refuseMissing, refuseValue, word } from '../fields.ts'
import {
  type Ceiling,
  type ExitSize,
  type OutsideSignal,
  type SignalBody,
  type SignalRefusal,
  type Wish,
  isExitWish,
  outsideSignal,
} from '../signal.ts'

const SENTIMENTS = { bullish: 'long', long: 'long', bearish: 'short', short: 'short', flat: 'flat' } as const
const ACTIONS = { buy: 'buy', sell: 'sell', exit: 'flat', cancel: 'cancel' } as const
const SIZES = ['fixed_quantity', 'dollar_amount', 'percent_of_equity', 'risk_percent', 'percent_of_position'] as const
const CEILINGS = { fixed_quantity: 'base', dollar_amount: 'quote', percent_of_equity: 'equity', risk_percent: 'risk' } as const

const unsupported = z.null({ error: 'is not supported: give a percent or a price' }).optional()
const Body = z.object({
  ticker: word,
  action: z.enum(['buy', 'sell', 'exit', 'cancel']),
  sentiment: z.enum(['bullish', 'long', 'bearish', 'short', 'flat']).nullish(),
  quantity: z.union([z.string(), z.number()]).nullish(),
  quantityType: z.enum(SIZES).nullish(),
  orderType: z.enum(['market', 'limit']).nullish(),
  limitPrice: amount.nullish(),
  time: instant.nullish(),
  stopLoss: z
    .object({
      percent: percent.nullish(),
      stopPrice: amount.nullish(),
      amount: unsupported,
      trailPercent: unsupported,
      trailAmount: unsupported,
      trailPrice: unsupported,
    })
    .nullish(),
  takeProfit: z.object({ percent: percent.nullish(), limitPrice: amount.nullish(), amount: unsupported }).nullish(),
})
type Body = z.infer<typeof Body>

export function readTradersPost(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  const read = readFields(Body, body)
  if (!read.ok) return read
  const { ticker, action, sentiment, orderType, limitPrice, stopLoss, takeProfit, time } = read.value
  const wish: Wish = action !== 'cancel' && sentiment != null ? SENTIMENTS[sentiment] : ACTIONS[action]
  if (orderType === 'limit' && limitPrice == null) return refuseMissing('limitPrice')
  const isExit = isExitWish(wish)
  const size = isExit ? exitOf(read.value, action === 'exit' && sentiment == null) : ceilingOf(read.value)
  if (!size.ok) return size
  const place = (pct: string | null | undefined, price: string | null | undefined): string | undefined =>
    price ?? (pct == null ? undefined : `${pct}%`)
  const target = place(takeProfit?.percent, takeProfit?.limitPrice)
  return ok(
    outsideSignal({
      symbol: ticker,
      wish,
      sentAtMs: time ?? undefined,
      limit: isExit || orderType !== 'limit' ? undefined : (limitPrice ?? undefined),
      stop: place(stopLoss?.percent, stopLoss?.stopPrice),
      targets: target === undefined ? [] : [{ at: target, share: undefined }],
      ...size.value,
    }),
  )
}

function ceilingOf({ quantity, quantityType: type }: Body): Result<{ ceiling: Ceiling | undefined }, SignalRefusal> {
  if (quantity == null) return ok({ ceiling: undefined })
  const kind = type ?? 'fixed_quantity'
  if (kind === 'percent_of_position') return refuseValue('quantityType', kind, 'is for exits')
  const read = (kind === 'percent_of_equity' || kind === 'risk_percent' ? percent : amount).safeParse(quantity)
  if (!read.success) return refuseValue('quantity', String(quantity), problemOf(read.error))
  return ok({ ceiling: { mode: CEILINGS[kind], value: read.data } })
}

/** @param hasParts a position that shall be flat is closed whole, whatever the order was that made it so */
function exitOf({ quantity, quantityType: type }: Body, hasParts: boolean): Result<{ exit: ExitSize | undefined }, SignalRefusal> {
  if (quantity == null || !hasParts) return ok({ exit: undefined })
  const kind = type ?? 'fixed_quantity'
  if (kind !== 'percent_of_position' && kind !== 'fixed_quantity') return refuseCode('exit-part', { mode: kind, value: String(quantity) })
  const read = (kind === 'fixed_quantity' ? amount : percent).safeParse(quantity)
  if (!read.success) return refuseValue('quantity', String(quantity), problemOf(read.error))
  return ok({ exit: { mode: kind === 'fixed_quantity' ? 'base' : 'part', value: read.data } })
}
