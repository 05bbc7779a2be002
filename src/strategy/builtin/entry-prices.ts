/**
 * Prices and figures that built-in strategies say: stops as whole ticks on their losing side, and numbers short enough to be read.
 */
import { type Side, type Ticks, ticks } from '../../core/units.ts'

/** A stop `distance` ticks from a price, at least one tick away, never below the first tick. Fractions go away from the price. */
export const stopAt = (price: number, side: Side, distance: number): Ticks =>
  side === 1
    ? ticks(Math.max(1, Math.min(Math.ceil(price) - 1, Math.floor(price - distance))))
    : ticks(Math.max(Math.floor(price) + 1, Math.ceil(price + distance)))

/** A limit that is never worse than the price that was calculated: a buy is rounded down, a sale up. Never below the first tick. */
export const limitAt = (price: number, side: Side): Ticks => ticks(Math.max(1, side === 1 ? Math.floor(price) : Math.ceil(price)))

/** A ratio, a score, a percentage for a reason. */
export const rounded = (value: number, digits = 4): number => {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}
