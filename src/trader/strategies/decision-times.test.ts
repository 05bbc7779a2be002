/**
 * Times of decisions on a clock that is set by hand.
 */
import { expect, test } from 'vitest'
import { DecisionTimes } from './decision-times.ts'

const make = () => {
  const clock = { ms: 0 }
  const times = new DecisionTimes(() => clock.ms)
  const decide = (strategy: string, ms: number): void => {
    times.note(strategy)
    clock.ms += ms
    times.note(undefined)
    // What comes between decisions is nobody's.
    clock.ms += 1_000
  }
  return { times, decide }
}

test('median, 99th percentile and most are times that were measured, of each strategy its own', () => {
  const { times, decide } = make()
  for (let ms = 1; ms <= 200; ms++) decide('slow', ms)
  decide('quick', 0.0204)
  // Nearest rank: the 100th, the 198th and the last of 200.
  expect(times.of('slow')).toEqual({ decisions: 200, p50Ms: 100, p99Ms: 198, mostMs: 200 })
  expect(times.of('quick')).toEqual({ decisions: 1, p50Ms: 0.02, p99Ms: 0.02, mostMs: 0.02 })
  expect(times.of('nobody')).toBeUndefined()
})

test('what was long ago goes: the last 512 decisions count', () => {
  const { times, decide } = make()
  decide('mine', 900)
  for (let n = 0; n < 512; n++) decide('mine', 2)
  expect(times.of('mine')).toEqual({ decisions: 512, p50Ms: 2, p99Ms: 2, mostMs: 2 })
})
