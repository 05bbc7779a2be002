/**
 * Returns of closes at common times, by hand, and the trigger of a calendar.
 */
import { expect, test } from 'vitest'
import { alignedReturns } from './returns.ts'
import { waitMs } from './trigger.ts'

test('a return is from one common time to the next: a bar that one symbol lacks is left out of all', () => {
  const a = [100, 110, 99, 132].map((close, at) => ({ ts: at, close }))
  const b = [
    { ts: 0, close: 10 },
    { ts: 2, close: 12 },
    { ts: 3, close: 6 },
  ]
  const [first, second] = alignedReturns([a, b])
  // 99 / 100, 132 / 99; 12 / 10, 6 / 12.
  expect([...(first ?? [])].map((value) => value.toFixed(6))).toEqual(['-0.010000', '0.333333'])
  expect([...(second ?? [])].map((value) => value.toFixed(6))).toEqual(['0.200000', '-0.500000'])
})

test('series without a common time have no returns', () => {
  expect(alignedReturns([[{ ts: 1, close: 1 }], [{ ts: 2, close: 1 }]]).map((column) => column.length)).toEqual([0, 0])
})

test('a calendar waits out its time, and is due without a last one or without a calendar', () => {
  const weekly = { band: 0, everyMs: 7_000 }
  expect(waitMs(weekly, undefined, 1_000)).toBe(0)
  expect(waitMs(weekly, 1_000, 3_000)).toBe(5_000)
  expect(waitMs(weekly, 1_000, 8_000)).toBe(0)
  expect(waitMs({ band: 0, everyMs: undefined }, 1_000, 1_001)).toBe(0)
})
