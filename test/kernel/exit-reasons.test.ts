/**
 * What a closed trade says about its end: a person's close is theirs, whatever a strategy calls its rules, and old journals keep what they said.
 */
import { expect, test } from 'vitest'
import { lots, ticks, ts } from '../../src/core/units.ts'
import { parseExecution } from '../../src/trading/algorithms/execution.ts'
import { MANUAL_OWNER } from '../../src/trading/manual-owner.ts'
import { isOperators } from '../../src/trading/order.ts'
import { BTC, Bench, ETH, ordersOf, signal } from '../support/kernel/kernel-run.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'

const endsOf = (facts: readonly KernelFact[]) => facts.flatMap((f) => (f.type === 'trade-closed' ? [f.trade.exitReason] : []))
function fillAll(bench: Bench, facts: readonly KernelFact[]): KernelFact[] {
  return ordersOf(facts).flatMap((order) => [...bench.accepted(order), ...bench.give(bench.fillOf(order))])
}

test('a close of a person, and an algorithm that works one off, are ends by an operator; a strategy’s are by signal', () => {
  const bench = new Bench({ isManual: true })
  bench.enter(1, 90)
  expect(endsOf(fillAll(bench, bench.say(signal(0))))).toEqual(['signal'])
  bench.enter(1, 90)
  const close = { type: 'close-position', instrument: BTC, lots: undefined, actor: 'cli', ts: ts(bench.now) } as const
  expect(endsOf(fillAll(bench, bench.give(close)))).toEqual(['operator'])

  const order = { side: 1, kind: 'market', lots: lots(10), timeInForce: 'gtc', stop: ticks(90) } as const
  const byHand = { strategy: MANUAL_OWNER, instrument: ETH, actor: 'cli', ts: ts(bench.now) } as const
  fillAll(bench, bench.give({ ...byHand, type: 'place-orders', orders: [order] }))
  const execution = parseExecution('twap:40s:1')
  if (typeof execution === 'string') throw new Error(execution)
  const worked = bench.give({
    ...byHand,
    type: 'start-algorithm',
    class: 'reduce',
    side: -1,
    lots: lots(10),
    execution,
    limit: undefined,
    stop: undefined,
  })
  expect(endsOf(fillAll(bench, worked))).toEqual(['operator'])
})

test.each([
  ['as it is written now', { rule: 'operator close', values: {}, origin: 'operator' }, true],
  ['in journals of before', { rule: 'operator close', values: {} }, true],
  ['a strategy’s', { rule: 'close', values: {} }, false],
] as const)('%s: whose reason it is', (_, reason, expected) => {
  expect(isOperators(reason)).toBe(expected)
})
