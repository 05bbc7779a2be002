/**
 * Positions against exact fractions: any sequence of fills, flips included, on grids that divide evenly and that do not.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Side, cash, instrumentIndex, lots, ticks } from '../core/units.ts'
import { makeInstrument, notionalOf } from '../market/instrument.ts'
import { LEDGER_ACCOUNTS, emptyLedger, ledgerSum, postToWallet } from './ledger.ts'
import { applyFill, averageEntry, flatPosition, unrealizedOf } from './position.ts'

const whole = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' })
/** One tick times one lot is a hundredth of a unit of Cash: every notional may round. */
const fine = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'BTCUSDT', tickSize: '0.0001', lotSize: '0.000001' })

const fill = fc.record({
  side: fc.constantFrom<Side>(1, -1),
  price: fc.integer({ min: 1, max: 1e6 }),
  quantity: fc.integer({ min: 1, max: 5_000 }),
})
const fills = fc.array(fill, { minLength: 1, maxLength: 40 })

/** Money in Cash x denominator, exactly: minus what was bought, plus what was sold, plus what is held at the mark. */
function exactWorth(list: readonly { side: Side; price: number; quantity: number }[], mark: number, numerator: number): bigint {
  let held = 0n
  let money = 0n
  for (const { side, price, quantity } of list) {
    held += BigInt(side * quantity)
    money -= BigInt(side) * BigInt(price) * BigInt(quantity) * BigInt(numerator)
  }
  return money + held * BigInt(mark) * BigInt(numerator)
}

describe('any sequence of fills', () => {
  test('any sequence of fills: on an even grid: realized plus unrealized is exactly what was sold less what was bought, marked', () => {
    fc.assert(
      fc.property(fills, fc.integer({ min: 1, max: 1e6 }), (list, mark) => {
        const position = flatPosition()
        for (const { side, price, quantity } of list) applyFill(position, whole, { side, price: ticks(price), lots: lots(quantity) })
        expect(position.lots).toBe(list.reduce((sum, f) => sum + f.side * f.quantity, 0))
        const worth = position.realized + unrealizedOf(position, whole, ticks(mark))
        expect(BigInt(worth)).toBe(exactWorth(list, mark, whole.cashNumerator))
      }),
    )
  })

  test('any sequence of fills: on a fine grid: never better than exact, and worse by at most two units a fill', () => {
    fc.assert(
      fc.property(fills, fc.integer({ min: 1, max: 1e6 }), (list, mark) => {
        const position = flatPosition()
        for (const { side, price, quantity } of list) applyFill(position, fine, { side, price: ticks(price), lots: lots(quantity) })
        const worth = BigInt(position.realized + unrealizedOf(position, fine, ticks(mark))) * BigInt(fine.cashDenominator)
        const exact = exactWorth(list, mark, fine.cashNumerator)
        expect(worth <= exact).toBe(true)
        expect(exact - worth <= BigInt(2 * fine.cashDenominator * (list.length + 1))).toBe(true)
      }),
    )
  })

  test('any sequence of fills: in any order: the same quantity and the same cash plus quantity times mark', () => {
    fc.assert(
      fc.property(
        fills.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const [a, b] = [flatPosition(), flatPosition()]
          for (const f of list) applyFill(a, whole, { side: f.side, price: ticks(f.price), lots: lots(f.quantity) })
          for (const f of shuffled) applyFill(b, whole, { side: f.side, price: ticks(f.price), lots: lots(f.quantity) })
          expect(b.lots).toBe(a.lots)
          expect(b.realized + unrealizedOf(b, whole, ticks(777))).toBe(a.realized + unrealizedOf(a, whole, ticks(777)))
        },
      ),
    )
  })

  test('cost is never negative, and a flat position holds none', () => {
    fc.assert(
      fc.property(fills, (list) => {
        const position = flatPosition()
        for (const { side, price, quantity } of list) {
          applyFill(position, fine, { side, price: ticks(price), lots: lots(quantity) })
          expect(position.cost).toBeGreaterThanOrEqual(0)
          if (position.lots === 0) expect(position.cost).toBe(0)
        }
      }),
    )
  })
})

describe('fills between two steps', () => {
  test('cost and result are those of the true prices, through adds, parts and flips', () => {
    const coarse = makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT', tickSize: '1', lotSize: '0.001' })
    fc.assert(
      fc.property(fills, (list) => {
        const [fine, booked] = [flatPosition(), flatPosition()]
        for (const { side, price, quantity } of list) {
          const exact = notionalOf(whole, ticks(price), lots(quantity), 'floor')
          const step = ticks(Math.round(price / 10))
          const offStep = cash(exact - notionalOf(coarse, step, lots(quantity), 'floor'))
          const realized = applyFill(fine, whole, { side, price: ticks(price), lots: lots(quantity) })
          expect(applyFill(booked, coarse, { side, price: step, lots: lots(quantity), offStep })).toBe(realized)
        }
        expect(booked).toEqual(fine)
      }),
    )
  })
})

/** Prices in ticks of 0.1, lots of 0.001: one tick times one lot is 1e4 units of Cash. */
describe('by hand', () => {
  test('a flip closes at the fill price and opens the rest there', () => {
    const position = flatPosition()
    expect(applyFill(position, whole, { side: 1, price: ticks(1_000), lots: lots(10) })).toBe(0)
    expect(applyFill(position, whole, { side: -1, price: ticks(1_100), lots: lots(25) })).toBe(100 * 10 * 1e4)
    expect(position).toEqual({ lots: -15, cost: 1_100 * 15 * 1e4, realized: 100 * 10 * 1e4 })
    expect(averageEntry(position, whole)).toBe(1_100)
    expect(unrealizedOf(position, whole, ticks(1_000))).toBe(100 * 15 * 1e4)
  })

  test('adding moves the average, taking off does not', () => {
    const position = flatPosition()
    applyFill(position, whole, { side: 1, price: ticks(1_000), lots: lots(10) })
    applyFill(position, whole, { side: 1, price: ticks(1_200), lots: lots(10) })
    expect(averageEntry(position, whole)).toBe(1_100)
    expect(applyFill(position, whole, { side: -1, price: ticks(1_000), lots: lots(5) })).toBe(-100 * 5 * 1e4)
    expect(averageEntry(position, whole)).toBe(1_100)
  })
})

test('the ledger sums to zero after any movements, and the wallet is their sum', () => {
  const account = fc.constantFrom(...LEDGER_ACCOUNTS.filter((a) => a !== 'wallet'))
  fc.assert(
    fc.property(fc.array(fc.tuple(account, fc.integer({ min: -1e12, max: 1e12 })), { maxLength: 50 }), (moves) => {
      const ledger = emptyLedger()
      for (const [against, amount] of moves) {
        postToWallet(ledger, against, cash(amount))
        expect(ledgerSum(ledger)).toBe(0)
      }
      expect(ledger.wallet).toBe(moves.reduce((sum, [, amount]) => sum + amount, 0))
    }),
  )
})
