/**
 * Ridge regression: least squares with a price on large weights, ‖y − b − Xw‖² + l2·‖w‖², the intercept free (Hoerl and Kennard 1970).
 */
import { solve } from '../../../portfolio/allocation/matrix.ts'
import { type LinearModel, weightedGram } from './linear-model.ts'
import { standardizationOf, standardize } from './standardize.ts'

/** Undefined where the features do not determine the weights, which an `l2` above 0 always mends. */
export function fitRidge(features: readonly Float64Array[], target: Float64Array, l2: number): LinearModel | undefined {
  const standardization = standardizationOf(features)
  const columns = standardize(standardization, features)
  const intercept = target.reduce((sum, value) => sum + value, 0) / target.length
  const gram = weightedGram(columns, undefined)
  for (const [at, row] of gram.entries()) row[at] = (row[at] as number) + l2
  const right = Float64Array.from(columns, (column) => {
    let sum = 0
    for (let row = 0; row < column.length; row += 1) sum += (column[row] as number) * ((target[row] as number) - intercept)
    return sum
  })
  const weights = solve(gram, right)
  if (weights === undefined || !weights.every(Number.isFinite)) return undefined
  return { type: 'ridge', standardization, weights, intercept }
}
