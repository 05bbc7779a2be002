/**
 * Was a value at risk right? Forecasts from the window before each period are held against what the period brought.
 * Kupiec (1995) asks whether losses went beyond it as often as they should, Christoffersen (1998) whether they came one after another.
 */
import type { EquitySeries } from '../equity.ts'
import { normalCdf } from '../results/statistics.ts'
import { RollingMeasures, type RollingOptions } from './rolling-measures.ts'
import { CONFIDENCES, type Confidence, VAR_METHODS, type VarMethod } from './tail-risk.ts'

export interface VarForecast {
  /** End of the period. */
  readonly ts: number
  /** What the period brought. */
  readonly return: number
  /** Made of the rows before it; null where they were too few. */
  readonly var: { readonly [M in VarMethod]: { readonly [C in Confidence]: number | null } }
}

/** A forecast for each row whose window before it is full. */
export function varForecasts({ ts, equity }: EquitySeries, options: RollingOptions): VarForecast[] {
  const rolling = new RollingMeasures(options)
  const forecasts: VarForecast[] = []
  const start = ts[0] ?? 0
  for (let row = 0; row < ts.length; row += 1) {
    const before = equity[row - 1]
    const isFull = row > 0 && (ts[row - 1] as number) - start >= options.windowMs
    if (isFull && before !== undefined && before > 0)
      forecasts.push({ ts: ts[row] as number, return: (equity[row] as number) / before - 1, var: rolling.measures.var })
    rolling.push(ts[row] as number, equity[row] as number)
  }
  return forecasts
}

export interface VarVerdict {
  readonly method: VarMethod
  readonly confidence: Confidence
  readonly forecasts: number
  /** Losses beyond the forecast. */
  readonly exceptions: number
  /** As many as there should have been. */
  readonly expected: number
  /** Likelihood ratio and p-value of the share of exceptions (Kupiec's proportion of failures, 1 degree of freedom). */
  readonly kupiec: Test
  /** Of their independence (Christoffersen, 1 degree of freedom); null where no two could follow each other. */
  readonly independence: Test | null
}
export interface Test {
  readonly ratio: number
  readonly pValue: number
}

/** One row a method and confidence; those without a forecast are left out. */
export function varVerdicts(forecasts: readonly VarForecast[]): VarVerdict[] {
  return VAR_METHODS.flatMap((method) =>
    CONFIDENCES.flatMap((confidence) => {
      const isBeyond = forecasts.flatMap((forecast) => {
        const value = forecast.var[method][confidence]
        return value === null ? [] : [forecast.return < -value]
      })
      return isBeyond.length === 0 ? [] : [{ method, confidence, ...verdictOf(isBeyond, 1 - confidence / 100) }]
    }),
  )
}

/** `isBeyond` in order of time. */
export function verdictOf(isBeyond: readonly boolean[], share: number): Omit<VarVerdict, 'method' | 'confidence'> {
  const forecasts = isBeyond.length
  const exceptions = isBeyond.filter(Boolean).length
  const seen = exceptions / forecasts
  const kupiec = testOf(2 * (logLikelihood(forecasts, exceptions, seen) - logLikelihood(forecasts, exceptions, share)))
  return { forecasts, exceptions, expected: forecasts * share, kupiec, independence: independenceOf(isBeyond) }
}

function independenceOf(isBeyond: readonly boolean[]): Test | null {
  const pairs = { quietQuiet: 0, quietBeyond: 0, beyondQuiet: 0, beyondBeyond: 0 }
  for (let at = 1; at < isBeyond.length; at += 1) {
    if (isBeyond[at - 1] === true) pairs[isBeyond[at] === true ? 'beyondBeyond' : 'beyondQuiet'] += 1
    else pairs[isBeyond[at] === true ? 'quietBeyond' : 'quietQuiet'] += 1
  }
  const afterQuiet = pairs.quietQuiet + pairs.quietBeyond
  const afterBeyond = pairs.beyondQuiet + pairs.beyondBeyond
  if (afterQuiet === 0 || afterBeyond === 0) return null
  const beyond = pairs.quietBeyond + pairs.beyondBeyond
  const all = afterQuiet + afterBeyond
  return testOf(
    2 *
      (logLikelihood(afterQuiet, pairs.quietBeyond, pairs.quietBeyond / afterQuiet) +
        logLikelihood(afterBeyond, pairs.beyondBeyond, pairs.beyondBeyond / afterBeyond) -
        logLikelihood(all, beyond, beyond / all)),
  )
}

/** Of `hits` in `count` trials of the probability; 0 log 0 is 0. */
function logLikelihood(count: number, hits: number, probability: number): number {
  const part = (times: number, of: number): number => (times === 0 ? 0 : times * Math.log(of))
  return part(hits, probability) + part(count - hits, 1 - probability)
}

/** Chi-squared with one degree of freedom: its upper tail is that of a normal variable on both sides. */
function testOf(ratio: number): Test {
  const positive = Math.max(0, ratio)
  return { ratio: positive, pValue: 2 * normalCdf(-Math.sqrt(positive)) }
}
