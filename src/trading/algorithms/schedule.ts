/**
 * TWAP and VWAP: a quantity that is due by a time, caught up with by children that take liquidity.
 */
import { lots } from '../../core/units.ts'
import {
  type AlgorithmState,
  type AlgorithmStep,
  type MarketNow,
  type OpenChild,
  type TwapSpec,
  type VwapSpec,
  WAIT,
  unsentOf,
} from './algorithm.ts'

/** Part of the whole that is due when `elapsedMs` have passed: a slice is due at its beginning. In [0, 1]. */
export function dueFraction(spec: TwapSpec | VwapSpec, elapsedMs: number): number {
  const count = spec.type === 'twap' ? spec.slices : spec.weights.length
  const begun = Math.min(count, Math.floor((elapsedMs * count) / spec.overMs) + 1)
  if (spec.type === 'twap') return begun / count
  let total = 0
  let due = 0
  spec.weights.forEach((weight, k) => {
    total += weight
    if (k < begun) due += weight
  })
  return begun === count ? 1 : due / total
}

export function stepSchedule(
  state: AlgorithmState,
  spec: TwapSpec | VwapSpec,
  child: OpenChild | undefined,
  market: MarketNow,
): AlgorithmStep {
  const unsent = unsentOf(state, child)
  const elapsed = market.now - state.startedTs
  const isOver = elapsed >= spec.overMs
  if (unsent <= 0) return child === undefined ? { type: 'end', cause: 'filled' } : WAIT
  if (child !== undefined) return WAIT
  const fraction = dueFraction(spec, elapsed)
  const due = fraction >= 1 ? state.lots : Math.floor(state.lots * fraction)
  const want = Math.min(unsent, due - state.filled)
  if (want >= market.lotsMin)
    return spec.limit === undefined
      ? { type: 'submit', lots: lots(want), kind: 'market', limit: undefined, timeInForce: 'gtc' }
      : // Past the time there is no next slice to catch up in.
        isOver
        ? { type: 'end', cause: 'time is over and the price is beyond the limit' }
        : { type: 'submit', lots: lots(want), kind: 'limit', limit: spec.limit, timeInForce: 'ioc' }
  if (isOver || unsent < market.lotsMin)
    return { type: 'end', cause: unsent < market.lotsMin ? 'the rest is below the minimum' : 'time is over' }
  return WAIT
}
