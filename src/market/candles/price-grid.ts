/**
 * A tick as text turned into the integers that prices are counted in.
 */
import { parseDecimal } from '../../core/decimal.ts'
import type { PriceGrid } from './part.ts'

export function priceGridOf(tickSize: string): PriceGrid {
  const point = tickSize.indexOf('.')
  const priceScale = point < 0 ? 0 : tickSize.length - point - 1
  return { tick: parseDecimal(tickSize, priceScale) ?? 1, priceScale }
}
