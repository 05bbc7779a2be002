/**
 * What a trader is started with where a test has nothing to say of it: no emergency, no lease, and an end that throws.
 */
import { FIXED_PLANS } from '../fixed-plans.ts'
import type { TraderOptions } from '../../../src/trader/trader-options.ts'

type Quiet = 'step' | 'onFacts' | 'renewLease' | 'deciding' | 'suspect' | 'planSource' | 'onPositions' | 'emergency' | 'isSafe'

export const QUIET_TRADER: Pick<TraderOptions, Quiet | 'log' | 'startAgain' | 'fatal'> = {
  log: () => {},
  step: () => {},
  onFacts: () => {},
  renewLease: async () => {},
  deciding: () => {},
  suspect: undefined,
  planSource: FIXED_PLANS,
  onPositions: () => {},
  emergency: { isPending: () => false, settle: () => {} },
  isSafe: false,
  startAgain: (why) => {
    throw new Error(why)
  },
  fatal: (text) => {
    throw new Error(text)
  },
}
