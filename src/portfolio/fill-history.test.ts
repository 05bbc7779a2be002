/**
 * Fills reported in any order within the window: the position is that of their true order, and what was realized sums up to it.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cash, instrumentIndex, lots, ticks, ts } from '../core/units.ts'
import { makeInstrument, notionalOf } from '../market/instrument.ts'
import { StepChange } from '../market/instrument-terms.ts'
import { type PastFill, bookInOrder, bookLast, convertHistory, emptyHistory, foldUntil, rebase } from './fill-history.ts'
import { applyFill, convertPosition, flatPosition } from './position.ts'

const BTC = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' })
const fills = fc
  .array(
    fc.record({
      side: fc.constantFrom<1 | -1>(1, -1),
      price: fc.integer({ min: 1_000, max: 900_000 }).map(ticks),
      lots: fc.integer({ min: 1, max: 500 }).map(lots),
    }),
    { minLength: 1, maxLength: 30 },
  )
  // Three executions of each instant, as when one order walks up the book: the venue's sequence shows their order.
  .map((list): PastFill[] => list.map((fill, k) => ({ ...fill, ts: ts(1_000 + Math.floor(k / 3)), seq: k })))

test('any order of telling ends in the position of the true order', () => {
  fc.assert(
    fc.property(
      fills.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([inOrder, told]) => {
        const reference = flatPosition()
        for (const fill of inOrder) applyFill(reference, BTC, fill)
        const history = emptyHistory()
        const position = flatPosition()
        let realized = 0
        for (const fill of told) realized += bookInOrder(history, position, BTC, fill)
        expect(position).toEqual(reference)
        expect(realized).toBe(reference.realized)
      },
    ),
  )
})

test('fills that are reported in their order are booked alike without being remembered', () => {
  fc.assert(
    fc.property(fills, (inOrder) => {
      const [remembered, forgotten] = [emptyHistory(), emptyHistory()]
      const [position, alike] = [flatPosition(), flatPosition()]
      for (const fill of inOrder) {
        expect(bookLast(forgotten, alike, BTC, fill)).toBe(bookInOrder(remembered, position, BTC, fill))
        expect(alike).toEqual(position)
        expect(forgotten).toEqual({ base: position, fills: [] })
      }
    }),
  )
})

test('a stop that is reported after the entry that followed it opens nothing at the wrong price', () => {
  const history = emptyHistory()
  const position = flatPosition()
  const fill = (side: 1 | -1, price: number, size: number, at: number) =>
    bookInOrder(history, position, BTC, { side, price: ticks(price), lots: lots(size), ts: ts(at) })
  fill(-1, 10_000, 100, 1)
  fill(1, 9_000, 40, 3)
  // By hand: the stop at 10,500 closed 100 short from 10,000; the long of 40 is at 9,000.
  fill(1, 10_500, 100, 2)
  expect(position.lots).toBe(40)
  expect(position.cost).toBe(9_000 * 40 * BTC.cashNumerator)
  expect(position.realized).toBe(-500 * 100 * BTC.cashNumerator)
})

test('fills that are forgotten stay booked, and a rebase starts afresh', () => {
  const history = emptyHistory()
  const position = flatPosition()
  for (let k = 0; k < 5_000; k++) bookInOrder(history, position, BTC, { side: 1, price: ticks(10_000 + k), lots: lots(1), ts: ts(k + 1) })
  expect(position.lots).toBe(5_000)
  expect(history.fills.length).toBeLessThanOrEqual(4_096)
  rebase(history, position)
  bookInOrder(history, position, BTC, { side: -1, price: ticks(10_000), lots: lots(5_000), ts: ts(1) })
  expect(position.lots).toBe(0)
})

test('what is known to be complete is folded, and what comes after it still takes its true place', () => {
  fc.assert(
    fc.property(fills, fc.nat(12), fc.integer(), (inOrder, until, seed) => {
      const upTo = ts(1_000 + until)
      const known = inOrder.filter((fill) => fill.ts < upTo)
      const later = inOrder.filter((fill) => fill.ts >= upTo)
      const told = later.map((fill, k) => [Math.imul(k + 1, seed | 1) >>> 8, fill] as const).sort((a, b) => a[0] - b[0])
      const reference = flatPosition()
      for (const fill of inOrder) applyFill(reference, BTC, fill)
      const history = emptyHistory()
      const position = flatPosition()
      for (const fill of known) bookInOrder(history, position, BTC, fill)
      foldUntil(history, BTC, upTo)
      expect(history.fills).toEqual([])
      expect(history.base).toEqual(position)
      for (const [, fill] of told) bookInOrder(history, position, BTC, fill)
      expect(position).toEqual(reference)
    }),
  )
})

test.each([
  ['coarser', '1'],
  ['finer', '0.01'],
])('reported in any order around a change to %s steps: quantity, cost and result of the true order and prices', (_, tickSize) => {
  const AFTER = makeInstrument({ index: instrumentIndex(0), venue: 'sim', symbol: 'BTCUSDT', tickSize, lotSize: '0.001' })
  const change = new StepChange(BTC, AFTER)
  const inNew = (fill: PastFill): PastFill => {
    const price = change.price(fill.price, 'nearest')
    const offStep = cash(notionalOf(BTC, fill.price, fill.lots, 'floor') - notionalOf(AFTER, price, fill.lots, 'floor'))
    return { ...fill, price, offStep }
  }
  fc.assert(
    fc.property(
      fills.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.nat(list.length))),
      ([inOrder, told, before]) => {
        const reference = flatPosition()
        for (const fill of inOrder) applyFill(reference, BTC, fill)
        const history = emptyHistory()
        const position = flatPosition()
        let realized = 0
        for (const fill of told.slice(0, before)) realized += bookInOrder(history, position, BTC, fill)
        convertPosition(position, change)
        convertHistory(history, position, change)
        for (const fill of told.slice(before)) realized += bookInOrder(history, position, AFTER, inNew(fill))
        expect(position).toEqual(reference)
        expect(realized).toBe(reference.realized)
      },
    ),
  )
})
