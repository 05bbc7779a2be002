/**
 * The mirror against the true books that a venue's frames were made from, with frames lost, doubled and turned around.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instrumentIndex, lots, ticks } from '../core/units.ts'
import { formatPrice, formatQuantity, makeInstrument } from './instrument.ts'
import { BookMirror, type BookUpdate } from './order-book.ts'

const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT', tickSize: '0.5', lotSize: '0.001' })
const DEPTH = 6

/** Price in ticks to size in lots. */
type Levels = ReadonlyMap<number, number>
interface TrueBook {
  readonly bids: Levels
  readonly asks: Levels
}

const best = (levels: Levels, sign: 1 | -1, depth: number): [number, number][] =>
  [...levels].sort(([a], [b]) => sign * (b - a)).slice(0, depth)

const rows = (levels: Iterable<readonly [number, number]>): string[][] =>
  [...levels].map(([price, size]) => [formatPrice(instrument, ticks(price)), formatQuantity(instrument, lots(size))])

/** What the venue reports of a side that changed: levels that are new, other, or gone from the visible part. */
function changes(before: readonly [number, number][], after: readonly [number, number][]): [number, number][] {
  const old = new Map(before)
  const now = new Map(after)
  return [
    ...after.filter(([price, size]) => old.get(price) !== size),
    ...before.filter(([p]) => !now.has(p)).map(([p]) => [p, 0] as [number, number]),
  ]
}

function frameOf(k: number, books: readonly TrueBook[], isSnapshot: boolean): BookUpdate {
  const now = books[k] as TrueBook
  const before = books[k - 1]
  const bids = best(now.bids, 1, DEPTH)
  const asks = best(now.asks, -1, DEPTH)
  return {
    isSnapshot,
    u: 100 + k,
    seq: 5_000 + k * 3,
    ts: 1_000 + k * 20,
    bids: rows(isSnapshot || before === undefined ? bids : changes(best(before.bids, 1, DEPTH), bids)),
    asks: rows(isSnapshot || before === undefined ? asks : changes(best(before.asks, -1, DEPTH), asks)),
  }
}

function expectBook(mirror: BookMirror, book: TrueBook): void {
  const shown = (side: 'bids' | 'asks') => mirror.levels(side, DEPTH + 5).map((level) => [level.price, level.lots])
  expect(shown('bids')).toEqual(best(book.bids, 1, DEPTH))
  expect(shown('asks')).toEqual(best(book.asks, -1, DEPTH))
  expect(mirror.bid).toBe(best(book.bids, 1, 1)[0]?.[0])
  expect(mirror.ask).toBe(best(book.asks, -1, 1)[0]?.[0])
}

/** Books whose middle wanders, so that levels cross it from frame to frame; sides may be empty. */
const side = (from: number, to: number) =>
  fc.array(fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: 1, max: 9 })), { maxLength: 10 }).map((list) => new Map(list))
const trueBook = fc
  .integer({ min: 20, max: 40 })
  .chain((middle) => fc.record({ bids: side(middle - 14, middle - 1), asks: side(middle, middle + 14) }))
const trueBooks = fc.array(trueBook, { minLength: 2, maxLength: 14 })

describe('undisturbed', () => {
  test('the mirror is the visible part of the book after each frame', () => {
    fc.assert(
      fc.property(trueBooks, fc.nat(13), (books, at) => {
        const mirror = new BookMirror(instrument, DEPTH)
        for (let k = 0; k < books.length; k++) {
          expect(mirror.apply(frameOf(k, books, k === 0 || k === at))).toBe('applied')
          expectBook(mirror, books[k] as TrueBook)
        }
      }),
    )
  })

  test('a depth in which the venue keeps silent about what fell out of it', () => {
    const mirror = new BookMirror(instrument, 2)
    mirror.apply({
      isSnapshot: true,
      u: 2,
      seq: 1,
      ts: 1,
      bids: rows([
        [10, 1],
        [9, 1],
      ]),
      asks: rows([[12, 1]]),
    })
    mirror.apply({ isSnapshot: false, u: 3, seq: 2, ts: 2, bids: rows([[11, 1]]), asks: [] })
    expect(mirror.levels('bids', 9).map((level) => level.price)).toEqual([11, 10])
  })

  test('more new levels at once than were ever shown', () => {
    const mirror = new BookMirror(instrument, 2)
    const many = Array.from({ length: 50 }, (_, k) => [k + 1, 1] as const)
    expect(mirror.apply({ isSnapshot: true, u: 2, seq: 1, ts: 1, bids: rows(many), asks: [] })).toBe('applied')
    expect(mirror.levels('bids', 9).map((level) => level.price)).toEqual([50, 49])
    expect(mirror.ask).toBeUndefined()
  })
})

type Disturbance = { readonly type: 'drop' | 'duplicate' | 'swap'; readonly at: number; readonly late: number }
const disturbance = fc.record({
  type: fc.constantFrom('drop', 'duplicate', 'swap'),
  at: fc.nat(13),
  late: fc.integer({ min: 1, max: 4 }),
}) as fc.Arbitrary<Disturbance>

/** The order in which frames arrive. */
function disturbed(count: number, list: readonly Disturbance[]): number[] {
  const order = Array.from({ length: count }, (_, k) => k)
  for (const { type, at, late } of list) {
    const k = at % order.length
    const [frame] = type === 'duplicate' ? [order[k]] : order.splice(k, 1)
    if (type !== 'drop' && frame !== undefined) order.splice(k + late, 0, frame)
    if (order.length === 0) break
  }
  return order
}

describe('disturbed', () => {
  test('lost, doubled and turned frames are noticed or known: a live mirror is never another book than the venue had', () => {
    fc.assert(
      fc.property(
        trueBooks,
        fc.uniqueArray(fc.nat(13), { maxLength: 3 }),
        fc.array(disturbance, { minLength: 1, maxLength: 3 }),
        (books, snapshots, disturbances) => {
          const mirror = new BookMirror(instrument, DEPTH)
          // Which of the true books must be shown, by the order of frames alone.
          let shown: number | undefined
          for (const k of disturbed(books.length, disturbances)) {
            const isSnapshot = k === 0 || snapshots.includes(k)
            mirror.apply(frameOf(k, books, isSnapshot))
            if (isSnapshot) shown = shown === undefined || k > shown ? k : shown
            else if (shown !== undefined && k > shown) shown = k === shown + 1 ? k : undefined
            expect(mirror.isLive).toBe(shown !== undefined)
            if (shown !== undefined) expectBook(mirror, books[shown] as TrueBook)
            else expect([mirror.bid, mirror.ask, mirror.levels('bids', 9)]).toEqual([undefined, undefined, []])
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a lost frame is named a gap, and only a snapshot ends it', () => {
    const books = Array.from({ length: 6 }, (_, k) => ({ bids: new Map([[10 + k, 1]]), asks: new Map([[20 + k, 1]]) }))
    const mirror = new BookMirror(instrument, DEPTH)
    expect(mirror.flaw).toBe('no-snapshot')
    expect(mirror.apply(frameOf(1, books, false))).toBe('void')
    mirror.apply(frameOf(0, books, true))
    expect(mirror.apply(frameOf(2, books, false))).toBe('void')
    expect(mirror.flaw).toBe('gap')
    expect(mirror.apply(frameOf(3, books, false))).toBe('void')
    expect(mirror.apply(frameOf(4, books, true))).toBe('applied')
    expect(mirror.apply(frameOf(5, books, false))).toBe('applied')
    expectBook(mirror, books[5] as TrueBook)
  })
})

describe('a venue that starts from scratch', () => {
  const at = (u: number, seq: number, ts: number, isSnapshot: boolean, bid: number): BookUpdate => ({
    isSnapshot,
    u,
    seq,
    ts,
    bids: rows([[bid, 1]]),
    asks: [],
  })
  const live = (): BookMirror => {
    const mirror = new BookMirror(instrument, DEPTH)
    mirror.apply(at(900, 5_000, 9_000, true, 10))
    return mirror
  }

  test('u = 1 overwrites, whatever its sequence', () => {
    const mirror = live()
    expect(mirror.apply(at(1, 4_000, 9_000, true, 7))).toBe('applied')
    expect(mirror.bid).toBe(7)
    expect(mirror.apply(at(2, 4_001, 9_020, false, 8))).toBe('applied')
    expect(mirror.bid).toBe(8)
  })

  test('small ids after a snapshot that was lost are not taken for old news', () => {
    const mirror = live()
    expect(mirror.apply(at(2, 5_001, 9_020, false, 8))).toBe('void')
    expect(mirror.flaw).toBe('gap')
  })

  test('frames from before a restart of the venue are not news within one millisecond', () => {
    expect(live().apply(at(2, 5_001, 9_000, false, 8))).toBe('void')
  })

  test('frames from before a restart are not news when the sequence restarted too', () => {
    const mirror = live()
    expect(mirror.apply(at(2, 3, 9_020, false, 8))).toBe('void')
  })

  test('the next id with an older sequence is a gap', () => {
    expect(live().apply(at(901, 4_999, 9_020, false, 8))).toBe('void')
  })

  test('an equal snapshot repeated while the market is quiet changes nothing', () => {
    const mirror = live()
    expect(mirror.apply(at(900, 5_000, 9_000, true, 10))).toBe('known')
    expect(mirror.apply(at(900, 5_000, 12_000, true, 10))).toBe('applied')
    expect(mirror.bid).toBe(10)
  })
})

describe('a frame that cannot be', () => {
  const good: BookUpdate = { isSnapshot: true, u: 5, seq: 5, ts: 5, bids: [['10', '1']], asks: [['11', '1']] }
  const delta = (change: Partial<BookUpdate>): BookUpdate => ({ isSnapshot: false, u: 6, seq: 6, ts: 6, bids: [], asks: [], ...change })

  test.each([
    ['a bid above the ask', { bids: [['11.5', '1']] }, 'crossed'],
    ['a bid at the ask', { bids: [['11', '1']] }, 'crossed'],
    ['an ask below the bid', { asks: [['9', '1']] }, 'crossed'],
    ['a price with too many decimals', { bids: [['10.25', '1']] }, 'odd-level'],
    ['a price between two ticks', { bids: [['10.3', '1']] }, 'odd-level'],
    ['a size off the grid', { bids: [['10', '0.0005']] }, 'odd-level'],
    ['a price of zero', { bids: [['0', '1']] }, 'odd-level'],
    ['a negative size', { asks: [['12', '-1']] }, 'odd-level'],
    ['a number where text belongs', { asks: [[12, '1']] }, 'odd-level'],
    ['a level without a size', { asks: [['12']] }, 'odd-level'],
    ['a row that is none', { asks: ['12'] }, 'odd-level'],
  ] as const)('a frame that cannot be: %s', (_name, change, flaw) => {
    const mirror = new BookMirror(instrument, DEPTH)
    expect(mirror.apply(good)).toBe('applied')
    expect(mirror.apply(delta(change))).toBe('void')
    expect(mirror.flaw).toBe(flaw)
    expect(mirror.bid).toBeUndefined()
    expect(mirror.apply({ ...good, u: 9, seq: 9, ts: 9 })).toBe('applied')
    expect([mirror.bid, mirror.ask]).toEqual([20, 22])
  })

  test('a crossed snapshot is void too', () => {
    const mirror = new BookMirror(instrument, DEPTH)
    expect(mirror.apply({ ...good, bids: [['12', '1']] })).toBe('void')
  })

  test('a lost connection takes the book with it', () => {
    const mirror = new BookMirror(instrument, DEPTH)
    mirror.apply(good)
    mirror.void('disconnected')
    expect([mirror.isLive, mirror.flaw, mirror.bid]).toEqual([false, 'disconnected', undefined])
    expect(mirror.apply(delta({}))).toBe('void')
  })
})
