/**
 * A list of strategies that a test changes: what its traders begin with, and what an ask makes of it.
 */
import type { Problem } from '../../src/core/problem.ts'
import { type Result, err, ok } from '../../src/core/result.ts'
import type { StrategyPlan } from '../../src/config/strategy-plan.ts'
import type { StrategyAsk } from '../../src/kernel/trader-command.ts'
import type { PlanPort, PreparedPlan } from '../../src/trader/strategies/plan-port.ts'

interface Listed {
  readonly plans: readonly StrategyPlan[]
  readonly manual: readonly string[]
}

export class ScriptedPlans implements PlanPort {
  /** What a trader begins with from now on. */
  listed: Listed
  /** The disk takes nothing. */
  isFull = false
  private readonly answer: (ask: StrategyAsk, now: Listed) => Listed | string

  /** @param answer the list that is asked for, or the sentence that refuses it */
  constructor(listed: Listed, answer: (ask: StrategyAsk, now: Listed) => Listed | string) {
    this.listed = listed
    this.answer = answer
  }

  async prepare(ask: StrategyAsk): Promise<Result<PreparedPlan, Problem>> {
    const plan = this.answer(ask, this.listed)
    if (typeof plan === 'string') return err({ sentence: plan, next: 'Nothing was changed.' })
    return ok({
      plan,
      later: [],
      doubts: [],
      keep: () => {
        if (this.isFull) throw new Error('ENOSPC: no space left on device')
        this.listed = plan
      },
    })
  }

  changedFiles(): readonly { readonly name: string }[] {
    return []
  }

  changedConfig(): readonly string[] {
    return []
  }
}
