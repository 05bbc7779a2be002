/**
 * A confirmed rebalance as it is kept: targets and rules are frozen, and no more is traded of a symbol than was shown.
 */
import { z } from 'zod'
import { CASH_SCALE, cash } from '../../../src/core/units.ts'
import { parseDecimal } from '../../../src/core/decimal.ts'
import type { RebalanceRules } from '../../../src/portfolio/rebalance/plan.ts'
import { add } from '../../amount.ts'
import type { PlanAnswer } from './sight.ts'

export const Todo = z.object({
  targets: z.array(z.object({ symbol: z.string(), weight: z.number() })),
  band: z.number(),
  /** Amounts in USDT, as decimal text. */
  tradeMin: z.string(),
  turnoverMax: z.string().optional(),
  costMax: z.string().optional(),
  stop: z.string(),
  execution: z.string().optional(),
  approved: z.record(z.string(), z.object({ buy: z.string(), sell: z.string() })),
})
export type Todo = z.infer<typeof Todo>

const moneyOf = (text: string) => cash(parseDecimal(text, CASH_SCALE, 'floor') ?? 0)

export const rulesOf = (todo: Omit<Todo, 'approved' | 'targets' | 'stop'>): RebalanceRules => ({
  band: todo.band,
  tradeMin: moneyOf(todo.tradeMin),
  turnoverMax: todo.turnoverMax === undefined ? undefined : moneyOf(todo.turnoverMax),
  costMax: todo.costMax === undefined ? undefined : moneyOf(todo.costMax),
})

/** What was shown is what may be traded. */
export function approvalOf({ orders }: PlanAnswer): Todo['approved'] {
  const approved: Record<string, { buy: string; sell: string }> = {}
  for (const { symbol, side, quantity } of orders) {
    const before = approved[symbol] ?? { buy: '0', sell: '0' }
    approved[symbol] = { ...before, [side]: add(before[side], quantity) }
  }
  return approved
}
