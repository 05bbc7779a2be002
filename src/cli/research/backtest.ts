/**
 * `ballast backtest STRATEGY --symbol S`: one run over stored candles or a file, its figures and what is doubtful about them.
 */
import type { Command } from 'commander'
import packageJson from '../../../package.json' with { type: 'json' }
import { reportHtml } from '../../backtest/report/report.ts'
import { contributionsOf } from '../../backtest/together.ts'
import { type RunSeries, runBacktestRequest } from '../../backtest/backtest-run.ts'
import { doubtsOf } from '../../backtest/doubts.ts'
import { modelsOf } from '../../backtest/simulation.ts'
import { annualReason } from '../../portfolio/results/performance.ts'
import { STRATEGIES } from '../../strategy/registry.ts'
import { contextOf } from '../context.ts'
import { equityCsv, equityOf, tradesCsv, tradesOf } from '../../backtest/report/run-rows.ts'
import { write } from '../ui/write-file.ts'
import { printStudy } from './backtest-summary.ts'
import { CliError, EXIT } from '../exit.ts'
import { startProgress } from '../ui/progress.ts'
import { addStudyOptions, costsOf } from '../flags/backtest-flags.ts'
import { spellingOf } from '../../market/symbol-text.ts'
import { type PlannedFlags, plannedRun } from './backtest-plans.ts'
import type { Loaded } from './backtest-series.ts'
import { seenNote } from './model-flag.ts'
import { digestsOf, noteTrials } from './trial-notes.ts'

interface BacktestFlags extends PlannedFlags {
  readonly trades?: string
  readonly equity?: string
  readonly report?: string
}

export function register(program: Command): void {
  addStudyOptions(
    program
      .command('backtest')
      .description('run a strategy over stored candles or a CSV file')
      .argument('[strategy]', `one of ${[...STRATEGIES.keys()].join(', ')}, or one of your own`)
      .argument('[symbols...]', 'as --symbol: BTCUSDT, or BTC, as in chat'),
  )
    .option('--strategies <file>', 'several strategies over one account, as the list strategies of ballast.config.json')
    .option('--model <name>', 'for the strategy ml: the model that it trades, NAME or NAME@VERSION (default: the champion)')
    .option('--trades <file>', 'write the trades as CSV')
    .option('--equity <file>', 'write the equity at each bar’s close as CSV')
    .option('--report <file>', 'write a report as one HTML file that opens offline')
    .action(runBacktestCommand)
}

async function runBacktestCommand(
  name: string | undefined,
  symbols: readonly string[],
  given: BacktestFlags,
  command: Command,
): Promise<void> {
  const flags = { ...given, symbol: [...(given.symbol ?? []), ...symbols.map(spellingOf)] }
  const context = contextOf(command)
  const { out } = context
  const planned = await plannedRun(context, name, flags)
  const { request, params, chosen } = planned
  const { series, data, notes } = planned.loaded
  const progress = await startProgress(out, planned.name)
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
  for (const { strategy, params: each, symbols: own } of planned.tried)
    noteTrials(context, flags, dataOf(data, own), { command: 'backtest', strategy, trials: digestsOf([each], flags) })
  const costs = costsOf(request, flags)
  const verdict = doubtsOf(run, request)
  if (flags.trades !== undefined) write(flags.trades, tradesCsv(tradesOf(run, series)))
  if (flags.equity !== undefined) write(flags.equity, equityCsv(equityOf(run)))
  const contributions = contributionsOf(run, request)
  const answer = {
    strategy: planned.name,
    ...(chosen === undefined
      ? {}
      : { model: { name: chosen.saved.name, version: chosen.saved.version, seenUntil: chosen.saved.data.until } }),
    params,
    data,
    costs,
    models: modelsOf(request),
    fingerprint: run.fingerprint,
    metrics: run.metrics,
    ...(contributions === undefined ? {} : { strategies: contributions }),
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
  out.answer(answer, () =>
    printStudy(out, { name: planned.name, params, contributions, data, costs, run, request, verdict, barsPerSecond: answer.barsPerSecond }),
  )
  for (const file of [flags.trades, flags.equity, flags.report]) if (file !== undefined) out.note(`wrote ${file}`)
}

/** What the trial ledger notes of the data: the series of these symbols. */
function dataOf(data: Loaded['data'], symbols: readonly string[]): Loaded['data'] {
  if (!('series' in data)) return data
  const series = data.series.filter(({ symbol }) => symbols.includes(symbol))
  return { series, bars: series.reduce((sum, { bars }) => sum + bars, 0), hash: series.map(({ hash }) => hash).join('+') }
}

/** Open instants of the first and the last bar. */
const spanOf = (series: readonly RunSeries[]): [number, number] => [
  Math.min(...series.map(({ columns }) => columns.ts[0] ?? Number.POSITIVE_INFINITY)),
  Math.max(...series.map(({ columns }) => columns.ts.at(-1) ?? 0)),
]
