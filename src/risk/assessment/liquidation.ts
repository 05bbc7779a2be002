/**
 * Where a position would be liquidated if its symbol alone moved, once an entry has filled.
 * Bybit liquidates when what backs contracts is no more than their maintenance margin, which it asks by tiers of position value.
 */
import { type Rate, type Side, type Ticks, ticks } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import { flatTier, liquidationPriceOf } from '../../market/margin-tiers.ts'

export interface PositionAfter {
  readonly instrument: Instrument
  readonly side: Side
  readonly mark: Ticks
  /** Lots on `side` that are held and stay, valued at the mark already. */
  readonly held: number
  /** Lots that the entry adds, and its price. */
  readonly added: number
  readonly entry: Ticks
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
  const { instrument, side, mark, held, added, entry } = position
  const quantity = held + added
  if (quantity <= 0) return undefined
  const unit = instrument.cashNumerator / instrument.cashDenominator
  const tiers = instrument.tiers.length === 0 ? flatTier(unread) : instrument.tiers
  const price = liquidationPriceOf(side, quantity * unit, (held * mark + added * entry) * unit, backing, tiers)
  if (side === 1) return price <= 0 ? undefined : ticks(Math.min(mark, Math.ceil(price)))
  return price > mark * RISE_MAX ? undefined : ticks(Math.max(mark, Math.floor(price)))
}
