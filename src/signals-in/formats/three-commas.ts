/**
 * The body that 3Commas documents for its signal bots, strategy and custom type; fields that it does not name are ignored there, and here.
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

const ACTIONS = ['buy', 'sell', 'enter_long', 'exit_long', 'enter_short', 'exit_short'] as const
const WISH_OF: Readonly<Record<(typeof ACTIONS)[number], Wish>> = {
  buy: 'buy',
  sell: 'sell',
  enter_long: 'long',
  exit_long: 'exit-long',
  enter_short: 'short',
  exit_short: 'exit-short',
}
const position = z.enum(['long', 'short', 'flat'])

const Body = z.object({
  max_lag: seconds.nullish(),
  timestamp: instant.nullish(),
  tv_instrument: word,
  action: z.enum(ACTIONS).nullish(),
  strategy_info: z.object({ market_position: position, prev_market_position: position.nullish() }).nullish(),
  order: z
    .object({
      amount: z.union([z.string(), z.number()]).nullish(),
      currency_type: z.enum(['base', 'quote', 'equity_percent', 'margin_percent', 'position_percent']).nullish(),
    })
    .nullish(),
})

export function readThreeCommas(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  const read = readFields(Body, body)
  if (!read.ok) return read
  const { action, strategy_info: info, order, max_lag: lag } = read.value
  const wish = info?.market_position ?? (action == null ? undefined : WISH_OF[action])
  if (wish === undefined) return refuseMissing('action')
  const isExit = isExitWish(wish)
  const ceiling = isExit ? ok(undefined) : ceilingOf(order)
  if (!ceiling.ok) return ceiling
  // A position that shall be flat is closed, whatever the order was that made it so.
  const exit = isExit && info == null ? exitOf(order) : ok(undefined)
  if (!exit.ok) return exit
  return ok(
    outsideSignal({
      symbol: read.value.tv_instrument,
      wish,
      sentAtMs: read.value.timestamp ?? undefined,
      maxAgeMs: lag == null ? undefined : lag * 1_000,
      ceiling: ceiling.value,
      exit: exit.value,
    }),
  )
}

type Order = z.infer<typeof Body>['order']

function ceilingOf(order: Order): Result<Ceiling | undefined, SignalRefusal> {
  if (order?.amount == null) return ok(undefined)
  const kind = order.currency_type ?? 'base'
  // Of an exit, or of margin that 3Commas has set: no size of an entry follows from it.
  if (kind === 'position_percent' || kind === 'margin_percent') return ok(undefined)
  const read = (kind === 'equity_percent' ? percent : amount).safeParse(order.amount)
  if (!read.success) return refuseValue('order.amount', String(order.amount), problemOf(read.error))
  return ok({ mode: kind === 'equity_percent' ? 'equity' : kind, value: read.data })
}

function exitOf(order: Order): Result<ExitSize | undefined, SignalRefusal> {
  if (order?.amount == null) return ok(undefined)
  const kind = order.currency_type ?? 'base'
  if (kind !== 'position_percent' && kind !== 'base') return refuseCode('exit-part', { mode: kind, value: String(order.amount) })
  const read = (kind === 'position_percent' ? percent : amount).safeParse(order.amount)
  if (!read.success) return refuseValue('order.amount', String(order.amount), problemOf(read.error))
  return ok({ mode: kind === 'base' ? 'base' : 'part', value: read.data })
}
