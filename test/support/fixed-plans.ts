/**
 * A list of strategies that nobody changes: what a trader of a test has that is about something else.
 */
import { refusedAs } from './refused-as.ts'
import { err } from '../../src/core/result.ts'
import type { PlanChange } from '../../src/trader/strategies/plan-change.ts'
import type { PlanPort } from '../../src/trader/strategies/plan-port.ts'

export const FIXED_PLANS: PlanPort = {
  prepare: async () => err({ sentence: 'The strategies of this test do not change.', next: '' }),
  changedFiles: () => [],
  changedConfig: () => [],
}

const refused = async () => refusedAs('safe-mode', 'The strategies of this test do not change.')

/** The same for the command handler alone. */
export const NO_PLANS: Pick<PlanChange, 'preview' | 'carryOut'> = { preview: refused, carryOut: refused }
