/**
 * An entry that fills inside a bar, with a stop and a target: what the rest of the bar may do with it, whatever the bar.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { marketOrder } from '../../../test/support/venue/market-order.ts'
import { CASH_ONE, cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../core/units.ts'
import { Bars } from '../../market/bars.ts'
import { makeInstrument } from '../../market/instrument.ts'
import type { OrderFilled, VenueEvent } from '../../trading/event.ts'
import { SimVenue } from './sim-venue.ts'

const I = instrumentIndex(0)
const unit = makeInstrument({ index: I, venue: 'sim', symbol: 'XUSDT', tickSize: '1', lotSize: '1', leverageMax: 100 })

interface Entry {
  readonly kind: 'limit' | 'stop-market' | 'market'
  readonly price: number
  readonly stop: number
  readonly target: number
}

/** Prices of the fills of one bar: the entry of a long, and what came of it. */
function fillsOf({ kind, price, stop, target }: Entry, [open, high, low, close]: readonly [number, number, number, number]): number[] {
  const venue = new SimVenue([unit], cash(1_000_000 * CASH_ONE), {
    makerRate: rate(0),
    takerRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    leverage: 1,
    idPrefix: 'v',
  })
  const prices: number[] = []
  const into = (event: VenueEvent): void => {
    if (event.type === 'order-filled') prices.push((event satisfies OrderFilled).price)
  }
  venue.tick(I, ticks(1_000), 0, ts(0), into)
  const order = marketOrder(
    { orderId: orderId(1), clientOrderId: 'c1', instrument: I, lots: lots(1) },
    {
      kind,
      ...(kind === 'limit' ? { limit: ticks(price) } : {}),
      ...(kind === 'stop-market' ? { trigger: ticks(price) } : {}),
      stop: ticks(stop),
      targets: [{ price: ticks(target), share: 1 }],
      triggerBy: 'last',
    },
  )
  if (venue.accept(order, ts(1), into) !== undefined) return []
  const [o, h, l, c] = [open, high, low, close].map((n) => Float64Array.of(n)) as [Float64Array, Float64Array, Float64Array, Float64Array]
  venue.bar(I, new Bars(60_000, { ts: Float64Array.of(1), open: o, high: h, low: l, close: c, volume: Float64Array.of(1) }), into)
  return prices
}

describe('a long with its stop at 980 and its target at 1,020', () => {
  const of = (kind: Entry['kind'], price: number): Entry => ({ kind, price, stop: 980, target: 1_020 })
  test.each<readonly [string, Entry, readonly [number, number, number, number], readonly number[]]>([
    ['at the open: the target, where the stop is not reached', of('market', 0), [1_000, 1_025, 990, 1_005], [1_000, 1_020]],
    ['at the open: the stop, where both are', of('market', 0), [1_000, 1_025, 975, 1_005], [1_000, 980]],
    ['a limit: the high may have been before it', of('limit', 995), [1_000, 1_025, 990, 1_005], [995]],
    ['a limit: a close at the target came after it', of('limit', 995), [1_000, 1_025, 990, 1_020], [995, 1_020]],
    ['a limit: the stop first, even where the close is at the target', of('limit', 995), [1_000, 1_025, 975, 1_022], [995, 980]],
    ['a stop entry: the fall to its stop may have come after', of('stop-market', 1_010), [1_000, 1_025, 975, 1_022], [1_010, 980]],
    [
      'a stop entry: its target is on the same way, but the high may end there',
      of('stop-market', 1_010),
      [1_000, 1_025, 990, 1_005],
      [1_010],
    ],
  ])('entry in a bar: %s', (_, entry, bar, expected) => {
    expect(fillsOf(entry, bar)).toEqual(expected)
  })

  test('inside a bar a target is met only where the close proves it, and never where the stop could have come first', () => {
    let targets = 0
    const near = (least: number, most: number): fc.Arbitrary<number> => fc.integer({ min: least, max: most })
    fc.assert(
      fc.property(
        fc.constantFrom<Entry['kind']>('limit', 'stop-market'),
        near(1, 30),
        near(1, 30),
        near(1, 30),
        fc.tuple(near(0, 40), near(0, 40), near(0, 100)),
        (kind, away, stopAway, targetAway, [up, down, place]) => {
          const price = kind === 'limit' ? 1_000 - away : 1_000 + away
          const entry: Entry = { kind, price, stop: price - stopAway, target: price + targetAway }
          const [high, low] = [1_000 + up, 1_000 - down]
          const close = low + Math.round(((high - low) * place) / 100)
          const [first, second] = fillsOf(entry, [1_000, high, low, close])
          if (second === undefined) return
          expect(first).toBe(price)
          if (second === entry.stop) {
            expect(low).toBeLessThanOrEqual(entry.stop)
            return
          }
          targets += 1
          expect(second).toBe(entry.target)
          expect(close).toBeGreaterThanOrEqual(entry.target)
          expect(low).toBeGreaterThan(entry.stop)
        },
      ),
      { numRuns: 3_000, seed: 6 },
    )
    expect(targets).toBeGreaterThan(50)
  })
})
