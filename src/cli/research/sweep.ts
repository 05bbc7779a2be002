/**
 * `ballast sweep STRATEGY --grid fast=5:29:1 …`: many parameters over the same bars, the best of them, and what their choice is worth.
 */
import type { Command } from 'commander'
import { bestRunsOf } from '../../backtest/sweep/best-runs.ts'
import { SORT_METRICS, type SortMetric } from '../../backtest/sweep/ranking.ts'
import { nearestOf } from '../../core/nearest.ts'
import { STRATEGIES } from '../../strategy/registry.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { type GridFlags, addGridOptions, countFlag } from '../flags/grid-flags.ts'
import { planGrid, runGrid } from './grid-run.ts'
import { digestsOf, noteTrials } from './trial-notes.ts'
import { type SweepAnswer, printSweep } from './sweep-summary.ts'

interface SweepFlags extends GridFlags {
  readonly sort: string
  readonly top: string
}

export function register(program: Command): void {
  addGridOptions(
    program
      .command('sweep')
      .alias('optimize')
      .description('run a strategy with many parameters over the same bars')
      .argument('<strategy>', `one of ${[...STRATEGIES.keys()].join(', ')}, or your own`),
  )
    .option('--sort <metric>', 'metric to rank runs by', 'sharpe')
    .option('--top <n>', 'number of runs to show', '10')
    .action(runSweepCommand)
}

async function runSweepCommand(name: string, flags: SweepFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const sort = sortOf(flags.sort)
  const top = countFlag('top', flags.top)
  const grid = await planGrid(context, name, flags)
  const { axes, params, data, skipped } = grid
  const result = await runGrid(out, grid)
  noteTrials(context, flags, data, { command: 'sweep', strategy: grid.plan.strategy, trials: digestsOf(params, flags) })
  const answer: SweepAnswer = {
    strategy: grid.plan.strategy,
    data,
    runs: result.outcomes.length,
    skipped,
    workers: result.workers,
    elapsedMs: Math.round(result.elapsedMs * 1000) / 1000,
    runsPerSecond: Math.round((result.outcomes.length / Math.max(result.elapsedMs, 0.001)) * 1_000_000) / 1000,
    ...bestRunsOf(result.outcomes, grid, sort, top),
  }
  out.answer(answer, () => printSweep(out, answer, axes))
}

function sortOf(text: string): SortMetric {
  const found = SORT_METRICS.find((metric) => metric === text)
  if (found !== undefined) return found
  const nearest = nearestOf(text, SORT_METRICS)
  throw new CliError(
    EXIT.usage,
    `There is no metric '${text}'.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`,
    `Metrics: ${SORT_METRICS.join(', ')}.`,
  )
}
