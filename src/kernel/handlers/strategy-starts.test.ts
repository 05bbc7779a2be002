/**
 * A strategy in a new process: its state continues with the same code and parameters, and is given up with others; what it reads back is there.
 */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { MINUTE_MS, instrumentIndex, lots, strategyId, ticks, ts } from '../../core/units.ts'
import { type StrategyDefinition, defineStrategy } from '../../strategy/strategy.ts'
import type { ClosedBar, KernelInput } from '../input.ts'
import { Kernel } from '../kernel.ts'
import { BTC, Bench } from '../../../test/support/kernel/kernel-run.ts'

const START_MS = 1_700_000_040_000
const ID = strategyId('s0')

/** Counts the closes that it has seen, and keeps the oldest that it can read. */
const counter = (history: number, throwsAt = Number.POSITIVE_INFINITY): StrategyDefinition =>
  defineStrategy({
    name: 'counter',
    version: 1,
    summary: 'Counts.',
    params: z.object({}),
    protection: 'position-stop',
    givesStop: true,
    history: () => history,
    warmup: () => history,
    init: () => ({ seen: 0, oldest: 0 }),
    onBar: ({ bars }, state) => {
      state.seen += 1
      if (state.seen >= throwsAt) throw new Error('too many')
      state.oldest = bars.close(history - 1)
    },
  })

const kernelOf = (definition: StrategyDefinition, identity: string): Kernel =>
  new Kernel({
    ...new Bench().config,
    strategies: [{ id: ID, definition, params: {}, identity, instruments: [BTC] }],
    manual: [],
    sizing: { type: 'fixed', lots: lots(1) },
  })

const rowsOf = (from: number, until: number): ClosedBar[] =>
  Array.from({ length: until - from }, (_, k) => {
    const price = ticks(1_000 + from + k)
    return {
      instrument: instrumentIndex(0),
      bar: { ts: ts(START_MS + (from + k) * MINUTE_MS), open: price, high: price, low: price, close: price, volume: 1 },
    }
  })
const close = (k: number): KernelInput => ({
  type: 'bars-closed',
  mode: 'live',
  ts: ts(START_MS + (k + 1) * MINUTE_MS),
  bars: rowsOf(k, k + 1),
})
const started = (identity: string, isAnew: boolean, history: readonly ClosedBar[] = []): KernelInput => ({
  type: 'strategy-started',
  strategy: ID,
  identity,
  isAnew,
  history,
  ts: ts(START_MS + 5 * MINUTE_MS),
})
const give = (kernel: Kernel, input: KernelInput) => {
  kernel.factBuffer.reset()
  kernel.apply(input)
  return Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
}
const stateOf = (kernel: Kernel): object | undefined => kernel.runs[0]?.state

test('it is not asked before as many bars are there as it reads', () => {
  const kernel = kernelOf(counter(3), 'a')
  for (const k of [0, 1]) give(kernel, close(k))
  expect(stateOf(kernel)).toEqual({ seen: 0, oldest: 0 })
  give(kernel, close(2))
  expect(stateOf(kernel)).toEqual({ seen: 1, oldest: 1_000 })
})

test('after a restart it continues from its state, with the bars that it reads back', () => {
  const before = kernelOf(counter(3), 'a')
  give(before, started('a', false))
  for (const k of [0, 1, 2, 3, 4]) give(before, close(k))
  const kernel = kernelOf(counter(3), 'a')
  kernel.restore(structuredClone(before.snapshot()))
  expect(kernel.starts.identityOf(ID)).toBe('a')
  // Without its history it would have to wait for two bars more.
  give(kernel, started('a', false, rowsOf(2, 5)))
  give(kernel, close(5))
  give(before, close(5))
  expect(stateOf(kernel)).toEqual(stateOf(before))
  expect(stateOf(kernel)).toEqual({ seen: 4, oldest: 1_003 })
})

test('with other code or parameters it sees the history with a new state, says nothing of it, and is reported', () => {
  const kernel = kernelOf(counter(2), 'b')
  for (const k of [0, 1, 2, 3, 4]) give(kernel, close(k))
  const facts = give(kernel, started('b', true, rowsOf(1, 5)))
  expect(stateOf(kernel)).toEqual({ seen: 3, oldest: 1_003 })
  expect(facts.map((f) => f.type)).toEqual(['alert-raised', 'strategy-state'])
  expect(facts[0]).toMatchObject({ alert: 'strategy.changed', severity: 'P4' })
})

test('where its new code throws over the history, it is stopped alone', () => {
  const kernel = kernelOf(counter(1, 2), 'b')
  const facts = give(kernel, started('b', true, rowsOf(0, 4)))
  expect(kernel.runs[0]?.mode).toBe('errored')
  const alert = facts.find((f) => f.type === 'alert-raised')
  expect(alert).toMatchObject({ alert: 'strategy.error', data: { failure: expect.stringContaining('too many') } })
})

test('folding what was journaled ends where deciding it did', () => {
  const decided = kernelOf(counter(2), 'b')
  const folded = kernelOf(counter(2), 'b')
  for (const input of [started('a', false), close(0), close(1), started('b', true, rowsOf(0, 2)), close(2)]) {
    const facts = give(decided, input)
    folded.foldInput(input)
    for (const fact of facts) folded.foldFact(fact)
  }
  expect(folded.snapshot().runs).toEqual(decided.snapshot().runs)
  expect(folded.snapshot().identities).toEqual([[ID, 'b']])
})
