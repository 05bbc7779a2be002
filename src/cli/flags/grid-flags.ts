/**
 * The grid of a search over parameters as options, in every command that runs a strategy many times, and the combinations that it means.
 */
import type { Command } from 'commander'
import {
  type Combination,
  type GridAxis,
  allCombinations,
  countCombinations,
  drawCombinations,
  parseAxis,
} from '../../backtest/sweep/parameter-grid.ts'
import { nearestOf } from '../../core/nearest.ts'
import { Random } from '../../core/random.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { CliError, EXIT } from '../exit.ts'
import { paramsOf } from '../../strategy/params.ts'
import { type StudyFlags, addStudyOptions } from './backtest-flags.ts'
import { collect } from './flag-values.ts'

export interface GridFlags extends StudyFlags {
  readonly grid?: readonly string[]
  readonly random?: string
  readonly seed: string
  readonly workers?: string
}

/** More runs than this are a mistake more often than a plan. */
const RUNS_MAX = 1_000_000

/** After the options of every run. */
export function addGridOptions(command: Command): Command {
  return addStudyOptions(command)
    .option('--grid <name=first:last:step>', 'values of a parameter, or name=a,b,c; repeat for each parameter', collect)
    .option('--random <n>', 'n random combinations instead of the whole grid')
    .option('--seed <n>', 'seed of the random draw', '1')
    .option('--workers <n>', 'worker threads (default: one per CPU)')
}

/** @throws CliError that names the option. */
export function countFlag(flag: string, text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text.trim()) && value >= 1 && value <= RUNS_MAX) return value
  throw new CliError(EXIT.usage, `--${flag} '${text}' is not a whole number from 1 to ${RUNS_MAX}.`, `Example: --${flag} 4.`)
}

/** @throws CliError that names the parameter. */
export function axesOf(definition: StrategyDefinition, flags: GridFlags): GridAxis[] {
  const known = paramsOf(definition).map((p) => p.name)
  const axes = (flags.grid ?? []).map((text) => {
    const axis = parseAxis(text)
    if (!axis.ok) throw new CliError(EXIT.usage, axis.error, 'Examples: --grid fast=5:29:1 or --grid fast=5,10,20.')
    return axis.value
  })
  if (axes.length === 0)
    throw new CliError(
      EXIT.usage,
      'A search over parameters needs a grid.',
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

/** @throws CliError where they are too many. */
export function combinationsOf(axes: readonly GridAxis[], flags: GridFlags): Combination[] {
  const size = countCombinations(axes)
  if (flags.random !== undefined)
    return drawCombinations(axes, countFlag('random', flags.random), new Random(countFlag('seed', flags.seed)))
  if (size > RUNS_MAX)
    throw new CliError(
      EXIT.usage,
      `The grid has ${size} combinations, more than ${RUNS_MAX}.`,
      'Use wider steps, or sample the grid: --random 1000.',
    )
  return allCombinations(axes)
}
