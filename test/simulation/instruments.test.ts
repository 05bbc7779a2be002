/**
 * Instruments that the exchange changes or ends, while the real trader runs and over its starts.
 */
import { expect, test } from 'vitest'
import { instrumentIndex, lots, ticks } from '../../src/core/units.ts'
import { formatPrice } from '../../src/market/instrument.ts'
import { QuietWorld } from '../support/quiet-world.ts'

const BTC = instrumentIndex(0)
const SOL = instrumentIndex(2)
const newAlerts = (world: QuietWorld): string[] => world.alerts.filter((a) => /instrument|symbol|external|P1/.test(a))

/** The symbol is removed the list, and what was held in it is gone without an execution. */
function delist(world: QuietWorld): void {
  const { exchange } = world.host
  exchange.conditions.change({ unlisted: ['SOLUSDT'] })
  Object.assign(exchange.venue.positions[SOL] as object, { lots: lots(0), cost: 0 })
}

test('a delisted symbol of the journal never stops the start: it is closed as delisted, the others continue', async () => {
  const world = new QuietWorld()
  await world.start()
  await world.open('BTCUSDT')
  await world.open('SOLUSDT')
  await world.pass(4_000)
  world.kill()
  delist(world)
  world.alerts.length = 0
  expect(await world.start()).toMatchObject({ ok: true })
  await world.pass(90_000)
  expect([world.held('SOLUSDT'), world.held('BTCUSDT').books > 0]).toEqual([{ books: 0, venue: 0 }, true])
  expect(newAlerts(world)).toEqual(['P2 symbol.delisting SOLUSDT', 'P2 symbol.delisted SOLUSDT'])
  expect(world.store.table('trades').find((row) => row['symbol'] === 'SOLUSDT')).toMatchObject({ exitReason: 'delisted' })
  expect(world.holds).toEqual([])
  expect(await world.open('ETHUSDT')).toMatchObject({ status: 'done' })
  expect(await world.open('SOLUSDT')).toMatchObject({ status: 'refused' })
  // Not reported again, and not in the way, at any later start.
  world.kill()
  world.alerts.length = 0
  expect(await world.start()).toMatchObject({ ok: true })
  await world.pass(10_000)
  expect([newAlerts(world), world.holds]).toEqual([[], []])
}, 120_000)

test('delisted while it runs: the same, without a start', async () => {
  const world = new QuietWorld()
  await world.start()
  await world.open('BTCUSDT')
  await world.open('SOLUSDT')
  await world.pass(4_000)
  world.alerts.length = 0
  delist(world)
  await world.pass(200_000)
  expect([world.held('SOLUSDT'), world.held('BTCUSDT').books > 0]).toEqual([{ books: 0, venue: 0 }, true])
  expect(newAlerts(world)).toEqual(['P2 symbol.delisting SOLUSDT', 'P2 symbol.delisted SOLUSDT'])
  expect(world.holds).toEqual([])
}, 120_000)

test('other steps while a position is open: started again in order, its stop moved onto them, nothing lost', async () => {
  const world = new QuietWorld()
  await world.start()
  await world.open('BTCUSDT')
  await world.open('ETHUSDT')
  await world.pass(4_000)
  const { portfolio } = world.kernel
  const cost = portfolio.costOf(BTC)
  const stop = ticks(world.stops()[0] as number)
  const known = world.kernel.config.instruments[BTC]
  if (known === undefined) throw new Error('BTCUSDT is not known')
  world.alerts.length = 0
  // A thousand USDT: no stop stands on it by chance.
  world.change({ tickSize: { BTCUSDT: '1000' } })
  await world.pass(70_000)
  expect(world.startsAgain).toHaveLength(1)
  expect(await world.startAgain()).toMatchObject({ ok: true })
  await world.pass(70_000)
  const after = world.kernel
  const instrument = after.config.instruments[BTC]
  const moved = after.portfolio.stopOf(BTC)
  if (instrument === undefined || moved === undefined) throw new Error('BTCUSDT has no stop')
  expect(formatPrice(instrument, moved)).toBe(String(Math.ceil(Number(formatPrice(known, stop)) / 1_000) * 1_000))
  expect(world.stops().map((at) => formatPrice(known, ticks(at)))).toEqual([formatPrice(instrument, moved)])
  const { ledger } = after.portfolio
  expect([ledger.wallet, ledger.adjustments, ledger.unexplained, after.portfolio.costOf(BTC)]).toEqual([
    world.host.exchange.venue.ledger.wallet,
    0,
    0,
    cost,
  ])
  expect(newAlerts(world)).toEqual(['P3 instrument.changed BTCUSDT'])
  expect([world.startsAgain.length, world.holds, world.held().books]).toEqual([1, [], world.held().venue])
  // Stopped, killed and started again: folded over the change.
  world.kill()
  world.alerts.length = 0
  expect(await world.start()).toMatchObject({ ok: true })
  expect([world.alerts, world.kernel.portfolio.costOf(BTC), world.holds]).toEqual([[], cost, []])
  // In the steps of the change from the first word of the exchange on, not in those that the journal began with.
  expect(world.kernel.portfolio.stopOf(BTC)).toBe(moved)
  await world.pass(5_000)
  expect([world.alerts, world.kernel.portfolio.stopOf(BTC), world.stops().map((at) => formatPrice(known, ticks(at)))]).toEqual([
    [],
    moved,
    [formatPrice(instrument, moved)],
  ])
  expect(await world.ask({ name: 'close', symbol: 'BTCUSDT' })).toMatchObject({ status: 'done' })
  await world.pass(5_000)
  expect(world.held()).toEqual({ books: 0, venue: 0 })
}, 120_000)

test('a changed limit is taken over within two minutes, without a start', async () => {
  const world = new QuietWorld()
  await world.start()
  world.alerts.length = 0
  world.change({ minOrderQty: { BTCUSDT: '1' } })
  await world.pass(130_000)
  expect([newAlerts(world), world.startsAgain]).toEqual([['P4 instrument.changed BTCUSDT'], []])
  expect(await world.open()).toMatchObject({ status: 'refused' })
}, 120_000)
