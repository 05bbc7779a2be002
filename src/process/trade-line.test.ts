/**
 * Lines of the terminal and alerts of one trade, from its entry to its end.
 */
import { expect, test } from 'vitest'
import type { KernelFact } from '../kernel/fact.ts'
import { BTC, Bench, ordersOf, signal } from '../../test/support/kernel/kernel-run.ts'
import { cash, lots, rate, ts } from '../core/units.ts'
import { Projector } from '../journal/project.ts'
import { OBSERVE_HOLD } from '../trader/safety/system-holds.ts'
import { TradeLines, lineOf } from './trade-line.ts'

/** Fills an order with a fee of 1, and answers what is reported of it. */
function told(bench: Bench, facts: readonly KernelFact[], parts: readonly number[] = []) {
  const [command] = ordersOf(facts)
  if (command === undefined) throw new Error('nothing was sent')
  const projector = new Projector(bench.kernel)
  const lines: string[] = []
  const alerts: unknown[] = []
  let left: number = command.lots
  for (const part of parts.length === 0 ? [left] : parts) {
    left -= part
    const fee = { coin: 'USDT', amount: cash(1e8), rate: rate(0) }
    const input = { ...bench.fillOf(command, part), fee, isComplete: left === 0 }
    const own = bench.give(input)
    lines.push(...own.flatMap((fact) => lineOf(fact, bench.kernel) ?? []))
    for (const change of projector.project(input, 100, own, 101))
      if (change.table === 'alerts') alerts.push([change.row.type, change.row.summary, change.row.detail.pnl, change.row.detail.left])
  }
  return { lines: lines.map((line) => line.slice(10)), alerts }
}

test('opened, reduced once for an order that fills in parts, closed', () => {
  const bench = new Bench()
  const opened = told(bench, bench.say(signal(1, 90)))
  expect(opened.lines).toEqual(['OPENED long 10 BTCUSDT @ 100  s0  risk 1.00 %  stop 90  #1'])
  bench.prices[BTC] = 104
  const close = { type: 'close-position', instrument: BTC, lots: lots(4), actor: 'cli', ts: ts(bench.now) } as const
  const reduced = told(bench, bench.give(close), [1, 3])
  // By hand: 4 x (104 - 100), less two fees of 1.
  expect(reduced.lines).toEqual(['REDUCED long 4 BTCUSDT @ 104, operator  +14.00 USDT  6 left, stop 90  #1'])
  expect(reduced.alerts).toEqual([['exit.partial', 'REDUCED long 4 BTCUSDT @ 104, operator', '14', '6']])
  bench.prices[BTC] = 98
  const closed = told(bench, bench.give({ ...close, lots: undefined }))
  // 14 + 6 x (98 - 100), less a fee of 1 for this and one for the entry.
  expect(closed.lines).toEqual(['CLOSED long 10 BTCUSDT @ 100.4, operator  0.00 USDT (0.00 R)  #1'])
  expect(closed.alerts).toEqual([['exit.filled', 'CLOSED long 10 BTCUSDT @ 100.4, operator', '0', undefined]])
})

test('a hold says what it keeps from happening, and observing is no fault', () => {
  const bench = new Bench()
  const told = (part: object) => bench.hold(part).map((fact) => lineOf(fact, bench.kernel)?.slice(10))
  expect(told({ id: 'a', actor: '@ann' })).toEqual(['NO NEW ENTRIES by @ann'])
  expect(
    told({ id: 'b', actor: 'trader', cause: 'stale', scope: { type: 'symbol', instrument: BTC }, reason: 'its stream is silent' }),
  ).toEqual(['NO NEW ENTRIES in BTCUSDT: its stream is silent'])
  expect(told({ id: 'c', effect: 'no-orders', actor: '@ann', reason: 'news' })).toEqual(['NO ORDERS except requested exits by @ann: news'])
  expect(told({ id: OBSERVE_HOLD, actor: 'trader', cause: 'error' })[0]).toMatch(/^OBSERVE ONLY: no orders are sent/)
})

test('what a strategy would do has quantity, price and stop, and is reported once', () => {
  const bench = new Bench()
  bench.hold({ id: OBSERVE_HOLD, actor: 'trader', cause: 'error' })
  const lines = new TradeLines()
  const says = (side: 1 | -1 | 0, stop?: number) =>
    bench.say(signal(side, stop)).flatMap((fact) => lines.of(fact, bench.kernel)?.slice(10) ?? [])
  expect(says(1, 90)).toEqual([expect.stringMatching(/^would OPEN long 10 BTCUSDT @ 100 {2}stop 90 {2}s0 {2}/)])
  says(0)
  expect(says(1, 90)).toEqual([])
  expect(says(-1, 110)).toEqual([expect.stringMatching(/^would OPEN short 10 BTCUSDT @ 100 {2}stop 110/)])
  says(0)
  expect(says(1, 90)).toHaveLength(1)
})
