/**
 * What `ballast backtest` runs: one strategy, or those of a file over one account.
 */
import { readFileSync } from 'node:fs'
import type { BacktestRequest } from '../../backtest/backtest-run.ts'
import { nameOf } from '../../backtest/together.ts'
import { plansIn, readSpecs } from '../../config/strategy-list.ts'
import { symbolsOf } from '../../config/strategy-plan.ts'
import { instrumentIndex, strategyId } from '../../core/units.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { type StudyFlags, requestOf } from '../flags/backtest-flags.ts'
import { checkSymbols, findStrategy, parseParams } from './chosen-strategy.ts'
import { type Loaded, loadSeries } from './backtest-series.ts'
import { type ChosenModel, chosenModel } from './model-flag.ts'

export interface PlannedFlags extends StudyFlags {
  readonly strategies?: string
  readonly model?: string
}

export interface PlannedRun {
  readonly request: BacktestRequest
  readonly loaded: Loaded
  readonly name: string
  /** Of several strategies: by the name of each. */
  readonly params: Readonly<Record<string, unknown>>
  /** What the trial ledger counts. */
  readonly tried: readonly {
    readonly strategy: string
    readonly params: Readonly<Record<string, unknown>>
    readonly symbols: readonly string[]
  }[]
  readonly chosen?: ChosenModel | undefined
}

/** @throws CliError that says what is missing or does not fit. */
export const plannedRun = (context: CliContext, name: string | undefined, flags: PlannedFlags): Promise<PlannedRun> =>
  flags.strategies === undefined ? oneStrategy(context, name, flags) : strategiesOf(context, flags.strategies, name, flags)

async function oneStrategy(context: CliContext, name: string | undefined, flags: PlannedFlags): Promise<PlannedRun> {
  if (name === undefined)
    throw new CliError(
      EXIT.usage,
      'No strategy selected.',
      'Example: ballast backtest ema-cross BTCUSDT, or --strategies FILE for several.',
    )
  const strategies = await context.strategies([name])
  const chosen = chosenModel(context, strategies, name, flags.model)
  const definition = findStrategy((chosen?.strategies ?? strategies).catalog, name)
  const params = parseParams(definition, [...(chosen === undefined ? [] : [chosen.param]), ...(flags.param ?? [])])
  const loaded = await loadSeries(context, flags)
  const symbols = loaded.series.map(({ instrument }) => instrument.symbol)
  checkSymbols(definition, symbols)
  const request = requestOf(definition, params, loaded.series, flags)
  return { request, loaded, name: definition.name, params, tried: [{ strategy: definition.name, params, symbols }], chosen }
}

/** What a file of strategies says itself, or what is about one strategy. */
const NOT_WITH_A_FILE = ['param', 'symbol', 'csv', 'model', 'universe', 'execution'] as const

async function strategiesOf(context: CliContext, file: string, name: string | undefined, flags: PlannedFlags): Promise<PlannedRun> {
  const extra = NOT_WITH_A_FILE.find((flag) => (Array.isArray(flags[flag]) ? flags[flag].length > 0 : flags[flag] !== undefined))
  if (name !== undefined || extra !== undefined)
    throw new CliError(
      EXIT.usage,
      `${name ?? `--${extra}`} cannot be combined with --strategies.`,
      extra === 'csv' ? 'Import the candles first: ballast data import.' : 'Each strategy of the file has its own symbols and parameters.',
    )
  const specs = readSpecs(textOf(file))
  if (!specs.ok) throw new CliError(EXIT.usage, `${file} ${specs.error}.`, 'Example: [{"strategy":"ema-cross","symbols":["BTCUSDT"]}].')
  const { catalog } = await context.strategies(specs.value.map(({ strategy }) => strategy))
  const planned = plansIn(specs.value, catalog)
  if (!planned.ok) throw new CliError(EXIT.usage, planned.error.sentence, planned.error.next)
  const plans = planned.value
  const symbols = symbolsOf({ plans, manual: [] })
  const loaded = await loadSeries(context, { ...flags, symbol: symbols })
  // Sized as the one that says least of its risk.
  const [first] = plans
  const least = plans.find(({ definition }) => !definition.givesStop) ?? first
  if (least === undefined) throw new CliError(EXIT.usage, `${file} lists no strategies.`)
  if (plans.length > 1 && !least.definition.givesStop && flags.size === undefined && flags.limits === 'research')
    throw new CliError(
      EXIT.usage,
      `${least.id} sets no stop, and without one each strategy would take all the cash.`,
      'Add --stop 2 --size risk, or --size fixed:N.',
    )
  const alone = requestOf(least.definition, least.params, loaded.series, flags)
  const request: BacktestRequest = {
    ...alone,
    together: plans.map(({ id, definition, params, execution, universe, symbols: own }) => ({
      id: strategyId(id),
      definition,
      params,
      execution,
      universe,
      instruments: own.map((symbol) => instrumentIndex(symbols.indexOf(symbol))),
    })),
  }
  const paramsOf = (params: unknown): Readonly<Record<string, unknown>> => params as Readonly<Record<string, unknown>>
  return {
    request,
    loaded,
    name: nameOf(request),
    params: Object.fromEntries(plans.map(({ id, params }) => [id, params])),
    tried: plans.map(({ definition, params, symbols: own }) => ({ strategy: definition.name, params: paramsOf(params), symbols: own })),
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new CliError(EXIT.usage, `--strategies '${file}' cannot be read.`, 'Pass a JSON file, such as ballast.config.json.')
  }
}
