/**
 * A spec written out: each function with each parameter, interval and lag is a column with a name, and what columns share is computed once.
 */
import { nearestOf } from '../../core/nearest.ts'
import { type Result, err, ok } from '../../core/result.ts'
import type { IndicatorParams } from '../../indicators/catalog.ts'
import { FEATURE_FUNCTIONS, findFeatureFunction } from './catalog.ts'
import type { FeatureFunction } from './feature-function.ts'
import type { FeatureSpec, FeatureWish } from './spec.ts'

/** A function with its parameters on the bars of one interval. */
export interface Calculation {
  readonly function: FeatureFunction
  readonly params: IndicatorParams
  readonly intervalMs: number
  /** The symbol whose bars are read; undefined: the sample's own. */
  readonly of: string | undefined
  /** The symbol that is compared with. */
  readonly with: string | undefined
  /** The largest lag that a column asks for. */
  lagMax: number
}

export interface FeatureColumn {
  readonly name: string
  /** Index of its calculation. */
  readonly calculation: number
  readonly output: number
  readonly lag: number
}

export interface FeaturePlan {
  readonly intervalMs: number
  readonly columns: readonly FeatureColumn[]
  readonly calculations: readonly Calculation[]
}

export interface Intervals {
  /** Of the bars. */
  readonly baseMs: number
  readonly read: (text: string) => number | undefined
}

const COLUMNS_MAX = 5_000

/** Problems are sentences without a full stop, with the place of the wish. */
export function planFeatures(spec: FeatureSpec, intervals: Intervals): Result<FeaturePlan, string> {
  const columns: FeatureColumn[] = []
  const calculations: Calculation[] = []
  const places = new Map<string, number>()
  for (const [at, wish] of spec.features.entries()) {
    const written = writeOut(wish, intervals)
    if (!written.ok) return err(`features ${at + 1}: ${written.error}`)
    for (const { stem, calculation, outputs, lag } of written.value) {
      const key = stem
      const place = places.get(key) ?? calculations.push({ ...calculation, lagMax: 0 }) - 1
      places.set(key, place)
      const shared = calculations[place] as Calculation
      shared.lagMax = Math.max(shared.lagMax, lag)
      for (const output of outputs) {
        const isOnly = calculation.function.outputs.length === 1
        const name = `${stem}${isOnly ? '' : `_${calculation.function.outputs[output]}`}${lag === 0 ? '' : `_lag${lag}`}`
        if (columns.some((column) => column.name === name)) continue
        columns.push({ name, calculation: place, output, lag })
        if (columns.length > COLUMNS_MAX) return err(`the spec gives more than ${COLUMNS_MAX} columns`)
      }
    }
  }
  return ok({ intervalMs: intervals.baseMs, columns, calculations })
}

/** One line a column, with the version of its function: what a model was trained on. Two plans with the same text mean the same. */
export const schemaText = (plan: FeaturePlan): string =>
  plan.columns
    .map(({ name, calculation }) => `${name} v${(plan.calculations[calculation] as Calculation).function.version} ${plan.intervalMs}\n`)
    .join('')

interface Written {
  readonly stem: string
  readonly calculation: Omit<Calculation, 'lagMax'>
  readonly outputs: readonly number[]
  readonly lag: number
}

function writeOut(wish: FeatureWish, intervals: Intervals): Result<Written[], string> {
  const made = findFeatureFunction(wish.use)
  if (made === undefined)
    return err(
      `there is no feature '${wish.use}'${didYouMean(
        wish.use,
        FEATURE_FUNCTIONS.map(({ name }) => name),
      )}`,
    )
  const outputs = outputsOf(made, wish)
  if (!outputs.ok) return outputs
  const choices = paramChoices(made, wish)
  if (!choices.ok) return choices
  const spans = intervalsOf(wish, intervals)
  if (!spans.ok) return spans
  if (made.needs === 'other' && wish.with === undefined) return err(`${made.name} compares with a symbol: say which by "with"`)
  if (made.needs !== 'other' && wish.with !== undefined) return err(`${made.name} compares with no other symbol: leave "with" out`)
  const written: Written[] = []
  for (const params of choices.value)
    for (const { text, ms } of spans.value)
      for (const lag of wish.lags ?? [0]) {
        const words = [wish.of, made.name, ...made.params.map(({ name }) => params[name]), wish.with, text]
        written.push({
          stem: words.filter((word) => word !== undefined).join('_'),
          calculation: { function: made, params, intervalMs: ms, of: wish.of, with: wish.with },
          outputs: outputs.value,
          lag,
        })
      }
  return ok(written)
}

const didYouMean = (name: string, known: readonly string[]): string => {
  const nearest = nearestOf(name, known)
  return nearest === undefined ? '' : `: did you mean ${nearest}?`
}

function outputsOf(made: FeatureFunction, wish: FeatureWish): Result<number[], string> {
  const wanted = wish.outputs ?? made.outputs
  const unknown = wanted.find((name) => !made.outputs.includes(name))
  if (unknown !== undefined) return err(`${made.name} has no output '${unknown}'${didYouMean(unknown, made.outputs)}`)
  return ok(wanted.map((name) => made.outputs.indexOf(name)))
}

/** All combinations of the values that parameters are given. */
function paramChoices(made: FeatureFunction, wish: FeatureWish): Result<IndicatorParams[], string> {
  const given: Record<string, number | number[]> = { ...wish.params }
  if (wish.periods !== undefined) {
    if (given['period'] !== undefined) return err('"periods" and the parameter period were both given')
    given['period'] = wish.periods
  }
  const names = made.params.map(({ name }) => name)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined)
    return err(`${made.name} has no parameter ${unknown}${names.length === 0 ? '' : `: it has ${names.join(', ')}`}`)
  let choices: Record<string, number>[] = [{}]
  for (const { name, default: standard, min, max, isWhole } of made.params) {
    const values = [given[name] ?? standard].flat()
    const bad = values.find((value) => !(value >= min && value <= max && (!isWhole || Number.isInteger(value))))
    if (bad !== undefined) return err(`${made.name} ${name} ${bad} is not a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`)
    choices = choices.flatMap((choice) => values.map((value) => ({ ...choice, [name]: value })))
  }
  const conflict = choices.map((choice) => made.conflict?.(choice)).find((sentence) => sentence !== undefined)
  return conflict === undefined ? ok(choices) : err(`${made.name}: ${conflict}`)
}

function intervalsOf(wish: FeatureWish, { baseMs, read }: Intervals): Result<{ text: string | undefined; ms: number }[], string> {
  const spans: { text: string | undefined; ms: number }[] = []
  for (const text of wish.intervals ?? [undefined]) {
    const ms = text === undefined ? baseMs : read(text)
    if (ms === undefined) return err(`'${text}' is not an interval, as 15m, 1h or 1d`)
    if (ms < baseMs || ms % baseMs !== 0) return err(`${text} is not made of whole bars: take a multiple of their interval`)
    spans.push({ text: ms === baseMs ? undefined : text, ms })
  }
  return ok(spans)
}
