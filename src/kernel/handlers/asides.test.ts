/**
 * A strategy that takes no entries by itself: told once for each reason, once a day where it comes and goes, and not again after a restart.
 */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { MINUTE_MS, instrumentIndex, strategyId, ticks, ts } from '../../core/units.ts'
import { defineStrategy } from '../../strategy/strategy.ts'
import type { KernelInput } from '../input.ts'
import { Kernel } from '../kernel.ts'
import { BTC, Bench } from '../../../test/support/kernel/kernel-run.ts'

const START_MS = 1_700_000_040_000
const ID = strategyId('s0')

/** Stands aside by the price of its bar: 1 for fog, 2 for rain. */
const weather = defineStrategy<object, { code: string | null }>({
  contract: 2,
  name: 'weather',
  version: 1,
  summary: 'Stands aside.',
  params: z.object({}),
  protection: 'position-stop',
  givesStop: true,
  symbols: ['only'],
  warmup: () => 0,
  init: () => ({ code: null }),
  onBar: ({ bars }, state) => {
    const price = bars.close(0) % 10
    state.code = price === 1 ? 'fog' : price === 2 ? 'rain' : null
  },
  aside: ({ code }) => (code === null ? null : { code, since: 0, values: { mm: 3 } }),
})

const kernelOf = (): Kernel =>
  new Kernel({
    ...new Bench().config,
    isJournaled: true,
    strategies: [{ id: ID, definition: weather, params: {}, identity: 'a', instruments: [BTC] }],
    manual: [],
  })

const bar = (k: number, last: number): KernelInput => {
  const price = ticks(1_000 + last)
  const at = START_MS + k * MINUTE_MS
  return {
    type: 'bars-closed',
    mode: 'live',
    ts: ts(at + MINUTE_MS),
    bars: [{ instrument: instrumentIndex(0), bar: { ts: ts(at), open: price, high: price, low: price, close: price, volume: 1 } }],
  }
}
const started: KernelInput = { type: 'strategy-started', strategy: ID, identity: 'a', isAnew: true, history: [], ts: ts(START_MS) }
const give = (kernel: Kernel, input: KernelInput) => {
  kernel.factBuffer.reset()
  kernel.apply(input)
  return Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
}
const told = (kernel: Kernel, ...inputs: readonly KernelInput[]) =>
  inputs.map((input) =>
    give(kernel, input).flatMap((fact) => (fact.type === 'alert-raised' && fact.alert === 'strategy.aside' ? [fact.data] : [])),
  )

const FOG = { strategy: ID, code: 'fog', mm: 3 }
const RAIN = { strategy: ID, code: 'rain', mm: 3 }
const DAY_BARS = 1_440

test('once when it begins, for each reason, and again a day after it was told', () => {
  const kernel = kernelOf()
  kernel.apply(started)
  expect(told(kernel, bar(0, 0), bar(1, 1), bar(2, 1), bar(3, 2), bar(4, 1), bar(5, 0), bar(6, 2))).toEqual([
    [],
    [FOG],
    [],
    [RAIN],
    [],
    [],
    [],
  ])
  expect(told(kernel, bar(DAY_BARS, 0), bar(DAY_BARS + 1, 1), bar(DAY_BARS + 2, 1))).toEqual([[], [FOG], []])
  // One that lasts is not told again, however long it lasts.
  expect(told(kernel, bar(3 * DAY_BARS, 1))).toEqual([[]])
})

test('after a restart from a snapshot nothing is told twice', () => {
  const first = kernelOf()
  first.apply(started)
  expect(told(first, bar(0, 1))).toEqual([[FOG]])
  const second = kernelOf()
  second.restore(JSON.parse(JSON.stringify(first.snapshot())))
  expect(told(second, bar(1, 1), bar(2, 0), bar(3, 1), bar(4, 2))).toEqual([[], [], [], [RAIN]])
})

test('and from facts that are folded', () => {
  const [first, second] = [kernelOf(), kernelOf()]
  for (const input of [started, bar(0, 1)]) {
    const facts = give(first, input).map((fact) => structuredClone(fact))
    second.foldInput(input)
    for (const fact of facts) second.foldFact(fact)
  }
  expect(told(second, bar(1, 1), bar(2, 2))).toEqual([[], [RAIN]])
})
