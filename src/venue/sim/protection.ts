/**
 * What protects a whole position: its stop, its target and its trail, made, moved and removed.
 */
import { lots, ticks } from '../../core/units.ts'
import type { SetProtection, VenueEventSink } from '../../trading/event.ts'
import type { Matcher } from './matcher.ts'
import type { Attached } from './settlement.ts'
import type { SimAccount } from './sim-account.ts'
import type { Attachment, SimOrder, VenueRefusal } from './sim-order.ts'

const invalid = (detail: string): VenueRefusal => ({ code: 10001, detail })

/** A target above the price of a long, below that of a short. `price` is 0 before the first one. */
export const targetSideRefusal = (target: number, positionLots: number, price: number): VenueRefusal | undefined =>
  price > 0 && (positionLots > 0 ? target <= price : target >= price)
    ? invalid('the target lies on the wrong side of the price')
    : undefined

/** The order that covers the whole position; targets for parts of it are others. */
export const standingOf = (orders: readonly SimOrder[], kind: Attachment): SimOrder | undefined =>
  orders.find((o) => o.attached === kind && o.targets === undefined)

export function setProtection(
  command: SetProtection,
  account: SimAccount,
  matcher: Matcher,
  into: VenueEventSink,
): VenueRefusal | undefined {
  const { instrument, stop, target, trail, triggerBy } = command
  const held: number = account.positions[instrument]?.lots ?? 0
  if (held === 0) return invalid('can not set a stop on a zero position')
  const price = account.prices[instrument] as number
  if (stop !== undefined && price > 0 && (held > 0 ? stop >= price : stop <= price))
    return invalid('the stop lies on the wrong side of the price')
  if (target !== undefined && target !== 'none') {
    const refusal = targetSideRefusal(target, held, price)
    if (refusal !== undefined) return refusal
  }
  if (trail !== undefined && trail !== 'none') {
    if (trail.by <= 0 || trail.by >= price) return invalid('the trailing distance must be above zero and below the price')
    if (trail.activation !== undefined && targetSideRefusal(trail.activation, held, price) !== undefined)
      return invalid('the activation price lies on the wrong side of the price')
  }
  const side = held > 0 ? -1 : 1
  const whole = { instrument, side, lots: lots(Math.abs(held)), triggerBy } as const
  let isChanged = false
  const put = (attached: Attached): void => {
    isChanged = place(attached, matcher, into) || isChanged
  }
  const drop = (kind: Attachment): void => {
    isChanged = remove(kind, instrument, matcher, into) || isChanged
  }
  if (stop !== undefined) put({ kind: 'stop', trigger: stop, ...whole })
  if (target === 'none') drop('target')
  else if (target !== undefined) put({ kind: 'target', trigger: target, ...whole })
  if (trail === 'none') drop('trail')
  else if (trail !== undefined) {
    // Without an activation price it follows from here on.
    const trigger = trail.activation === undefined ? ticks(price + side * trail.by) : undefined
    put({ kind: 'trail', trigger, trailBy: trail.by, activation: trail.activation, ...whole })
  }
  return isChanged ? undefined : { code: 34040, detail: 'not modified' }
}

/** Makes or moves; false when it is there already. */
function place(attached: Attached, matcher: Matcher, into: VenueEventSink): boolean {
  const resting = matcher.resting[attached.instrument] as SimOrder[]
  const standing = standingOf(resting, attached.kind)
  if (standing === undefined) {
    matcher.settlement.attach(attached, into)
    return true
  }
  if (attached.kind === 'trail') {
    if (standing.trailBy === attached.trailBy && standing.activation === attached.activation) return false
    // A trail is not moved but set again: its distance is what it is.
    resting.splice(resting.indexOf(standing), 1)
    matcher.settlement.tellCanceled(standing, 'CancelByTpSlTsClear', into)
    matcher.settlement.attach(attached, into)
    return true
  }
  if (standing.trigger === attached.trigger) return false
  standing.trigger = attached.trigger
  matcher.settlement.tellAmended(standing, into)
  return true
}

function remove(kind: Attachment, i: SetProtection['instrument'], matcher: Matcher, into: VenueEventSink): boolean {
  const resting = matcher.resting[i] as SimOrder[]
  const standing = standingOf(resting, kind)
  if (standing === undefined) return false
  resting.splice(resting.indexOf(standing), 1)
  matcher.settlement.tellCanceled(standing, 'CancelByTpSlTsClear', into)
  return true
}
