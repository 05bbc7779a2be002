/**
 * Which source a spread comes from, and what is said of the books.
 */
import { expect, test } from 'vitest'
import { instrumentIndex, rate, ticks, ts } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { BookMirror } from '../../market/order-book.ts'
import type { Quote } from '../../venue/port/venue.ts'
import { QuoteBoard } from './quote-board.ts'

const A = instrumentIndex(0)
const B = instrumentIndex(1)
const mirrorOf = (symbol: string, index: typeof A): BookMirror =>
  new BookMirror(makeInstrument({ index, venue: 'test', symbol, tickSize: '1', lotSize: '1' }), 50)
const live = (mirror: BookMirror, bids: string[][], asks: string[][]): void => {
  mirror.apply({ isSnapshot: true, u: 2, seq: 2, ts: 2, bids, asks })
}
const quote = (change: Partial<Quote>): Quote => ({
  instrument: A,
  last: undefined,
  mark: undefined,
  bid: undefined,
  ask: undefined,
  ts: ts(0),
  ...change,
})

test('the spread is the book’s while it is live, whatever the ticker says, and the ticker’s otherwise', () => {
  const board = new QuoteBoard(2)
  expect(board.spreadTicks(A)).toBe(0)
  expect(board.best(A)).toBeUndefined()
  board.quote(quote({ bid: ticks(100), ask: ticks(107) }))
  expect([board.best(A), board.best(B)]).toEqual([{ bid: 100, ask: 107 }, undefined])
  expect(board.spreadTicks(A)).toBe(7)
  const mirror = mirrorOf('A', A)
  expect(board.book(mirror)).toBe(false)
  expect(board.spreadTicks(A)).toBe(7)
  live(mirror, [['100', '1']], [['103', '1']])
  expect(board.spreadTicks(A)).toBe(3)
  expect(board.best(A)).toEqual({ bid: 100, ask: 103 })
  board.quote(quote({ bid: ticks(100), ask: ticks(109) }))
  expect(board.spreadTicks(A)).toBe(3)
  // Read at the moment of the question, without an event for the update.
  mirror.apply({ isSnapshot: false, u: 3, seq: 3, ts: 3, bids: [['101', '1']], asks: [] })
  expect(board.spreadTicks(A)).toBe(2)
  mirror.void('gap')
  expect(board.spreadTicks(A)).toBe(9)
  expect(board.book(mirror)).toBe(true)
  expect(board.spreadTicks(B)).toBe(0)
})

test('a book with one side says nothing of a spread', () => {
  const board = new QuoteBoard(2)
  const mirror = mirrorOf('A', A)
  board.book(mirror)
  live(mirror, [['100', '1']], [])
  board.quote(quote({ bid: ticks(100), ask: ticks(104) }))
  expect(board.spreadTicks(A)).toBe(4)
})

test('marks come from the mark price, else from the last one; what is left out stays', () => {
  const board = new QuoteBoard(2)
  board.quote(quote({ last: ticks(10) }))
  expect(board.marks).toEqual([10, 0])
  board.quote(quote({ last: ticks(11), mark: ticks(12) }))
  board.quote(quote({ bid: ticks(1), ask: ticks(2) }))
  expect(board.marks).toEqual([12, 0])
})

test('health counts live books and names void ones', () => {
  const board = new QuoteBoard(8)
  const mirrors = Array.from({ length: 8 }, (_, k) => mirrorOf(`S${k}`, instrumentIndex(k)))
  for (const mirror of mirrors) {
    live(mirror, [['1', '1']], [['2', '1']])
    board.book(mirror)
  }
  expect(board.booksHealth()).toEqual({ status: 'ok', detail: '8 of 8 live' })
  mirrors[2]?.void('gap')
  expect(board.booksHealth()).toEqual({ status: 'warn', detail: '7 of 8 live; invalid: S2 gap' })
  for (const mirror of mirrors) mirror.void('disconnected')
  expect(board.booksHealth().detail).toBe(
    '0 of 8 live; invalid: S0 disconnected, S1 disconnected, S2 disconnected, S3 disconnected, S4 disconnected …',
  )
})

test('what is quoted after a close is not of it, and a bar whose close was not reported has none', () => {
  const board = new QuoteBoard(1)
  board.quote(quote({ mark: ticks(12), predicted: rate(3), bid: ticks(10), ask: ticks(12) }))
  board.close(A, ts(60))
  board.quote(quote({ mark: ticks(99), predicted: rate(9), bid: ticks(10), ask: ticks(99) }))
  expect(board.atClose(A, ts(60))).toEqual({ mark: 12, predicted: 3, spreadTicks: 2 })
  expect(board.atClose(A, ts(120))).toBeUndefined()
})
