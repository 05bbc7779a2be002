/**
 * The neighbors of a run in its grid, by hand.
 */
import { expect, test } from 'vitest'
import { allCombinations } from './parameter-grid.ts'
import { plateauOf } from './plateau.ts'

const AXES = [
  { name: 'fast', values: ['5', '10', '20'] },
  { name: 'slow', values: ['50', '100', '200'] },
]
const GRID = allCombinations(AXES)
/** By rows of fast. */
const FIGURES = [1, 2, 3, 4, 9, 6, 7, null, 5]

test('the middle of a grid has four neighbors, of which one without a figure is left out', () => {
  expect(plateauOf(AXES, GRID, FIGURES, 4)).toEqual({ neighbors: 3, mean: (2 + 4 + 6) / 3, least: 2, most: 6 })
})

test('a corner has two, and what is diagonal is no neighbor', () => {
  expect(plateauOf(AXES, GRID, FIGURES, 0)).toEqual({ neighbors: 2, mean: 3, least: 2, most: 4 })
})

test('combinations that were skipped are missing, and a single value has no neighbor', () => {
  expect(plateauOf(AXES, [GRID[0], GRID[4], GRID[8]] as never, [1, 2, 3], 1)).toBeUndefined()
  expect(plateauOf([{ name: 'fast', values: ['5'] }], [{ fast: '5' }], [1], 0)).toBeUndefined()
})
