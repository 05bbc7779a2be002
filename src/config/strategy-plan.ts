/**
 * Which strategy runs under which name on which symbols, with parameters that its own schema has passed.
 */
import type { RiskProfile } from '../risk/profiles.ts'
import type { z } from 'zod'
import { nearestOf } from '../core/nearest.ts'
import { type Result, err, ok } from '../core/result.ts'
import { type Execution, parseExecution } from '../trading/algorithms/execution.ts'
import { type UniverseSpec, universeOf } from './sections/universe-config.ts'
import type { UniverseRules } from '../strategy/universe/universe.ts'
import { symbolsProblem } from '../strategy/market-set.ts'
import { type Catalog, STRATEGIES, strategyNamed } from '../strategy/registry.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'

export interface StrategyPlan {
  readonly id: string
  readonly definition: StrategyDefinition
  readonly params: unknown
  /** Code and parameters in words. */
  readonly identity: string
  readonly symbols: readonly string[]
  /** Execution algorithm of its entries; undefined: at once, at market. */
  readonly execution: Execution | undefined
  /** Which of its symbols may take entries; undefined: all of them. */
  readonly universe?: UniverseRules | undefined
  /** Who has changed it while Ballast ran, and when (wall-clock ms); undefined: it is as the configuration says. */
  readonly changed?: { readonly actor: string; readonly atMs: number } | undefined
}

/** All that this account trades: strategies with their symbols, and the symbols that users enter by hand. */
export interface TradePlan {
  readonly plans: readonly StrategyPlan[]
  readonly manual: readonly string[]
  /** Limits, sizing and costs: of the profile, with what the configuration sets. */
  readonly risk: RiskProfile
}

/** In the order in which the kernel numbers them. */
export const symbolsOf = ({ plans, manual }: Pick<TradePlan, 'plans' | 'manual'>): readonly string[] => [
  ...new Set([...plans.flatMap((p) => p.symbols), ...manual]),
]

export interface PlanSpec {
  /** Name of the instance; the strategy's name unless given. */
  readonly id?: string | undefined
  readonly strategy: string
  readonly symbols: readonly string[]
  readonly params?: Readonly<Record<string, unknown>> | undefined
  /** As `twap:10m`. */
  readonly execution?: string | undefined
  readonly universe?: UniverseSpec | undefined
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
  const params = found.value.params.safeParse(spec.params ?? {})
  if (!params.success) return err(`${spec.strategy}: ${paramsProblem(params.error, found.value, spec.params ?? {})}`)
  const definition = found.value.bind?.(params.data) ?? found.value
  if (spec.symbols.length === 0) return err(`${spec.strategy} has no symbols.`)
  const misfit = symbolsProblem(definition, spec.symbols)
  if (misfit !== undefined) return err(misfit)
  const execution = spec.execution === undefined ? undefined : parseExecution(spec.execution)
  if (typeof execution === 'string') return err(`${spec.strategy}: ${execution}`)
  if (execution?.type === 'iceberg') return err(`${spec.strategy}: an iceberg needs a limit price, and its signals have none.`)
  const universe = spec.universe === undefined ? undefined : universeOf(spec.universe, definition, spec.symbols)
  if (typeof universe === 'string') return err(`${spec.strategy}: ${universe}`)
  const { name, version, codeHash } = definition
  // One state for all its symbols is worth nothing to others.
  const scope = definition.contract === 2 ? ` ${spec.symbols.join(',')}` : ''
  const identity = `${name} ${version} ${codeHash ?? 'built-in'} ${JSON.stringify(params.data)}${scope}`
  return ok({ id: spec.id ?? spec.strategy, definition, params: params.data, identity, symbols: spec.symbols, execution, universe })
}

/** The first thing that is wrong with parameters, in words of the trade. */
export function paramsProblem(error: z.ZodError, definition: StrategyDefinition, given: Readonly<Record<string, unknown>>): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'its parameters are invalid.'
  const defaults = definition.params.safeParse({})
  const known = defaults.success && typeof defaults.data === 'object' && defaults.data !== null ? Object.keys(defaults.data) : []
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys[0] ?? ''
    const nearest = nearestOf(name, known)
    return `there is no parameter '${name}'.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`
  }
  const name = issue.path.join('.')
  if (name === '') return `its parameters are invalid: ${issue.message}.`
  const value = given[name]
  const shown = value === undefined ? 'nothing' : JSON.stringify(value)
  if (issue.code === 'invalid_type') return `parameter ${name} must be a ${issue.expected}, not ${shown}.${commaHint(value)}`
  if (issue.code === 'too_small')
    return `parameter ${name} must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}, not ${shown}.`
  if (issue.code === 'too_big')
    return `parameter ${name} must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}, not ${shown}.`
  return `parameter ${name} cannot be ${shown}: ${issue.message.replace(/^(Invalid input|Too small|Too big): /, '')}.`
}

const commaHint = (value: unknown): string =>
  typeof value === 'string' && /^-?\d+,\d+$/.test(value) ? ` Write it as ${value.replace(',', '.')}, without quotes.` : ''
