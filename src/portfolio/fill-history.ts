/**
 * The newest fills of a symbol in the order of their execution, so that one that is reported late takes its true place.
 */
import { type Cash, type Lots, type Side, type Ticks, type Ts, cash } from '../core/units.ts'
import { type Instrument, notionalOf } from '../market/instrument.ts'
import type { StepChange } from '../market/instrument-terms.ts'
import { type Position, applyFill, convertPosition, flatPosition } from './position.ts'

export interface PastFill {
  readonly side: Side
  readonly price: Ticks
  readonly lots: Lots
  readonly ts: Ts
  /** Money beside price times quantity: see the event of a fill. */
  readonly offStep?: Cash | undefined
  /** The venue's own order of executions of one instant, where it says it. */
  readonly seq?: number | undefined
}

/** JSON-safe. */
export interface FillHistory {
  /** The position before the oldest fill that is kept. */
  readonly base: Position
  fills: PastFill[]
}

/** Since the last clean reading of the account. A fill that is reported after this many others is booked as the oldest of them. */
const FILLS_KEPT = 4_096

export const emptyHistory = (): FillHistory => ({ base: flatPosition(), fills: [] })

/** Forgets the fills: from here on the position is what it is. */
export function rebase(history: FillHistory, position: Position): void {
  Object.assign(history.base, position)
  history.fills.length = 0
}

/**
 * The fills in other steps, at the same money, so that one of before the change still takes its place when it is reported after it. Where one is
 * no whole number of the new lots, the position is what it is from here on.
 * @param position already in the new steps
 */
export function convertHistory(history: FillHistory, position: Position, change: StepChange): void {
  const { base, fills } = history
  if (!change.isWhole(base.lots) || !fills.every((fill) => change.isWhole(fill.lots))) {
    rebase(history, position)
    return
  }
  convertPosition(base, change)
  history.fills = fills.map((fill) => {
    const rounding = fill.side === 1 ? 'ceil' : 'floor'
    const [price, quantity] = [change.price(fill.price, 'nearest'), change.quantity(fill.lots)]
    const money = notionalOf(change.before, fill.price, fill.lots, rounding) + (fill.offStep ?? 0)
    const offStep = money - notionalOf(change.after, price, quantity, rounding)
    return { ...fill, price, lots: quantity, offStep: offStep === 0 ? undefined : cash(offStep) }
  })
}

/** Every fill before `upTo` is known: none of them will have another put before it. */
export function foldUntil(history: FillHistory, instrument: Instrument, upTo: Ts): void {
  const { base, fills } = history
  let count = 0
  while (count < fills.length && (fills[count] as PastFill).ts < upTo) {
    applyFill(base, instrument, fills[count] as PastFill)
    count += 1
  }
  if (count > 0) fills.splice(0, count)
}

const isAfter = (a: PastFill, b: PastFill): boolean =>
  a.ts > b.ts || (a.ts === b.ts && a.seq !== undefined && b.seq !== undefined && a.seq > b.seq)

/** Books a fill in its place and answers by how much realized profit changed; of a late fill that includes what it corrects. */
export function bookInOrder(history: FillHistory, position: Position, instrument: Instrument, fill: PastFill): Cash {
  const { base, fills } = history
  if (fills.length >= FILLS_KEPT) {
    const oldest = fills.shift() as PastFill
    applyFill(base, instrument, oldest)
  }
  let at = fills.length
  while (at > 0 && isAfter(fills[at - 1] as PastFill, fill)) at -= 1
  if (at === fills.length) {
    fills.push(fill)
    return applyFill(position, instrument, fill)
  }
  fills.splice(at, 0, fill)
  const before = position.realized
  Object.assign(position, base)
  for (const past of fills) applyFill(position, instrument, past)
  return cash(position.realized - before)
}

/** Books a fill that nothing earlier can follow, and remembers no more than where it led. */
export function bookLast(history: FillHistory, position: Position, instrument: Instrument, fill: PastFill): Cash {
  const realized = applyFill(position, instrument, fill)
  const { base } = history
  base.lots = position.lots
  base.cost = position.cost
  base.realized = position.realized
  return realized
}
