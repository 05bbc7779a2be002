/**
 * Windows of the exchange's lists over any span: whole, none too long, and as far back as anything is kept.
 */
import { expect, test } from 'vitest'
import fc from 'fast-check'
import { DAY_MS, HOUR_MS, ts } from '../../../core/units.ts'
import { windowsOf } from './windows.ts'

const NOW = 1_790_000_000_000

test('a short span is one window without an end: what happens while it is read is in it', () => {
  expect(windowsOf(ts(NOW - HOUR_MS), ts(NOW), DAY_MS)).toEqual([{ startTime: NOW - HOUR_MS }])
})

test('nine days of a list whose start reaches a week are two windows', () => {
  expect(windowsOf(ts(NOW - 9 * DAY_MS), ts(NOW), 7 * DAY_MS)).toEqual([
    { startTime: NOW - 9 * DAY_MS, endTime: NOW - 2 * DAY_MS },
    { startTime: NOW - 2 * DAY_MS + 1 },
  ])
})

test('over any span there is no gap, none is longer than a week, and the last reaches past its end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 * 365 * DAY_MS }), fc.constantFrom(DAY_MS, 7 * DAY_MS), (span, open) => {
      const spans = windowsOf(ts(NOW - span), ts(NOW), open)
      expect(spans[0]?.startTime).toBe(Math.max(NOW - span, NOW - 729 * DAY_MS))
      spans.forEach(({ startTime, endTime }, k) => {
        const next = spans[k + 1]
        if (next === undefined) {
          expect(endTime).toBeUndefined()
          expect(startTime + open).toBeGreaterThan(NOW)
          return
        }
        expect((endTime ?? 0) - startTime).toBeLessThanOrEqual(7 * DAY_MS)
        expect(next.startTime).toBe((endTime ?? 0) + 1)
        expect(endTime ?? 0).toBeLessThanOrEqual(NOW)
      })
    }),
  )
})
