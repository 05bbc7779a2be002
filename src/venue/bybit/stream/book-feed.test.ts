/**
 * Frames into books: shapes that are not the documented ones, when a new snapshot is asked for, and what a lost connection takes.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { instrumentIndex } from '../../../core/units.ts'
import { makeInstrument } from '../../../market/instrument.ts'
import { BookFeed } from './book-feed.ts'

const instruments = ['AUSDT', 'BUSDT'].map((symbol, at) =>
  makeInstrument({ index: instrumentIndex(at), venue: 'test', symbol, tickSize: '0.1', lotSize: '1' }),
)
let nowMs = 0
let told: string[] = []
let renewed: string[] = []
let feed: BookFeed
let topics: readonly string[]

beforeEach(() => {
  nowMs = 1_000_000
  told = []
  renewed = []
  feed = new BookFeed(50, {
    handlers: {
      book: ({ instrument, flaw }) => told.push(`${instrument.symbol} ${flaw ?? 'live'}`),
      odd: (symbol, detail) => told.push(`odd ${symbol} ${detail}`),
    },
    renew: (topics) => renewed.push(...topics),
    steadyMs: () => nowMs,
  })
  topics = feed.add(instruments)
  feed.found(undefined)
})

const frame = (type: string, u: number, change: object = {}, symbol = 'AUSDT') => ({
  topic: `orderbook.50.${symbol}`,
  type,
  ts: nowMs,
  cts: nowMs,
  data: { s: symbol, b: [['10.0', '5']], a: [['10.2', '5']], u, seq: u * 10, ...change },
})

test('its topics are those of its depth, and other frames are left to others', () => {
  expect(topics).toEqual(['orderbook.50.AUSDT', 'orderbook.50.BUSDT'])
  expect([
    feed.applyFrame({ topic: 'tickers.AUSDT', data: {} }),
    feed.applyFrame({}),
    feed.applyFrame(null),
    feed.applyFrame('orderbook.50.AUSDT'),
  ]).toEqual([false, false, false, false])
  expect(feed.applyFrame({ topic: 'orderbook.1.AUSDT' })).toBe(true)
  expect(told).toEqual([])
})

test('a snapshot makes it live, and that is reported once', () => {
  feed.applyFrame(frame('snapshot', 5))
  feed.applyFrame(frame('delta', 6))
  feed.applyFrame(frame('delta', 7))
  expect(told).toEqual(['AUSDT live'])
  expect(renewed).toEqual([])
})

test('a gap is reported and a snapshot asked for; again only after pauses that double, or when the symbol’s other topics remind of it', () => {
  feed.applyFrame(frame('snapshot', 5))
  nowMs += 60_000
  feed.applyFrame(frame('delta', 7))
  expect(told).toEqual(['AUSDT live', 'AUSDT gap'])
  expect(renewed).toEqual(['orderbook.50.AUSDT'])
  const askedAt: number[] = []
  const startMs = nowMs
  for (let k = 0; k < 1_000; k++) {
    nowMs += 100
    const before = renewed.length
    if (k % 2 === 0) feed.applyFrame(frame('delta', 8 + k))
    else feed.remind('AUSDT')
    if (renewed.length > before) askedAt.push(nowMs - startMs)
  }
  expect(askedAt).toEqual([4_000, 12_000, 28_000, 60_000])
  feed.applyFrame(frame('snapshot', 5_000))
  expect(told).toEqual(['AUSDT live', 'AUSDT gap', 'AUSDT live'])
  nowMs += 2_000
  feed.applyFrame(frame('delta', 5_005))
  expect(renewed).toHaveLength(6)
})

describe('a frame of another shape', () => {
  test.each([
    ['no data', { data: undefined }],
    ['data that is text', { data: 'x' }],
    ['another type', { type: 'update' }],
    ['no time', { ts: undefined }],
    ['a time as text', { ts: '1' }],
  ])('a frame of another shape: %s', (_name, change) => {
    feed.applyFrame(frame('snapshot', 5))
    feed.applyFrame({ ...frame('delta', 6), ...change })
    expect(told).toEqual(['AUSDT live', 'odd AUSDT orderbook.50.AUSDT: not the documented shape or grid', 'AUSDT odd-level'])
  })
  test.each([
    ['no bids', { b: undefined }],
    ['asks that are no list', { a: {} }],
    ['an id as text', { u: '6' }],
    ['an id that is not whole', { u: 6.5 }],
    ['no sequence', { seq: undefined }],
    ['a level off the grid', { b: [['10.05', '1']] }],
    ['a level of numbers', { a: [[10.3, 1]] }],
  ])('a frame of another shape: %s', (_name, change) => {
    feed.applyFrame(frame('snapshot', 5))
    feed.applyFrame(frame('delta', 6, change))
    expect(told[1]).toContain('odd AUSDT')
    expect(told[2]).toBe('AUSDT odd-level')
  })

  test('a frame of another shape is reported once while they continue, and again after the book was whole', () => {
    feed.applyFrame(frame('snapshot', 5))
    for (let k = 0; k < 100; k++) feed.applyFrame(frame('snapshot', 6 + k, { a: [['10.25', '1']] }))
    expect(told.filter((line) => line.startsWith('odd'))).toHaveLength(1)
    feed.applyFrame(frame('snapshot', 200))
    feed.applyFrame(frame('snapshot', 201, { a: 1 }))
    expect(told.filter((line) => line.startsWith('odd'))).toHaveLength(2)
  })
})

test('a lost connection takes the books of its symbols, and asks for nothing: their snapshots come with the next one', () => {
  feed.applyFrame(frame('snapshot', 5))
  feed.applyFrame(frame('snapshot', 5, {}, 'BUSDT'))
  feed.lost(['AUSDT'])
  expect(told.slice(2)).toEqual(['AUSDT disconnected'])
  feed.lost(undefined)
  expect(told.slice(3)).toEqual(['BUSDT disconnected'])
  nowMs += 60_000
  feed.found(['AUSDT'])
  feed.applyFrame(frame('delta', 6))
  expect(renewed).toEqual([])
  feed.applyFrame(frame('snapshot', 2))
  expect(told[told.length - 1]).toBe('AUSDT live')
})
