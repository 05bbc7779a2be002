/**
 * Signals from outside in the kernel: the position that they ask for, under the same risk as any other, and exits that pass (S15).
 */
import { describe, expect, test } from 'vitest'
import { RATE_ONE, lots, rate, strategyId, ticks, ts } from '../../src/core/units.ts'
import { BTC, Bench, brief } from '../support/kernel/kernel-run.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import type { OutsideSignalInput } from '../../src/kernel/input.ts'

const ask = (bench: Bench, wish: OutsideSignalInput['wish'], more: Partial<OutsideSignalInput> = {}) =>
  bench.give({
    type: 'outside-signal',
    strategy: strategyId('s0'),
    instrument: BTC,
    wish,
    mayEnter: true,
    stop: wish === 'short' || wish === 'sell' ? ticks(110) : ticks(90),
    source: 'tv',
    signal: 7,
    said: 'long BTC',
    ts: ts(bench.now),
    ...more,
  })
const holding = (side: 'long' | 'short'): Bench => {
  const bench = new Bench()
  const entry = ask(bench, side).find((fact) => fact.type === 'order-submitted')
  if (entry?.type !== 'order-submitted') throw new Error('no entry')
  bench.give(bench.fillOf(entry.command))
  return bench
}

test('a wish becomes an entry with its stop, and keeps source, number and body as its reason', () => {
  const facts = ask(new Bench(), 'long')
  expect(facts).toMatchObject([
    {
      type: 'order-submitted',
      class: 'entry',
      command: { side: 1, lots: 10, stop: 90 },
      reason: { rule: 'signal from tv', values: { signal: 7, wish: 'long', body: 'long BTC' } },
    },
  ])
})

test('an entry is no larger than was asked, and never larger than its sizing', () => {
  const sizeOf = (lotsMax: number) => ask(new Bench(), 'long', { lotsMax: lots(lotsMax) })[0]
  expect(sizeOf(4)).toMatchObject({ command: { lots: 4 } })
  expect(sizeOf(40)).toMatchObject({ command: { lots: 10 } })
  expect(sizeOf(0)).toMatchObject({ type: 'order-denied', rule: 'no-size' })
})

test('the same wish again changes nothing: while its entry is open, and while the position is held', () => {
  const bench = new Bench()
  expect(ask(bench, 'long')).toHaveLength(1)
  expect(ask(bench, 'long')).toEqual([])
  expect(ask(holding('long'), 'long')).toEqual([])
})

describe('what each wish does to what is held', () => {
  test.each([
    ['flat', 'long', ['reduce sell 10']],
    ['flat', 'short', ['reduce buy 10']],
    ['exit-long', 'long', ['reduce sell 10']],
    ['exit-long', 'short', []],
    ['exit-short', 'short', ['reduce buy 10']],
    ['sell', 'long', ['reduce sell 10']],
    ['buy', 'short', ['reduce buy 10']],
    ['short', 'long', ['reduce sell 10', 'entry sell 10']],
    ['cancel', 'long', []],
  ] as const)('%s while %s', (wish, side, expected) => {
    expect(brief(ask(holding(side), wish))).toEqual(expected)
  })
  test('a step from flat enters, and one that may not enter does nothing', () => {
    expect(brief(ask(new Bench(), 'sell'))).toEqual(['entry sell 10'])
    expect(ask(new Bench(), 'sell', { mayEnter: false })).toEqual([])
    expect(brief(ask(holding('long'), 'sell', { mayEnter: false }))).toEqual(['reduce sell 10'])
  })
  test('cancel takes an open entry off', () => {
    const bench = new Bench()
    ask(bench, 'long', { limit: ticks(95), stop: ticks(80) })
    expect(brief(ask(bench, 'cancel'))).toEqual(['cancel 1: signal from tv'])
  })
})

const hold = (effect: 'no-entries' | 'no-orders') => ({
  id: 'h1',
  scope: { type: 'account' as const },
  effect,
  cause: 'operator' as const,
  actor: 'cli',
  reason: '',
})

test('S15 an exit passes while entries are on hold, and an entry is denied', () => {
  const bench = holding('long')
  bench.give({ type: 'add-hold', hold: { ...hold('no-entries'), since: ts(bench.now) }, ts: ts(bench.now) })
  expect(ask(bench, 'short')).toMatchObject([
    { type: 'order-submitted', class: 'reduce' },
    { type: 'order-denied', rule: 'hold' },
  ])
})

test('an entry that was denied while held does not silence the next signal', () => {
  const bench = new Bench()
  bench.give({ type: 'add-hold', hold: { ...hold('no-entries'), since: ts(bench.now) }, ts: ts(bench.now) })
  expect(ask(bench, 'long')).toMatchObject([{ rule: 'hold' }])
  bench.give({ type: 'lift-hold', holdId: 'h1', actor: 'cli', ts: ts(bench.now) })
  expect(brief(ask(bench, 'long', { signal: 8 }))).toEqual(['entry buy 10'])
})

test('S15 an exit that a halt keeps back is an alert P1', () => {
  const bench = holding('long')
  bench.give({ type: 'add-hold', hold: { ...hold('no-orders'), since: ts(bench.now) }, ts: ts(bench.now) })
  expect(ask(bench, 'flat')).toMatchObject([
    { type: 'alert-raised', alert: 'signal.exit_dropped', severity: 'P1', data: { source: 'tv', signal: 7, hold: 'h1' } },
    { type: 'order-denied', class: 'reduce', rule: 'hold' },
  ])
})

test('S4 a symbol of another owner is not traded', () => {
  expect(ask(new Bench(), 'long', { strategy: strategyId('other') })).toMatchObject([{ type: 'order-denied', rule: 'symbol-owned' }])
})

describe('S15 an exit of a part', () => {
  const half = { exit: { part: rate(RATE_ONE / 2) } }
  const fill = (bench: Bench, facts: readonly KernelFact[]): void => {
    for (const fact of facts) if (fact.type === 'order-submitted') bench.give(bench.fillOf(fact.command))
  }

  test('closes it once, however often it is sent: before its fill and after it', () => {
    const bench = holding('long')
    const first = ask(bench, 'flat', half)
    expect(brief(first)).toEqual(['exit-aimed', 'reduce sell 5'])
    expect(brief(ask(bench, 'flat', { ...half, signal: 8, first: 7 }))).toEqual([])
    fill(bench, first)
    expect(brief(ask(bench, 'flat', { ...half, signal: 9, first: 7 }))).toEqual([])
    expect(bench.held).toBe(5)
  })

  test.each([
    ['another one', 'of what the first leaves', 8, ['exit-aimed', 'reduce sell 3'], 2],
    ['the same', 'not once more', 7, [], 5],
  ] as const)('%s is taken %s, though the first has not filled', (_, __, first, expected, held) => {
    const bench = holding('long')
    const facts = ask(bench, 'flat', half)
    const more = ask(bench, 'flat', { ...half, signal: 8, ...(first === 8 ? {} : { first }) })
    expect(brief(more)).toEqual(expected)
    fill(bench, [...facts, ...more])
    expect(bench.held).toBe(held)
  })

  test.each([
    ['a quantity', { lots: lots(3) }, ['exit-aimed', 'reduce sell 3']],
    ['more than is held', { lots: lots(30) }, ['exit-aimed', 'reduce sell 10']],
    ['a hundredth of ten lots, as one lot', { part: rate(RATE_ONE / 100) }, ['exit-aimed', 'reduce sell 1']],
    ['all', { part: rate(RATE_ONE) }, ['exit-aimed', 'reduce sell 10']],
  ] as const)('of %s', (_, exit, expected) => {
    expect(brief(ask(holding('long'), 'exit-long', { exit }))).toEqual(expected)
  })

  test('of the side that is not held, and of nothing, closes nothing', () => {
    expect(brief(ask(holding('long'), 'exit-short', half))).toEqual([])
    expect(brief(ask(new Bench(), 'flat', half))).toEqual([])
  })

  test('takes open entries off first', () => {
    const bench = new Bench()
    ask(bench, 'long', { limit: ticks(95), stop: ticks(80) })
    expect(brief(ask(bench, 'flat', half))).toEqual(['cancel 1: signal from tv'])
  })

  test('aims at the same after a restart, from the snapshot and from the journal', () => {
    const bench = holding('long')
    const before = JSON.stringify(bench.kernel.snapshot())
    const first = ask(bench, 'flat', half)
    fill(bench, first)
    const aims = bench.kernel.snapshot().exitAims
    expect(aims).toEqual([{ signal: 7, instrument: BTC, left: 5 }])
    const restored = new Kernel(bench.config)
    restored.restore(JSON.parse(JSON.stringify(bench.kernel.snapshot())))
    expect(restored.snapshot().exitAims).toEqual(aims)
    const folded = new Kernel(bench.config)
    folded.restore(JSON.parse(before))
    for (const fact of first) folded.foldFact(fact)
    expect(folded.snapshot().exitAims).toEqual(aims)
  })

  test('a halt keeps it back with an alert P1', () => {
    const bench = holding('long')
    bench.give({ type: 'add-hold', hold: { ...hold('no-orders'), since: ts(bench.now) }, ts: ts(bench.now) })
    expect(ask(bench, 'flat', half)).toMatchObject([
      { type: 'alert-raised', alert: 'signal.exit_dropped', severity: 'P1' },
      { type: 'order-denied', class: 'reduce', rule: 'hold' },
    ])
  })
})
