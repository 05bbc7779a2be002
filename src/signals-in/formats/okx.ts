/**
 * The alert messages that OKX documents for its signal bots (version 2.0): A, of a strategy, names the position after the order; B an action.
 */
import { z } from 'zod'
import { type Result, ok } from '../../core/result.ts'
import { amount, instant, percent, problemOf, readFields, refuseCode, refuseMissing, refuseValue, seconds, word } from '../fields.ts'
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

const WISH_OF = {
  buy: 'buy',
  sell: 'sell',
  ENTER_LONG: 'long',
  EXIT_LONG: 'exit-long',
  ENTER_SHORT: 'short',
  EXIT_SHORT: 'exit-short',
} as const satisfies Readonly<Record<string, Wish>>

/** Fields that it does not name, and its token, are not looked at. */
const Body = z.object({
  id: word.nullish(),
  action: z.enum(['buy', 'sell', 'ENTER_LONG', 'EXIT_LONG', 'ENTER_SHORT', 'EXIT_SHORT']),
  marketPosition: z.enum(['long', 'short', 'flat']).nullish(),
  instrument: word,
  timestamp: instant.nullish(),
  maxLag: seconds.nullish(),
  orderType: z.enum(['market', 'limit']).nullish(),
  orderPriceOffset: z.union([z.string(), z.number()]).nullish(),
  investmentType: z.enum(['margin', 'contract', 'percentage_balance', 'percentage_investment', 'percentage_position', 'base']).nullish(),
  amount: z.union([z.string(), z.number()]).nullish(),
})
type Body = z.infer<typeof Body>

export function readOkx(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  const read = readFields(Body, body)
  if (!read.ok) return read
  const fields = read.value
  const isStep = fields.action === 'buy' || fields.action === 'sell'
  if (isStep && fields.marketPosition == null) return refuseMissing('marketPosition')
  const wish: Wish = (isStep ? fields.marketPosition : undefined) ?? WISH_OF[fields.action]
  const isExit = isExitWish(wish)
  const limit = isExit ? ok(undefined) : limitOf(fields)
  if (!limit.ok) return limit
  const ceiling = isExit ? ok(undefined) : ceilingOf(fields)
  if (!ceiling.ok) return ceiling
  const exit = isExit && wish !== 'flat' ? exitOf(fields) : ok(undefined)
  if (!exit.ok) return exit
  return ok(
    outsideSignal({
      symbol: fields.instrument,
      wish,
      orderId: fields.id ?? undefined,
      sentAtMs: fields.timestamp ?? undefined,
      maxAgeMs: fields.maxLag == null ? undefined : fields.maxLag * 1_000,
      limit: limit.value,
      ceiling: ceiling.value,
      exit: exit.value,
    }),
  )
}

/** A limit order stands at a distance from the price of now. */
function limitOf({ orderType, orderPriceOffset }: Body): Result<string | undefined, SignalRefusal> {
  if (orderType !== 'limit') return ok(undefined)
  if (orderPriceOffset == null || orderPriceOffset === '') return refuseMissing('orderPriceOffset')
  const read = percent.safeParse(orderPriceOffset)
  return read.success ? ok(`${read.data}%`) : refuseValue('orderPriceOffset', String(orderPriceOffset), problemOf(read.error))
}

function ceilingOf({ investmentType: type, amount: given }: Body): Result<Ceiling | undefined, SignalRefusal> {
  // Margin, contracts of OKX and parts of what a bot there may invest say nothing of a size here.
  if (given == null || given === '' || (type !== 'base' && type !== 'percentage_balance')) return ok(undefined)
  const read = (type === 'base' ? amount : percent).safeParse(given)
  if (!read.success) return refuseValue('amount', String(given), problemOf(read.error))
  return ok({ mode: type === 'base' ? 'base' : 'equity', value: read.data })
}

function exitOf({ investmentType: type, amount: given }: Body): Result<ExitSize | undefined, SignalRefusal> {
  if (given == null || given === '') return ok(undefined)
  if (type !== 'percentage_position' && type !== 'base') return refuseCode('exit-part', { mode: type ?? 'amount', value: String(given) })
  const read = (type === 'base' ? amount : percent).safeParse(given)
  if (!read.success) return refuseValue('amount', String(given), problemOf(read.error))
  return ok({ mode: type === 'base' ? 'base' : 'part', value: read.data })
}
