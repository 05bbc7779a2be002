/**
 * Which strategy runs under which name on which symbols, with parameters that its own schema has passed.
 * Never holds a parameter that the schema has not seen.
 */
import { z } from 'zod'
import { nearestOf } from '../core/nearest.ts'
import { type Result, err, ok } from '../core/result.ts'
import { STRATEGIES } from '../strategy/registry.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'

export interface StrategyPlan {
  readonly id: string
  readonly definition: StrategyDefinition
  readonly params: unknown
  readonly symbols: readonly string[]
}

export interface PlanSpec {
  /** Name of the instance; the strategy's name unless given. */
  readonly id?: string | undefined
  readonly strategy: string
  readonly symbols: readonly string[]
  readonly params?: Readonly<Record<string, unknown>> | undefined
}

/** What `npm start` trades until the configuration says otherwise. */
export const DEFAULT_PLANS: readonly PlanSpec[] = [
  { strategy: 'ema-cross', symbols: ['BTCUSDT'] },
  { strategy: 'donchian-breakout', symbols: ['ETHUSDT'] },
  { strategy: 'rsi-reversion', symbols: ['SOLUSDT'] },
]

export function planOf(spec: PlanSpec): Result<StrategyPlan, string> {
  const definition = STRATEGIES.get(spec.strategy)
  if (definition === undefined) {
    const near = nearestOf(spec.strategy, [...STRATEGIES.keys()])
    return err(
      `There is no strategy '${spec.strategy}'.${near === undefined ? '' : ` Did you mean ${near}?`} Built in: ${[...STRATEGIES.keys()].join(', ')}.`,
    )
  }
  const params = definition.params.safeParse(spec.params ?? {})
  if (!params.success) return err(`${spec.strategy}: ${z.prettifyError(params.error).replace(/\n\s*/g, ' ')}.`)
  if (spec.symbols.length === 0) return err(`${spec.strategy} has no symbols.`)
  return ok({ id: spec.id ?? spec.strategy, definition, params: params.data, symbols: spec.symbols })
}
