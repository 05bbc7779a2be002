/**
 * Which finer rows make up a bar: by time, whole, and with the same prices.
 */
import { expect, test } from 'vitest'
import { MINUTE_MS } from '../core/units.ts'
import type { BarColumns } from './bars.ts'
import { finerBarsOf, rowsPerBar } from './finer-bars.ts'

type Row = readonly [minute: number, open: number, high: number, low: number, close: number]
const columnsOf = (rows: readonly Row[]): BarColumns => {
  const column = (k: number): Float64Array => Float64Array.from(rows, (row) => row[k] as number)
  return {
    ts: column(0).map((minute) => minute * MINUTE_MS),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: new Float64Array(rows.length).fill(1),
  }
}

const MINUTES: readonly Row[] = [
  [0, 100, 104, 99, 103],
  [1, 103, 103, 95, 96],
  [2, 96, 98, 96, 98],
  [3, 98, 99, 97, 97],
]

test.each<
  readonly [string, readonly Row[], readonly Row[], readonly number[], readonly [used: number, missing: number, differing: number]]
>([
  [
    'both bars are whole',
    [
      [0, 100, 104, 95, 96],
      [2, 96, 99, 96, 97],
    ],
    MINUTES,
    [0, 2],
    [2, 0, 0],
  ],
  [
    'a minute is missing',
    [
      [0, 100, 104, 95, 96],
      [2, 96, 99, 96, 97],
    ],
    MINUTES.filter((_, k) => k !== 1),
    [-1, 1],
    [1, 1, 0],
  ],
  ['the last minute is missing', [[2, 96, 99, 96, 97]], MINUTES.slice(0, 3), [-1], [0, 1, 0]],
  [
    'detail begins later',
    [
      [0, 100, 104, 95, 96],
      [2, 96, 99, 96, 97],
    ],
    MINUTES.slice(2),
    [-1, 0],
    [1, 1, 0],
  ],
  ['another high', [[0, 100, 105, 95, 96]], MINUTES, [-1], [0, 0, 1]],
  ['another low', [[0, 100, 104, 94, 96]], MINUTES, [-1], [0, 0, 1]],
  ['another open', [[0, 101, 104, 95, 96]], MINUTES, [-1], [0, 0, 1]],
  ['another close', [[0, 100, 104, 95, 97]], MINUTES, [-1], [0, 0, 1]],
  [
    'a gap between the bars',
    [
      [0, 100, 104, 95, 96],
      [6, 1, 1, 1, 1],
    ],
    MINUTES,
    [0, -1],
    [1, 1, 0],
  ],
  ['no detail at all', [[0, 100, 104, 95, 96]], [], [-1], [0, 1, 0]],
])('finer bars: %s', (_, bars, minutes, firstRows, counts) => {
  const finer = finerBarsOf(columnsOf(bars), 2 * MINUTE_MS, columnsOf(minutes), MINUTE_MS)
  expect(Array.from(finer.firstRows)).toEqual(firstRows)
  expect([finer.used, finer.missing, finer.differing]).toEqual(counts)
})

test.each([
  [60, 1, 60],
  [5, 5, 1],
  [5, 2, undefined],
  [1, 5, undefined],
])('a bar of %i minutes has whole rows of %i: %s', (bar, row, rows) => {
  expect(rowsPerBar(bar * MINUTE_MS, row * MINUTE_MS)).toBe(rows)
})
