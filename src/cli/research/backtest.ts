/**
 * `ballast backtest STRATEGY --symbol S`: one run over stored candles or a file, its figures and what is doubtful about them.
 */
import type { Command } from 'commander'
import packageJson from '../../../package.json' with { type: 'json' }
import { reportHtml } from '../../backtest/report/report.ts'
import { type RunSeries, runBacktestRequest } from '../../backtest/backtest-run.ts'
import { doubtsOf } from '../../backtest/doubts.ts'
import { modelsOf } from '../../backtest/simulation.ts'
import { annualReason } from '../../portfolio/results/performance.ts'
import { symbolsProblem } from '../../strategy/market-set.ts'
import { type Catalog, STRATEGIES, strategyNamed } from '../../strategy/registry.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { paramsProblem } from '../../config/strategy-plan.ts'
import { contextOf } from '../context.ts'
import { equityCsv, equityOf, tradesCsv, tradesOf } from '../../backtest/report/run-rows.ts'
import { write } from '../ui/write-file.ts'
import { printStudy } from './backtest-summary.ts'
import { CliError, EXIT } from '../exit.ts'
import { startProgress } from '../ui/progress.ts'
import { type StudyFlags, addStudyOptions, costsOf, requestOf } from '../flags/backtest-flags.ts'
import { spotSymbolOf } from '../../market/instrument.ts'
import { spellingOf } from '../../market/symbol-text.ts'
import { loadSeries } from './backtest-series.ts'
import { chosenModel, seenNote } from './model-flag.ts'
import { digestsOf, noteTrials } from './trial-notes.ts'

interface BacktestFlags extends StudyFlags {
  readonly trades?: string
  readonly equity?: string
  readonly report?: string
  readonly model?: string
}

export function register(program: Command): void {
  addStudyOptions(
    program
      .command('backtest')
      .description('run a strategy over stored candles or a CSV file')
      .argument('<strategy>', `one of ${[...STRATEGIES.keys()].join(', ')}, or one of your own`)
      .argument('[symbols...]', 'as --symbol: BTCUSDT, or BTC, as in chat'),
  )
    .option('--model <name>', 'for the strategy ml: the model that it trades, NAME or NAME@VERSION (default: the champion)')
    .option('--trades <file>', 'write the trades as CSV')
    .option('--equity <file>', 'write the equity at each bar’s close as CSV')
    .option('--report <file>', 'write a report as one HTML file that opens offline')
    .action(runBacktestCommand)
}

async function runBacktestCommand(name: string, symbols: readonly string[], given: BacktestFlags, command: Command): Promise<void> {
  const flags = { ...given, symbol: [...(given.symbol ?? []), ...symbols.map(spellingOf)] }
  const context = contextOf(command)
  const { out } = context
  const strategies = await context.strategies([name])
  const chosen = chosenModel(context, strategies, name, flags.model)
  const definition = findStrategy((chosen?.strategies ?? strategies).catalog, name)
  const params = parseParams(definition, [...(chosen === undefined ? [] : [chosen.param]), ...(flags.param ?? [])])
  const { series, data, notes } = await loadSeries(context, flags)
  checkSymbols(
    definition,
    series.map(({ instrument }) => instrument.symbol),
  )
  const request = requestOf(definition, params, series, flags)
  const progress = await startProgress(out, `${definition.name}`)
  const run = runBacktestRequest({
    ...request,
    progress: (done) => {
      progress.update(done)
      return true
    },
  })
  progress.stop()
  if (run.result.failure !== undefined)
    throw new CliError(EXIT.error, `The strategy stopped: ${run.result.failure}`, 'Correct the strategy and run it again.')
  noteTrials(context, flags, data, { command: 'backtest', strategy: definition.name, trials: digestsOf([params], flags) })
  const costs = costsOf(request, flags)
  const verdict = doubtsOf(run, request)
  if (flags.trades !== undefined) write(flags.trades, tradesCsv(tradesOf(run, series)))
  if (flags.equity !== undefined) write(flags.equity, equityCsv(equityOf(run)))
  const answer = {
    strategy: definition.name,
    ...(chosen === undefined
      ? {}
      : { model: { name: chosen.saved.name, version: chosen.saved.version, seenUntil: chosen.saved.data.until } }),
    params,
    data,
    costs,
    models: modelsOf(request),
    fingerprint: run.fingerprint,
    metrics: run.metrics,
    annual: annualReason(run.equity) ?? null,
    verdict: verdict.doubts,
    denials: Object.fromEntries(run.result.denials),
    elapsedMs: Math.round(run.elapsedMs * 1000) / 1000,
    barsPerSecond: Math.round((run.result.bars / Math.max(run.elapsedMs, 0.001)) * 1000),
  }
  if (flags.report !== undefined)
    write(
      flags.report,
      reportHtml({
        run,
        request,
        verdict,
        series: 'series' in data ? data.series : [data],
        params,
        costs,
        version: packageJson.version,
        generatedAt: new Date().toISOString(),
        answer,
      }),
    )
  for (const note of notes) out.note(note)
  const seen = chosen === undefined ? undefined : seenNote(chosen.saved, ...spanOf(series))
  if (seen !== undefined) out.note(seen)
  if (answer.annual !== null) out.note(answer.annual)
  out.answer(answer, () => printStudy(out, { definition, params, data, costs, run, request, verdict, barsPerSecond: answer.barsPerSecond }))
  for (const file of [flags.trades, flags.equity, flags.report]) if (file !== undefined) out.note(`wrote ${file}`)
}

/** Open instants of the first and the last bar. */
const spanOf = (series: readonly RunSeries[]): [number, number] => [
  Math.min(...series.map(({ columns }) => columns.ts[0] ?? Number.POSITIVE_INFINITY)),
  Math.max(...series.map(({ columns }) => columns.ts.at(-1) ?? 0)),
]

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
