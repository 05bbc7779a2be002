/**
 * What operators ask of a running trader, over the wire simulator, its streams and its readings: a close at a price, a panic of one symbol.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { instrumentIndex } from '../../src/core/units.ts'
import { shownPrice } from '../../src/market/instrument.ts'
import { QuietWorld } from '../support/quiet-world.ts'

const BTC = instrumentIndex(0)
let world: QuietWorld

beforeEach(async () => {
  world = new QuietWorld()
  await world.start()
  // The second one has to outlive the longest of these tests, whatever the market does.
  for (const [symbol, notional, stop] of [
    ['BTCUSDT', '2000', '5%'],
    ['ETHUSDT', '500', '20%'],
  ] as const)
    expect(await world.ask({ name: 'open', symbol, side: 'long', notional, stop })).toMatchObject({ status: 'done' })
  await world.pass(3_000)
  expect([world.held().books > 0, world.held('ETHUSDT').books > 0]).toEqual([true, true])
})

const open = () => world.host.exchange.venue.openOrders(BTC)
const waiting = () => open().filter((o) => o.kind === 'limit')
/** Lots that the stop at the exchange would close. */
const guarded = () => open().flatMap((o) => (o.attached === 'stop' ? [o.lots] : []))
const resume = (isAdmin: boolean) => world.ask({ name: 'resume', scope: { type: 'symbol', symbol: 'BTCUSDT' }, isAdmin })
const instrument = () => {
  const found = world.kernel.config.instruments[BTC]
  if (found === undefined) throw new Error('no instrument')
  return found
}

describe('a close at a price', () => {
  test('fills in parts: what is held shrinks, and the stop at the exchange is for what is left', async () => {
    const before = world.held().venue
    expect(guarded()).toEqual([before])
    world.host.setDepth(0.000_001)
    const outcome = await world.ask({ name: 'close', symbol: 'BTCUSDT', side: 'long', limit: '+0.02%' }, 300)
    for (let k = 0; k < 600 && world.held().books === before; k++) await world.pass(100)
    expect(outcome).toMatchObject({
      status: 'done',
      text: expect.stringMatching(/or better, reduce-only\. The position keeps its stop until it fills\.$/),
    })
    const { books, venue } = world.held()
    expect(venue).toBeGreaterThan(0)
    expect(venue).toBeLessThan(before)
    expect([books < before, books >= venue, guarded()]).toEqual([true, true, [venue]])
    expect(waiting().map((o) => o.reduceOnly)).toEqual([true])
    world.host.setDepth(undefined)
    for (let k = 0; k < 600 && world.held().venue > 0; k++) await world.pass(100)
    await world.pass(1_000)
    expect([world.held(), open()]).toEqual([{ books: 0, venue: 0 }, []])
  })

  test('a close at a price waits with its stop untouched, is taken back by its number, and holds up no close at market', async () => {
    const { venue } = world.held()
    await world.ask({ name: 'close', symbol: 'BTCUSDT', fraction: '0.5', limit: '+10%' })
    await world.pass(5_000)
    const [order] = world.kernel.orders.open(BTC).filter((o) => o.class === 'reduce')
    expect([world.held().venue, guarded(), order?.status, order?.lots]).toEqual([venue, [venue], 'accepted', Math.floor(venue / 2)])
    expect(await world.ask({ name: 'cancel' })).toMatchObject({ status: 'refused' })
    expect(await world.ask({ name: 'cancel', orderId: order?.orderId ?? 0 })).toMatchObject({
      text: 'Close order canceled. Position and stop unchanged.',
    })
    expect([waiting(), guarded()]).toEqual([[], [venue]])
    await world.ask({ name: 'close', symbol: 'BTCUSDT', limit: '+10%' })
    await world.ask({ name: 'close', symbol: 'BTCUSDT' })
    await world.pass(2_000)
    expect([world.held(), open()]).toEqual([{ books: 0, venue: 0 }, []])
  })

  test('a close at a price at the best price of our side: who sells is at the ask', async () => {
    const outcome = await world.ask({ name: 'close', symbol: 'BTCUSDT', limit: 'best' }, 600)
    const limit =
      world.kernel.orders.open(BTC).find((o) => o.class === 'reduce')?.limit ??
      world.kernel.orders.recent(BTC).find((o) => o.class === 'reduce')?.limit
    expect(limit).toBeGreaterThanOrEqual(world.kernel.portfolio.mark(BTC) * 0.99)
    expect(outcome?.text).toContain(`at ${shownPrice(instrument(), limit as never)} or better, reduce-only, the best price on your side.`)
  })

  test('outlives a kill of the trader', async () => {
    await world.ask({ name: 'close', symbol: 'BTCUSDT', limit: '+10%' })
    world.kill()
    await world.pass(2_000)
    await world.start()
    expect(world.kernel.orders.open(BTC).filter((o) => o.class === 'reduce' && o.kind === 'limit')).toHaveLength(1)
    expect(world.holds).toEqual([])
    await world.ask({ name: 'close', symbol: 'BTCUSDT' })
    await world.pass(2_000)
    expect([world.held(), open()]).toEqual([{ books: 0, venue: 0 }, []])
  })

  test.each([
    [{ limit: 'abc' }, 'is not a price of BTCUSDT'],
    [{ limit: '+10%', side: 'short' as const }, 'changed side'],
  ])('%o is refused with a sentence', async (part, sentence) => {
    const outcome = await world.ask({ name: 'close', symbol: 'BTCUSDT', ...part })
    expect(outcome).toMatchObject({ status: 'refused', text: expect.stringContaining(sentence) })
    expect(waiting()).toEqual([])
  })
})

describe('S7: a panic of one symbol', () => {
  test('a panic of one symbol is flat there by the word of the exchange, and the other symbol trades on', async () => {
    const eth = world.held('ETHUSDT')
    await world.ask({ name: 'close', symbol: 'BTCUSDT', limit: '+10%' })
    await world.ask({ name: 'open', symbol: 'BTCUSDT', side: 'long', notional: '100', limit: '-5%', stop: '20%' })
    const outcome = await world.ask({ name: 'panic', symbol: 'BTCUSDT', reason: 'test' }, 5_000)
    expect(outcome).toMatchObject({
      status: 'done',
      text: expect.stringMatching(
        /^FLAT: Ballast has 0 positions, 0 open orders in BTCUSDT, read from Bybit \d\d:\d\d:\d\d\. BTCUSDT is halted until an admin resumes it; other symbols are not touched\.$/,
      ),
    })
    expect([world.held(), open(), world.holds]).toEqual([{ books: 0, venue: 0 }, [], ['panic-BTCUSDT']])
    expect([world.held('ETHUSDT'), world.stops('ETHUSDT').length]).toEqual([eth, 1])
    expect(await world.open()).toMatchObject({ status: 'refused', text: expect.stringContaining('entries were put on hold by test') })
    expect(await world.ask({ name: 'open', symbol: 'ETHUSDT', side: 'long', notional: '50', limit: '-1%', stop: '20%' })).toMatchObject({
      status: 'done',
    })
  })

  test('a panic of one symbol stays over a kill until an admin lifts it', async () => {
    await world.ask({ name: 'panic', symbol: 'BTCUSDT', reason: 'test' }, 5_000)
    world.kill()
    await world.pass(2_000)
    await world.start()
    expect(world.holds).toEqual(['panic-BTCUSDT'])
    expect(await resume(false)).toMatchObject({ status: 'refused', text: expect.stringContaining('a halt is lifted by an admin') })
    expect(await resume(true)).toMatchObject({ status: 'done' })
    expect(world.holds).toEqual([])
    expect(await world.open()).toMatchObject({ status: 'done' })
  })

  test('a panic of one symbol says what is not flat, and keeps trying', async () => {
    world.fault({ path: '/v5/order/create' }, { type: 'error', retCode: 10_016, retMsg: 'busy' })
    const outcome = await world.ask({ name: 'panic', symbol: 'BTCUSDT', reason: 'test' }, 32_000)
    expect(outcome).toMatchObject({ text: expect.stringMatching(/^Closing, not verified yet/) })
    await world.pass(32_000)
    expect(world.summaries).toContainEqual(expect.stringMatching(/NOT FLAT: BTCUSDT .* still open/))
    expect(guarded()).toEqual([world.held().venue])
    world.host.faults.set({ seed: 1, rules: [] }, world.time.nowMs)
    await world.pass(60_000)
    expect([world.held(), world.held('ETHUSDT').books > 0]).toEqual([{ books: 0, venue: 0 }, true])
  })

  test('a panic of one symbol of a symbol that is not here is refused, and closes nothing', async () => {
    expect(await world.ask({ name: 'panic', symbol: 'DOGEUSDT', reason: '' })).toMatchObject({
      status: 'refused',
      text: expect.stringContaining("Ballast does not trade 'DOGEUSDT'."),
    })
    expect([world.held().books > 0, world.holds]).toEqual([true, []])
  })
})
