/**
 * What a journal keeps of an entry beside its order: the assessment of one that was sent, and what a refused one would have been.
 */
import { expect, test } from 'vitest'
import { moneyLimit } from '../../src/core/money-limit.ts'
import { MINUTE_MS, cash, lots, ticks, ts } from '../../src/core/units.ts'
import { BTC, Bench, signal } from '../support/kernel/kernel-run.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'

const entryOf = (facts: readonly KernelFact[]) => facts.find((fact) => fact.type === 'order-submitted')
const denialOf = (facts: readonly KernelFact[]) => facts.find((fact) => fact.type === 'order-denied')

test('an entry keeps its assessment as it stood before the entry was booked, an exit has none', () => {
  const bench = new Bench()
  const entry = entryOf(bench.say(signal(1, 90)))
  if (entry?.type !== 'order-submitted') throw new Error('the entry was denied')
  // 10 at 100, margin at 10x of it alone: 100 of 10,000; 100 are lost at 90.
  expect(entry.risk).toMatchObject({ lots: 10, marginAfter: cash(100e8), lossAtStop: cash(100e8), lossR: 1 })
  bench.give(bench.fillOf(entry.command))
  const exit = entryOf(bench.say(signal(0)))
  expect(exit).toMatchObject({ type: 'order-submitted', class: 'reduce' })
  expect(exit?.type === 'order-submitted' && exit.risk).toBeFalsy()
})

test('a refused entry keeps quantity, price and stop', () => {
  const bench = new Bench({ limits: { orderMax: moneyLimit(cash(999e8)) } })
  expect(denialOf(bench.say(signal(1, 90)))).toMatchObject({ rule: 'order-notional', wanted: { lots: 10, price: 100, stop: 90 } })
})

test('where nothing is journaled, nothing of it is made', () => {
  const bench = new Bench()
  const config = { ...bench.config, isJournaled: false }
  const kernel = new Kernel(config)
  const give = (input: Parameters<Kernel['apply']>[0]): KernelFact[] => {
    kernel.factBuffer.reset()
    kernel.apply(input)
    return Array.from({ length: kernel.factBuffer.count }, (_, k) => kernel.factBuffer.at(k))
  }
  give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(10_000e8), cause: 'opening', ts: kernel.now })
  bench.signals[BTC] = signal(1, 90)
  const bar = { open: ticks(100), high: ticks(100), low: ticks(100), close: ticks(100), volume: 1 }
  const openTs = ts(bench.now)
  const facts = give({
    type: 'bars-closed',
    mode: 'live',
    ts: ts(bench.now + MINUTE_MS),
    bars: [{ instrument: BTC, bar: { ts: openTs, ...bar } }],
  })
  const entry = entryOf(facts)
  expect(entry?.type === 'order-submitted' && [entry.command.lots, entry.risk]).toEqual([lots(10), undefined])
})
