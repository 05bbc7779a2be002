/**
 * Lots by hand, against the position's own booking, and for any fills.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Side, cash, instrumentIndex, lots, ticks, ts } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import reference from '../../../test/fixtures/lots-python.json' with { type: 'json' }
import { applyFill, flatPosition } from '../position.ts'
import { type LotFill, type LotMethod, LOT_METHODS, bookLots } from './tax-lots.ts'

const USDT = 1e8
const BTC = makeInstrument({ index: instrumentIndex(0), venue: 'bybit', symbol: 'BTCUSDT', tickSize: '0.01', lotSize: '0.001' })
const fill = (id: string, side: Side, quantity: number, price: number, fee = 0): LotFill => ({
  id,
  side,
  price: ticks(price * 100),
  lots: lots(quantity * 1_000),
  fee: cash(Math.round(fee * USDT)),
  ts: ts(Number(id) * 1_000),
})
const gains = (fills: readonly LotFill[], method: LotMethod): number[] => bookLots(BTC, fills, method).disposals.map((d) => d.gain / USDT)

describe('by hand', () => {
  // 1 at 100, 1 at 200; 1.5 sold at 300. FIFO: 1 x (300 - 100) + 0.5 x (300 - 200). Average: 1.5 x (300 - 150).
  const fills = [fill('1', 1, 1, 100), fill('2', 1, 1, 200), fill('3', -1, 1.5, 300)]

  test('FIFO takes the oldest lot first, average cost the pool', () => {
    expect(gains(fills, 'fifo')).toEqual([200, 50])
    expect(gains(fills, 'average')).toEqual([225])
  })

  test('what is left keeps its cost', () => {
    expect(bookLots(BTC, fills, 'fifo').open.map((lot) => [lot.lots, lot.cost / USDT, lot.openedBy])).toEqual([[500, 100, '2']])
    expect(bookLots(BTC, fills, 'average').open.map((lot) => [lot.lots, lot.cost / USDT, lot.openedBy])).toEqual([[500, 75, '1']])
  })

  test('fees go with the quantity: of 0.3 paid for 1 and 0.3 for selling 2, half of each belongs to a half', () => {
    const paid = [fill('1', 1, 2, 100, 0.3), fill('2', -1, 1, 110, 0.2), fill('3', -1, 1, 120, 0.4)]
    const { disposals } = bookLots(BTC, paid, 'fifo')
    expect(disposals.map((d) => [d.cost / USDT, d.proceeds / USDT, d.fees / USDT, d.gain / USDT])).toEqual([
      [100, 110, 0.35, 9.65],
      [100, 120, 0.55, 19.45],
    ])
  })

  test('a short is sold first: what it was bought back for is the cost', () => {
    const [disposal] = bookLots(BTC, [fill('1', -1, 1, 100), fill('2', 1, 1, 80)], 'fifo').disposals
    expect([disposal?.side, (disposal?.cost ?? 0) / USDT, (disposal?.proceeds ?? 0) / USDT, (disposal?.gain ?? 0) / USDT]).toEqual([
      -1, 80, 100, 20,
    ])
  })

  test('a fill through zero closes all lots, and its rest opens one on the other side with the rest of the fee', () => {
    const book = bookLots(BTC, [fill('1', 1, 1, 100), fill('2', -1, 3, 110, 0.3)], 'fifo')
    expect(book.disposals.map((d) => [d.lots, d.fees / USDT])).toEqual([[1_000, 0.1]])
    expect(book.open.map((lot) => [lot.side, lot.lots, lot.fees / USDT, lot.openedBy])).toEqual([[-1, 2_000, 0.2, '2']])
  })
})

describe('against exact fractions', () => {
  // Computed once by another program: test/fixtures/lots-python.json says how.
  const fills = reference.fills.map(
    ({ side, price, quantity, fee }, at): LotFill => ({
      id: String(at),
      side: side === 1 ? 1 : -1,
      price: ticks(Math.round(Number(price) * 100)),
      lots: lots(Math.round(Number(quantity) * 1_000)),
      fee: cash(Math.round(Number(fee) * USDT)),
      ts: ts(at),
    }),
  )

  test.each(LOT_METHODS)('%s: each gain within a few units of the last digit, and the sum to it', (method) => {
    const { disposals, open } = bookLots(BTC, fills, method)
    expect(open).toEqual([])
    expect(disposals).toHaveLength(reference[method].length)
    disposals.forEach(({ gain }, at) => {
      expect(Math.abs(gain - Math.round(Number(reference[method][at]) * USDT))).toBeLessThanOrEqual(20)
    })
    expect(disposals.reduce((total, { gain }) => total + gain, 0)).toBe(Math.round(Number(reference.total) * USDT))
  })
})

const anyFills = fc.array(
  fc.record({
    side: fc.constantFrom<Side>(1, -1),
    price: fc.integer({ min: 1, max: 20_000_000 }),
    lots: fc.integer({ min: 1, max: 100_000 }),
    fee: fc.integer({ min: -1_000_000, max: 50_000_000 }),
  }),
  { minLength: 1, maxLength: 40 },
)
const FINE = makeInstrument({ index: instrumentIndex(0), venue: 'bybit', symbol: 'XUSDT', tickSize: '0.000001', lotSize: '0.0001' })
const made = (drawn: typeof anyFills extends fc.Arbitrary<infer T> ? T : never): LotFill[] =>
  drawn.map(({ side, price, lots: size, fee }, at) => ({
    id: String(at),
    side,
    price: ticks(price),
    lots: lots(size),
    fee: cash(fee),
    ts: ts(at),
  }))
/** The same fills and one that closes what they leave open. */
function flat(fills: readonly LotFill[]): LotFill[] {
  const open = fills.reduce((sum, each) => sum + each.side * each.lots, 0)
  if (open === 0) return [...fills]
  return [...fills, { id: 'last', side: open > 0 ? -1 : 1, price: ticks(777), lots: lots(Math.abs(open)), fee: cash(13), ts: ts(1e6) }]
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

describe('for any fills', () => {
  test('average cost is what the position books: quantity, cost and result of each fill', () => {
    fc.assert(
      fc.property(anyFills, (drawn) => {
        const fills = made(drawn)
        const position = flatPosition()
        const realized = fills.map((each) => applyFill(position, FINE, each))
        const book = bookLots(FINE, fills, 'average')
        for (const [at, each] of fills.entries())
          expect(sum(book.disposals.filter((d) => d.closedBy === each.id).map((d) => d.gain + d.fees))).toBe(realized[at])
        expect(sum(book.open.map((lot) => lot.side * lot.lots))).toBe(position.lots + 0)
        expect(sum(book.open.map((lot) => lot.cost))).toBe(position.cost)
      }),
      { numRuns: 500 },
    )
  })

  test('once flat, FIFO and average cost sum to the same result, and to all money in less all money out', () => {
    fc.assert(
      fc.property(anyFills, (drawn) => {
        const fills = flat(made(drawn))
        const totals = LOT_METHODS.map((method) => {
          const book = bookLots(FINE, fills, method)
          expect(book.open).toEqual([])
          for (const d of book.disposals) expect(d.gain).toBe(d.proceeds - d.cost - d.fees)
          return [sum(book.disposals.map((d) => d.gain)), sum(book.disposals.map((d) => d.fees)), sum(book.disposals.map((d) => d.lots))]
        })
        expect(totals[0]?.slice(1)).toEqual(totals[1]?.slice(1))
        expect(totals[0]?.[1]).toBe(sum(fills.map((each) => each.fee)))
        // Notionals are rounded where a step of price times quantity is finer than Cash: here it is not.
        const money = sum(fills.map((each) => 0 - each.side * each.price * each.lots * 0.01 - each.fee))
        expect(Math.abs((totals[0]?.[0] ?? 0) - money)).toBeLessThanOrEqual(2 * fills.length * fills.length)
        expect(Math.abs((totals[0]?.[0] ?? 0) - (totals[1]?.[0] ?? 0))).toBe(0)
      }),
      { numRuns: 500 },
    )
  })
})
