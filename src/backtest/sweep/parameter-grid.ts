/**
 * The combinations of a sweep: values by parameter, all of them in order or a seeded draw.
 */
import { decimalsOf, formatDecimal, parseDecimal } from '../../core/decimal.ts'
import type { Random } from '../../core/random.ts'
import { type Result, err, ok } from '../../core/result.ts'

/** Values of one parameter as text, as a user would write them behind `--param`. */
export interface GridAxis {
  readonly name: string
  readonly values: readonly string[]
}

export type Combination = Readonly<Record<string, string>>

/** One axis may not have more values than this. */
const VALUES_MAX = 1_000_000
/** Draws for each combination asked for, before a nearly exhausted grid is given up. */
const DRAWS_PER_COMBINATION = 50

/** Reads `fast=5:29:1` (first, last, step; both ends belong to it), `fast=5:29`, or `fast=5,10,20`. The error is a sentence. */
export function parseAxis(text: string): Result<GridAxis, string> {
  const at = text.indexOf('=')
  const name = text.slice(0, at).trim()
  const rest = text.slice(at + 1).trim()
  if (at <= 0 || name === '' || rest === '') return err(`--grid '${text}' is not name=first:last:step or name=a,b,c.`)
  const values = rest.includes(':') ? rangeOf(rest.split(':')) : rest.split(',').map((value) => value.trim())
  if (typeof values === 'string') return err(`--grid '${text}': ${values}.`)
  if (values.some((value) => value === '')) return err(`--grid '${text}' has an empty value.`)
  return ok({ name, values: [...new Set(values)] })
}

function rangeOf(parts: readonly string[]): string[] | string {
  const [first, last, step = '1'] = parts
  if (first === undefined || last === undefined || parts.length > 3) return 'a range is first:last:step'
  const decimals = Math.max(...[first, last, step].map((part) => decimalsOf(part.trim())))
  const [from, to, by] = [first, last, step].map((part) => parseDecimal(part.trim(), decimals)) as (number | undefined)[]
  if (from === undefined || to === undefined || by === undefined) return 'a range is made of numbers'
  if (by <= 0) return 'the step must be above zero'
  if (to < from) return 'the last value lies below the first'
  const count = Math.floor((to - from) / by) + 1
  if (count > VALUES_MAX) return `${count} values are too many`
  return Array.from({ length: count }, (_, k) => formatDecimal(from + k * by, decimals))
}

/** Number of combinations; 1 without axes. */
export const countCombinations = (axes: readonly GridAxis[]): number => axes.reduce((count, axis) => count * axis.values.length, 1)

/** All combinations, the last axis the fastest. */
export function allCombinations(axes: readonly GridAxis[]): Combination[] {
  return axes.reduce<Combination[]>(
    (before, axis) => before.flatMap((combination) => axis.values.map((value) => ({ ...combination, [axis.name]: value }))),
    [{}],
  )
}

/** `count` different combinations drawn from the grid; all of them in order where it has no more. */
export function drawCombinations(axes: readonly GridAxis[], count: number, random: Random): Combination[] {
  if (countCombinations(axes) <= count) return allCombinations(axes)
  const drawn = new Map<string, Combination>()
  for (let draw = 0; drawn.size < count && draw < count * DRAWS_PER_COMBINATION; draw += 1) {
    const values = axes.map((axis) => axis.values[random.below(axis.values.length)] as string)
    const key = values.join('\n')
    if (!drawn.has(key)) drawn.set(key, Object.fromEntries(axes.map((axis, at) => [axis.name, values[at] as string])))
  }
  return [...drawn.values()]
}
