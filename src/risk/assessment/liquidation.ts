/**
 * Where a position would be liquidated if its symbol alone moved, once an entry has filled.
 * Bybit liquidates when what backs contracts is no more than their maintenance margin, which it asks by tiers of position value. In cross margin
 * the account backs them, in isolated margin a position has value at entry / leverage and nothing else.
 */
import { type Cash, type InstrumentIndex, type Lots, type Rate, type Side, type Ticks, cash, lots, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import { flatTier, liquidationPriceOf } from '../../market/margin-tiers.ts'
import type { PortfolioView } from '../../portfolio/view.ts'

export interface PositionAfter {
  readonly instrument: Instrument
  readonly side: Side
  readonly mark: Ticks
  /** Lots on `side`. */
  readonly quantity: number
  /** Money from which the result counts: what they cost, or their value where the result so far is in the backing already. */
  readonly cost: number
}

/** Shorts are looked at up to so many times their mark. */
const RISE_MAX = 10

/**
 * The price at which backing + result of the move = maintenance margin of the symbol, other prices standing still. Rounded toward the mark, and
 * never beyond it.
 *
 * @param backing Cash that the position stands on after the fee of the entry, less the maintenance margin of all other contracts
 * @param unread maintenance rate of an instrument whose tiers nobody has read
 * @returns undefined where the account would stand a fall to zero, or a rise to ten times the mark
 */
export function liquidationAfter(position: PositionAfter, backing: number, unread: Rate): Ticks | undefined {
  const { instrument, side, mark, quantity, cost } = position
  if (quantity <= 0) return undefined
  const size = (quantity * instrument.cashNumerator) / instrument.cashDenominator
  const price = liquidationPriceOf(side, size, cost, backing, instrument.tiers.length === 0 ? flatTier(unread) : instrument.tiers)
  if (side === 1) return price <= 0 ? undefined : ticks(Math.min(mark, Math.ceil(price)))
  return price > mark * RISE_MAX ? undefined : ticks(Math.max(mark, Math.floor(price)))
}

/** What is held on the side of an entry, ours and not ours; what is not ours counts as opened at the mark. */
export function heldOn(view: PortfolioView, i: InstrumentIndex, side: Side): { readonly lots: Lots; readonly cost: Cash } {
  const instrument = view.instrument(i)
  const own = view.positionLots(i) * side
  const external = view.externalLots(i) * side
  const ofExternal = external > 0 ? notionalOf(instrument, view.mark(i), lots(external), 'ceil') : 0
  return { lots: lots(Math.max(0, own) + Math.max(0, external)), cost: cash((own > 0 ? view.costOf(i) : 0) + ofExternal) }
}

/** In isolated margin: the price that liquidates the position once an entry of `quantity` lots worth `notional` has filled. */
export function isolatedLiquidation(
  view: PortfolioView,
  i: InstrumentIndex,
  side: Side,
  quantity: number,
  notional: number,
  unread: Rate,
): Ticks | undefined {
  const held = heldOn(view, i, side)
  const cost = held.cost + notional
  const after = { instrument: view.instrument(i), side, mark: view.mark(i), quantity: held.lots + quantity, cost }
  return liquidationAfter(after, cost / view.leverageOf(i), unread)
}
