/**
 * The universe of a backtest as flags, `KEY=VALUE` as often as wanted, in the words of the configuration.
 */
import type { RunSeries } from '../../backtest/backtest-run.ts'
import { nearestOf } from '../../core/nearest.ts'
import { universeOf, universeSchema } from '../../config/sections/universe-config.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import type { UniverseRules } from '../../strategy/universe/universe.ts'
import { type SlippageModel, spreadTicksOf } from '../../venue/sim/models/models.ts'
import { CliError, EXIT } from '../exit.ts'

const KEYS = Object.keys(universeSchema.shape)
const EXAMPLE = 'Example: --universe take=2 --universe by=volume --universe every=1d'

/** @throws CliError that names the key and what it may be */
export function universeFlag(
  { universe: given }: { readonly universe?: readonly string[] },
  definition: StrategyDefinition,
  series: readonly RunSeries[],
  slippage: SlippageModel,
): UniverseRules | undefined {
  if (given === undefined || given.length === 0) return undefined
  const values: Record<string, string> = {}
  for (const pair of given) {
    const [name = '', ...rest] = pair.split('=')
    if (!KEYS.includes(name)) {
      const near = nearestOf(name, KEYS)
      const next = near === undefined ? `Keys: ${KEYS.join(', ')}.` : `Did you mean ${near}?`
      throw new CliError(EXIT.usage, `--universe '${pair}': there is no '${name}'.`, next)
    }
    values[name] = rest.join('=')
  }
  const parsed = universeSchema.safeParse(values)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const name = String(issue?.path[0] ?? '')
    if (values[name] === undefined) throw new CliError(EXIT.usage, `--universe: ${name} is missing.`, EXAMPLE)
    throw new CliError(EXIT.usage, `--universe '${name}=${values[name]}': ${issue?.message}.`, EXAMPLE)
  }
  const rules = universeOf(
    parsed.data,
    definition,
    series.map(({ instrument }) => instrument.symbol),
  )
  if (typeof rules === 'string') throw new CliError(EXIT.usage, `--universe: ${rules}`, EXAMPLE)
  if (rules.maxSpreadBps !== undefined && spreadTicksOf(slippage, 1) === undefined)
    throw new CliError(
      EXIT.usage,
      '--universe maxSpreadBps: no candle tells a spread.',
      'Give one with --slippage-ticks, or leave maxSpreadBps out.',
    )
  return rules
}
