/**
 * A strategy that says what cannot be is stopped alone, with bar, value and place; the kernel and the other strategies continue.
 */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { lots, ticks, ts } from '../../src/core/units.ts'
import { defineStrategy } from '../../src/strategy/strategy.ts'
import { BTC, Bench, ETH, type GivenSignal, brief, ordersOf, signal } from '../support/kernel/kernel-run.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { strategyRow } from '../../src/journal/state-row.ts'

test.each<readonly [string, object, RegExp]>([
  ['a stop that is no number', { stop: Number.NaN }, /stop is NaN/],
  ['a stop between two ticks', { stop: 90.5 }, /stop is 90.5/],
  ['an infinite stop', { stop: Number.POSITIVE_INFINITY }, /stop is Infinity/],
  ['a limit between two ticks', { stop: 90, limit: 99.5 }, /limit is 99.5/],
  ['a target below a long entry', { stop: 90, targets: [{ price: 95, share: 1 }] }, /losing side/],
  [
    'shares of more than all',
    {
      stop: 90,
      targets: [
        { price: 110, share: 0.7 },
        { price: 120, share: 0.7 },
      ],
    },
    /sum to 1.4/,
  ],
  ['a side that is none', { side: 3, stop: 90 }, /side is 3/],
  ['a strength that is no number', { stop: 90, strength: Number.NaN }, /strength is NaN/],
  ['a reason that JSON cannot hold', { stop: 90, reason: { rule: 'x', values: { n: 1n } } }, /reason.values.n is 1n/],
])('S18 %s stops that strategy alone', (_, over, problem) => {
  const bench = new Bench({ sizing: { type: 'fixed', lots: lots(5) } })
  bench.signals[ETH] = signal(1, 90)
  const facts = bench.say({ ...signal(1), ...over } as GivenSignal)
  const failed = facts.find((fact) => fact.type === 'strategy-mode-changed')
  expect(failed).toMatchObject({ strategy: 's0', mode: 'errored' })
  expect(failed?.type === 'strategy-mode-changed' ? failed.cause : '').toMatch(problem)
  expect(failed?.type === 'strategy-mode-changed' ? failed.cause : '').toMatch(/BTCUSDT, bar that closed at \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
  const told = strategyRow(bench.kernel, BTC)
  expect([told?.mode, told?.modeCause]).toEqual(['errored', failed?.type === 'strategy-mode-changed' ? failed.cause : ''])
  const again = new Kernel(bench.kernel.config)
  again.restore(JSON.parse(JSON.stringify(bench.kernel.snapshot())))
  expect(strategyRow(again, BTC)?.modeCause, 'a restart still says why').toBe(told?.modeCause)
  expect(ordersOf(facts).map((order) => order.instrument)).toEqual([ETH])
  expect(
    brief(bench.bar()).filter((text) => text.startsWith('entry')),
    'it is not asked again',
  ).toEqual([])
})

const stateful = (init: () => object, onBar: (state: Record<string, unknown>) => unknown) =>
  defineStrategy({
    name: 'stateful',
    version: 1,
    summary: 'Keeps what the test gives it.',
    params: z.object({}),
    protection: 'position-stop',
    givesStop: true,
    warmup: () => 0,
    init,
    onBar: (_context, state) => onBar(state as Record<string, unknown>) as undefined,
  })

function benchOf(init: () => object, onBar: (state: Record<string, unknown>) => unknown): Bench {
  return new Bench({ strategy: stateful(init, onBar) })
}

test.each<readonly [string, () => object, (state: Record<string, unknown>) => unknown, RegExp]>([
  [
    'a BigInt',
    () => ({}),
    (state) => {
      state['n'] = 1n
    },
    /state\.n is a bigint/,
  ],
  [
    'a circle',
    () => ({}),
    (state) => {
      state['me'] = state
    },
    /refers to itself/,
  ],
  ['a Map from the start', () => ({ seen: new Map() }), () => {}, /state\.seen is a Map/],
  [
    'an init that throws',
    () => {
      throw new Error('no data')
    },
    () => {},
    /no data/,
  ],
  ['an answer that comes later', () => ({}), async () => {}, /is async/],
])('S18 a state with %s stops that strategy alone, and a snapshot can still be taken', (_, init, onBar, problem) => {
  const bench = benchOf(init, onBar)
  const facts = [...bench.first, ...bench.bar()]
  const failed = facts.find((fact) => fact.type === 'strategy-mode-changed')
  expect(failed?.type === 'strategy-mode-changed' ? failed.cause : '').toMatch(problem)
  expect(() => JSON.stringify(bench.kernel.snapshot())).not.toThrow()
})

test('S13 a running minimum that begins at Infinity is what it was after a restart', () => {
  const bench = benchOf(
    () => ({ low: Number.POSITIVE_INFINITY, last: Number.NaN, zero: -0 }),
    () => undefined,
  )
  const kernel = new Kernel(bench.config)
  kernel.restore(JSON.parse(JSON.stringify(bench.kernel.snapshot())))
  expect(kernel.runs[BTC]?.state).toStrictEqual({ low: Number.POSITIVE_INFINITY, last: Number.NaN, zero: -0 })
})

test('S13 in safe mode no strategy is asked', () => {
  const bench = new Bench()
  const kernel = new Kernel({ ...bench.config, isSafe: true })
  bench.signals[BTC] = signal(1, 90)
  kernel.apply({
    type: 'bars-closed',
    ts: ts(bench.now),
    mode: 'live',
    bars: [
      {
        instrument: BTC,
        bar: { ts: ts(bench.now - 60_000), open: ticks(100), high: ticks(100), low: ticks(100), close: ticks(100), volume: 1 },
      },
    ],
  })
  expect(
    Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k)).filter((fact) => fact.type === 'order-submitted'),
  ).toEqual([])
  expect(kernel.runs[BTC]?.state).toEqual({ bars: 0 })
})
