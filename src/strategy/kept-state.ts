/**
 * A strategy's state as a journal keeps it: plain data in which every number comes back as it was, NaN, Infinity and -0 among them.
 */
import type { StrategyState } from './strategy.ts'

/** Plain data without a number that JSON loses. */
export type KeptState = object

/** Stands for what JSON has no word for: `{ "$": "NaN" }`. */
const MARK = '$'
const WORDS = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
  undefined: undefined,
} as const
type Word = keyof typeof WORDS
const DEPTH_MAX = 64

/** Thrown with the name of the field that cannot be kept. */
export class StateError extends Error {
  constructor(problem: string) {
    super(problem)
    this.name = 'StateError'
    // The field says where; the place in this file would not.
    this.stack = `${this.name}: ${problem}`
  }
}

/** A copy for the journal. @throws StateError where something would not come back as it was */
export const keptOf = (state: StrategyState): KeptState => keep(state, 'state', 0) as KeptState

/** What was kept, as the strategy had it. */
export const stateOf = (kept: KeptState): StrategyState => revive(kept) as StrategyState

/** Looks whether the state could be kept, without a copy. @throws StateError as {@link keptOf} */
export const checkState = (state: StrategyState): void => check(state, 'state', 0)

const wordOf = (n: number): Word | undefined =>
  Number.isNaN(n)
    ? 'NaN'
    : n === Number.POSITIVE_INFINITY
      ? 'Infinity'
      : n === Number.NEGATIVE_INFINITY
        ? '-Infinity'
        : Object.is(n, -0)
          ? '-0'
          : undefined

function keep(value: unknown, path: string, depth: number): unknown {
  if (typeof value === 'number') {
    const word = wordOf(value)
    return word === undefined ? value : { [MARK]: word }
  }
  if (value === undefined) return { [MARK]: 'undefined' satisfies Word }
  if (!isContainer(value, path, depth)) return value
  if (Array.isArray(value)) return value.map((each, k) => keep(each, `${path}[${k}]`, depth + 1))
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) copy[key] = keep((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1)
  return copy
}

function check(value: unknown, path: string, depth: number): void {
  if (typeof value === 'number' || value === undefined || !isContainer(value, path, depth)) return
  if (Array.isArray(value)) for (let k = 0; k < value.length; k++) check(value[k], `${path}[${k}]`, depth + 1)
  else for (const key of Object.keys(value)) check((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1)
}

/** Whether it is a list or a plain object; false for text, boolean and null. @throws StateError for anything else */
function isContainer(value: unknown, path: string, depth: number): value is object {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return false
  if (typeof value !== 'object') throw new StateError(`${path} is a ${typeof value}: ${ADVICE}`)
  if (depth >= DEPTH_MAX) throw new StateError(`${path} refers to itself, or is nested more than ${DEPTH_MAX} deep: ${ADVICE}`)
  if (Array.isArray(value)) return true
  const made: unknown = Object.getPrototypeOf(value)
  if (made !== Object.prototype && made !== null) throw new StateError(`${path} is a ${value.constructor.name}: ${ADVICE}`)
  if (MARK in value) throw new StateError(`${path} has a field named ${MARK}, which the journal uses itself: use another name`)
  return true
}

const ADVICE = 'a state is made of plain objects, lists, numbers, text and booleans, so that it survives a restart'

function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(revive)
  const word = (value as Record<string, unknown>)[MARK]
  if (typeof word === 'string' && word in WORDS) return WORDS[word as Word]
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) copy[key] = revive((value as Record<string, unknown>)[key])
  return copy
}
