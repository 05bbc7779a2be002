/**
 * Which strategies and symbols a configuration trades, each strategy with its symbols, and each symbol with one owner.
 */
import type { Problem } from '../core/problem.ts'
import type { Config } from './sections/config-schema.ts'
import { DEFAULT_PLANS, type StrategyPlan, type TradePlan, planOf } from './strategy-plan.ts'
import { ownerProblem } from './strategy-list.ts'
import type { StrategyChange } from './strategy-changes.ts'
import type { LoadedStrategies } from '../strategy-files/load.ts'

import { type Result, err, ok } from '../core/result.ts'
import { generatedInstruments } from '../venue/sim/models/market.ts'
import { isSymbolText, spellingOf } from '../market/symbol-text.ts'
import { nearestOf } from '../core/nearest.ts'
import { MANUAL_OWNER } from '../trading/manual-owner.ts'
import { riskOf, strayScope } from './sections/risk-config.ts'
const CONFIG_INVALID = 3

/** What users enter by hand in the simulator where nobody has said otherwise and no strategy owns it. */
const SIM_MANUAL_SYMBOL = 'XRPUSDT'

function manualSymbols(config: Config, plans: readonly StrategyPlan[]): readonly string[] {
  const { symbols } = config.manual
  if (symbols !== undefined) return symbols
  // A simulator elsewhere may list other symbols than the generated market.
  const isGenerated = config.profile === 'sim' && config.bybit.url === undefined
  return isGenerated && !plans.some((plan) => plan.symbols.includes(SIM_MANUAL_SYMBOL)) ? [SIM_MANUAL_SYMBOL] : []
}

/** Names that the configuration trades. */
export const configuredStrategies = (config: Config): readonly string[] =>
  (config.strategies ?? DEFAULT_PLANS).map(({ strategy }) => strategy)

/** Symbols that the configuration names, as they are written there. */
export const configuredSymbols = (config: Config): readonly string[] => [
  ...(config.strategies ?? DEFAULT_PLANS).flatMap(({ symbols }) => symbols ?? []),
  ...manualSymbols(config, []),
]

/** Of the simulator that Ballast starts itself. */
const GENERATED_SYMBOLS = generatedInstruments().map(({ symbol }) => symbol)

/** @param changes what of `config` operators have changed while Ballast ran */
export function plansOf(
  config: Config,
  { catalog }: LoadedStrategies,
  changes: readonly StrategyChange[] = [],
): Result<TradePlan, Problem> {
  const plans: StrategyPlan[] = []
  for (const spec of config.strategies ?? DEFAULT_PLANS) {
    const plan = planOf(spec, catalog)
    if (!plan.ok) return err({ sentence: plan.error, next: 'Fix the list of strategies in the configuration.', exitCode: CONFIG_INVALID })
    const changed = changes.find(({ id }) => id === plan.value.id)
    plans.push(changed === undefined ? plan.value : { ...plan.value, changed: { actor: changed.actor, atMs: changed.atMs } })
  }
  for (const symbol of [...plans.flatMap((plan) => plan.symbols), ...(config.manual.symbols ?? [])])
    if (!isSymbolText(symbol))
      return err({
        sentence: `${symbol} is not a valid symbol. Did you mean ${spellingOf(symbol)}?`,
        next: 'Fix it in strategies[].symbols or manual.symbols.',
        exitCode: CONFIG_INVALID,
      })
  if (config.profile === 'sim' && config.bybit.url === undefined)
    for (const symbol of [...plans.flatMap((plan) => plan.symbols), ...(config.manual.symbols ?? [])]) {
      if (GENERATED_SYMBOLS.includes(symbol)) continue
      const nearest = nearestOf(symbol, GENERATED_SYMBOLS)
      return err({
        sentence: `The simulator has no ${symbol}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`} Symbols: ${GENERATED_SYMBOLS.join(', ')}.`,
        next: 'Fix it in strategies[].symbols or manual.symbols, or use profile paper, which has all symbols of Bybit without a key.',
        exitCode: CONFIG_INVALID,
      })
    }
  const owned = ownerProblem(plans)
  if (owned !== undefined) return err({ ...owned, exitCode: CONFIG_INVALID })
  const owners = new Map(plans.flatMap((plan) => plan.symbols.map((symbol) => [symbol, plan.id] as const)))
  for (const symbol of config.manual.symbols ?? []) {
    const owner = owners.get(symbol)
    if (owner !== undefined)
      return err({
        sentence: `symbol-owned: ${symbol} belongs to ${owner}, so it cannot be traded by hand.`,
        next: 'Remove it from manual.symbols or from the strategy.',
        exitCode: CONFIG_INVALID,
      })
  }
  const manual = [...new Set(manualSymbols(config, plans))]
  const risk = riskOf(config.profile, config.risk)
  if (!risk.ok) return risk
  const stray = strayScope(config.risk, [...plans.map(({ id }) => id), MANUAL_OWNER], [...owners.keys(), ...manual])
  return stray === undefined ? ok({ plans, manual, risk: risk.value }) : err(stray)
}
