/**
 * Equity without flows, by hand.
 */
import { expect, test } from 'vitest'
import { numbersOf, withoutFlows } from './flow-adjusted.ts'

const curve = (...points: readonly (readonly [number, number | undefined])[]): number[] =>
  [...withoutFlows(points.map(([equity, flows]) => ({ equity, flows })))].map((value) => Math.round(value * 1e6) / 1e6)

test('without flows it is the equity', () => {
  expect(curve([10_000, 0], [10_100, 0], [9_900, 0])).toEqual([10_000, 10_100, 9_900])
})

test('a withdrawal is no step down, a deposit no step up', () => {
  expect(curve([10_000, 0], [8_000, -2_000], [13_000, 3_000])).toEqual([10_000, 10_000, 10_000])
})

test('after a flow a percent is a percent', () => {
  // Half of it leaves, then 1 % is made of the rest.
  expect(curve([10_000, 0], [5_000, -5_000], [5_050, -5_000])).toEqual([10_000, 10_000, 10_100])
})

test('a loss in the step of a withdrawal is a loss', () => {
  expect(curve([10_000, 0], [7_600, -2_000])).toEqual([10_000, 9_500])
})

test('rows that do not say count none, and an account that is emptied starts from scratch', () => {
  expect(curve([10_000, undefined], [9_000, -500])).toEqual([10_000, 9_000])
  expect(curve([10_000, 0], [0, -10_000], [3_000, -7_000])).toEqual([10_000, 0, 0])
  expect(numbersOf({ equity: '12.5', flows: null })).toEqual({ equity: 12.5, flows: undefined })
})
