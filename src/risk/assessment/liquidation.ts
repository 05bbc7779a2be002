/**
 * Where an account in cross margin would be liquidated if one symbol alone moved, once an entry has filled.
 * Bybit liquidates when the equity that backs contracts is no more than their maintenance margin; the rate is the profile's (tier 1).
 */
import { RATE_ONE, type Cash, type Rate, type Side, type Ticks, ticks } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'

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
 * The price at which backing + result of the move = rate x (value of the symbol + value of all other contracts), other prices standing still:
 * for a long of q lots, P = (held x mark + added x entry + (rate x others - backing) / unit) / (q x (1 - rate)), unit being the money of a tick
 * times a lot. Rounded toward the mark, and never beyond it.
 *
 * @param backing equity that contracts stand on, Cash, after the fee of the entry
 * @param others notional of contracts in other symbols, Cash
 * @returns undefined where the account would stand a fall to zero, or a rise to ten times the mark
 */
export function liquidationAfter(position: PositionAfter, backing: number, others: Cash, maintenanceRate: Rate): Ticks | undefined {
  const { instrument, side, mark, held, added, entry } = position
  const quantity = held + added
  if (quantity <= 0) return undefined
  const unit = instrument.cashNumerator / instrument.cashDenominator
  const rate = maintenanceRate / RATE_ONE
  const paid = held * mark + added * entry
  const room = (backing - rate * others) / unit
  const price = side === 1 ? (paid - room) / (quantity * (1 - rate)) : (paid + room) / (quantity * (1 + rate))
  if (side === 1) return price <= 0 ? undefined : ticks(Math.min(mark, Math.ceil(price)))
  return price > mark * RISE_MAX ? undefined : ticks(Math.max(mark, Math.floor(price)))
}
