/**
 * Spot fills keep coins and money whole: what was paid is what left, and coins are lots, a spare part, and fees.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Side, cash, instrumentIndex, lots, rate, ticks } from '../core/units.ts'
import { LOT_PARTS, makeInstrument } from '../market/instrument.ts'
import { spotFill } from './spot.ts'

const BTC = makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT-SPOT', tickSize: '0.01', lotSize: '0.000001' })
/** One tick of one lot is 1e-8 of a coin: one unit of Cash. */
const money = (price: number, quantity: number): bigint => BigInt(price) * BigInt(quantity)

test('a spot symbol is another one than the perpetual of its coins', () => {
  expect([BTC.category, BTC.baseCoin, BTC.quoteCoin, BTC.settleCoin]).toEqual(['spot', 'BTC', 'USDT', 'USDT'])
})

test('0.01 BTC at 0.1 % credits 0.00999 BTC, and the fee costs what the coins did (bybit fee page)', () => {
  const fee = { coin: 'BTC', amount: cash(0.6e8), rate: rate(10_000_000), lotParts: 10 * LOT_PARTS }
  const fill = spotFill(BTC, 0, 0, { side: 1, price: ticks(6_000_000), lots: lots(10_000), fee })
  expect(fill).toEqual({ lots: 9_990, fee: 0.6e8, spare: 0, surplus: 0, outside: 0 })
})

test('a fee below a lot is paid from the spare part of one', () => {
  const fee = { coin: 'BTC', amount: cash(1), rate: rate(10_000_000), lotParts: 400_000 }
  const buy = { side: 1, price: ticks(6_000_000), lots: lots(400), fee } as const
  const spares: number[] = []
  let held = 0
  let spare = 0
  for (let k = 0; k < 5; k++) {
    const fill = spotFill(BTC, held, spare, buy)
    held += fill.lots
    spare = fill.spare
    spares.push(spare)
  }
  // 5 x 0.4 lots of fee are two lots.
  expect([held, spares]).toEqual([1_998, [600_000, 200_000, 800_000, 400_000, 0]])
})

test('what was not held is not ours to sell: it comes in as money of somebody else', () => {
  const fee = { coin: 'USDT', amount: cash(1_000), rate: rate(10_000_000) }
  const fill = spotFill(BTC, 300, 5, { side: -1, price: ticks(6_000_000), lots: lots(400), fee })
  expect(fill).toEqual({ lots: 300, fee: 750, spare: 5, surplus: 100, outside: 600_000_000 - 250 })
})

test('coins and money are whole over any run of fills', () => {
  const one = fc.record({
    isBuy: fc.boolean(),
    price: fc.integer({ min: 1, max: 10_000_000 }),
    quantity: fc.integer({ min: 1, max: 100_000_000 }),
    feePerMille: fc.integer({ min: 0, max: 10 }),
    inCoins: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 30 }), (runs) => {
      let held = 0
      let spare = 0
      let cashFlow = 0n
      let expected = 0n
      let coins = 0n
      for (const { isBuy, price, quantity, feePerMille, inCoins } of runs) {
        const side: Side = isBuy ? 1 : -1
        if (!isBuy && held === 0) continue
        const inMoney = inCoins ? 0n : (money(price, quantity) * BigInt(feePerMille)) / 1_000n
        const lotParts = inCoins && isBuy ? quantity * feePerMille * 1_000 : undefined
        if (inCoins && !isBuy) continue
        const fee = { coin: '', amount: cash(Number(inMoney)), rate: rate(0), ...(lotParts === undefined ? {} : { lotParts }) }
        const before = held
        const fill = spotFill(BTC, held, spare, { side, price: ticks(price), lots: lots(quantity), fee })
        held += side * fill.lots
        spare = fill.spare
        // What a wallet sees: the cost of what was bought or the proceeds of what was sold, the fee, and what was not ours.
        cashFlow += -BigInt(side) * money(price, fill.lots) - BigInt(fill.fee) + BigInt(fill.outside)
        expected += -BigInt(side) * money(price, quantity) - inMoney
        coins += isBuy ? BigInt(quantity) * BigInt(LOT_PARTS) - BigInt(lotParts ?? 0) : -BigInt(Math.min(quantity, before) * LOT_PARTS)
        expect(held).toBeGreaterThanOrEqual(0)
        expect(spare).toBeGreaterThanOrEqual(0)
        expect(spare).toBeLessThan(LOT_PARTS)
      }
      expect(cashFlow).toBe(expected)
      expect(BigInt(held) * BigInt(LOT_PARTS) + BigInt(spare)).toBe(coins)
    }),
  )
})
