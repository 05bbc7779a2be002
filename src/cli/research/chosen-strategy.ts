/**
 * The strategy that a command is about, with its parameters and symbols as somebody typed them.
 */
import { paramsProblem } from '../../config/strategy-plan.ts'
import { spotSymbolOf } from '../../market/instrument.ts'
import { symbolsProblem } from '../../strategy/market-set.ts'
import { type Catalog, strategyNamed } from '../../strategy/registry.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { CliError, EXIT } from '../exit.ts'

/** One of the catalog. @throws CliError that names the nearest. */
export function findStrategy(catalog: Catalog, name: string): StrategyDefinition {
  const found = strategyNamed(catalog, name)
  if (found.ok) return found.value
  throw new CliError(EXIT.notFound, found.error, 'ballast strategy list shows them; ballast strategy new NAME writes one of your own.')
}

/** @throws CliError where the strategy has roles for other symbols */
export function checkSymbols(definition: StrategyDefinition, symbols: readonly string[]): void {
  const misfit = symbolsProblem(definition, symbols)
  if (misfit === undefined) return
  const example = exampleSymbols(definition).join(' ')
  throw new CliError(EXIT.usage, misfit, `Name them in the order of these roles: ballast backtest ${definition.name} ${example}`)
}

/** Symbols that the strategy could have. */
export const exampleSymbols = ({ symbols, categories }: StrategyDefinition): readonly string[] =>
  (symbols ?? ['']).map((_, k) => {
    const nth = categories?.slice(0, k).filter((each) => each === categories[k]).length ?? k
    const symbol = EXAMPLE_SYMBOLS[nth] ?? 'SYMBOL'
    return categories?.[k] === 'spot' ? spotSymbolOf(symbol) : symbol
  })

export const EXAMPLE_SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] as const

export function parseParams(definition: StrategyDefinition, words: readonly string[]): Record<string, unknown> {
  const given: Record<string, string> = {}
  for (const word of words) {
    const at = word.indexOf('=')
    if (at <= 0) throw new CliError(EXIT.usage, `--param '${word}' is not name=value.`, 'Write for example --param fast=10.')
    given[word.slice(0, at)] = word.slice(at + 1)
  }
  const parsed = definition.params.safeParse(given)
  if (parsed.success) return parsed.data as Record<string, unknown>
  throw new CliError(
    EXIT.usage,
    `${definition.name}: ${paramsProblem(parsed.error, definition, given)}`,
    `ballast strategy show ${definition.name} lists its parameters.`,
  )
}
