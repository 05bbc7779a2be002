/**
 * A file of features and a target, as a model takes it: which columns are features, and their numbers at the rows that are used.
 */
import { nearestOf } from '../../core/nearest.ts'
import { isConstant, isIndexName, keyOf, timeRankOf } from '../../market/files/column-names.ts'
import type { Task } from '../../ml/models/task.ts'
import { CliError, EXIT } from '../exit.ts'
import type { TableText } from '../ui/table-text.ts'
import type { ModelFlags } from './model-flags.ts'
import { checkAscending, placeOf, timesOf } from './sample-times.ts'

export interface SampleColumns {
  readonly target: number
  readonly features: readonly number[]
  readonly names: readonly string[]
  /** What was left out by itself. */
  readonly notes: readonly string[]
}

/** Of the columns that `ballast ml features` writes, those that know the future. */
const isLabelName = (name: string): boolean => name === 'label' || name.startsWith('label.')
const TIME_KEYS: ReadonlySet<string> = new Set(['t0', 't1'])

/** Place of a column that an option names. @throws CliError with the nearest name. */
export function columnOf(text: TableText, flag: string, name: string): number {
  const at = text.names.indexOf(name)
  if (at >= 0) return at
  const nearest = nearestOf(name, text.names)
  throw new CliError(
    EXIT.usage,
    `--${flag}: there is no column '${name}'.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`,
    `Columns: ${text.names.slice(0, 12).join(', ')}${text.names.length > 12 ? ', …' : ''}.`,
  )
}

const listOf = (text: TableText, flag: string, list: string): number[] => list.split(',').map((name) => columnOf(text, flag, name.trim()))

/** @param first the first row that is used: what it holds says whether a column is numbers */
export function sampleColumns(text: TableText, flags: ModelFlags & { readonly split?: string }, first: number): SampleColumns {
  const twice = text.names.find((name, at) => text.names.indexOf(name) !== at)
  if (twice !== undefined) throw text.bad(-1, `two columns are called '${twice}'`, 'Rename one of them.')
  const target = columnOf(text, 'target', flags.target)
  const split = flags.split === undefined ? -1 : columnOf(text, 'split', flags.split)
  if (flags.features !== undefined && flags.exclude !== undefined)
    throw new CliError(EXIT.usage, '--features and --exclude were both given.', 'Name either what to use or what to leave out.')
  const notes: string[] = []
  const features =
    flags.features === undefined ? numberColumns(text, first, target, split, notes) : listOf(text, 'features', flags.features)
  if (features.includes(target))
    throw new CliError(EXIT.usage, `--features: ${flags.target} is the target, and cannot predict itself.`, 'Leave it out of --features.')
  if (split >= 0 && features.includes(split))
    throw new CliError(EXIT.usage, `--features: ${flags.split} is the split.`, 'Leave it out of --features.')
  const repeated = features.find((column, at) => features.indexOf(column) !== at)
  if (repeated !== undefined) throw new CliError(EXIT.usage, `--features: ${text.names[repeated]} is named twice.`)
  const excluded = new Set(flags.exclude === undefined ? [] : listOf(text, 'exclude', flags.exclude))
  const kept = features.filter((column) => !excluded.has(column))
  if (kept.length === 0) throw text.bad(-1, 'no column of numbers is left to predict from', 'Check --features, --exclude and the header.')
  return { target, features: kept, names: kept.map((column) => text.names[column] as string), notes }
}

function numberColumns(text: TableText, first: number, target: number, split: number, notes: string[]): number[] {
  const ignore = (name: string, why: string): boolean => {
    notes.push(`Ignored column '${name}': ${why}.`)
    return false
  }
  return [...text.names.keys()].filter((at) => {
    const name = text.names[at] as string
    if (at === target || at === split || TIME_KEYS.has(keyOf(name)) || at === text.timeColumn) return false
    if (isLabelName(name)) return false
    if (at === 0 && isIndexName(name)) return ignore(name, 'it counts or names rows')
    if (timeRankOf(name, at) !== undefined && text.isInstant(at)) return ignore(name, 'it holds times')
    if (text.isMissing(first, at) || text.isNumber(first, at)) return true
    return isConstant(name) ? false : ignore(name, 'it holds no numbers')
  })
}

/** The rows are in the order of their times, where the file has any. @throws CliError at the first that is not. */
export function checkOrder(text: TableText): void {
  const column = placeOf(text, 't0') >= 0 ? placeOf(text, 't0') : text.timeColumn
  if (column !== undefined) checkAscending(text, timesOf(text, column))
}

export interface Target {
  readonly task: Task
  /** Of a classification 0 for the smaller and 1 for the larger value. */
  readonly values: Float64Array
  /** The smaller and the larger value; undefined of a regression. */
  readonly classes: readonly [number, number] | undefined
}

const NEXT_MISSING = 'A model takes no gaps: drop the row, leave its split empty, or leave the column out with --exclude.'

/** The features and the target of the rows that are used. @throws CliError that names the first cell that is no number. */
export function readSamples(
  text: TableText,
  { features, names, target }: SampleColumns,
  targetName: string,
  rows: Int32Array,
): { readonly features: Float64Array[]; readonly target: Target } {
  const columns = features.map((column, at) => text.numbers(column, rows, `feature ${names[at]}`, NEXT_MISSING))
  const values = text.numbers(target, rows, `target ${targetName}`, 'Drop the row, or leave its split empty.')
  return { features: columns, target: targetOf(text, targetName, values) }
}

/** What a target says about the task. @throws CliError where it has one value. */
function targetOf(text: TableText, name: string, values: Float64Array): Target {
  const distinct = new Set<number>()
  for (const value of values) {
    distinct.add(value)
    if (distinct.size > 2) return { task: 'regression', values, classes: undefined }
  }
  const [low, high] = [...distinct].sort((a, b) => a - b)
  if (low === undefined || high === undefined)
    throw text.bad(
      -1,
      `the target ${name} is ${low ?? 'empty'} in every row that is used`,
      'A model needs at least two values to tell apart.',
    )
  return { task: 'classification', values: values.map((value) => (value === high ? 1 : 0)), classes: [low, high] }
}

/** @throws CliError that names the first feature that does not vary. */
export function checkVaries(text: TableText, names: readonly string[], features: readonly Float64Array[], where: string): void {
  const still = features.findIndex((column) => column.every((value) => value === column[0]))
  if (still >= 0)
    throw text.bad(
      -1,
      `the feature ${names[still]} is ${features[still]?.[0]} in every ${where} row`,
      `Leave it out with --exclude ${names[still]}.`,
    )
}
