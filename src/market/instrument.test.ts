/**
 * The path between decimal text, the grid of ticks and lots, and money.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../core/assert.ts'
import { instrumentIndex, lots, ticks } from '../core/units.ts'
import { formatPrice, formatQuantity, lotFloat, makeInstrument, notionalOf, parsePrice, parseQuantity, tickFloat } from './instrument.ts'

const make = (tickSize: string, lotSize: string) =>
  makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'BTCUSDT', tickSize, lotSize, quantityMin: lotSize, notionalMin: '5' })

describe('notional', () => {
  test.each([
    // 64,000.0 x 0.050 BTC = 3,200 USDT
    ['0.1', '0.001', 640_000, 50, 320_000_000_000],
    // 0.6200 x 12.3 XRP = 7.626 USDT
    ['0.0001', '0.1', 6_200, 123, 762_600_000],
    // 0.00001234 x 1 = 1,234e-8
    ['0.00000001', '1', 1_234, 1, 1_234],
    // tick 0.5, lot 0.25: 100.5 x 0.75 = 75.375
    ['0.5', '0.25', 201, 3, 7_537_500_000],
  ])('tick %s, lot %s: %d ticks x %d lots', (tickSize, lotSize, price, quantity, expected) => {
    expect(notionalOf(make(tickSize, lotSize), ticks(price), lots(quantity), 'floor')).toBe(expected)
    expect(notionalOf(make(tickSize, lotSize), ticks(price), lots(0 - quantity), 'floor')).toBe(0 - expected)
  })

  test('a grid finer than 1e-8 rounds in the given direction', () => {
    const fine = make('0.00001', '0.000001')
    expect(notionalOf(fine, ticks(7), lots(15_001), 'floor')).toBe(105)
    expect(notionalOf(fine, ticks(7), lots(15_001), 'ceil')).toBe(106)
    expect(notionalOf(fine, ticks(7), lots(15_001), 'nearest')).toBe(105)
  })

  test('equals the exact product for any grid', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 1e6 }),
        (priceScale, quantityScale, tick, lot, price, quantity) => {
          const instrument = make((tick / 10 ** priceScale).toFixed(priceScale), (lot / 10 ** quantityScale).toFixed(quantityScale))
          const units = BigInt(price) * BigInt(tick) * BigInt(quantity) * BigInt(lot) * 10n ** 8n
          const scale = 10n ** BigInt(priceScale + quantityScale)
          const exact = units / scale
          if (exact > BigInt(Number.MAX_SAFE_INTEGER)) return
          expect(BigInt(notionalOf(instrument, ticks(price), lots(quantity), 'floor'))).toBe(exact)
          expect(BigInt(notionalOf(instrument, ticks(price), lots(quantity), 'ceil'))).toBe(exact + (units % scale === 0n ? 0n : 1n))
        },
      ),
    )
  })
})

test.each([
  ['0.1', '64000.1', undefined, 640_001],
  ['0.5', '100.5', undefined, 201],
  ['0.5', '100.3', undefined, undefined],
  ['0.5', '100.3', 'floor', 200],
  ['0.5', '100.3', 'ceil', 201],
  ['0.1', '64000.15', undefined, undefined],
  ['0.1', 'abc', 'floor', undefined],
] as const)('tick %s: price %s, rounding %s', (tickSize, text, rounding, expected) => {
  expect(parsePrice(make(tickSize, '1'), text, rounding)).toBe(expected)
})

test('prices and quantities survive the way to text and back', () => {
  const instrument = make('0.05', '0.002')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (n) => {
      expect(parsePrice(instrument, formatPrice(instrument, ticks(n)))).toBe(n)
      expect(parseQuantity(instrument, formatQuantity(instrument, lots(n)))).toBe(n)
    }),
  )
  expect([tickFloat(instrument), lotFloat(instrument)]).toEqual([0.05, 0.002])
})

test('what the venue allows is read down to the lot, and its least value up', () => {
  const instrument = makeInstrument({
    index: instrumentIndex(0),
    venue: 'sim',
    symbol: 'ETHUSDT',
    tickSize: '0.01',
    lotSize: '0.02',
    quantityMin: '0.02',
    quantityMax: '7.05',
    quantityMarketMax: '1.5',
    notionalMin: '5',
  })
  expect([instrument.lotsMin, instrument.lotsMax, instrument.lotsMarketMax]).toEqual([1, 352, 75])
  expect([instrument.baseCoin, instrument.quoteCoin, instrument.notionalMin]).toEqual(['ETH', 'USDT', 500_000_000])
})

test.each(['0', '-0.1', 'x', ''])('tick size %s is refused', (tickSize) => {
  expect(() => make(tickSize, '1')).toThrow(InvariantError)
})
