/**
 * Which strategy runs under which name on which symbols, with parameters that its own schema has passed.
 * Never holds a parameter that the schema has not seen.
 */
import { z } from 'zod'
import { type Result, err, ok } from '../core/result.ts'
import { type Execution, parseExecution } from '../trading/algorithms/execution.ts'
import { type Catalog, STRATEGIES, strategyNamed } from '../strategy/registry.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'

export interface StrategyPlan {
  readonly id: string
  readonly definition: StrategyDefinition
  readonly params: unknown
  /** Code and parameters in words. */
  readonly identity: string
  readonly symbols: readonly string[]
  /** How its entries are worked; undefined: at once, at market. */
  readonly execution: Execution | undefined
}

/** All that this account trades: strategies with their symbols, and the symbols that people enter by hand. */
export interface TradePlan {
  readonly plans: readonly StrategyPlan[]
  readonly manual: readonly string[]
}

export interface PlanSpec {
  /** Name of the instance; the strategy's name unless given. */
  readonly id?: string | undefined
  readonly strategy: string
  readonly symbols: readonly string[]
  readonly params?: Readonly<Record<string, unknown>> | undefined
  /** As `twap:10m`. */
  readonly execution?: string | undefined
}

/** What `npm start` trades until the configuration says otherwise. */
export const DEFAULT_PLANS: readonly PlanSpec[] = [
  { strategy: 'ema-cross', symbols: ['BTCUSDT'] },
  { strategy: 'donchian-breakout', symbols: ['ETHUSDT'] },
  { strategy: 'rsi-reversion', symbols: ['SOLUSDT'] },
]

export function planOf(spec: PlanSpec, catalog: Catalog = STRATEGIES): Result<StrategyPlan, string> {
  const found = strategyNamed(catalog, spec.strategy)
  if (!found.ok) return found
  const definition = found.value
  const params = definition.params.safeParse(spec.params ?? {})
  if (!params.success) return err(`${spec.strategy}: ${z.prettifyError(params.error).replace(/\n\s*/g, ' ')}.`)
  if (spec.symbols.length === 0) return err(`${spec.strategy} has no symbols.`)
  const execution = spec.execution === undefined ? undefined : parseExecution(spec.execution)
  if (typeof execution === 'string') return err(`${spec.strategy}: ${execution}`)
  if (execution?.type === 'iceberg') return err(`${spec.strategy}: an iceberg needs a limit price, which its signals do not have.`)
  const { name, version, codeHash } = definition
  const identity = `${name} ${version} ${codeHash ?? 'built-in'} ${JSON.stringify(params.data)}`
  return ok({ id: spec.id ?? spec.strategy, definition, params: params.data, identity, symbols: spec.symbols, execution })
}
