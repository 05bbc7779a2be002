/**
 * `ballast walkforward STRATEGY … --grid … --train 90d --test 30d`: what parameters earned on bars that they were not chosen on.
 */
import type { Command } from 'commander'
import { instantsOf, spanOf, stepDividing } from '../../../backtest/trust/rows.ts'
import { type WalkForward, walkForward } from '../../../backtest/trust/walk-forward.ts'
import { DAY_MS } from '../../../core/units.ts'
import { STRATEGIES } from '../../../strategy/registry.ts'
import { contextOf } from '../../context.ts'
import { CliError, EXIT } from '../../exit.ts'
import { spanFlag } from '../../flags/flag-values.ts'
import { type GridFlags, addGridOptions } from '../../flags/grid-flags.ts'
import { formatCount, formatPercent, formatRatio, formatTime } from '../../ui/format.ts'
import type { Output } from '../../ui/output.ts'
import { type GridPlan, planGrid } from '../grid-run.ts'
import { choiceFlag, addChoiceOption } from './choice-flag.ts'
import { digestsOf, noteTrials } from '../trial-notes.ts'
import { paramsText, recordGrid } from './recorded-grid.ts'

interface WalkForwardFlags extends GridFlags {
  readonly train: string
  readonly test: string
  readonly anchored?: boolean
  readonly embargo: string
  readonly choose: string
}

export function register(program: Command): void {
  addChoiceOption(
    addGridOptions(
      program
        .command('walkforward')
        .description('choose parameters on one window and try them on the next, again and again')
        .argument('<strategy>', `one of ${[...STRATEGIES.keys()].join(', ')}, or your own`),
    ),
  )
    .option('--train <span>', 'window that parameters are chosen on', '90d')
    .option('--test <span>', 'window after it that they are tried on', '30d')
    .option('--anchored', 'begin each training window with the first bar')
    .option('--embargo <span>', 'time between the two windows that is in neither', '0d')
    .action(runWalkForward)
}

async function runWalkForward(name: string, flags: WalkForwardFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const choice = choiceFlag(flags)
  const spans = {
    train: spanFlag('train', flags.train),
    test: spanFlag('test', flags.test),
    embargo: spanFlag('embargo', flags.embargo, true),
  }
  const grid = await planGrid(context, name, flags)
  const intervalMs = Math.max(...grid.series.map((each) => each.intervalMs))
  const stepMs = stepDividing(Object.values(spans), intervalMs)
  if (stepMs === undefined || spans.train / stepMs < 2)
    throw new CliError(
      EXIT.usage,
      `Windows of ${flags.train} and ${flags.test} do not fit bars of ${grid.data !== undefined && 'interval' in grid.data ? grid.data.interval : 'this interval'}.`,
      'Windows are whole minutes, hours or days, and hold at least two bars.',
    )
  const rows = instantsOf(grid.series, stepMs).length - 1
  const needed = (spans.train + spans.embargo + spans.test) / stepMs
  if (rows < needed) throw tooShort(grid, needed * stepMs)
  const { runs, instants } = await recordGrid(out, grid, stepMs)
  noteTrials(context, flags, grid.data, { command: 'walkforward', strategy: grid.plan.strategy, trials: digestsOf(grid.params, flags) })
  const walk = walkForward(runs, {
    instants,
    trainRows: spans.train / stepMs,
    testRows: spans.test / stepMs,
    embargoRows: spans.embargo / stepMs,
    isAnchored: flags.anchored === true,
    choice,
  })
  if (walk === undefined) throw tooShort(grid, needed * stepMs)
  const answer = {
    strategy: grid.plan.strategy,
    data: grid.data,
    combinations: grid.params.length,
    train: flags.train,
    test: flags.test,
    embargo: flags.embargo,
    anchored: flags.anchored === true,
    choose: choice,
    folds: walk.folds.map(({ train, test, chosen, inSample, outOfSample }) => ({
      train,
      test,
      params: chosen === undefined ? null : grid.params[chosen],
      inSample,
      outOfSample,
    })),
    outOfSample: { metrics: walk.metrics },
    efficiency: walk.efficiency,
  }
  out.answer(answer, () => print(out, grid, walk, stepMs))
  if (walk.rowsLeft > 0)
    out.note(`The last ${formatRatio((walk.rowsLeft * stepMs) / DAY_MS, 1)} days fill no test window and are not used.`)
}

function tooShort(grid: GridPlan, neededMs: number): CliError {
  const { from, to } = spanOf(grid.series)
  const days = (ms: number): string => formatRatio(ms / DAY_MS, 1)
  return new CliError(
    EXIT.error,
    `The data spans ${days(to - from)} days, and one fold needs ${days(neededMs)}.`,
    'Use shorter windows (--train, --test) or more data.',
  )
}

function print(out: Output, grid: GridPlan, { folds, metrics, efficiency }: WalkForward, stepMs: number): void {
  const trades = metrics.trades
  out.line(
    `${out.style('bold', grid.plan.strategy)}  ${formatCount(grid.params.length)} combinations, ${formatCount(folds.length)} folds over ${formatCount(grid.data.bars)} bars`,
  )
  if ((metrics.totalReturn ?? 0) <= 0) out.line(`${out.style('warn', '!')} Out of sample it loses: the choice does not carry over.`)
  if (trades < 30)
    out.line(`${out.style('warn', '!')} ${trades} trades out of sample are too few to separate skill from luck (at least 30)`)
  out.line()
  const time = (at: number): string => (stepMs === DAY_MS ? formatTime(at).slice(0, 10) : formatTime(at))
  out.table(
    [
      { title: 'test from' },
      { title: 'params' },
      ...['in sharpe', 'out sharpe', 'out return', 'trades'].map((title) => ({ title, align: 'right' as const })),
    ],
    folds.map((fold) => [
      time(fold.test.from),
      paramsText(grid, fold.chosen),
      formatRatio(fold.inSample.sharpe),
      formatRatio(fold.outOfSample.sharpe),
      formatPercent(fold.outOfSample.totalReturn),
      formatCount(fold.outOfSample.trades),
    ]),
  )
  out.line()
  out.fields([
    ['out-of-sample return', formatPercent(metrics.totalReturn)],
    ['out-of-sample sharpe', formatRatio(metrics.sharpe)],
    ['chance above zero', formatPercent(metrics.probabilisticSharpe)],
    ['max drawdown', formatPercent(metrics.maxDrawdown)],
    ['efficiency', efficiency === null ? '–' : formatPercent(efficiency, 0)],
  ])
}
