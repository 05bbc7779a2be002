/**
 * Iceberg: a limit order of which one part is in the book at a time.
 */
import { lots } from '../../core/units.ts'
import { type AlgorithmState, type AlgorithmStep, type IcebergSpec, type MarketNow, type OpenChild, WAIT, unsentOf } from './algorithm.ts'

export function stepIceberg(state: AlgorithmState, spec: IcebergSpec, child: OpenChild | undefined, market: MarketNow): AlgorithmStep {
  if (child !== undefined) return WAIT
  const unsent = unsentOf(state, child)
  if (unsent <= 0) return { type: 'end', cause: 'filled' }
  if (unsent < market.lotsMin) return { type: 'end', cause: 'the rest is below the minimum' }
  // A rest that could not be sent by itself goes with the part before it.
  const shown = unsent - spec.shown < market.lotsMin ? unsent : spec.shown
  return { type: 'submit', lots: lots(Math.min(unsent, shown)), kind: 'limit', limit: spec.limit, timeInForce: 'gtc' }
}
