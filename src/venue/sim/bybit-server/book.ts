/**
 * A synthetic order book around the last price: one tick below and above it, sizes that stay with their price.
 * Never crossed, and never what orders are matched against.
 */
import { type Ticks, lots, ticks } from '../../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity, lotFloat, tickFloat } from '../../../market/instrument.ts'

type Level = readonly [price: string, size: string]
export interface Book {
  /** Best first. */
  readonly b: readonly Level[]
  readonly a: readonly Level[]
}

/** Quote units that an average level holds. */
const LEVEL_NOTIONAL = 40_000

export function bookOf(instrument: Instrument, last: Ticks, depth: number): Book {
  const price = last * tickFloat(instrument)
  const average = price > 0 ? LEVEL_NOTIONAL / (price * lotFloat(instrument)) : 1
  const level = (at: number): Level => {
    const size = lots(Math.max(1, Math.round(average * (0.1 + 1.8 * hashOf(at)))))
    return [formatPrice(instrument, ticks(at)), formatQuantity(instrument, size)]
  }
  const b: Level[] = []
  const a: Level[] = []
  for (let k = 1; k <= depth; k++) {
    if (last - k > 0) b.push(level(last - k))
    a.push(level(last + k))
  }
  return { b, a }
}

/** What changed from one book to the next; size `0` takes a level away. */
export function bookDelta(before: Book, after: Book): Book {
  return { b: sideDelta(before.b, after.b), a: sideDelta(before.a, after.a) }
}

function sideDelta(before: readonly Level[], after: readonly Level[]): Level[] {
  const old = new Map(before)
  const changes: Level[] = []
  for (const level of after) {
    if (old.get(level[0]) !== level[1]) changes.push(level)
    old.delete(level[0])
  }
  for (const price of old.keys()) changes.push([price, '0'])
  return changes
}

/** A fixed number in [0, 1) for each price (Knuth's multiplicative hash). */
const hashOf = (n: number): number => (Math.imul(n | 0, 0x9e3779b1) >>> 8) / 0x1000000
