/**
 * Nearest names: the distance against its definition by hand, and silence where nothing is near.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearestOf } from './nearest.ts'

test.each([
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['same', 'same', 0],
  ['port', 'prot', 1],
  ['ca', 'abc', 3],
])('%s to %s is %d', (a, b, expected) => {
  expect(editDistance(a, b)).toBe(expected)
})

test('property: symmetric, zero only for equals, at most the longer length', () => {
  const word = fc.string({ maxLength: 8 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b)
      expect(distance).toBe(editDistance(b, a))
      expect(distance === 0).toBe(a === b)
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
})

test('names the nearest, ignoring case, and nothing for an unrelated word', () => {
  expect(nearestOf('Sybmol', ['symbol', 'interval'])).toBe('symbol')
  expect(nearestOf('dta', ['data', 'date-of-birth'])).toBe('data')
  expect(nearestOf('zzzz', ['data', 'metrics'])).toBeUndefined()
})
