/**
 * UTC text by arithmetic against the platform's calendar.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ts } from './units.ts'
import { utcText } from './utc.ts'

test('any instant of 1970 to 2200 reads as the platform reads it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }), (at) => {
      expect(utcText(ts(at))).toBe(`${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`)
    }),
    { numRuns: 2_000 },
  )
})
