/**
 * Participation: a share of what the market has traded since the start.
 */
import { lots } from '../../core/units.ts'
import { type AlgorithmState, type AlgorithmStep, type MarketNow, type OpenChild, type PovSpec, WAIT, unsentOf } from './algorithm.ts'

export function stepPov(state: AlgorithmState, spec: PovSpec, child: OpenChild | undefined, market: MarketNow): AlgorithmStep {
  if (child !== undefined) return WAIT
  const unsent = unsentOf(state, child)
  if (unsent <= 0) return { type: 'end', cause: 'filled' }
  if (unsent < market.lotsMin) return { type: 'end', cause: 'the rest is below the minimum' }
  if (market.now - state.startedTs >= spec.overMs) return { type: 'end', cause: 'time is over' }
  // The market's volume holds ours: f <= share x (market + f), and bars count our own fills in.
  const allowed = Math.floor(spec.share * state.marketVolume * market.lotsPerBase) - state.filled
  const want = Math.min(unsent, allowed)
  if (want < market.lotsMin) return WAIT
  return spec.limit === undefined
    ? { type: 'submit', lots: lots(want), kind: 'market', limit: undefined, timeInForce: 'gtc' }
    : { type: 'submit', lots: lots(want), kind: 'limit', limit: spec.limit, timeInForce: 'ioc' }
}
