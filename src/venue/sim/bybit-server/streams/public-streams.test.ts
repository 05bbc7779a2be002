/**
 * The order book's topics as a subscriber hears them: a mirror built from the frames is the book that REST answers.
 */
import { describe, expect, test } from 'vitest'
import { type Instrument, formatPrice, formatQuantity } from '../../../../market/instrument.ts'
import { BookMirror } from '../../../../market/order-book.ts'
import { crossedFrame } from '../market/book.ts'
import type { Exchange } from '../exchange.ts'
import { makeExchange } from '../serve-exchange.ts'
import { WALL_MS, memoryClient } from '../../../../../test/support/wire/bybit-server.ts'

interface BookFrame {
  readonly topic: string
  readonly type: 'snapshot' | 'delta'
  readonly ts: number
  readonly data: { readonly b: string[][]; readonly a: string[][]; readonly u: number; readonly seq: number }
}

const apply = (mirror: BookMirror, { type, ts, data }: BookFrame) =>
  mirror.apply({ isSnapshot: type === 'snapshot', u: data.u, seq: data.seq, ts, bids: data.b, asks: data.a })

const levelsOf = (mirror: BookMirror, side: 'bids' | 'asks'): string[][] =>
  mirror
    .levels(side, mirror.depth)
    .map((level) => [formatPrice(mirror.instrument, level.price), formatQuantity(mirror.instrument, level.lots)])

function subscribe(exchange: Exchange, depth: number): { topic: string; mirror: BookMirror; first: BookFrame } {
  const instrument = exchange.instruments[0] as Instrument
  const topic = `orderbook.${depth}.${instrument.symbol}`
  exchange.outbox.subscribe(topic)
  const first = exchange.streams.snapshot(topic) as BookFrame
  exchange.outbox.takeFrames()
  return { topic, mirror: new BookMirror(instrument, depth), first }
}

const framesOf = (exchange: Exchange, topic: string): BookFrame[] =>
  exchange.outbox
    .takeFrames()
    .filter((frame) => frame.topic === topic)
    .map((frame) => JSON.parse(frame.text) as BookFrame)

describe.each([1, 50, 200])('orderbook.%d', (depth) => {
  test('a snapshot, then ids one after the other, and the book that REST shows', () => {
    const { exchange } = makeExchange({ seed: 5, speed: 60 }, WALL_MS)
    const client = memoryClient(exchange)
    const { topic, mirror, first } = subscribe(exchange, depth)
    expect(first.type).toBe('snapshot')
    expect(apply(mirror, first)).toBe('applied')
    let frames = 0
    let u = first.data.u
    for (let k = 1; k <= 100; k++) {
      exchange.advance(WALL_MS + k * 100)
      for (const frame of framesOf(exchange, topic)) {
        frames += 1
        expect(frame.data.u).toBe(++u)
        expect(apply(mirror, frame)).toBe('applied')
      }
      const rest = client.get('/v5/market/orderbook', { symbol: mirror.instrument.symbol, limit: String(depth) }).result
      expect(levelsOf(mirror, 'bids')).toEqual(rest['b'])
      expect(levelsOf(mirror, 'asks')).toEqual(rest['a'])
    }
    expect(frames).toBeGreaterThan(20)
  })
})

test('who comes later begins with a snapshot of the same ids', () => {
  const { exchange } = makeExchange({ seed: 5, speed: 60 }, WALL_MS)
  const early = subscribe(exchange, 50)
  apply(early.mirror, early.first)
  exchange.advance(WALL_MS)
  for (let k = 1; k <= 20; k++) exchange.advance(WALL_MS + k * 100)
  for (const frame of framesOf(exchange, early.topic)) apply(early.mirror, frame)
  const late = new BookMirror(early.mirror.instrument, 50)
  expect(apply(late, exchange.streams.snapshot(early.topic) as BookFrame)).toBe('applied')
  expect(late.levels('bids', 50)).toEqual(early.mirror.levels('bids', 50))
  for (let k = 21; k <= 60; k++) exchange.advance(WALL_MS + k * 100)
  for (const frame of framesOf(exchange, early.topic)) {
    apply(early.mirror, frame)
    apply(late, frame)
  }
  expect([late.isLive, late.levels('asks', 50)]).toEqual([true, early.mirror.levels('asks', 50)])
})

test('a crossed frame is one that a mirror refuses, and no other frame is touched', () => {
  const { exchange } = makeExchange({ seed: 5, speed: 60 }, WALL_MS)
  const { topic, mirror, first } = subscribe(exchange, 50)
  apply(mirror, first)
  exchange.advance(WALL_MS)
  exchange.advance(WALL_MS + 1_000)
  const [frame] = exchange.outbox.takeFrames().filter((each) => each.topic === topic)
  expect(apply(mirror, JSON.parse(crossedFrame(frame?.text ?? '')) as BookFrame)).toBe('void')
  expect(mirror.flaw).toBe('crossed')
  const ticker = '{"topic":"tickers.BTCUSDT","data":{"bid1Price":"1"}}'
  expect(crossedFrame(ticker)).toBe(ticker)
})
