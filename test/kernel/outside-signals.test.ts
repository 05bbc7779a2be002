/**
 * Signals from outside in the kernel: the position that they ask for, under the same risk as any other, and exits that pass (S15).
 */
import { describe, expect, test } from 'vitest'
import { lots, strategyId, ticks, ts } from '../../src/core/units.ts'
import { BTC, Bench, brief } from '../support/kernel/kernel-run.ts'
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
