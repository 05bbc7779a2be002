/**
 * The channel of highs and lows against a plain maximum over the window.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { highest, isExtremeReady, lowest, makeExtreme, updateExtreme } from './extreme.ts'

test('equals the maximum and minimum of the window at every bar', () => {
  const bars = fc.array(fc.tuple(fc.integer({ min: 50, max: 99 }), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(bars, fc.integer({ min: 1, max: 15 }), (list, period) => {
      const extreme = makeExtreme(period)
      expect([highest(extreme), lowest(extreme)]).toEqual([Number.NaN, Number.NaN])
      list.forEach(([high, low], k) => {
        updateExtreme(extreme, high, low)
        const window = list.slice(Math.max(0, k - period + 1), k + 1)
        expect(highest(extreme)).toBe(Math.max(...window.map(([h]) => h)))
        expect(lowest(extreme)).toBe(Math.min(...window.map(([, l]) => l)))
        expect(isExtremeReady(extreme)).toBe(k >= period - 1)
      })
    }),
  )
})
