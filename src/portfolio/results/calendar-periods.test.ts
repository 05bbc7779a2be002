/**
 * Days, weeks and months of UTC, against the calendar of the platform.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PERIOD_UNITS, periodBounds, periodStart } from './calendar-periods.ts'

const text = (at: number): string => new Date(at).toISOString().slice(0, 16)
const at = (day: string): number => Date.parse(day)

describe('calendar periods of UTC', () => {
  test.each([
    ['day', '2026-03-01T12:00Z', ['2026-02-27T00:00', '2026-02-28T00:00', '2026-03-01T00:00', '2026-03-01T12:00']],
    // 2026-03-01 is a Sunday.
    ['week', '2026-03-01T12:00Z', ['2026-02-09T00:00', '2026-02-16T00:00', '2026-02-23T00:00', '2026-03-01T12:00']],
    ['month', '2024-03-31T23:59Z', ['2024-01-01T00:00', '2024-02-01T00:00', '2024-03-01T00:00', '2024-03-31T23:59']],
    // Midnight belongs to what ends there: no empty period is shown for it.
    ['day', '2026-03-01T00:00Z', ['2026-02-26T00:00', '2026-02-27T00:00', '2026-02-28T00:00', '2026-03-01T00:00']],
  ] as const)('the last three by %s up to %s', (unit, now, bounds) => {
    expect(periodBounds(unit, at(now), 3).map(text)).toEqual(bounds)
  })

  test('a start is where the calendar of the platform has it, and within a period it is the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: at('2100-01-01') }), fc.constantFrom(...PERIOD_UNITS), (now, unit) => {
        const start = periodStart(unit, now)
        const date = new Date(start)
        expect(start).toBeLessThanOrEqual(now)
        expect(text(start).slice(11)).toBe('00:00')
        if (unit === 'week') expect(date.getUTCDay()).toBe(1)
        if (unit === 'month') expect([date.getUTCDate(), date.getUTCMonth()]).toEqual([1, new Date(now).getUTCMonth()])
        expect(periodStart(unit, start)).toBe(start)
      }),
    )
  })
})
