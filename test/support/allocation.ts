/**
 * Returns that are the same in every language: a linear congruential generator, one common factor and one of each asset.
 */

/** A column an asset. Park and Miller's generator (1988) with the multiplier 48,271; two uniforms less 1 make a triangular draw. */
export function seededReturns(assets: number, rows: number, seed: number): Float64Array[] {
  let state = seed
  const uniform = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const columns = Array.from({ length: assets }, () => new Float64Array(rows))
  for (let row = 0; row < rows; row += 1) {
    const common = uniform() + uniform() - 1
    columns.forEach((column, i) => {
      const own = uniform() + uniform() - 1
      column[row] = 0.0005 * (i + 1) - 0.001 + 0.01 * ((0.3 + 0.1 * i) * common + (0.5 + 0.15 * ((i * 7) % 5)) * own)
    })
  }
  return columns
}
