/**
 * S6, S12: the clock of the machine is set, or the exchange refuses our time, over the whole trader in virtual time.
 */
import { expect, test } from 'vitest'
import { QuietWorld } from '../support/quiet-world.ts'

const HOUR_MS = 3_600_000
const skews = (world: QuietWorld): string[] => world.alerts.filter((alert) => alert.includes('clock.skew'))

test.each([
  ['back', -HOUR_MS],
  ['forward', HOUR_MS],
])('a clock that is set %s by an hour: seen within a second, P2 while flat, the account is read and orders continue', async (word, ms) => {
  const world = new QuietWorld()
  await world.start()
  world.time.wallAheadMs += ms
  await world.pass(1_500)
  expect(skews(world)).toEqual(['P2 clock.skew'])
  expect(world.summaries.join('\n')).toContain(`jumped 3600.0 s ${word}`)
  expect(world.summaries.join('\n')).toContain('timedatectl set-ntp true')
  expect((await world.open())?.status).toBe('done')
  await world.pass(5_000)
  expect(world.held().venue).toBeGreaterThan(0)
  // The time that it says now is its time: reported once.
  await world.pass(60_000)
  expect(skews(world)).toHaveLength(1)
})

test('while a position is open it is P1', async () => {
  const world = new QuietWorld()
  await world.start()
  await world.open()
  await world.pass(5_000)
  expect(world.held().books).toBeGreaterThan(0)
  world.time.wallAheadMs += 60_000
  await world.pass(1_500)
  expect(skews(world)).toEqual(['P1 clock.skew'])
})

test('what an exchange refuses for its time is reported at once, with the offset', async () => {
  const world = new QuietWorld()
  await world.start()
  await world.open()
  await world.pass(5_000)
  world.fault(
    { path: '/v5/position/list' },
    { type: 'error', retCode: 10002, retMsg: 'invalid request, please check your server timestamp' },
  )
  await world.pass(65_000)
  expect(skews(world)[0]).toBe('P1 clock.skew')
  expect(world.summaries.join('\n')).toContain('10002')
})

test('a clock that NTP draws nearer is no jump', async () => {
  const world = new QuietWorld()
  await world.start()
  for (let k = 0; k < 30; k++) {
    world.time.wallAheadMs += 400
    await world.pass(500)
  }
  expect(skews(world)).toEqual([])
})
