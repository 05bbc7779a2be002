/**
 * The gate's rules one by one: what refuses is named with its value and its limit, and more trials make it harder.
 */
import { expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import { DAY_MS } from '../../core/units.ts'
import { type Gate, type GateInput, judgeGrid } from './gate.ts'
import type { RunRecord } from './run-record.ts'

const ROWS = 500
const record = (returns: Float64Array, exits = 1): RunRecord => ({
  returns,
  turn: new Float64Array(returns.length + 1),
  rowsBefore: new Int32Array(returns.length + 1),
  rowsAfter: new Int32Array(returns.length + 1),
  exits: new Int32Array(returns.length).fill(exits),
})
const drawn = (random: Random, mean: number, rows = ROWS): Float64Array =>
  Float64Array.from({ length: rows }, () => mean + 0.01 * random.normal())

function gateOf(mean: number, more: Partial<GateInput> = {}, rows = ROWS, exits = 1): Gate {
  const random = new Random(3)
  const runs = Array.from({ length: 8 }, (_, k) => record(drawn(random, k < 6 ? mean : 0, rows), exits))
  return judgeGrid({
    runs,
    instants: Float64Array.from({ length: rows + 1 }, (_, row) => row * DAY_MS),
    market: drawn(random, 0, rows),
    choice: 'sharpe',
    tried: 8,
    ...more,
  })
}
const refusals = (gate: Gate): string[] => gate.rules.filter(({ isKept }) => !isKept).map(({ code }) => code)

test('an edge of four standard errors and more passes with all rules kept', () => {
  const gate = gateOf(0.0025)
  expect(gate.verdict).toBe('pass')
  expect(refusals(gate)).toEqual([])
  expect(gate.rules.map(({ code }) => code)).toEqual(['history', 'trades', 'out-of-sample', 'luck', 'deflated-sharpe'])
  expect(gate.trials).toBe(8)
  expect(gate.best).toBeLessThan(6)
})

test('no edge is refused for luck, by each figure that speaks of it', () => {
  const gate = gateOf(0)
  expect(gate.verdict).toBe('refuse')
  expect(refusals(gate)).toEqual(expect.arrayContaining(['luck', 'deflated-sharpe']))
})

test('what the market earned is no edge: a strategy that only holds is refused though it earns', () => {
  const market = drawn(new Random(5), 0.004)
  const holds = record(market.map((value) => 0.9 * value))
  const gate = gateOf(0, { market, runs: [holds, record(market.map((value) => 0.5 * value + 1e-6))] })
  expect(gate.outOfSample?.metrics.totalReturn).toBeGreaterThan(1)
  expect(refusals(gate)).toContain('luck')
})

test('few trades and a short history refuse, with their figures', () => {
  expect(gateOf(0.003, {}, 100).rules[0]).toEqual({ code: 'history', value: 100, limit: 120, isKept: false })
  expect(gateOf(0.003, {}, ROWS, 0).rules[1]).toEqual({ code: 'trades', value: 0, limit: 10, isKept: false })
})

test('an edge that has ended is refused, however good it was', () => {
  const random = new Random(6)
  const ended = drawn(random, 0).map((value, row) => value + (row < 125 ? 0.01 : -0.0002))
  expect(refusals(gateOf(0, { runs: [record(ended), record(drawn(random, 0))] }))).toContain('out-of-sample')
})

test('trials that were made before make the same grid harder to believe', () => {
  const [alone, hundred, many] = [8, 800, 80_000].map((tried) => gateOf(0.0018, { tried })) as [Gate, Gate, Gate]
  expect(hundred.luck).toBeGreaterThan(alone.luck as number)
  expect(hundred.deflatedSharpe).toBeLessThan(alone.deflatedSharpe as number)
  expect(many.verdict).toBe('refuse')
  expect(many.trials).toBe(80_000)
})

test('one run alone has nothing to deflate, and one that is the best of many tried before has', () => {
  const runs = [record(drawn(new Random(9), 0.002))]
  expect(gateOf(0, { runs, tried: 1 }).rules.map(({ code }) => code)).not.toContain('deflated-sharpe')
  const chosen = gateOf(0, { runs, tried: 5_000 })
  expect(chosen.deflatedSharpe).toBeLessThan(0.9)
  expect(refusals(chosen)).toEqual(expect.arrayContaining(['luck', 'deflated-sharpe']))
})

test('a narrow grid around the best of many is judged by all of them, however many copies it has', () => {
  const best = drawn(new Random(9), 0.002)
  const copies = Array.from({ length: 400 }, (_, k) => record(best.map((value) => value * (1 + k * 1e-6))))
  const gate = gateOf(0, { runs: copies, tried: 5_400 })
  expect(refusals(gate)).toEqual(expect.arrayContaining(['luck', 'deflated-sharpe']))
  expect(refusals(gateOf(0, { runs: copies, tried: 400 }))).not.toContain('luck')
})

test('runs that failed or never moved are refused without a figure', () => {
  const gate = gateOf(0, { runs: [undefined, record(new Float64Array(ROWS))] })
  expect(gate).toMatchObject({ verdict: 'refuse', luck: null, deflatedSharpe: null, best: null })
})
