/**
 * Chase: a resting limit that follows the best price on our side within a budget of ticks and time, then takes what is left.
 */
import { type Ticks, lots, ticks } from '../../core/units.ts'
import { type AlgorithmState, type AlgorithmStep, type ChaseSpec, type MarketNow, type OpenChild, WAIT, unsentOf } from './algorithm.ts'

/** Where a limit of Ballast's is at the front without crossing: half a spread behind the mark, one tick at least. */
export const pegOf = (side: 1 | -1, market: Pick<MarketNow, 'mark' | 'spreadTicks'>): Ticks =>
  ticks(Math.max(1, market.mark - side * Math.max(1, Math.ceil(market.spreadTicks / 2))))

export function stepChase(state: AlgorithmState, spec: ChaseSpec, child: OpenChild | undefined, market: MarketNow): AlgorithmStep {
  const unsent = unsentOf(state, child)
  if (unsent <= 0 && child === undefined) return { type: 'end', cause: 'filled' }
  const { side } = state
  const bound = state.arrival + side * spec.budget
  const peg = pegOf(side, market)
  const isBeyond = (peg - bound) * side > 0
  const isOver = market.now - state.startedTs >= spec.forMs
  if (child !== undefined) {
    if (child.isCanceling) return WAIT
    // A child without a limit is the last one, at market.
    if (child.limit === undefined) return WAIT
    if (isOver || isBeyond) return { type: 'cancel', orderId: child.orderId, cause: isOver ? 'the chase is over' : 'the price ran away' }
    return (peg - child.limit) * side > 0 ? { type: 'amend', orderId: child.orderId, limit: peg } : WAIT
  }
  if (unsent < market.lotsMin) return { type: 'end', cause: 'the rest is below the minimum' }
  const quantity = lots(unsent)
  return isOver || isBeyond
    ? { type: 'submit', lots: quantity, kind: 'market', limit: undefined, timeInForce: 'gtc' }
    : { type: 'submit', lots: quantity, kind: 'limit', limit: peg, timeInForce: 'post-only' }
}
