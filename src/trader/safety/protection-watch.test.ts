/**
 * When a position counts as unprotected while exits of it are on their way (S5).
 */
import { expect, test } from 'vitest'
import { lots, ts } from '../../core/units.ts'
import { BTC, Bench } from '../../../test/support/kernel/kernel-run.ts'
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
