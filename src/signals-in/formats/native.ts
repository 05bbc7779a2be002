/**
 * Our own format, version 1: everything that a signal may say, by name. Unknown fields are refused, since a mistyped stop would be none.
 */
import { z } from 'zod'
import { type Result, ok } from '../../core/result.ts'
import {
  amount,
  instant,
  leg,
  percent,
  problemOf,
  readFields,
  refuseCode,
  refuseMissing,
  refuseValue,
  seconds,
  share,
  word,
} from '../fields.ts'
import {
  type Ceiling,
  type ExitSize,
  type OutsideSignal,
  type SignalBody,
  type SignalRefusal,
  type Wish,
  outsideSignal,
} from '../signal.ts'

const position = z.enum(['long', 'short', 'flat'])
const SIZE_MODES = ['risk', 'equity', 'quote', 'base', 'contracts', 'mirror', 'part'] as const

export const nativeFields = {
  v: z.union([z.literal(1), z.literal('1')], { error: 'must be 1' }),
  id: word.nullish(),
  source: word.nullish(),
  strategy: word.nullish(),
  symbol: word,
  exchange: word.nullish(),
  interval: word.nullish(),
  time: instant.nullish(),
  barTime: word.nullish(),
  intent: z.enum(['target', 'enter', 'exit', 'reverse', 'cancel']),
  position: position.nullish(),
  prevPosition: position.nullish(),
  size: z.strictObject({ mode: z.enum(SIZE_MODES), value: z.union([z.string(), z.number()]).nullish() }).nullish(),
  order: z
    .strictObject({
      type: z.enum(['market', 'limit']),
      price: amount.nullish(),
      offsetBps: z.null({ error: 'is not supported: give price' }).optional(),
      ttlSec: seconds.nullish(),
    })
    .nullish(),
  stopLoss: leg.nullish(),
  takeProfit: z
    .array(z.strictObject({ pct: percent.nullish(), price: amount.nullish(), share: share.nullish() }))
    .max(10)
    .nullish(),
  leverage: amount.nullish(),
  maxAgeSec: seconds.nullish(),
  price: word.nullish(),
  comment: z.string().max(500).nullish(),
} as const
const Native = z.strictObject(nativeFields)
type Native = z.infer<typeof Native>

export function readNative(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  const read = readFields(Native, body)
  return read.ok ? signalOf(read.value) : read
}

function signalOf(fields: Native): Result<OutsideSignal, SignalRefusal> {
  const wish = wishOf(fields)
  if (!wish.ok) return wish
  const isExit = fields.intent === 'exit'
  const ceiling = isExit ? ok(undefined) : ceilingOf(fields)
  if (!ceiling.ok) return ceiling
  const exit = isExit ? exitOf(fields) : ok(undefined)
  if (!exit.ok) return exit
  const { order, takeProfit } = fields
  if (order?.type === 'limit' && order.price == null) return refuseMissing('order.price')
  if (order?.type === 'market' && order.price != null) return refuseValue('order.price', order.price, 'is for limit orders')
  const targets: { at: string; share: string | undefined }[] = []
  for (const [k, target] of (takeProfit ?? []).entries()) {
    if ((target.pct == null) === (target.price == null)) return refuseValue(`takeProfit.${k}`, 'an object', 'needs either pct or price')
    targets.push({ at: target.price ?? `${target.pct}%`, share: target.share ?? undefined })
  }
  const whole = targets.reduce((sum, target) => sum + Number(target.share ?? 0), 0)
  if (whole > 1 + 1e-9) return refuseValue('takeProfit', String(whole), 'has shares of more than the whole position')
  return ok(
    outsideSignal({
      symbol: fields.symbol,
      wish: wish.value,
      id: fields.id ?? undefined,
      sentAtMs: fields.time ?? undefined,
      barTime: fields.barTime ?? undefined,
      maxAgeMs: fields.maxAgeSec == null ? undefined : fields.maxAgeSec * 1_000,
      limit: order?.price ?? undefined,
      stop: fields.stopLoss ?? undefined,
      targets,
      ceiling: ceiling.value,
      exit: exit.value,
      comment: fields.comment ?? undefined,
    }),
  )
}

/** A part in percent of what is held, or a quantity; what is counted in money cannot be. */
function exitOf({ size }: Native): Result<ExitSize | undefined, SignalRefusal> {
  if (size == null || size.mode === 'mirror') return ok(undefined)
  const mode = size.mode === 'part' ? 'part' : size.mode === 'base' || size.mode === 'contracts' ? 'base' : undefined
  if (mode === undefined) return refuseCode('exit-part', { mode: size.mode, value: String(size.value ?? '') })
  if (size.value == null) return refuseMissing('size.value')
  const read = (mode === 'part' ? percent : amount).safeParse(size.value)
  return read.success ? ok({ mode, value: read.data }) : refuseValue('size.value', String(size.value), problemOf(read.error))
}

function wishOf({ intent, position, prevPosition }: Native): Result<Wish, SignalRefusal> {
  switch (intent) {
    case 'cancel':
      return ok('cancel')
    case 'exit':
      if (position === 'long' || position === 'short') return refuseValue('position', position, 'is not flat, as after an exit')
      return ok(prevPosition === 'long' ? 'exit-long' : prevPosition === 'short' ? 'exit-short' : 'flat')
    case 'target':
      return position == null ? refuseMissing('position') : ok(position)
    case 'enter':
    case 'reverse':
      if (position == null) return refuseMissing('position')
      return position === 'flat' ? refuseValue('position', position, `is no side to ${intent}`) : ok(position)
  }
}

const MODES: Readonly<Record<(typeof SIZE_MODES)[number], Ceiling['mode'] | undefined>> = {
  risk: 'risk',
  equity: 'equity',
  quote: 'quote',
  base: 'base',
  contracts: 'base',
  mirror: undefined,
  part: undefined,
}

function ceilingOf({ size }: Native): Result<Ceiling | undefined, SignalRefusal> {
  if (size == null) return ok(undefined)
  if (size.mode === 'part') return refuseValue('size.mode', size.mode, 'is for exits')
  const mode = MODES[size.mode]
  if (mode === undefined) return ok(undefined)
  if (size.value == null) return refuseMissing('size.value')
  const read = (mode === 'risk' || mode === 'equity' ? percent : amount).safeParse(size.value)
  if (!read.success) return refuseValue('size.value', String(size.value), problemOf(read.error))
  return ok({ mode, value: read.data })
}
