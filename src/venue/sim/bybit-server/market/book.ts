/**
 * A synthetic order book around the market's own best prices, else one tick below and above the last one; sizes stay with their price.
 */
import { type Ticks, lots, ticks } from '../../../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity, lotFloat, tickFloat } from '../../../../market/instrument.ts'
import type { MarketQuote } from './market-source.ts'

type Level = readonly [price: string, size: string]
export interface Book {
  /** Best first. */
  readonly b: readonly Level[]
  readonly a: readonly Level[]
}

/** Quote units that an average level holds. */
const LEVEL_NOTIONAL = 40_000

/** `quote` is what the market itself says, where it says anything: the book begins there, or its spread would be made up. */
export function bookOf(instrument: Instrument, last: Ticks, depth: number, quote: MarketQuote | undefined): Book {
  const top = quote?.bid !== undefined && quote.ask !== undefined && quote.bid < quote.ask ? quote : undefined
  const bid = top?.bid ?? last - 1
  const ask = top?.ask ?? last + 1
  const price = last * tickFloat(instrument)
  const average = price > 0 ? LEVEL_NOTIONAL / (price * lotFloat(instrument)) : 1
  const level = (at: number): Level => {
    const size = lots(Math.max(1, Math.round(average * (0.1 + 1.8 * hashOf(at)))))
    return [formatPrice(instrument, ticks(at)), formatQuantity(instrument, size)]
  }
  const b: Level[] = []
  const a: Level[] = []
  for (let k = 0; k < depth; k++) {
    if (bid - k > 0) b.push(level(bid - k))
    a.push(level(ask + k))
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

/** The frame of an order book with a bid at twice the price of a level in it; any other frame as it is. */
export function crossedFrame(text: string): string {
  const frame = JSON.parse(text) as { topic?: string; data?: { b?: Level[]; a?: Level[] } }
  const { b, a } = frame.data ?? {}
  const level = a?.[0] ?? b?.[0]
  if (frame.topic?.startsWith('orderbook.') !== true || b === undefined || level === undefined) return text
  const decimals = level[0].split('.')[1]?.length ?? 0
  b.push([(Number(level[0]) * 2).toFixed(decimals), '1'])
  return JSON.stringify(frame)
}
