/**
 * The gate for what a strategy says: a signal is checked before anything is calculated with it, wherever the strategy runs.
 */
import { OPERATOR_CLOSE, type Reason } from '../trading/order.ts'
import type { Signal } from './strategy.ts'

/** V8's own, in no library of the language: without it the stack begins here instead of in the strategy. */
const V8_ERROR: ErrorConstructor & { readonly captureStackTrace?: (error: Error, above: (...words: never[]) => void) => void } = Error

/** Thrown inside the strategy's own call, so that the place that is reported is the strategy's line. */
export class SignalError extends Error {
  constructor(problem: string) {
    super(problem)
    this.name = 'SignalError'
  }
}

const SHARE_SLACK = 1e-9

/**
 * A signal of known shape and sound figures.
 * @param price of the close that the strategy decides on, in ticks
 * @param said what the strategy called: the place that is reported is the one that called it
 * @throws SignalError that names the field and its value
 */
export function checkSignal(signal: Signal, price: number, said: (signal: Signal) => void): Signal {
  try {
    const reason = look(signal, price)
    return reason === undefined ? signal : { ...signal, reason }
  } catch (thrown) {
    throw placed(thrown, said)
  }
}

/** A refusal with the place of who called `said`. */
export function placed(thrown: unknown, said: (...words: never[]) => void): unknown {
  if (thrown instanceof SignalError) V8_ERROR.captureStackTrace?.(thrown, said)
  return thrown
}

/** Looks at all of it, as what a file of the user's says may be anything. Answers its reason where a value of it has to be a text. */
function look(signal: unknown, price: number): Reason | undefined {
  if (!isRecord(signal)) throw new SignalError(`a signal is an object, not ${shown(signal)}`)
  const { side, strength, limit, stop, targets, reason } = signal
  if (side !== 1 && side !== -1 && side !== 0) throw new SignalError(`side is ${shown(side)}: 1, -1 or 0 (flat)`)
  if (typeof strength !== 'number' || !(strength >= 0 && strength <= 1))
    throw new SignalError(`strength is ${shown(strength)}: from 0 to 1`)
  if (limit !== undefined) checkPrice('limit', limit)
  if (stop !== undefined) checkPrice('stop', stop)
  const entry = limit === undefined ? price : (limit as number)
  if (side !== 0 && stop !== undefined && ((stop as number) - entry) * side > 0)
    throw new SignalError(`stop is ${shown(stop)} ticks, on the winning side of ${entry} ticks for a ${side === 1 ? 'long' : 'short'}`)
  if (targets !== undefined) checkTargets(targets, side, entry)
  return readableReason(reason)
}

export function checkPrice(name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return
  const isFraction = typeof value === 'number' && Number.isFinite(value) && value > 0
  throw new SignalError(
    `${name} is ${shown(value)}: a price is a whole number of ticks above 0${isFraction ? '; ticksFromFloat(price, "floor") makes one of a calculated price' : ''}`,
  )
}

export function checkTargets(targets: unknown, side: number, entry: number): void {
  if (!Array.isArray(targets)) throw new SignalError(`targets is ${shown(targets)}: a list`)
  let sum = 0
  targets.forEach((target: unknown, k) => {
    const at = `targets[${k}]`
    if (!isRecord(target)) throw new SignalError(`${at} is ${shown(target)}: { price, share }`)
    const { price, share, limit } = target
    checkPrice(`${at}.price`, price)
    if (limit !== undefined) checkPrice(`${at}.limit`, limit)
    if (typeof share !== 'number' || !(share > 0 && share <= 1)) throw new SignalError(`${at}.share is ${shown(share)}: above 0, at most 1`)
    if (side !== 0 && ((price as number) - entry) * side < 0)
      throw new SignalError(
        `${at}.price is ${shown(price)} ticks, on the losing side of ${entry} ticks for a ${side === 1 ? 'long' : 'short'}`,
      )
    sum += share
  })
  if (sum > 1 + SHARE_SLACK) throw new SignalError(`the shares of targets sum to ${sum}: at most 1`)
}

/** A number that JSON cannot hold is kept as its text: it is there to be read. Answers the reason where it had one, else undefined. */
export function readableReason(reason: unknown): Reason | undefined {
  if (!isRecord(reason) || typeof reason['rule'] !== 'string' || !isRecord(reason['values']))
    throw new SignalError(`reason is ${shown(reason)}: { rule: text, values: { name: number, text or boolean } }`)
  const { rule, values } = reason
  if (rule === OPERATOR_CLOSE)
    throw new SignalError(`reason.rule is '${rule}', which stands for an operator's close: call it something else`)
  let isReadable = true
  for (const name in values) {
    const value = values[name]
    if (typeof value === 'number') isReadable = isReadable && isKept(value)
    else if (typeof value !== 'string' && typeof value !== 'boolean')
      throw new SignalError(`reason.values.${name} is ${shown(value)}: a number, text or boolean`)
  }
  if (isReadable) return undefined
  const texts: Record<string, number | string | boolean> = {}
  for (const [name, value] of Object.entries(values))
    if (typeof value === 'number') texts[name] = isKept(value) ? value : String(value)
    else if (typeof value === 'string' || typeof value === 'boolean') texts[name] = value
  return { rule, values: texts }
}

const isKept = (n: number): boolean => Number.isFinite(n) && !Object.is(n, -0)

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** A value as its author would write it, short. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 40)}"`
  if (typeof value === 'bigint') return `${value}n (a BigInt)`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
