/**
 * Whether a new version earns more than the running one, asked after every bar: an asymptotic confidence sequence for the mean of the differences
 * of their returns. It may be looked at as often as one likes: it is wrong at any time at all with a probability of at most `alpha`.
 *
 * Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), Time-uniform central limit theory and asymptotic confidence sequences, Annals of
 * Statistics 52(6), theorem 2.2: mean_t ± sd_t sqrt(2 (t r² + 1) / (t² r²) ln(sqrt(t r² + 1) / alpha)), tightest about
 * t* = (-2 ln alpha + ln(-2 ln alpha + 1)) / r². A normal mixture as in the mixture SPRT of Robbins, with the variance estimated.
 */
export interface TestSettings {
  /** Probability, in (0, 1), of a wrong decision at any time. */
  readonly alpha: number
  /** Differences that are needed before it decides: its limits hold for many. */
  readonly least: number
  /** How many it is tightest at. */
  readonly tightestAt: number
}
export type CanaryVerdict = 'promote' | 'roll-back' | 'go-on'
export interface TestResult {
  readonly verdict: CanaryVerdict
  /** Differences that were looked at: up to the decision, or all. Bars on which both made the same tell nothing and are left out. */
  readonly count: number
  /** Place of the difference in what was given at which it was decided; undefined: it goes on. */
  readonly decidedAt: number | undefined
  /** As fractions a bar. */
  readonly mean: number
  /** Bounds of the mean; undefined before there are `least`. */
  readonly low: number | undefined
  readonly high: number | undefined
}

export const CANARY_TEST: TestSettings = { alpha: 0.05, least: 100, tightestAt: 1_000 }

/**
 * Half the width of the confidence sequence.
 * @param count of observations, at least 1
 * @param sd their standard deviation
 * @example halfWidth(1_000, 0.001, CANARY_TEST) // 0.0000988…
 */
export function halfWidth(count: number, sd: number, { alpha, tightestAt }: TestSettings): number {
  const wide = -2 * Math.log(alpha)
  const mixed = (count * (wide + Math.log(wide + 1))) / tightestAt
  return sd * Math.sqrt(((2 * (mixed + 1)) / (count * mixed)) * Math.log(Math.sqrt(mixed + 1) / alpha))
}

/** Looks after each difference, in their order: what it decided first counts. */
export function sequentialTest(differences: ArrayLike<number>, settings: TestSettings = CANARY_TEST): TestResult {
  let count = 0
  let mean = 0
  let squares = 0
  let bounds: { low: number; high: number } | undefined
  for (let k = 0; k < differences.length; k++) {
    const each = differences[k] as number
    if (each === 0 || !Number.isFinite(each)) continue
    count += 1
    const before = each - mean
    mean += before / count
    squares += before * (each - mean)
    if (count < settings.least || squares === 0) continue
    const half = halfWidth(count, Math.sqrt(squares / count), settings)
    bounds = { low: mean - half, high: mean + half }
    if (bounds.low > 0) return { verdict: 'promote', count, decidedAt: k, mean, ...bounds }
    if (bounds.high < 0) return { verdict: 'roll-back', count, decidedAt: k, mean, ...bounds }
  }
  return { verdict: 'go-on', count, decidedAt: undefined, mean, low: bounds?.low, high: bounds?.high }
}
