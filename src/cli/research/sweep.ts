/**
 * `ballast sweep STRATEGY --grid fast=5:29:1 …`: many parameters over the same bars, the best of them, and what their choice is worth.
 */
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { expectedMaxSharpe } from '../../backtest/overfit.ts'
import {
  type Combination,
  type GridAxis,
  allCombinations,
  countCombinations,
  drawCombinations,
  parseAxis,
} from '../../backtest/sweep/parameter-grid.ts'
import { SORT_METRICS, type SortMetric, rankRuns } from '../../backtest/sweep/ranking.ts'
import type { SweepPlan } from '../../backtest/sweep/sweep-plan.ts'
import { type SweepResult, SweepStopped, SweepThreadFailed, runSweep } from '../../backtest/sweep/sweep.ts'
import { nearestOf } from '../../core/nearest.ts'
import { Random } from '../../core/random.ts'
import { STRATEGIES } from '../../strategy/registry.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { contextOf } from '../context.ts'
import { checkSymbols, findStrategy } from './backtest.ts'
import { CliError, EXIT } from '../exit.ts'
import { collect } from '../flags/flag-values.ts'
import type { Output } from '../ui/output.ts'
import { startProgress } from '../ui/progress.ts'
import { paramsOf } from '../strategy/strategy.ts'
import { type StudyFlags, addStudyOptions, requestOf } from '../flags/backtest-flags.ts'
import { loadSeries } from './backtest-series.ts'
import { type SweepAnswer, printSweep } from './sweep-summary.ts'

interface SweepFlags extends StudyFlags {
  readonly grid?: readonly string[]
  readonly random?: string
  readonly seed: string
  readonly workers?: string
  readonly sort: string
  readonly top: string
}

/** More runs than this are a mistake more often than a plan. */
const RUNS_MAX = 1_000_000

export function register(program: Command): void {
  addStudyOptions(
    program
      .command('sweep')
      .alias('optimize')
      .description('run a strategy with many parameters over the same bars')
      .argument('<strategy>', `one of ${[...STRATEGIES.keys()].join(', ')}, or your own`),
  )
    .option('--grid <name=first:last:step>', 'values of a parameter, or name=a,b,c; repeat for each parameter', collect)
    .option('--random <n>', 'n random combinations instead of the whole grid')
    .option('--seed <n>', 'seed of the random draw', '1')
    .option('--workers <n>', 'worker threads (default: one per CPU)')
    .option('--sort <metric>', 'metric to rank runs by', 'sharpe')
    .option('--top <n>', 'number of runs to show', '10')
    .action(runSweepCommand)
}

async function runSweepCommand(name: string, flags: SweepFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const { catalog, modules } = await context.strategies([name])
  const definition = findStrategy(catalog, name)
  const sort = sortOf(flags.sort)
  const top = count('top', flags.top)
  const workers = flags.workers === undefined ? availableParallelism() : count('workers', flags.workers)
  const axes = axesOf(definition, flags)
  const { valid, skipped, reason } = validCombinations(definition, flags.param ?? [], combinationsOf(axes, flags))
  if (valid.length === 0)
    throw new CliError(EXIT.usage, `No combination is valid: ${reason}.`, `ballast strategy show ${definition.name} lists the parameters.`)
  const { series, data, notes } = await loadSeries(context, flags)
  checkSymbols(
    definition,
    series.map(({ instrument }) => instrument.symbol),
  )
  const { definition: _, params: __, ...common } = requestOf(definition, valid[0], series, flags)
  const result = await sweepWithProgress(out, { strategy: definition.name, modules, params: valid, common }, workers)
  for (const note of notes) out.note(note)
  const failures = result.outcomes.flatMap((outcome) => (outcome.type === 'failed' ? [outcome.reason] : []))
  if (failures.length === valid.length)
    throw new CliError(EXIT.error, `Every run failed: ${failures[0]}`, 'Correct the strategy or its parameters.')
  const answer: SweepAnswer = {
    strategy: definition.name,
    data,
    runs: result.outcomes.length,
    skipped,
    failed: failures.length,
    workers: result.workers,
    elapsedMs: Math.round(result.elapsedMs * 1000) / 1000,
    runsPerSecond: Math.round((result.outcomes.length / Math.max(result.elapsedMs, 0.001)) * 1_000_000) / 1000,
    luckSharpe: expectedMaxSharpe(sharpesOf(result)) ?? null,
    sort,
    best: rankRuns(result.outcomes, sort, top).map(({ at, metrics }) => ({ params: valid[at] as Record<string, unknown>, metrics })),
  }
  out.answer(answer, () => printSweep(out, answer, axes))
  if (skipped > 0) out.note(`${counted(skipped, 'combination')} skipped: ${reason}.`)
  if (failures.length > 0) out.note(`${counted(failures.length, 'run')} failed: ${failures[0]}`)
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

const sharpesOf = (result: SweepResult): number[] =>
  result.outcomes.flatMap((outcome) => (outcome.type === 'run' ? (outcome.metrics.sharpe ?? []) : []))

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

function count(flag: string, text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text.trim()) && value >= 1 && value <= RUNS_MAX) return value
  throw new CliError(EXIT.usage, `--${flag} '${text}' is not a whole number from 1 to ${RUNS_MAX}.`, `Example: --${flag} 4.`)
}

function axesOf(definition: StrategyDefinition, flags: SweepFlags): GridAxis[] {
  const known = paramsOf(definition).map((p) => p.name)
  const axes = (flags.grid ?? []).map((text) => {
    const axis = parseAxis(text)
    if (!axis.ok) throw new CliError(EXIT.usage, axis.error, 'Examples: --grid fast=5:29:1 or --grid fast=5,10,20.')
    return axis.value
  })
  if (axes.length === 0)
    throw new CliError(
      EXIT.usage,
      'A sweep needs a grid.',
      `Example: --grid ${known[0] ?? 'name'}=5:29:1. Parameters: ${known.join(', ')}.`,
    )
  const fixed = (flags.param ?? []).map((word) => word.split('=', 1)[0] as string)
  axes.forEach(({ name }, at) => {
    if (!known.includes(name)) {
      const nearest = nearestOf(name, known)
      throw new CliError(
        EXIT.usage,
        `${definition.name} has no parameter '${name}'.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`,
        `Parameters: ${known.join(', ')}.`,
      )
    }
    if (fixed.includes(name)) throw new CliError(EXIT.usage, `${name} is in both --param and --grid.`, 'Remove one of them.')
    if (axes.findIndex((axis) => axis.name === name) !== at)
      throw new CliError(EXIT.usage, `${name} has two --grid options.`, 'Pass --grid once per parameter.')
  })
  return axes
}

function combinationsOf(axes: readonly GridAxis[], flags: SweepFlags): Combination[] {
  const size = countCombinations(axes)
  if (flags.random !== undefined) return drawCombinations(axes, count('random', flags.random), new Random(count('seed', flags.seed)))
  if (size > RUNS_MAX)
    throw new CliError(
      EXIT.usage,
      `The grid has ${size} combinations, more than ${RUNS_MAX}.`,
      'Use wider steps, or sample the grid: --random 1000.',
    )
  return allCombinations(axes)
}

interface ValidCombinations {
  /** Parsed by the strategy's schema. */
  readonly valid: Record<string, unknown>[]
  readonly skipped: number
  /** Why the first one was skipped. */
  readonly reason: string
}

function validCombinations(
  definition: StrategyDefinition,
  words: readonly string[],
  combinations: readonly Combination[],
): ValidCombinations {
  const fixed = Object.fromEntries(words.map((word) => [word.split('=', 1)[0] as string, word.slice(word.indexOf('=') + 1)]))
  const valid: Record<string, unknown>[] = []
  let skipped = 0
  let reason = ''
  for (const combination of combinations) {
    const parsed = definition.params.safeParse({ ...fixed, ...combination })
    if (parsed.success) valid.push(parsed.data as Record<string, unknown>)
    else {
      skipped += 1
      if (reason === '') reason = parsed.error.issues.map((issue) => [...issue.path, issue.message].join(' ')).join('; ')
    }
  }
  return { valid, skipped, reason }
}

async function sweepWithProgress(out: Output, plan: SweepPlan, workers: number): Promise<SweepResult> {
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
        `A worker of the sweep failed: ${cause.message}.`,
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
