/**
 * The words and the measure of drills.
 */
import { expect, test } from 'vitest'
import { outcomeOf, reach, sentenceOf } from './drill-phase.ts'

test('says each phase with its seconds, and verified only when all were reached', () => {
  const paused = { name: 'paused', seconds: 0.1, detail: '' }
  expect(sentenceOf(outcomeOf('panic', [paused, { name: 'flat', seconds: 3.1, detail: '' }]))).toBe('paused 0.1 s, flat 3.1 s, verified')
  const failed = outcomeOf('panic', [paused, { name: 'flat', seconds: null, detail: 'ETHUSDT open' }])
  expect(sentenceOf(failed)).toBe('paused 0.1 s, not flat (ETHUSDT open), NOT SAFE')
  expect([failed.isSafe, failed.seconds]).toEqual([false, null])
})

test('measures until the answer is yes, and gives up with the last reason', async () => {
  let asked = 0
  const from = performance.now()
  const phase = await reach('there', from, 5_000, async () => (++asked < 4 ? 'not yet' : true))
  expect(asked).toBe(4)
  expect(phase.seconds).toBeGreaterThanOrEqual(0.14)
  expect(await reach('never', performance.now(), 120, async () => 'still no')).toEqual({ name: 'never', seconds: null, detail: 'still no' })
})
