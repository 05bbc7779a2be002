/**
 * Moments of returns, and of returns against those of a benchmark, of one row or of many put together.
 */

export interface Moments {
  readonly count: number
  readonly mean: number
  /** Sums of the powers 2, 3 and 4 of the distances from the mean. */
  readonly m2: number
  readonly m3: number
  readonly m4: number
  /** Sum of the squared losses. */
  readonly downside: number
  readonly benchmarkMean: number
  readonly benchmarkM2: number
  /** Sum of the products of both distances from their means. */
  readonly together: number
}

export const momentsOf = (value: number, benchmark: number): Moments => ({
  count: 1,
  mean: value,
  m2: 0,
  m3: 0,
  m4: 0,
  downside: Math.min(value, 0) ** 2,
  benchmarkMean: benchmark,
  benchmarkM2: 0,
  together: 0,
})

/** Both together: Pébay, Formulas for robust, one-pass parallel computation of covariances and arbitrary-order moments (2008). */
export function joinMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count
  const gap = b.mean - a.mean
  const step = gap / count
  const both = a.count * b.count
  const benchmarkGap = b.benchmarkMean - a.benchmarkMean
  return {
    count,
    mean: a.mean + step * b.count,
    m2: a.m2 + b.m2 + gap * step * both,
    m3: a.m3 + b.m3 + gap * step * step * both * (a.count - b.count) + 3 * step * (a.count * b.m2 - b.count * a.m2),
    m4:
      a.m4 +
      b.m4 +
      gap * step ** 3 * both * (a.count ** 2 - both + b.count ** 2) +
      6 * step ** 2 * (a.count ** 2 * b.m2 + b.count ** 2 * a.m2) +
      4 * step * (a.count * b.m3 - b.count * a.m3),
    downside: a.downside + b.downside,
    benchmarkMean: a.benchmarkMean + (benchmarkGap / count) * b.count,
    benchmarkM2: a.benchmarkM2 + b.benchmarkM2 + ((benchmarkGap * benchmarkGap) / count) * both,
    together: a.together + b.together + ((gap * benchmarkGap) / count) * both,
  }
}
