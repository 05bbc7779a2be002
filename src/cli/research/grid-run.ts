/**
 * What every search over parameters begins with: the strategy, its combinations and the bars, and the runs of them all on worker threads.
 */
import { pinnedOf } from '../../strategy-files/load.ts'
import { availableParallelism } from 'node:os'
import type { Combination, GridAxis } from '../../backtest/sweep/parameter-grid.ts'
import { validCombinations } from '../../backtest/sweep/valid-combinations.ts'
import type { SweepPlan } from '../../backtest/sweep/sweep-plan.ts'
import { type SweepResult, SweepStopped, SweepThreadFailed, runSweep } from '../../backtest/sweep/sweep.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { requestOf } from '../flags/backtest-flags.ts'
import { type GridFlags, axesOf, combinationsOf, countFlag } from '../flags/grid-flags.ts'
import type { Output } from '../ui/output.ts'
import { startProgress } from '../ui/progress.ts'
import { checkSymbols, findStrategy } from './chosen-strategy.ts'
import { type Loaded, loadSeries } from './backtest-series.ts'

export interface GridPlan extends Pick<Loaded, 'series' | 'data' | 'notes'> {
  readonly axes: readonly GridAxis[]
  /** One a combination that the strategy's schema takes. */
  readonly params: readonly Record<string, unknown>[]
  /** The same as the grid has them. */
  readonly combinations: readonly Combination[]
  /** Combinations that it refuses, and why the first of them. */
  readonly skipped: number
  readonly reason: string
  readonly workers: number
  readonly plan: SweepPlan
}

/** @throws CliError that says what is missing or malformed. */
export async function planGrid(context: CliContext, name: string, flags: GridFlags): Promise<GridPlan> {
  const strategies = await context.strategies([name])
  const { catalog } = strategies
  const definition = findStrategy(catalog, name)
  const workers = flags.workers === undefined ? availableParallelism() : countFlag('workers', flags.workers)
  const axes = axesOf(definition, flags)
  const fixed = Object.fromEntries((flags.param ?? []).map((word) => [word.split('=', 1)[0] as string, word.slice(word.indexOf('=') + 1)]))
  const { valid, combinations, skipped, reason } = validCombinations(definition, fixed, combinationsOf(axes, flags))
  if (valid.length === 0)
    throw new CliError(EXIT.usage, `No combination is valid: ${reason}.`, `ballast strategy show ${definition.name} lists the parameters.`)
  const { series, data, notes } = await loadSeries(context, flags)
  checkSymbols(
    definition,
    series.map(({ instrument }) => instrument.symbol),
  )
  const { definition: _, params: __, ...common } = requestOf(definition, valid[0], series, flags)
  const plan = { strategy: definition.name, modules: pinnedOf(strategies), params: valid, common }
  return { series, data, notes, axes, params: valid, combinations, skipped, reason, workers, plan }
}

/** Runs them all and says what was skipped and what failed. @throws CliError where none is left, or it was interrupted. */
export async function runGrid(out: Output, { plan, workers, notes, skipped, reason }: GridPlan): Promise<SweepResult> {
  const result = await sweepWithProgress(out, plan, workers)
  for (const note of notes) out.note(note)
  const failures = result.outcomes.flatMap((outcome) => (outcome.type === 'failed' ? [outcome.reason] : []))
  if (failures.length === plan.params.length)
    throw new CliError(EXIT.error, `Every run failed: ${failures[0]}`, 'Correct the strategy or its parameters.')
  if (skipped > 0) out.note(`${counted(skipped, 'combination')} skipped: ${reason}.`)
  if (failures.length > 0) out.note(`${counted(failures.length, 'run')} failed: ${failures[0]}`)
  return result
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

export async function sweepWithProgress(out: Output, plan: SweepPlan, workers: number): Promise<SweepResult> {
  const progress = await startProgress(out, `${plan.strategy} ${plan.params.length} runs`)
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  out.detail(`${counted(plan.params.length, 'run')} on ${counted(Math.min(workers, plan.params.length), 'worker')}`)
  try {
    return await runSweep(plan, { workers, progress: (done) => progress.update(done), signal: stop.signal })
  } catch (cause) {
    if (cause instanceof SweepStopped)
      throw new CliError(EXIT.interrupted, `Interrupted after ${cause.done} of ${plan.params.length} runs.`, 'No results were saved.', {
        cause,
      })
    if (cause instanceof SweepThreadFailed)
      throw new CliError(
        EXIT.error,
        `A worker of the search failed: ${cause.message}.`,
        'Run ballast backtest with one of the combinations to see where.',
        { cause },
      )
    throw cause
  } finally {
    progress.stop()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}
