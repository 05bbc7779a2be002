/**
 * `ballast cpcv STRATEGY … --grid … --groups 6 --test-groups 2`: many out-of-sample curves instead of one, by purged cross-validation.
 */
import type { Command } from 'commander'
import { overfittingProbability } from '../../../backtest/cscv.ts'
import { SPLITS_MAX, countSplits, cpcv } from '../../../backtest/trust/cpcv.ts'
import { type Spread, shareBelowZero, spreadOf } from '../../../backtest/trust/distribution.ts'
import { instantsOf, stepDividing, stepFor } from '../../../backtest/trust/rows.ts'
import { DAY_MS } from '../../../core/units.ts'
import { STRATEGIES } from '../../../strategy/registry.ts'
import { contextOf } from '../../context.ts'
import { CliError, EXIT } from '../../exit.ts'
import { spanFlag } from '../../flags/flag-values.ts'
import { type GridFlags, addGridOptions, countFlag } from '../../flags/grid-flags.ts'
import { formatCount, formatPercent, formatRatio } from '../../ui/format.ts'
import type { Output } from '../../ui/output.ts'
import { type GridPlan, planGrid } from '../grid-run.ts'
import { addChoiceOption, choiceFlag } from './choice-flag.ts'
import { digestsOf, noteTrials } from '../trial-notes.ts'
import { recordGrid } from './recorded-grid.ts'

interface CpcvFlags extends GridFlags {
  readonly groups: string
  readonly testGroups: string
  readonly embargo: string
  readonly choose: string
}

/** Rows of a group, at least. */
const GROUP_ROWS = 20

export function register(program: Command): void {
  addChoiceOption(
    addGridOptions(
      program
        .command('cpcv')
        .description('cross-validate the choice of parameters: purged, on every combination of test groups')
        .argument('<strategy>', `one of ${[...STRATEGIES.keys()].join(', ')}, or your own`),
    ),
  )
    .option('--groups <n>', 'groups of equal length that the data is cut into', '6')
    .option('--test-groups <n>', 'groups that are tests at a time', '2')
    .option('--embargo <span>', 'time behind each test that is not trained on', '0d')
    .action(runCpcv)
}

async function runCpcv(name: string, flags: CpcvFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const choice = choiceFlag(flags)
  const { groups, testGroups } = groupsOf(flags)
  const embargoMs = spanFlag('embargo', flags.embargo, true)
  const grid = await planGrid(context, name, flags)
  const least = stepFor(grid.series, groups * GROUP_ROWS)
  const stepMs = stepDividing([least, embargoMs], Math.max(...grid.series.map((each) => each.intervalMs)))
  if (stepMs === undefined)
    throw new CliError(
      EXIT.usage,
      `An embargo of ${flags.embargo} does not fit these bars.`,
      'Use whole days, hours or minutes, a bar at least.',
    )
  const rows = instantsOf(grid.series, stepMs).length - 1
  if (rows < groups * GROUP_ROWS)
    throw new CliError(
      EXIT.error,
      `The data has ${Math.max(0, rows)} rows, and ${groups} groups need ${groups * GROUP_ROWS}.`,
      'Use fewer groups (--groups) or more data.',
    )
  const { runs, instants } = await recordGrid(out, grid, stepMs)
  noteTrials(context, flags, grid.data, { command: 'cpcv', strategy: grid.plan.strategy, trials: digestsOf(grid.params, flags) })
  const { paths, splits, purged } = cpcv(runs, { instants, groups, testGroups, embargoRows: embargoMs / stepMs, choice })
  const sharpes = paths.map(({ metrics }) => metrics.sharpe)
  const returns = paths.map(({ metrics }) => metrics.totalReturn)
  const answer = {
    strategy: grid.plan.strategy,
    data: grid.data,
    combinations: grid.params.length,
    groups,
    testGroups,
    embargo: flags.embargo,
    choose: choice,
    splits,
    purged,
    paths: paths.map(({ chosen, metrics }) => ({
      params: chosen.map((at) => (at === undefined ? null : grid.params[at])),
      metrics,
    })),
    distribution: { sharpe: spreadOf(sharpes), totalReturn: spreadOf(returns), losing: shareBelowZero(returns) },
    pbo: overfittingProbability(runs.flatMap((run) => run?.returns ?? [])) ?? null,
  }
  out.answer(answer, () => print(out, grid, answer, stepMs))
}

function groupsOf(flags: CpcvFlags): { readonly groups: number; readonly testGroups: number } {
  const groups = countFlag('groups', flags.groups)
  const testGroups = countFlag('test-groups', flags.testGroups)
  if (groups < 2 || testGroups >= groups)
    throw new CliError(
      EXIT.usage,
      `${testGroups} of ${groups} groups cannot be tests.`,
      'At least one group has to be left to train on: --groups 6 --test-groups 2.',
    )
  const splits = countSplits(groups, testGroups)
  if (splits > SPLITS_MAX)
    throw new CliError(
      EXIT.usage,
      `${testGroups} of ${groups} groups can be chosen in ${formatCount(splits)} ways, more than ${formatCount(SPLITS_MAX)}.`,
      'Use fewer groups: --groups 12 --test-groups 3 has 220.',
    )
  return { groups, testGroups }
}

interface Answer {
  readonly splits: number
  readonly purged: number
  readonly paths: readonly unknown[]
  readonly distribution: { readonly sharpe: Spread | null; readonly totalReturn: Spread | null; readonly losing: number | null }
  readonly pbo: number | null
}

function print(out: Output, grid: GridPlan, { splits, purged, paths, distribution, pbo }: Answer, stepMs: number): void {
  const { sharpe, totalReturn, losing } = distribution
  out.line(
    `${out.style('bold', grid.plan.strategy)}  ${formatCount(grid.params.length)} combinations, ${formatCount(splits)} splits, ${formatCount(paths.length)} paths over ${formatCount(grid.data.bars)} bars`,
  )
  if ((losing ?? 1) > 0.05)
    out.line(`${out.style('warn', '!')} ${formatPercent(losing)} of the paths lose: the choice does not carry over.`)
  if (pbo !== null && pbo > 0.5)
    out.line(
      `${out.style('warn', '!')} In ${formatPercent(pbo)} of the splits, the best of one half of the time is below the median of the other.`,
    )
  out.line()
  const columns = ['least', '5 %', 'median', '95 %', 'most'] as const
  const row = (title: string, spread: Spread | null, format: (value: number | null) => string): string[] => [
    title,
    ...[spread?.least, spread?.q05, spread?.median, spread?.q95, spread?.most].map((value) => format(value ?? null)),
  ]
  out.table(
    [{ title: 'paths' }, ...columns.map((title) => ({ title, align: 'right' as const }))],
    [row('sharpe', sharpe, (value) => formatRatio(value)), row('return', totalReturn, (value) => formatPercent(value))],
  )
  out.line()
  out.fields([
    ['paths that lose', formatPercent(losing)],
    ['pbo', formatPercent(pbo)],
    ['purged', `${formatPercent(purged)} of the training`],
    ['rows', stepMs === DAY_MS ? 'days' : `${formatRatio(stepMs / 3_600_000)} hours`],
  ])
}
