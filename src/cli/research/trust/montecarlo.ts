/**
 * `ballast montecarlo STRATEGY …`: one run as it could have gone: trades in another order, days drawn again, prices with noise, bars in another order.
 */
import { pinnedOf } from '../../../strategy-files/load.ts'
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { runFigures } from '../../../backtest/backtest-run.ts'
import type { SweepPlan } from '../../../backtest/sweep/sweep-plan.ts'
import { type Spread, shareBelowZero, spreadOf } from '../../../backtest/trust/distribution.ts'
import { bootstrapRows, pValueOf, sharpeOf, shuffleTrades } from '../../../backtest/trust/monte-carlo.ts'
import type { PathVariant } from '../../../backtest/trust/path-variants.ts'
import { instantsOf, stepFor } from '../../../backtest/trust/rows.ts'
import { recordOf } from '../../../backtest/trust/run-record.ts'
import { DAY_MS } from '../../../core/units.ts'
import { PERIODS_PER_YEAR } from '../../../portfolio/results/performance.ts'
import type { ClosedTrade } from '../../../portfolio/trade.ts'
import { STRATEGIES } from '../../../strategy/registry.ts'
import { contextOf } from '../../context.ts'
import { CliError, EXIT } from '../../exit.ts'
import { type StudyFlags, addStudyOptions, requestOf } from '../../flags/backtest-flags.ts'
import { decimalFlag } from '../../flags/flag-values.ts'
import { countFlag } from '../../flags/grid-flags.ts'
import { formatCount, formatPercent, formatRatio } from '../../ui/format.ts'
import type { Output } from '../../ui/output.ts'
import { checkSymbols, findStrategy, parseParams } from '../chosen-strategy.ts'
import { loadSeries } from '../backtest-series.ts'
import { sweepWithProgress } from '../grid-run.ts'
import { digestsOf, noteTrials } from '../trial-notes.ts'

interface MonteCarloFlags extends StudyFlags {
  readonly runs: string
  readonly paths: string
  readonly noise: string
  readonly seed: string
  readonly workers?: string
}

const ROWS = 120
/** Trades from which on their order says something. */
const TRADES_MIN = 10

export function register(program: Command): void {
  addStudyOptions(
    program
      .command('montecarlo')
      .description('Monte Carlo of one run: shuffle trades, resample days, add price noise, permute bars')
      .argument('<strategy>', `one of ${[...STRATEGIES.keys()].join(', ')}, or your own`),
  )
    .option('--runs <n>', 'draws of trades and days', '1000')
    .option('--paths <n>', 'runs over changed candles, of each kind', '200')
    .option('--noise <share>', 'noise on each close, as a share of the range of its bar', '0.1')
    .option('--seed <n>', 'seed of all that is drawn', '1')
    .option('--workers <n>', 'worker threads (default: one per CPU)')
    .action(runMonteCarlo)
}

async function runMonteCarlo(name: string, flags: MonteCarloFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const counts = { runs: countFlag('runs', flags.runs), paths: countFlag('paths', flags.paths), seed: countFlag('seed', flags.seed) }
  const workers = flags.workers === undefined ? availableParallelism() : countFlag('workers', flags.workers)
  const share = decimalFlag('noise', flags.noise, 6) / 1e6
  const strategies = await context.strategies([name])
  const { catalog } = strategies
  const definition = findStrategy(catalog, name)
  const params = parseParams(definition, flags.param ?? [])
  const { series, data, notes } = await loadSeries(context, flags)
  checkSymbols(
    definition,
    series.map(({ instrument }) => instrument.symbol),
  )
  if (series.length > 1) throw new CliError(EXIT.usage, 'Bars of several symbols are not put into another order.', 'Pass one --symbol.')
  const request = requestOf(definition, params, series, flags)
  const figures = runFigures(request)
  if (figures.result.failure !== undefined)
    throw new CliError(EXIT.error, `The strategy stopped: ${figures.result.failure}`, 'Correct the strategy and run it again.')
  const stepMs = stepFor(series, ROWS)
  const rowsPerYear = (PERIODS_PER_YEAR * DAY_MS) / stepMs
  const instants = instantsOf(series, stepMs)
  const { returns } = recordOf(figures, request, instants)
  if (returns.length < 2) throw new CliError(EXIT.error, 'The data has fewer than two rows to draw from.', 'Use more data.')
  const { definition: _, params: __, ...common } = request
  const plan: SweepPlan = {
    strategy: definition.name,
    modules: pinnedOf(strategies),
    params: new Array<unknown>(counts.paths).fill(params),
    common,
    instants,
  }
  const varied = async (variant: PathVariant): Promise<Float64Array[]> => {
    const { outcomes } = await sweepWithProgress(out, { ...plan, variant }, workers)
    return outcomes.flatMap((outcome) => (outcome.type === 'run' && outcome.record !== undefined ? [outcome.record.returns] : []))
  }
  const noise = await varied({ type: 'noise', seed: counts.seed, share })
  const permuted = await varied({ type: 'permutation', seed: counts.seed })
  noteTrials(context, flags, data, { command: 'montecarlo', strategy: definition.name, trials: digestsOf([params], flags) })
  for (const note of notes) out.note(note)
  const sharpe = sharpeOf(returns, rowsPerYear)
  const ofNoise = noise.map((each) => sharpeOf(each, rowsPerYear))
  // A run that never traded earned nothing.
  const ofChance = permuted.map((each) => sharpeOf(each, rowsPerYear) ?? 0)
  const answer = {
    strategy: definition.name,
    params,
    data,
    ...counts,
    rows: returns.length,
    rowMs: stepMs,
    trades: figures.result.trades.length,
    actual: { totalReturn: totalOf(returns), sharpe, maxDrawdown: figures.metrics.maxDrawdown },
    shuffle: shuffleTrades(tradeReturns(figures.result.trades, request.openingCash), counts.runs, counts.seed),
    bootstrap: bootstrapRows(returns, rowsPerYear, counts.runs, counts.seed),
    noise: { share, sharpe: spreadOf(ofNoise), totalReturn: spreadOf(noise.map(totalOf)), losing: shareBelowZero(noise.map(totalOf)) },
    permutation: { pValue: sharpe === null ? null : pValueOf(sharpe, ofChance), sharpe: spreadOf(ofChance) },
  }
  out.answer(answer, () => print(out, answer))
}

const totalOf = (returns: Float64Array): number => returns.reduce((growth, value) => growth * (1 + value), 1) - 1

/** By the equity before each, in the order in which they ended. */
function tradeReturns(trades: readonly ClosedTrade[], openingCash: number): number[] {
  let equity = openingCash
  return trades.map(({ pnl }) => {
    const before = equity
    equity += pnl
    return before > 0 ? Math.max(-1, pnl / before) : 0
  })
}

interface Answer {
  readonly strategy: string
  readonly trades: number
  readonly data: { readonly bars: number }
  readonly actual: { readonly totalReturn: number; readonly sharpe: number | null; readonly maxDrawdown: number | null }
  readonly shuffle: ReturnType<typeof shuffleTrades>
  readonly bootstrap: ReturnType<typeof bootstrapRows>
  readonly noise: { readonly sharpe: Spread | null; readonly totalReturn: Spread | null; readonly losing: number | null }
  readonly permutation: { readonly pValue: number | null; readonly sharpe: Spread | null }
}

function print(out: Output, { strategy, trades, data, actual, shuffle, bootstrap, noise, permutation }: Answer): void {
  out.line(`${out.style('bold', strategy)}  ${formatCount(trades)} trades over ${formatCount(data.bars)} bars`)
  const warn = (text: string): void => out.line(`${out.style('warn', '!')} ${text}`)
  if (trades < TRADES_MIN) warn(`${formatCount(trades)} trades are too few for their order to say anything (at least ${TRADES_MIN})`)
  if ((permutation.pValue ?? 1) > 0.05)
    warn(`Chance does as well: on ${formatPercent(permutation.pValue)} of the same bars in another order.`)
  if ((bootstrap.losing ?? 1) > 0.05) warn(`It loses in ${formatPercent(bootstrap.losing)} of the drawn histories.`)
  out.line()
  const percent = (value: number | null): string => formatPercent(value)
  const ratio = (value: number | null): string => formatRatio(value)
  const row = (title: string, given: number | null, spread: Spread | null, format: (value: number | null) => string): string[] => [
    title,
    format(given),
    ...[spread?.q05, spread?.median, spread?.q95].map((value) => format(value ?? null)),
  ]
  out.table(
    [{ title: '' }, ...['as it was', '5 %', 'median', '95 %'].map((title) => ({ title, align: 'right' as const }))],
    [
      row('drawdown, trades shuffled', shuffle.actual, shuffle.maxDrawdown, percent),
      row('drawdown, days drawn', actual.maxDrawdown, bootstrap.maxDrawdown, percent),
      row('return, days drawn', actual.totalReturn, bootstrap.totalReturn, percent),
      row('return, prices with noise', actual.totalReturn, noise.totalReturn, percent),
      row('sharpe, prices with noise', actual.sharpe, noise.sharpe, ratio),
      row('sharpe, bars permuted', actual.sharpe, permutation.sharpe, ratio),
    ],
  )
  out.line()
  out.fields([
    ['p-value of the rule', permutation.pValue === null ? '–' : formatPercent(permutation.pValue)],
    ['drawn histories that lose', formatPercent(bootstrap.losing)],
    ['noisy prices that lose', formatPercent(noise.losing)],
  ])
}
