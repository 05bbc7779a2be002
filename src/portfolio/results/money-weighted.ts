/**
 * The money-weighted return of a period: the one rate at which the money at its start and every flow have grown to the money at its end.
 */

export interface TimedFlow {
  /** Part of the period that had passed, 0 to 1. */
  readonly at: number
  /** In the currency of the account; a withdrawal is negative. */
  readonly amount: number
}

const GROWTH_MAX = 1e6
const WIDEN = 1.02
const HALVINGS = 100

/**
 * r with start (1 + r) + sum of flow (1 + r)^(1 - at) = end: the internal rate of return of the period, not of a year (Bacon 2008,
 * Practical Portfolio Performance Measurement and Attribution, ch. 2). Undefined where no growth between 1e-6 and 1e6 answers to it.
 */
export function moneyWeighted(start: number, end: number, flows: readonly TimedFlow[]): number | undefined {
  const excess = (growth: number): number => flows.reduce((sum, { at, amount }) => sum + amount * growth ** (1 - at), start * growth) - end
  let [low, high] = [1, 1]
  const atOne = excess(1)
  if (atOne === 0) return 0
  if (!Number.isFinite(atOne)) return undefined
  const isCrossed = (growth: number): boolean => excess(growth) === 0 || excess(growth) > 0 !== atOne > 0
  for (;;) {
    if (high > GROWTH_MAX) return undefined
    if (isCrossed(high * WIDEN)) {
      ;[low, high] = [high, high * WIDEN]
      break
    }
    if (isCrossed(low / WIDEN)) {
      ;[low, high] = [low / WIDEN, low]
      break
    }
    high *= WIDEN
    low /= WIDEN
  }
  const isRising = excess(high) > excess(low)
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2
    if (excess(middle) > 0 === isRising) high = middle
    else low = middle
  }
  return (low + high) / 2 - 1
}
