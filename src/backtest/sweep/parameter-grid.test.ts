/**
 * Grids from text, and the combinations that they stand for.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { type GridAxis, allCombinations, countCombinations, drawCombinations, parseAxis } from './parameter-grid.ts'

const values = (text: string): readonly string[] | string => {
  const axis = parseAxis(text)
  return axis.ok ? axis.value.values : axis.error
}

describe('an axis', () => {
  test.each([
    ['fast=5:9:2', ['5', '7', '9']],
    ['fast=5:8:2', ['5', '7']],
    ['fast=3:5', ['3', '4', '5']],
    ['stop=0.1:0.5:0.1', ['0.1', '0.2', '0.3', '0.4', '0.5']],
    ['x=-1:1:1', ['-1', '0', '1']],
    ['fast=20,5,20', ['20', '5']],
    ['short=true,false', ['true', 'false']],
    ['fast=7', ['7']],
  ])('an axis: %s', (text, expected) => {
    expect(values(text)).toEqual(expected)
  })

  test.each([
    ['fast', 'is not name=first:last:step'],
    ['=5:9', 'is not name=first:last:step'],
    ['fast=9:5', 'the last value lies below the first'],
    ['fast=5:9:0', 'the step must be above zero'],
    ['fast=5:9:-1', 'the step must be above zero'],
    ['fast=a:9', 'a range is made of numbers'],
    ['fast=1:2:3:4', 'a range is first:last:step'],
    ['fast=1:9000000', 'are too many'],
    ['fast=1,,2', 'has an empty value'],
  ])('an axis: %s is refused', (text, sentence) => {
    expect(values(text)).toContain(sentence)
  })
})

const AXES: readonly GridAxis[] = [
  { name: 'a', values: ['1', '2'] },
  { name: 'b', values: ['x', 'y', 'z'] },
]

test('all combinations, the last axis the fastest', () => {
  expect(countCombinations(AXES)).toBe(6)
  expect(allCombinations(AXES).map(({ a, b }) => `${a}${b}`)).toEqual(['1x', '1y', '1z', '2x', '2y', '2z'])
})

test('a draw has different combinations of the grid, and depends on the seed alone', () => {
  const axes: GridAxis[] = ['a', 'b'].map((name) => ({ name, values: Array.from({ length: 12 }, (_, k) => String(k)) }))
  const keys = (count: number, seed: number): string[] => drawCombinations(axes, count, new Random(seed)).map(({ a, b }) => `${a} ${b}`)
  const all = new Set(allCombinations(axes).map(({ a, b }) => `${a} ${b}`))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(1e6), (count, seed) => {
      const drawn = keys(count, seed)
      expect(drawn).toHaveLength(count)
      expect(new Set(drawn).size).toBe(count)
      expect(drawn.every((key) => all.has(key))).toBe(true)
      expect(keys(count, seed)).toEqual(drawn)
    }),
  )
  expect(keys(20, 1)).not.toEqual(keys(20, 2))
  expect(keys(500, 1)).toEqual([...all])
})
