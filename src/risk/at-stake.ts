/**
 * What is lost if stops are reached: of one symbol as it would be after an order, and of everything else that is open or may still fill.
 * Never counts what is not ours: its losses are flows and touch no limit of a day (S8, S9).
 */
import { type Cash, type InstrumentIndex, type Lots, type Side, type Ticks, cash, lots } from '../core/units.ts'
import { type Instrument, notionalOf } from '../market/instrument.ts'
import type { LossScope, PortfolioView } from '../portfolio/view.ts'
import { type ExpectedCosts, exitCostOf, plannedLossOf, rateOf, takerRateOf } from './planned-loss.ts'

/** Notional at the mark of our position on the other side, which closes before an entry on `side` fills; rounded down. */
export function closingNotional(view: PortfolioView, instrument: Instrument, side: Side): Cash {
  const against = view.positionLots(instrument.index) * side
  return against < 0 ? notionalOf(instrument, view.mark(instrument.index), lots(0 - against), 'floor') : cash(0)
}

/** Both count the costs of the exit at the stop. */
export interface AtStake {
  /** Lost since the entries were made: what one trade may lose (S10). */
  readonly planned: number
  /** Lost from the marks on: what the day may still lose. */
  readonly loss: number
}

const NOTHING: AtStake = { planned: 0, loss: 0 }
const above0 = (n: number): number => (n > 0 ? n : 0)

/** Of two stops of a position on `side` the nearer one: the one that loses less. */
export const nearerStop = (side: Side, a: Ticks, b: Ticks): Ticks => ((a - b) * side > 0 ? a : b)

/** The stop that the position will have when an entry with `stop` fills: one that is nearer stays (S10). */
export function stopAfterEntry(view: PortfolioView, i: InstrumentIndex, side: Side, stop: Ticks): Ticks {
  const standing = view.positionLots(i) * side > 0 ? view.stopOf(i) : undefined
  return standing === undefined ? stop : nearerStop(side, standing, stop)
}

/**
 * The stop that an entry is sent with. The venue moves the stop of the whole position to it, so one that is nearer is sent instead,
 * where it lies on the losing side of `price`, at which the entry fills.
 */
export function stopToSend(view: PortfolioView, i: InstrumentIndex, side: Side, stop: Ticks, price: Ticks): Ticks {
  const kept = stopAfterEntry(view, i, side, stop)
  return (price - kept) * side > 0 ? kept : stop
}

/** The position that is held on `side`, if its stop were `stop`; nothing where none is. */
function heldAtStake(view: PortfolioView, i: InstrumentIndex, side: Side, stop: Ticks | undefined, costs: ExpectedCosts): AtStake {
  const held = view.positionLots(i) * side
  if (held <= 0) return NOTHING
  const instrument = view.instrument(i)
  const size = lots(held)
  const now = notionalOf(instrument, view.mark(i), size, side === 1 ? 'ceil' : 'floor')
  if (stop === undefined) {
    const margin = wholeMargin(view, instrument, size)
    return { planned: margin, loss: margin }
  }
  const atStop = notionalOf(instrument, stop, size, side === 1 ? 'floor' : 'ceil')
  const exit = exitCostOf(instrument, atStop, costs)
  const cost = view.costOf(i)
  const entryFee = rateOf(cost, takerRateOf(instrument, costs))
  return { planned: above0((cost - atStop) * side) + entryFee + exit, loss: above0((now - atStop) * side) + exit }
}

/** A position without a stop may lose all that is behind it. */
function wholeMargin(view: PortfolioView, instrument: Instrument, size: Lots): number {
  const notional = notionalOf(instrument, view.mark(instrument.index), size, 'ceil')
  return instrument.category === 'spot' ? notional : Math.ceil(notional / view.leverageOf(instrument.index))
}

/** Entries of Ballast's on `side` that may still fill, each at its own stop. */
export function entriesAtStake(view: PortfolioView, i: InstrumentIndex, side: Side, costs: ExpectedCosts): number {
  const instrument = view.instrument(i)
  let sum = 0
  for (const entry of view.openEntries(i)) {
    if (entry.side !== side) continue
    sum +=
      entry.stop === undefined
        ? wholeMargin(view, instrument, entry.lots)
        : plannedLossOf(instrument, entry.price, entry.stop, entry.lots, costs)
  }
  return sum
}

/** The symbol on `side` once everything that was sent has filled, with the stop that its position has or will have. */
export function symbolAtStake(view: PortfolioView, i: InstrumentIndex, side: Side, stop: Ticks | undefined, costs: ExpectedCosts): AtStake {
  const held = heldAtStake(view, i, side, stop, costs)
  const entries = entriesAtStake(view, i, side, costs)
  return { planned: held.planned + entries, loss: held.loss + entries }
}

/** All symbols of a scope but one: positions at their stops and entries that may still fill, on the worse side of each. */
export function othersAtStake(view: PortfolioView, except: InstrumentIndex, costs: ExpectedCosts, scope: LossScope): Cash {
  let sum = 0
  if (scope.type === 'symbol') return cash(sum)
  for (const i of view.symbolsAtStake()) {
    if (i === except || (scope.type === 'strategy' && view.ownerOf(i) !== scope.strategy)) continue
    const stop = view.stopOf(i)
    sum += Math.max(symbolAtStake(view, i, 1, stop, costs).loss, symbolAtStake(view, i, -1, stop, costs).loss)
  }
  return cash(sum)
}
