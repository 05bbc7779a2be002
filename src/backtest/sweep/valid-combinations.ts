/**
 * Combinations of a grid that a strategy's schema takes.
 */
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import type { Combination } from './parameter-grid.ts'

export interface ValidCombinations {
  /** Parsed by the strategy's schema. */
  readonly valid: Record<string, unknown>[]
  /** The same as the grid has them. */
  readonly combinations: Combination[]
  readonly skipped: number
  /** Why the first one was skipped. */
  readonly reason: string
}

/** @param fixed parameters that all combinations share, as text */
export function validCombinations(
  definition: StrategyDefinition,
  fixed: Readonly<Record<string, string>>,
  combinations: readonly Combination[],
): ValidCombinations {
  const valid: Record<string, unknown>[] = []
  const taken: Combination[] = []
  let skipped = 0
  let reason = ''
  for (const combination of combinations) {
    const parsed = definition.params.safeParse({ ...fixed, ...combination })
    if (parsed.success) {
      valid.push(parsed.data as Record<string, unknown>)
      taken.push(combination)
    } else {
      skipped += 1
      if (reason === '') reason = parsed.error.issues.map((issue) => [...issue.path, issue.message].join(' ')).join('; ')
    }
  }
  return { valid, combinations: taken, skipped, reason }
}
