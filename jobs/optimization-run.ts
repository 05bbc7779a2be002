/**
 * An optimization as a job asks for it: all combinations of a grid over the same bars, on threads of the worker's thread.
 */
import { availableParallelism } from 'node:os'
import { type BestRuns, bestRunsOf } from '../src/backtest/sweep/best-runs.ts'
import { type GridAxis, allCombinations, countCombinations, parseAxis } from '../src/backtest/sweep/parameter-grid.ts'
import { type SweepOptions, runSweep } from '../src/backtest/sweep/sweep.ts'
import { validCombinations } from '../src/backtest/sweep/valid-combinations.ts'
import { trialDigest } from '../src/backtest/trials/trial-ledger.ts'
import { nearestOf } from '../src/core/nearest.ts'
import type { Pinned } from '../src/strategy-files/module.ts'
import type { Catalog } from '../src/strategy/registry.ts'
import { paramsOf } from '../src/strategy/params.ts'
import type { StrategyDefinition } from '../src/strategy/strategy.ts'
import { type BacktestAnswer, type BacktestSpec, RUN_SETTINGS, askedOf } from './backtest-run.ts'

export interface OptimizationAnswer extends BestRuns {
  readonly strategy: string
  readonly data: BacktestAnswer['data']
  readonly axes: readonly GridAxis[]
  readonly runs: number
  /** Combinations that the strategy's schema refuses. */
  readonly skipped: number
  /** One a run, for the trial ledger. */
  readonly trials: readonly string[]
  readonly elapsedMs: number
}

export const COMBINATIONS_MAX = 2_000
const SHOWN = 20

/** The axes of a grid. @returns a sentence where one is malformed, unknown, or they are too many together */
export function gridOf(definition: StrategyDefinition, grid: Readonly<Record<string, string>>): readonly GridAxis[] | string {
  const { name } = definition
  const known = paramsOf(definition).map((param) => param.name)
  const axes: GridAxis[] = []
  for (const [parameter, values] of Object.entries(grid)) {
    if (!known.includes(parameter)) {
      const near = nearestOf(parameter, known)
      return `${name} has no parameter '${parameter}'.${near === undefined ? '' : ` Did you mean ${near}?`}`
    }
    const axis = parseAxis(`${parameter}=${values}`)
    if (!axis.ok) return axis.error.replace(/^--grid /, '')
    axes.push(axis.value)
  }
  const count = countCombinations(axes)
  if (count > COMBINATIONS_MAX) return `The grid has ${count} combinations, more than ${COMBINATIONS_MAX}: use wider steps.`
  return axes
}

/**
 * Runs it.
 * @returns a sentence where it cannot be
 */
export async function runOptimizationJob(
  candlesRoot: string,
  catalog: Catalog,
  modules: readonly Pinned[],
  spec: BacktestSpec,
  { progress, threadFile }: Pick<SweepOptions, 'progress' | 'threadFile'>,
): Promise<OptimizationAnswer | string> {
  const asked = askedOf(candlesRoot, catalog, spec)
  if (typeof asked === 'string') return asked
  const { definition, request, data } = asked
  const axes = gridOf(definition, spec.grid ?? {})
  if (typeof axes === 'string') return axes
  const { valid, combinations, skipped, reason } = validCombinations(definition, spec.params, allCombinations(axes))
  if (valid.length === 0) return `No combination is valid: ${reason}.`
  const { definition: _, ...common } = request
  const { outcomes, elapsedMs } = await runSweep(
    { strategy: definition.name, modules, params: valid, common },
    // The trader shares the machine.
    {
      workers: Math.max(1, availableParallelism() - 1),
      progress,
      signal: new AbortController().signal,
      ...(threadFile === undefined ? {} : { threadFile }),
    },
  )
  const failure = outcomes.find((outcome) => outcome.type === 'failed')
  const best = bestRunsOf(outcomes, { axes, combinations, params: valid }, spec.sort ?? 'sharpe', SHOWN)
  if (best.failed === outcomes.length) return `Every run failed: ${failure?.type === 'failed' ? failure.reason : 'no reason is known'}.`
  const { gaps: __, ...shown } = data
  return {
    strategy: definition.name,
    data: shown,
    axes,
    runs: outcomes.length,
    skipped,
    ...best,
    trials: valid.map((params) => trialDigest(params, RUN_SETTINGS)),
    elapsedMs: Math.round(elapsedMs),
  }
}
