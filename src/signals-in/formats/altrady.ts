/**
 * The body that Altrady documents for webhook signal bots: open, reduce, close and reverse.
 */
import { z } from 'zod'
import { type Result, ok } from '../../core/result.ts'
import { amount, percent, readFields, refuseMissing, refuseValue, share, word } from '../fields.ts'
import { type OutsideSignal, type OutsideTarget, type SignalBody, type SignalRefusal, type Wish, outsideSignal } from '../signal.ts'

const place = { price: amount.nullish(), price_percentage: percent.nullish() } as const
const Body = z.object({
  action: z.enum(['open', 'reduce', 'close', 'reverse'], { error: 'must be one of open, reduce, close, reverse' }).default('open'),
  exchange: word.nullish(),
  symbol: word,
  side: z.enum(['long', 'short']).nullish(),
  signal_id: word.nullish(),
  test: z.boolean().nullish(),
  order_type: z.enum(['market', 'limit']).nullish(),
  signal_price: amount.nullish(),
  quote_amount: z.union([z.string(), z.number()]).nullish(),
  position_percentage: percent.nullish(),
  take_profit: z
    .array(z.object({ ...place, position_percentage: percent.nullish() }))
    .max(10)
    .nullish(),
  stop_loss: z.object({ stop_price: amount.nullish(), stop_percentage: percent.nullish() }).nullish(),
  dca_orders: z.array(z.unknown()).max(0, 'is not supported: Ballast enters once').nullish(),
})
type Body = z.infer<typeof Body>
/** `BYBI_USDT_SOL`: exchange, quote, base. */
const CODE = /^[A-Z0-9]{2,8}_([A-Z0-9]{2,10})_([A-Z0-9]{1,20})$/

export function readAltrady(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  const read = readFields(Body, body)
  if (!read.ok) return read
  const fields = read.value
  if (fields.test === true) return refuseValue('test', 'true', 'asks for a test: nothing is done')
  const wish = wishOf(fields)
  if (!wish.ok) return wish
  const isExit = fields.action === 'close' || fields.action === 'reduce'
  if (fields.action === 'reduce' && fields.position_percentage == null) return refuseMissing('position_percentage')
  if (!isExit && fields.order_type === 'limit' && fields.signal_price == null) return refuseMissing('signal_price')
  const targets = targetsOf(fields)
  if (!targets.ok) return targets
  const quote = fields.quote_amount == null || Number(fields.quote_amount) === 0 ? undefined : amount.safeParse(fields.quote_amount)
  if (quote?.success === false) return refuseValue('quote_amount', String(fields.quote_amount), 'is no amount')
  const { stop_loss: stop, position_percentage: part } = fields
  const code = CODE.exec(fields.symbol)
  return ok(
    outsideSignal({
      symbol: code === null ? fields.symbol : `${code[2]}${code[1]}`,
      wish: wish.value,
      id: fields.signal_id ?? undefined,
      limit: !isExit && fields.order_type === 'limit' ? (fields.signal_price ?? undefined) : undefined,
      stop: stop?.stop_price ?? (stop?.stop_percentage == null ? undefined : `${stop.stop_percentage}%`),
      targets: targets.value,
      ceiling: isExit || quote === undefined ? undefined : { mode: 'quote', value: quote.data },
      exit: isExit && part != null ? { mode: 'part', value: part } : undefined,
    }),
  )
}

function wishOf({ action, side }: Body): Result<Wish, SignalRefusal> {
  if (action === 'open' || action === 'reverse') return side == null ? refuseMissing('side') : ok(side)
  return ok(side === 'long' ? 'exit-long' : side === 'short' ? 'exit-short' : 'flat')
}

function targetsOf({ take_profit: given }: Body): Result<OutsideTarget[], SignalRefusal> {
  const targets: OutsideTarget[] = []
  for (const [k, { price, price_percentage: pct, position_percentage: part }] of (given ?? []).entries()) {
    if ((price == null) === (pct == null)) return refuseValue(`take_profit.${k}`, 'an object', 'needs either price or price_percentage')
    const portion = part == null ? undefined : share.safeParse(String(Number(part) / 100))
    targets.push({ at: price ?? `${pct}%`, share: portion?.success === true ? portion.data : undefined })
  }
  return ok(targets)
}
