/**
 * The points of a small line.
 */
import { expect, test } from 'vitest'
import { pointsOf } from './points.ts'

test('the lowest value stands at the bottom, the highest at the top, the first left and the last right', () => {
  expect(pointsOf([10, 30, 20])).toBe('0.0,60.0 150.0,0.0 300.0,30.0')
})
test('a flat line and a single value are points too, and no division by nothing', () => {
  expect(pointsOf([5, 5])).toBe('0.0,60.0 300.0,60.0')
  expect(pointsOf([5])).toBe('0.0,60.0')
})
