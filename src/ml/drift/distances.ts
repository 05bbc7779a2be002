/**
 * How far a sample lies from a distribution that is given in bins.
 */

/** Bins that stand together for the PSI: at least a tenth each, so that a few hundred rows fill them. Answers the group of each bin. */
export function groupsOf(shares: Float64Array): Int32Array {
  const groups = new Int32Array(shares.length)
  let group = 0
  let sum = 0
  let rest = 1
  for (let bin = 0; bin < shares.length; bin += 1) {
    groups[bin] = group
    sum += shares[bin] as number
    rest -= shares[bin] as number
    // What is left over would be too thin a group of its own.
    if (sum < GROUP_SHARE - ROUNDING || rest < GROUP_SHARE - ROUNDING) continue
    group += 1
    sum = 0
  }
  return groups
}

const GROUP_SHARE = 0.1
const ROUNDING = 1e-9
/** Stands for a group that is empty, whose logarithm would be none. */
const SHARE_MIN = 1e-4

/** What is expected of each group. */
export function groupSharesOf(shares: Float64Array, groups: Int32Array): Float64Array {
  const sums = new Float64Array((groups.at(-1) ?? -1) + 1)
  for (const [bin, group] of groups.entries()) sums[group] = (sums[group] as number) + (shares[bin] as number)
  return sums
}

/** How many are in each group. */
export function groupCountsOf(counts: Int32Array, groups: Int32Array): Int32Array {
  const sums = new Int32Array((groups.at(-1) ?? -1) + 1)
  for (const [bin, group] of groups.entries()) sums[group] = (sums[group] as number) + (counts[bin] as number)
  return sums
}

/**
 * Population stability index, the sum over groups of (a − e) ln(a / e) of actual and expected shares (Siddiqi 2006, Credit Risk Scorecards):
 * below 0.1 little has changed, above 0.25 much. 0 or more.
 *
 * @example psi(Float64Array.of(0.5, 0.5), Int32Array.of(75, 25)) // 0.2747
 */
export function psi(shares: Float64Array, counts: Int32Array): number {
  const count = sumOf(counts)
  if (count === 0) return 0
  let index = 0
  for (let group = 0; group < shares.length; group += 1) {
    const expected = Math.max(SHARE_MIN, shares[group] as number)
    const actual = Math.max(SHARE_MIN, (counts[group] as number) / count)
    index += (actual - expected) * Math.log(actual / expected)
  }
  return index
}

function sumOf(counts: Int32Array): number {
  let sum = 0
  for (let at = 0; at < counts.length; at += 1) sum += counts[at] as number
  return sum
}

/**
 * Kolmogorov-Smirnov distance: the largest difference of the two distribution functions at the edges of the bins (Smirnov 1948). Between the edges
 * of fifty even bins it may be larger by 0.02. From 0 to 1.
 *
 * @example ks(Float64Array.of(0.5, 0.5), Int32Array.of(75, 25)) // 0.25
 */
export function ks(shares: Float64Array, counts: Int32Array): number {
  const count = sumOf(counts)
  if (count === 0) return 0
  let [expected, actual, most] = [0, 0, 0]
  for (let bin = 0; bin < shares.length; bin += 1) {
    expected += shares[bin] as number
    actual += (counts[bin] as number) / count
    most = Math.max(most, Math.abs(actual - expected))
  }
  return most
}
