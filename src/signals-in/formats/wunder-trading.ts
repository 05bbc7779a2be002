/**
 * The codes of WunderTrading's signal bots, alone or as `code` of a JSON body: `ENTER-LONG_BYBIT_BTCUSDT_NAME_15M_…`.
 */
import { z } from 'zod'
import { parseDecimal } from '../../core/decimal.ts'
import { type Result, ok } from '../../core/result.ts'
import { amount, percent, placeholderIn, problemOf, readFields, refuseCode, refuseMissing, refuseValue, share, word } from '../fields.ts'
import { type Ceiling, type OutsideSignal, type SignalBody, type SignalRefusal, type Wish, isExitWish, outsideSignal } from '../signal.ts'

const WISH_OF: Readonly<Record<string, Wish>> = {
  'ENTER-LONG': 'long',
  'EXIT-LONG': 'exit-long',
  'ENTER-SHORT': 'short',
  'EXIT-SHORT': 'exit-short',
  'EXIT-ALL': 'flat',
}
const PAIR_PLACE = 2
const SHOWN_MAX = 60

const leg = z.object({ priceDeviation: share.nullish(), price: amount.nullish() })
const Body = z.object({
  code: word,
  pair: word.nullish(),
  orderType: z.enum(['market', 'limit']).nullish(),
  price: amount.nullish(),
  amountPerTrade: z.union([z.string(), z.number()]).nullish(),
  amountPerTradeType: z.enum(['quote', 'base', '$', 'percents', 'contracts']).nullish(),
  stopLoss: leg.nullish(),
  takeProfits: z
    .array(leg.extend({ portfolio: share.nullish() }))
    .max(10)
    .nullish(),
})
type Body = z.infer<typeof Body>

export function readWunderTrading(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  if (body.type === 'json') {
    const read = readFields(Body, body)
    return read.ok ? signalOf(read.value) : read
  }
  const code = body.text.trim()
  if (code === '') return refuseCode('body-empty')
  const placeholder = placeholderIn(code)
  if (placeholder !== undefined) return refuseCode(placeholder.code, placeholder.figures)
  return signalOf({ code })
}

function signalOf(fields: Body): Result<OutsideSignal, SignalRefusal> {
  const parts = fields.code.split('_')
  const wish = WISH_OF[(parts[0] ?? '').toUpperCase()]
  if (wish === undefined)
    return refuseValue('code', fields.code.slice(0, SHOWN_MAX), `must begin with one of ${Object.keys(WISH_OF).join(', ')}`)
  const symbol = fields.pair ?? parts[PAIR_PLACE]
  if (symbol === undefined) return refuseMissing('pair')
  if (isExitWish(wish)) return ok(outsideSignal({ symbol, wish }))
  if (fields.orderType === 'limit' && fields.price == null) return refuseMissing('price')
  const ceiling = ceilingOf(fields)
  if (!ceiling.ok) return ceiling
  const stop = fields.stopLoss == null ? ok(undefined) : placeOf('stopLoss', fields.stopLoss)
  if (!stop.ok) return stop
  const targets: { at: string; share: string | undefined }[] = []
  for (const [k, target] of (fields.takeProfits ?? []).entries()) {
    const at = placeOf(`takeProfits.${k}`, target)
    if (!at.ok) return at
    targets.push({ at: at.value, share: target.portfolio ?? undefined })
  }
  const limit = fields.orderType === 'limit' ? (fields.price ?? undefined) : undefined
  return ok(outsideSignal({ symbol, wish, limit, stop: stop.value, targets, ceiling: ceiling.value }))
}

/** Deviations are parts of 1: 0.02 is 2 %. */
function placeOf(field: string, { price, priceDeviation }: z.infer<typeof leg>): Result<string, SignalRefusal> {
  if ((price == null) === (priceDeviation == null)) return refuseValue(field, 'an object', 'needs either price or priceDeviation')
  return ok(price ?? `${hundredfold(priceDeviation ?? '')}%`)
}

function ceilingOf({ amountPerTrade: given, amountPerTradeType: type }: Body): Result<Ceiling | undefined, SignalRefusal> {
  if (given == null) return ok(undefined)
  const isPart = type === 'percents'
  const read = (isPart ? share : amount).safeParse(given)
  if (!read.success) return refuseValue('amountPerTrade', String(given), problemOf(read.error))
  if (!isPart) return ok({ mode: type === 'base' || type === 'contracts' ? 'base' : 'quote', value: read.data })
  const asPercent = percent.safeParse(hundredfold(read.data))
  return asPercent.success
    ? ok({ mode: 'equity', value: asPercent.data })
    : refuseValue('amountPerTrade', String(given), problemOf(asPercent.error))
}

const SCALE = 12
/** Exactly: `0.02` to `2`. */
function hundredfold(text: string): string {
  const parsed = parseDecimal(text, SCALE, 'nearest') ?? 0
  return String((parsed * 100) / 10 ** SCALE)
}
