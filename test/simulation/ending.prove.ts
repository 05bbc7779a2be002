/**
 * Eight market days of the real trader beside an instrument that ends.
 */
import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../src/core/units.ts'
import { QuietWorld } from '../support/quiet-world.ts'
import { SPEED } from './memory-exchange.ts'

const newAlerts = (world: QuietWorld): string[] => world.alerts.filter((a) => /instrument|symbol|external|P1/.test(a))

test('an end that comes near is reported a week, a day and an hour before it, and takes no entries from a day before', async () => {
  const world = new QuietWorld()
  await world.start()
  await world.open('BTCUSDT')
  world.alerts.length = 0
  const end = world.kernel.now + 8 * DAY_MS
  world.change({ deliveryTime: { BTCUSDT: String(end) } })
  const passUntil = async (before: number): Promise<void> => {
    await world.pass((end - before - world.kernel.now) / SPEED)
  }
  await passUntil(6.5 * DAY_MS)
  expect(newAlerts(world)).toEqual(['P3 symbol.ending BTCUSDT'])
  expect(world.holds).not.toContain('ending-BTCUSDT')
  await passUntil(0.9 * DAY_MS)
  expect(newAlerts(world)).toEqual(['P3 symbol.ending BTCUSDT', 'P2 symbol.ending BTCUSDT'])
  expect(world.holds).toContain('ending-BTCUSDT')
  expect(await world.open('BTCUSDT')).toMatchObject({ status: 'refused' })
  // The list is read once in a minute of wall-clock time, which is an hour of this market.
  await passUntil(-HOUR_MS)
  expect(newAlerts(world).slice(2)).toEqual(['P1 symbol.ending BTCUSDT'])
  // Taken back: entries continue.
  world.change({ deliveryTime: { BTCUSDT: '0' } })
  await world.pass(65_000)
  expect(world.holds).not.toContain('ending-BTCUSDT')
}, 180_000)
