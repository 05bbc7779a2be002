/**
 * Where the trader gets its list of strategies from while it runs, and how the next process is made to begin with the same.
 */
import type { Problem } from '../../core/problem.ts'
import type { Result } from '../../core/result.ts'
import type { StrategyAsk } from '../../kernel/trader-command.ts'
import type { TradePlan } from '../../config/strategy-plan.ts'

export interface PreparedPlan {
  readonly plan: Pick<TradePlan, 'plans' | 'manual'>
  /** Other keys of the configuration that have changed; they count from the next start. */
  readonly later: readonly string[]
  /** What changes beside the list of strategies, a sentence each. */
  readonly also?: readonly string[]
  /** What speaks against what is new in it, a sentence each. */
  readonly doubts: readonly string[]
  /** From here on every start begins with it. @throws where it cannot be written */
  readonly keep: () => void
}

export interface PlanPort {
  /** Compiles, loads and checks what is asked. Nothing changes by it. */
  prepare(ask: StrategyAsk, actor: string): Promise<Result<PreparedPlan, Problem>>
  /** Strategies whose file has changed since it was loaded. */
  changedFiles(): readonly { readonly name: string }[]
  /** Configuration files that have changed since they were read. */
  changedConfig(): readonly string[]
}
