/**
 * The prices between which a venue is left alone, against the account's own figures at those prices.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CASH_ONE, type Side, cash, instrumentIndex, lots, orderId, rate, ticks, ts } from '../../../core/units.ts'
import { makeInstrument } from '../../../market/instrument.ts'
import type { SubmitOrder } from '../../../trading/event.ts'
import { SimVenue } from '../sim-venue.ts'

const instruments = ['BTCUSDT', 'ETHUSDT'].map((symbol, k) =>
  makeInstrument({ index: instrumentIndex(k), venue: 'test', symbol, tickSize: '0.1', lotSize: '0.001' }),
)
const [FIRST, SECOND] = [instrumentIndex(0), instrumentIndex(1)]
const PRICE = 5_000

const market = (k: number, side: Side, quantity: number): SubmitOrder => ({
  type: 'submit-order',
  orderId: orderId(k + 1),
  clientOrderId: `c${k}`,
  instrument: instrumentIndex(k),
  side,
  kind: 'market',
  lots: lots(quantity),
  budget: undefined,
  limit: undefined,
  trigger: undefined,
  triggerBy: 'last',
  stop: undefined,
  targets: undefined,
  timeInForce: 'gtc',
  reduceOnly: false,
})

/** An account of 1,000 coins with these signed lots, bought at 500 coins each. */
function venueWith(held: readonly [number, number]): SimVenue {
  const venue = new SimVenue(instruments, cash(1_000 * CASH_ONE), {
    makerRate: rate(0),
    takerRate: rate(5_500_000),
    slippage: { type: 'none' },
    limitFill: 'through',
    leverage: 100,
    maintenanceRate: rate(50_000_000),
    idPrefix: 't',
  })
  held.forEach((quantity, k) => {
    const i = instrumentIndex(k)
    venue.tick(i, ticks(PRICE), 1, ts(1), () => {})
    if (quantity !== 0) expect(venue.accept(market(k, quantity > 0 ? 1 : -1, Math.abs(quantity)), ts(1), () => {})).toBeUndefined()
    venue.tick(i, ticks(PRICE), 1, ts(2), () => {})
  })
  return venue
}

/** 0.5 % of each notional, rounded up: one tick times one lot is 10,000 units of money here. */
const maintenanceOf = (venue: SimVenue): number =>
  instruments.reduce(
    (sum, { index }) => sum + Math.ceil((Math.abs(venue.positions[index]?.lots ?? 0) * venue.lastPrice(index) * 10_000) / 200),
    0,
  )

describe('calm prices', () => {
  const quantity = fc.integer({ min: -30_000, max: 30_000 })
  test('calm prices: at the outermost of them the account covers its maintenance margin, whatever it holds beside', () => {
    let bounds = 0
    fc.assert(
      fc.property(quantity, quantity, fc.integer({ min: 4_900, max: 5_100 }), (first, second, elsewhere) => {
        const venue = venueWith([first, second])
        venue.passTo(SECOND, elsewhere)
        const calm = venue.calmPrices(FIRST)
        if (calm === undefined) throw new Error('nothing stands')
        const { above, below } = calm
        for (const price of [Math.floor(above) + 1, Math.ceil(below) - 1]) {
          if (!(price > above && price < below && price > 0)) continue
          venue.passTo(FIRST, price)
          expect(venue.equity()).toBeGreaterThan(maintenanceOf(venue))
          bounds += 1
        }
      }),
      { numRuns: 500, seed: 3 },
    )
    expect(bounds).toBeGreaterThan(300)
  })

  test('a few ticks beyond them it does not: they are no wider than the account asks for', () => {
    for (const held of [20_000, -20_000]) {
      const venue = venueWith([held, 0])
      const { above, below } = venue.calmPrices(FIRST) ?? { above: Number.NaN, below: Number.NaN }
      venue.passTo(FIRST, held > 0 ? Math.floor(above) - 1 : Math.ceil(below) + 1)
      expect(venue.equity()).toBeLessThan(maintenanceOf(venue))
    }
  })

  test('there are none while a market order waits or a trailing stop follows', () => {
    const waiting = venueWith([0, 0])
    waiting.accept(market(0, 1, 10), ts(3), () => {})
    expect(waiting.calmPrices(FIRST)).toBeUndefined()
    const following = venueWith([100, 0])
    expect(following.calmPrices(FIRST)).toBeDefined()
    following.accept(
      { type: 'set-protection', instrument: FIRST, stop: undefined, trail: { by: ticks(50), activation: undefined }, triggerBy: 'last' },
      ts(3),
      () => {},
    )
    expect(following.calmPrices(FIRST)).toBeUndefined()
  })
})
