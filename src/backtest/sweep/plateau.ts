/**
 * Whether the best parameters stand on a plateau or on a needle: what their neighbors in the grid earned, one step away on one axis.
 */
import type { GridAxis } from './parameter-grid.ts'

export interface Plateau {
  /** Neighbors that were run and have the figure. */
  readonly neighbors: number
  readonly mean: number
  readonly least: number
  readonly most: number
}

/**
 * `combinations` are texts of the grid, one a run; `figures` theirs, null where there is none. Undefined where the run has no neighbor with
 * a figure: a grid of one value, or a random draw of a large one.
 */
export function plateauOf(
  axes: readonly GridAxis[],
  combinations: readonly Readonly<Record<string, string>>[],
  figures: readonly (number | null)[],
  at: number,
): Plateau | undefined {
  const places = combinations.map((combination) => axes.map(({ name, values }) => values.indexOf(combination[name] as string)))
  const own = places[at]
  if (own === undefined) return undefined
  const known = figures.filter((figure, k): figure is number => {
    const place = places[k] as number[]
    const apart = place.reduce((sum, index, axis) => sum + Math.abs(index - (own[axis] as number)), 0)
    return figure !== null && apart === 1
  })
  if (known.length === 0) return undefined
  return {
    neighbors: known.length,
    mean: known.reduce((sum, figure) => sum + figure, 0) / known.length,
    least: Math.min(...known),
    most: Math.max(...known),
  }
}
