/**
 * A position by average price with exact integer money: signed quantity, cost of what is open, and what closing realized.
 * Never rounds in our favor and never keeps an average price as the truth: the cost is.
 */
import { addSafe, mulDivCeil, mulDivFloor } from '../core/decimal.ts'
import { type Cash, type Lots, type Side, type Ticks, cash, lots } from '../core/units.ts'
import { type Instrument, notionalOf } from '../market/instrument.ts'
import type { StepChange } from '../market/instrument-terms.ts'

/** Mutable in place: one object an instrument for the life of the kernel. */
export interface Position {
  /** Signed; 0 is flat. */
  lots: Lots
  /** Notional at which the open quantity was bought or sold, always positive. */
  cost: Cash
  /** Realized since the kernel began, fees and funding not counted. */
  realized: Cash
}

export const flatPosition = (): Position => ({ lots: lots(0), cost: cash(0), realized: cash(0) })

/** What a position needs of a fill. */
export interface BookedFill {
  readonly side: Side
  readonly price: Ticks
  readonly lots: Lots
  /** Money beside price times quantity: the true price lies between two steps. */
  readonly offStep?: Cash | undefined
}

/**
 * Books a fill and answers what it realized, before fees.
 * Cost is released in proportion, rounded against us: up for a long (less profit), down for a short. A fill beyond flat closes first and
 * opens the rest at the fill price.
 */
export function applyFill(position: Position, instrument: Instrument, fill: BookedFill): Cash {
  const { side, price, lots: quantity, offStep = cash(0) } = fill
  const signed = side * quantity
  const held: number = position.lots
  if (held === 0 || held > 0 === signed > 0) {
    const notional = notionalOf(instrument, price, quantity, side === 1 ? 'ceil' : 'floor') + offStep
    position.cost = cash(addSafe(position.cost, notional))
    position.lots = lots(addSafe(held, signed))
    return cash(0)
  }
  const size = held < 0 ? 0 - held : held
  const closed = quantity < size ? quantity : size
  const released =
    closed === size ? position.cost : held > 0 ? mulDivCeil(position.cost, closed, size) : mulDivFloor(position.cost, closed, size)
  const closedOffStep = closed === quantity || offStep === 0 ? offStep : mulDivFloor(offStep, closed, quantity)
  const proceeds = notionalOf(instrument, price, lots(closed), side === 1 ? 'ceil' : 'floor') + closedOffStep
  const realized = held > 0 ? proceeds - released : released - proceeds
  position.realized = cash(addSafe(position.realized, realized))
  position.cost = cash(position.cost - released)
  position.lots = lots(held > 0 ? held - closed : held + closed)
  const rest = quantity - closed
  if (rest > 0) {
    position.lots = lots(side * rest)
    position.cost = cash(notionalOf(instrument, price, lots(rest), side === 1 ? 'ceil' : 'floor') + (offStep - closedOffStep))
  }
  return cash(realized)
}

/** Profit of the open quantity at the mark, before the cost of closing. */
export function unrealizedOf(position: Position, instrument: Instrument, mark: Ticks): Cash {
  const held: number = position.lots
  if (held === 0) return cash(0)
  return held > 0
    ? cash(notionalOf(instrument, mark, lots(held), 'floor') - position.cost)
    : cash(position.cost - notionalOf(instrument, mark, lots(0 - held), 'ceil'))
}

/** The position in other steps: at the same average; lots that are no whole step are left out, with their part of the cost. */
export function convertPosition(position: Position, change: StepChange): void {
  position.cost = cash(change.shareOf(position.cost, position.lots))
  position.lots = change.quantity(position.lots)
}

/** Average entry in ticks as a float, for users and statistics. */
export function averageEntry(position: Position, instrument: Instrument): number {
  const held: number = position.lots
  if (held === 0) return 0
  return (position.cost * instrument.cashDenominator) / ((held < 0 ? 0 - held : held) * instrument.cashNumerator)
}
