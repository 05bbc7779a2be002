/**
 * Pieces of runs put behind each other: the costs of taking over are charged where, and only where, another run takes over.
 */
import { expect, test } from 'vitest'
import { DAY_MS } from '../../core/units.ts'
import { exitsIn, metricsOfRows, stitch } from './pieces.ts'
import type { RunRecord } from './run-record.ts'

const record = (returns: readonly number[], turn: readonly number[], exits: readonly number[] = returns.map(() => 0)): RunRecord => ({
  returns: Float64Array.from(returns),
  turn: Float64Array.from(turn),
  rowsBefore: new Int32Array(turn.length),
  rowsAfter: new Int32Array(turn.length),
  exits: Int32Array.from(exits),
})

const a = record([0.01, 0.02, 0.03, 0.04], [0, 0.001, 0.002, 0, 0])
const b = record([-0.01, -0.02, -0.03, -0.04], [0, 0, 0.005, 0, 0], [1, 0, 2, 4])

test('one run that goes on pays nothing at the seam', () => {
  expect([
    ...stitch([
      { run: a, from: 0, to: 2 },
      { run: a, from: 2, to: 4 },
    ]),
  ]).toEqual([0.01, 0.02, 0.03, 0.04])
})

test('where another run takes over, the first one closes what it holds and the second opens what it holds', () => {
  const returns = stitch([
    { run: a, from: 0, to: 2 },
    { run: b, from: 2, to: 4 },
  ])
  expect(returns[0]).toBe(0.01)
  expect(returns[1]).toBeCloseTo(1.02 * (1 - 0.002) - 1, 15)
  expect(returns[2]).toBeCloseTo(0.97 * (1 - 0.005) - 1, 15)
  expect(returns[3]).toBe(-0.04)
})

test('a piece that begins with a position opens it, and one without a run stands still', () => {
  const returns = stitch([
    { run: a, from: 1, to: 2 },
    { run: undefined, from: 2, to: 4 },
  ])
  expect(returns[0]).toBeCloseTo(1.02 * (1 - 0.001) * (1 - 0.002) - 1, 15)
  expect([...returns.subarray(1)]).toEqual([0, 0])
})

test('figures of a curve: its growth, its fall, a year counted by time, and the trades that are said', () => {
  const returns = Float64Array.from({ length: 730 }, (_, row) => (row % 2 === 0 ? 0.02 : -0.01))
  const metrics = metricsOfRows(returns, 0, DAY_MS / 2, 7)
  expect(metrics.totalReturn).toBeCloseTo((1.02 * 0.99) ** 365 - 1, 8)
  expect(metrics.cagr).toBeCloseTo((1.02 * 0.99) ** 365 - 1, 8)
  expect(metrics.maxDrawdown).toBeCloseTo(0.01, 12)
  expect(metrics.sharpe).toBeCloseTo((0.005 / (0.015 * Math.sqrt(730 / 729))) * Math.sqrt(730), 8)
  expect(metrics.trades).toBe(7)
})

test('trades that ended in a piece are counted, those outside of it are not', () => {
  expect([exitsIn({ run: b, from: 1, to: 3 }), exitsIn({ run: b, from: 0, to: 4 }), exitsIn({ run: undefined, from: 0, to: 4 })]).toEqual([
    2, 7, 0,
  ])
})
