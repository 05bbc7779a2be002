/**
 * The next step of any algorithm: what it does now, given its child and the market.
 */
import { assertNever } from '../../core/assert.ts'
import { type AlgorithmState, type AlgorithmStep, type MarketNow, type OpenChild, WAIT } from './algorithm.ts'
import { stepChase } from './chase.ts'
import { stepIceberg } from './iceberg.ts'
import { stepPov } from './pov.ts'
import { stepSchedule } from './schedule.ts'

export function stepAlgorithm(state: AlgorithmState, child: OpenChild | undefined, market: MarketNow): AlgorithmStep {
  if (state.status === 'ended') return WAIT
  if (state.status === 'paused' || state.status === 'ending') {
    if (child !== undefined) return child.isCanceling ? WAIT : { type: 'cancel', orderId: child.orderId, cause: state.cause }
    return state.status === 'ending' ? { type: 'end', cause: state.cause } : WAIT
  }
  // What is neither an end nor a move of the child would be a new child: it waits until the last refusal is over.
  const step = stepSpec(state, child, market)
  return step.type === 'submit' && market.now < state.waitUntil ? WAIT : step
}

function stepSpec(state: AlgorithmState, child: OpenChild | undefined, market: MarketNow): AlgorithmStep {
  const { spec } = state
  switch (spec.type) {
    case 'twap':
    case 'vwap':
      return stepSchedule(state, spec, child, market)
    case 'iceberg':
      return stepIceberg(state, spec, child, market)
    case 'pov':
      return stepPov(state, spec, child, market)
    case 'chase':
      return stepChase(state, spec, child, market)
    default:
      return assertNever(spec)
  }
}
