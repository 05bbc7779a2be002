/**
 * What a label is: of each bar what came after it, the bar at whose close that was known, and what a position from close to there made.
 */
import { z } from 'zod'
import type { BarColumns } from '../../market/bars.ts'

export interface Labels {
  /** By bar; NaN where it is not known, or where the label says nothing. */
  readonly value: Float64Array
  /** Index of the bar at whose close the label is known; -1 where it is not. */
  readonly end: Int32Array
  /** Close at the label's exit over the close of the bar, less 1; long, before costs. NaN of a label that says no side. */
  readonly grossReturn: Float64Array
}

/** Makes the labels of all bars of a series. */
export type MakeLabels = (bars: BarColumns) => Labels

export const emptyLabels = (rows: number): Labels => ({
  value: new Float64Array(rows).fill(Number.NaN),
  end: new Int32Array(rows).fill(-1),
  grossReturn: new Float64Array(rows).fill(Number.NaN),
})

/** Bars that a label looks ahead. */
export const horizon = z.int().min(1).max(100_000)

/** Writes one label. */
export function setLabel(labels: Labels, bar: number, value: number, end: number, grossReturn: number): void {
  labels.value[bar] = value
  labels.end[bar] = end
  labels.grossReturn[bar] = grossReturn
}
