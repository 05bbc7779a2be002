/**
 * When a position counts as unprotected while exits of it are on their way (S5).
 */
import { expect, test } from 'vitest'
import { lots, ts } from '../../core/units.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import { BTC, Bench, signal } from '../../../test/support/kernel/kernel-run.ts'
import { ProtectionWatch } from './protection-watch.ts'

/** Wall-clock seconds at which a position without a stop was reported, of a check each second. */
function reportedAt(exits: readonly number[], seconds: number): number[] {
  const bench = new Bench()
  bench.enter(1, 99)
  const wall = { nowMs: 0, reported: [] as number[] }
  const clock = { nowMs: () => wall.nowMs, steadyMs: () => wall.nowMs, sleep: async () => {}, every: () => () => {} }
  const watch = new ProtectionWatch(
    bench.kernel,
    clock,
    ({ instrument }) => {
      expect(instrument).toBe(BTC)
      wall.reported.push(wall.nowMs / 1_000)
    },
    () => ts(bench.now),
  )
  for (let second = 0; second <= seconds; second++) {
    wall.nowMs = second * 1_000
    // Sent, and never answered.
    for (const at of exits)
      if (at === second) bench.give({ type: 'close-position', instrument: BTC, lots: lots(2), actor: 'cli', ts: ts(bench.now) })
    watch.check()
  }
  return wall.reported
}

test('S5 an exit that nobody answers protects for three seconds', () => {
  expect(reportedAt([], 2)).toEqual([1])
  expect(reportedAt([0], 5)).toEqual([4])
})

test('S5 the clocks of several exits run side by side: they never add up', () => {
  expect(reportedAt([0, 0, 0], 6)[0]).toBe(4)
  expect(reportedAt([0, 1, 2], 7)[0]).toBe(6)
})

test('S5 a spot stop that the price is beyond protects for three seconds, and again once the price is back', () => {
  const bench = new Bench({ isSpot: true })
  const facts: KernelFact[] = []
  const give = (input: Parameters<Bench['give']>[0]): void => void facts.push(...bench.give(input))
  const submitted = (of: readonly KernelFact[]) => of.flatMap((fact) => (fact.type === 'order-submitted' ? [fact.command] : []))
  const [entry] = submitted(bench.say(signal(1, 90)))
  if (entry === undefined) throw new Error('no entry')
  bench.signals[0] = undefined
  give(bench.fillOf(entry))
  const stop = submitted(facts).find(({ trigger }) => trigger === 90)
  if (stop === undefined) throw new Error('no stop')
  bench.accepted(stop)
  const wall = { nowMs: 0, reported: [] as number[] }
  const clock = { nowMs: () => wall.nowMs, steadyMs: () => wall.nowMs, sleep: async () => {}, every: () => () => {} }
  const watch = new ProtectionWatch(
    bench.kernel,
    clock,
    () => wall.reported.push(wall.nowMs / 1_000),
    () => ts(bench.now),
  )
  const reportedUntil = (second: number): number[] => {
    for (; wall.nowMs <= second * 1_000; wall.nowMs += 1_000) watch.check()
    return wall.reported.splice(0)
  }
  expect(reportedUntil(10)).toEqual([])
  bench.prices[0] = 85
  bench.bar()
  expect(reportedUntil(16)[0]).toBe(15)
  bench.prices[0] = 100
  bench.bar()
  expect(reportedUntil(30)).toEqual([])
})
