/**
 * What is stale when which connection is down, on a clock that is only a number.
 */
import type { StreamPart } from '../../venue/port/streams.ts'
import { expect, test } from 'vitest'

import { StreamWatch } from './stream-watch.ts'

const PARTS: readonly StreamPart[] = [
  { index: 0, count: 2, symbols: ['A', 'B'] },
  { index: 1, count: 2, symbols: ['C'] },
]

function watched() {
  let nowMs = 0
  const told: string[] = []
  const health: string[] = []
  const watch = new StreamWatch({
    wallClock: { nowMs: () => nowMs, steadyMs: () => nowMs, sleep: async () => {}, every: () => () => {} },
    stale: (_detail, symbols) => told.push(`stale ${symbols?.join() ?? 'account'}`),
    fresh: () => told.push('fresh'),
    health: { report: (part, status, detail) => health.push(`${part} ${status} ${detail}`) },
  })
  const later = (ms: number): void => {
    nowMs += ms
    watch.check()
  }
  return { watch, told, health, later }
}

test('one connection a stream: down for three seconds is stale for the account, shorter is nothing', () => {
  const { watch, told, later } = watched()
  expect(watch.problems()).toEqual(['the public stream is down', 'the private stream is down'])
  watch.set('public', 'up', 'subscribed')
  watch.set('private', 'up', 'subscribed')
  expect([watch.problems(), watch.carries(undefined), watch.carries('A')]).toEqual([[], true, true])
  watch.set('public', 'down', 'lost')
  later(2_999)
  watch.set('public', 'up', 'subscribed')
  later(60_000)
  expect(told).toEqual([])
  watch.set('private', 'down', 'lost')
  // Reported again and again while it cannot come back: it is down since the first time.
  for (let k = 0; k < 4; k++) {
    later(1_000)
    watch.set('private', 'down', 'refused')
  }
  expect(told).toEqual(['stale account'])
  expect(watch.problems()).toEqual(['the private stream is down'])
  watch.set('private', 'up', 'subscribed')
  expect(told).toEqual(['stale account', 'fresh'])
})

test('two connections: the one that is down makes its own symbols stale, and only them', () => {
  const { watch, told, health, later } = watched()
  watch.set('private', 'up', 'subscribed')
  watch.set('public', 'up', 'subscribed', PARTS[0])
  // The other one has not spoken yet.
  expect(watch.problems()).toEqual(['1 of 2 connections of the public stream are down'])
  expect([watch.carries('A'), watch.carries('C')]).toEqual([false, false])
  watch.set('public', 'up', 'subscribed', PARTS[1])
  expect([watch.problems(), watch.carries('A'), watch.carries('C')]).toEqual([[], true, true])
  watch.set('public', 'down', 'lost', PARTS[0])
  later(3_000)
  expect(told).toEqual(['stale A,B'])
  expect([watch.carries(undefined), watch.carries('A'), watch.carries('C')]).toEqual([true, false, true])
  expect(health[health.length - 1]).toBe('stream-public warn 1 of 2 connections up: lost')
  later(1_000)
  watch.set('public', 'up', 'subscribed', PARTS[0])
  expect(told).toEqual(['stale A,B', 'fresh'])
  expect(health[health.length - 1]).toBe('stream-public ok 2 of 2 connections up')
})

test('all connections down is the account; the first that is back leaves the symbols of the others', () => {
  const { watch, told, later } = watched()
  watch.set('private', 'up', 'subscribed')
  for (const part of PARTS) watch.set('public', 'down', 'lost', part)
  later(3_000)
  expect(told).toEqual(['stale account'])
  watch.set('public', 'up', 'subscribed', PARTS[1])
  expect(told).toEqual(['stale account', 'stale A,B', 'fresh'])
  expect([watch.carries(undefined), watch.carries('A'), watch.carries('C')]).toEqual([true, false, true])
  watch.set('private', 'down', 'lost')
  later(3_000)
  expect(told[told.length - 1]).toBe('stale account')
  expect(watch.carries('C')).toBe(false)
})
