/**
 * The gate for orders that a strategy names: as for a signal, all of it is checked as it is said, wherever the strategy runs.
 * Never lets an entry through without a stop on its losing side (S5), and never mends a price.
 */
import type { Reason } from '../trading/order.ts'
import type { Entry, Exit, OrderChange, OrderRequest, OwnOrder, ProtectionMove } from './own-orders.ts'
import { SignalError, checkPrice, checkTargets, isRecord, readableReason, shown } from './signal-gate.ts'

/** Words of one symbol at one decision: more is a storm. */
export const WISHES_MAX = 100
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/
const BARS_MAX = 1_000_000

/** What is open, and what was said before in the same call. */
export interface Standing {
  readonly open: readonly OwnOrder[]
  readonly said: readonly OrderRequest[]
  /** Of the close that is decided on, ticks. */
  readonly close: number
}

/** @throws SignalError that names the field and its value; so do all others here */
export function checkEntry(entry: Entry, standing: Standing): Entry {
  const reason = lookAtEntry(entry, standing)
  return reason === undefined ? entry : { ...entry, reason }
}

function lookAtEntry(entry: unknown, { open, said, close }: Standing): Reason | undefined {
  if (!isRecord(entry)) throw new SignalError(`an entry is an object, not ${shown(entry)}`)
  const { name, side, limit, trigger, stop, targets, strength, postOnly, pairedWith, reason } = entry
  checkName('name', name)
  if (open.some((order) => order.name === name && !order.isEnding) || said.some((request) => isNew(request, name)))
    throw new SignalError(`an order named ${shown(name)} is open: change or cancel it, or take another name`)
  if (side !== 1 && side !== -1) throw new SignalError(`side is ${shown(side)}: 1 or -1`)
  if (limit !== undefined) checkPrice('limit', limit)
  if (trigger !== undefined) {
    checkPrice('trigger', trigger)
    if (((trigger as number) - close) * side <= 0)
      throw new SignalError(
        `trigger is ${shown(trigger)} ticks, already reached at ${close} ticks by a ${side === 1 ? 'buy' : 'sell'}: enter at market`,
      )
  }
  checkPrice('stop', stop)
  const price = (limit ?? trigger ?? close) as number
  // A limit beyond its trigger or the market fills there.
  const fill =
    limit === undefined ? price : side === 1 ? Math.min(price, (trigger ?? close) as number) : Math.max(price, (trigger ?? close) as number)
  if ((fill - (stop as number)) * side <= 0)
    throw new SignalError(`stop is ${shown(stop)} ticks, on the winning side of ${fill} ticks for a ${side === 1 ? 'long' : 'short'}`)
  if (targets !== undefined) checkTargets(targets, side, price)
  if (strength !== undefined && !(typeof strength === 'number' && strength > 0 && strength <= 1))
    throw new SignalError(`strength is ${shown(strength)}: above 0, at most 1`)
  if (postOnly !== undefined && typeof postOnly !== 'boolean') throw new SignalError(`postOnly is ${shown(postOnly)}: true or false`)
  if (postOnly === true && (limit === undefined || trigger !== undefined)) throw new SignalError('postOnly is for an entry at a limit')
  if (pairedWith !== undefined) checkName('pairedWith', pairedWith)
  checkExpiry(entry)
  return readableReason(reason)
}

export function checkExit(exit: Exit, standing: Standing): Exit {
  const reason = lookAtExit(exit, standing)
  return reason === undefined ? exit : { ...exit, reason }
}

function lookAtExit(exit: unknown, { open, said }: Standing): Reason | undefined {
  if (!isRecord(exit)) throw new SignalError(`an exit is an object, not ${shown(exit)}`)
  const { name, share, limit, reason } = exit
  if (name !== undefined) checkName('name', name)
  if (limit !== undefined) checkPrice('limit', limit)
  if ((limit === undefined) !== (name === undefined))
    throw new SignalError(limit === undefined ? 'an exit at market is done at once and has no name' : 'an exit at a limit needs a name')
  if (name !== undefined && (open.some((order) => order.name === name && !order.isEnding) || said.some((request) => isNew(request, name))))
    throw new SignalError(`an order named ${shown(name)} is open: change or cancel it, or take another name`)
  if (share !== undefined && !(typeof share === 'number' && share > 0 && share <= 1))
    throw new SignalError(`share is ${shown(share)}: above 0, at most 1`)
  checkExpiry(exit)
  return readableReason(reason)
}

export function checkChange(name: unknown, change: OrderChange): void {
  checkName('name', name)
  if (!isRecord(change)) throw new SignalError(`a change is an object, not ${shown(change)}`)
  const { limit, trigger } = change
  if (limit === undefined && trigger === undefined) throw new SignalError('a change needs a limit or a trigger')
  if (limit !== undefined) checkPrice('limit', limit)
  if (trigger !== undefined) checkPrice('trigger', trigger)
}

export function checkProtection(move: ProtectionMove): void {
  if (!isRecord(move)) throw new SignalError(`a move of protection is an object, not ${shown(move)}`)
  const { stop, target, trail } = move
  if (stop === undefined && target === undefined && trail === undefined)
    throw new SignalError('a move of protection needs a stop, a target or a trail')
  if (stop !== undefined) checkPrice('stop', stop)
  if (target !== undefined && target !== 'none') checkPrice('target', target)
  if (trail === undefined || trail === 'none') return
  if (!isRecord(trail)) throw new SignalError(`trail is ${shown(trail)}: { by, activation } or 'none'`)
  checkPrice('trail.by', trail.by)
  if (trail.activation !== undefined) checkPrice('trail.activation', trail.activation)
}

export function checkName(field: string, name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new SignalError(`${field} is ${shown(name)}: letters, digits, '-', '_' and '.', at most 32, beginning with a letter or digit`)
}

function checkExpiry({ bars, until }: Readonly<Record<string, unknown>>): void {
  if (bars !== undefined && !(typeof bars === 'number' && Number.isInteger(bars) && bars >= 1 && bars <= BARS_MAX))
    throw new SignalError(`bars is ${shown(bars)}: a whole number from 1`)
  if (until !== undefined && !(typeof until === 'number' && Number.isSafeInteger(until) && until > 0))
    throw new SignalError(`until is ${shown(until)}: an instant in whole ms`)
  if (bars !== undefined && until !== undefined) throw new SignalError('an order ends after bars or at an instant, not both')
}

const isNew = (request: OrderRequest, name: unknown): boolean =>
  (request.type === 'enter' && request.entry.name === name) || (request.type === 'exit' && request.exit.name === name)
