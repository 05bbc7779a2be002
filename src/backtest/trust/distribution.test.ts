/**
 * The spread of figures of many paths, by hand.
 */
import { expect, test } from 'vitest'
import { shareBelowZero, spreadOf } from './distribution.ts'

test('quantiles lie between the values, unknown ones are left out', () => {
  expect(spreadOf([4, null, 1, 3, 2, 5])).toEqual({ least: 1, q05: 1.2, q25: 2, median: 3, q75: 4, q95: 4.8, most: 5, mean: 3 })
})

test('the share that loses is that of the known ones; zero does not lose', () => {
  expect(shareBelowZero([-1, 0, 1, null, -2])).toBe(0.5)
})

test('without a value there is no spread and no share', () => {
  expect([spreadOf([]), spreadOf([null]), shareBelowZero([null])]).toEqual([null, null, null])
})
