/**
 * Features less their mean, in units of their standard deviation, both of the rows that train: what is tested has no say in them.
 */

export interface Standardization {
  readonly means: Float64Array
  /** Of the population (ddof 0); 1 of a feature that stands still in the rows that train, which then tells nothing. */
  readonly deviations: Float64Array
}

export function standardizationOf(features: readonly Float64Array[]): Standardization {
  const means = Float64Array.from(features, meanOf)
  const deviations = Float64Array.from(features, (column, at) => {
    const mean = means[at] as number
    let sum = 0
    for (const value of column) sum += (value - mean) * (value - mean)
    return sum > 0 ? Math.sqrt(sum / column.length) : 1
  })
  return { means, deviations }
}

/** The sum is taken of distances from the first value, so that a large level costs no digits. */
function meanOf(column: Float64Array): number {
  const first = column[0] as number
  let sum = 0
  for (const value of column) sum += value - first
  return first + sum / column.length
}

export const standardize = ({ means, deviations }: Standardization, features: readonly Float64Array[]): Float64Array[] =>
  features.map((column, at) => {
    const mean = means[at] as number
    const deviation = deviations[at] as number
    return column.map((value) => (value - mean) / deviation)
  })
