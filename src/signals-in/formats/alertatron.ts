/**
 * Commands of Alertatron: `Keys(BTCUSDT) { market(side=buy, amount=0.05); stop(offset=2%); }`. One that enters, closes or cancels, and a stop with it.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { amount, percent, placeholderIn, refuseCode, refuseMissing, refuseValue } from '../fields.ts'
import { type OutsideSignal, type SignalBody, type SignalRefusal, type Wish, isExitWish, outsideSignal } from '../signal.ts'

interface Step {
  readonly name: string
  readonly args: ReadonlyMap<string, string>
}
const WRAPPER = /^([\w-]{1,60})\(([^()]{1,60})\)\s*\{([^{}]*)\}\s*(#\w+)?$/
const STEP = /^([a-zA-Z]+)\(([^()]*)\)$/
const ARGS: Readonly<Record<string, readonly string[]>> = {
  market: ['side', 'amount', 'position', 'reduceOnly'],
  limit: ['side', 'amount', 'position', 'offset', 'reduceOnly'],
  close: ['amount'],
  cancel: ['which'],
  stop: ['offset', 'side', 'amount'],
}
const SHOWN_MAX = 60

export function readAlertatron(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  if (body.type === 'json') return refuseCode('body-not-text')
  const text = body.text.trim()
  if (text === '') return refuseCode('body-empty')
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) return err(placeholder)
  const wrapper = WRAPPER.exec(text)
  if (wrapper === null)
    return refuseValue('body', text.slice(0, SHOWN_MAX), 'is not of the form Keys(BTCUSDT) { market(side=buy, amount=0.05); }')
  const steps: Step[] = []
  for (const part of (wrapper[3] ?? '').split(';')) {
    if (part.trim() === '') continue
    const step = stepOf(part.trim())
    if (!step.ok) return step
    steps.push(step.value)
  }
  const acts = steps.filter(({ name }) => name !== 'stop')
  const stops = steps.filter(({ name }) => name === 'stop')
  const [act] = acts
  if (act === undefined) return refuseMissing('market, limit, close or cancel')
  if (acts.length > 1 || stops.length > 1) return refuseValue('body', acts.map(({ name }) => name).join(', '), 'has more than one order')
  return signalOf(wrapper[2]?.trim() ?? '', act, stops[0])
}

function stepOf(text: string): Result<Step, SignalRefusal> {
  const match = STEP.exec(text)
  const name = match?.[1] ?? text.slice(0, SHOWN_MAX)
  const known = ARGS[name]
  if (match === null || known === undefined) return refuseCode('field-unknown', { field: name })
  const args = new Map<string, string>()
  for (const pair of (match[2] ?? '').split(',')) {
    if (pair.trim() === '') continue
    const [key = '', value] = pair.split('=').map((each) => each.trim())
    if (!known.includes(key)) return refuseCode('field-unknown', { field: `${name}.${key}`.slice(0, SHOWN_MAX) })
    if (value === undefined || value === '' || args.has(key))
      return refuseValue(`${name}.${key}`, pair.trim(), 'is given twice, or without a value')
    args.set(key, value)
  }
  return ok({ name, args })
}

function signalOf(symbol: string, act: Step, stop: Step | undefined): Result<OutsideSignal, SignalRefusal> {
  const asked = wishOf(act)
  if (!asked.ok) return asked
  const { wish, size } = asked.value
  const isExit = isExitWish(wish)
  const limit = act.name === 'limit' ? placeOf(act, 'offset') : ok(undefined)
  if (!limit.ok) return limit
  if (act.name === 'limit' && limit.value === undefined) return refuseMissing('limit.offset')
  const stopAt = stop === undefined ? ok(undefined) : placeOf(stop, 'offset')
  if (!stopAt.ok) return stopAt
  if (stop !== undefined && stopAt.value === undefined) return refuseMissing('stop.offset')
  const sized = size === undefined || wish === 'cancel' ? ok({}) : sizeOf(act.name, size, isExit)
  if (!sized.ok) return sized
  return ok(outsideSignal({ symbol, wish, limit: isExit ? undefined : limit.value, stop: stopAt.value, ...sized.value }))
}

/** `position` is what shall be held: 0 is flat, and its sign is its side. */
function wishOf({ name, args }: Step): Result<{ readonly wish: Wish; readonly size: string | undefined }, SignalRefusal> {
  if (name === 'cancel') return ok({ wish: 'cancel', size: undefined })
  if (name === 'close') return ok({ wish: 'flat', size: args.get('amount') })
  const position = args.get('position')
  if (position !== undefined) {
    if (/^-?0+(\.0+)?$/.test(position)) return ok({ wish: 'flat', size: undefined })
    return ok({ wish: position.startsWith('-') ? 'short' : 'long', size: position.replace(/^-/, '') })
  }
  const side = args.get('side')?.toLowerCase()
  if (side === undefined) return refuseMissing(`${name}.side`)
  if (side !== 'buy' && side !== 'sell') return refuseValue(`${name}.side`, side, 'must be one of buy, sell')
  const reduces = args.get('reduceOnly')?.toLowerCase() === 'true'
  return ok({ wish: reduces ? (side === 'sell' ? 'exit-long' : 'exit-short') : side, size: args.get('amount') })
}

/** `2%` away, or `@64000`. */
function placeOf({ name, args }: Step, key: string): Result<string | undefined, SignalRefusal> {
  const text = args.get(key)
  if (text === undefined) return ok(undefined)
  const fixed = text.startsWith('@') ? text.slice(1) : undefined
  if (fixed !== undefined && amount.safeParse(fixed).success) return ok(fixed)
  if (fixed === undefined && text.endsWith('%') && percent.safeParse(text).success) return ok(text)
  return refuseValue(`${name}.${key}`, text, 'is no percentage such as 2%, and no price such as @64000')
}

/** Coins, `5%` of equity, or of a position `50%` or `50%p`. */
function sizeOf(name: string, text: string, isExit: boolean): Result<Pick<Partial<OutsideSignal>, 'ceiling' | 'exit'>, SignalRefusal> {
  const bare = isExit ? text.replace(/%p$/, '%') : text
  const isPart = bare.endsWith('%')
  const read = (isPart ? percent : amount).safeParse(bare)
  if (!read.success) return refuseValue(`${name}.amount`, text, 'is no quantity such as 0.05, and no percentage such as 5%')
  if (isExit) return ok({ exit: { mode: isPart ? 'part' : 'base', value: read.data } })
  return ok({ ceiling: { mode: isPart ? 'equity' : 'base', value: read.data } })
}
