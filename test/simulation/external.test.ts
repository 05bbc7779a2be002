/**
 * S8 end to end: somebody trades in the app beside the running trader, over the wire simulator, its streams and its readings.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { instrumentIndex } from '../../src/core/units.ts'
import { formatPrice } from '../../src/market/instrument.ts'
import { QuietWorld } from '../support/quiet-world.ts'

const BTC = instrumentIndex(0)
let world: QuietWorld

beforeEach(async () => {
  world = new QuietWorld()
  await world.start()
})

const external = (): number => world.kernel.portfolio.externalLots(BTC)
const stop = (): number | undefined => world.kernel.portfolio.openTrade(BTC)?.stop
const priceOf = (ticks: number): string => formatPrice(world.host.exchange.instruments[0] as never, ticks as never)

describe('a position that is not ours', () => {
  test('bought in the app: external, held, adopted with a stop at the exchange', async () => {
    world.order('Buy', '0.010')
    await world.pass(2_000)
    expect([world.held(), external(), world.holds, world.alerts]).toEqual([
      { books: 0, venue: 10 },
      10,
      ['external-BTCUSDT'],
      ['P1 external.position BTCUSDT'],
    ])
    expect(await world.open()).toMatchObject({ status: 'refused', text: expect.stringContaining('entries were put on hold') })
    expect(await world.ask({ name: 'adopt', symbol: 'BTCUSDT', stop: '20%' })).toMatchObject({ status: 'done' })
    await world.pass(1_000)
    expect([world.held(), external(), world.holds]).toEqual([{ books: 10, venue: 10 }, 0, []])
    expect(world.stops()).toEqual([stop()])
    expect(await world.ask({ name: 'close', symbol: 'BTCUSDT' })).toMatchObject({ status: 'done' })
    await world.pass(2_000)
    expect(world.held()).toEqual({ books: 0, venue: 0 })
    expect(world.kernel.portfolio.ledger.wallet).toBe(world.host.exchange.venue.ledger.wallet)
  })

  test('bought while the records are being opened, reported by the stream alone: a flow, and no profit', async () => {
    const late = new QuietWorld()
    late.fault({ path: '/v5/account/wallet-balance' }, { type: 'http', status: 500 })
    await late.start()
    expect(late.kernel.portfolio.ledger.capital).toBe(0)
    // Slow enough for somebody to trade when both readings have their executions and neither has its balance.
    late.fault({ path: '/v5/account/wallet-balance' }, { type: 'delay-reply', ms: 1_500 })
    const readings = (): number => late.host.faults.counts()[0]?.fired ?? 0
    for (let k = 0; k < 2_000 && readings() < 2; k++) await late.pass(100)
    expect([readings(), late.kernel.portfolio.ledger.capital]).toEqual([2, 0])
    late.order('Buy', '0.010')
    late.order('Sell', '0.010')
    await late.pass(120_000)
    const { ledger } = late.kernel.portfolio
    expect([ledger.wallet, ledger.adjustments]).toEqual([late.host.exchange.venue.ledger.wallet, 0])
    expect(ledger.capital).not.toBe(0)
  })

  test('there before the first start: external as well', async () => {
    const late = new QuietWorld()
    late.order('Buy', '0.010')
    await late.start()
    await late.pass(15_000)
    expect([late.kernel.portfolio.externalLots(BTC), late.kernel.portfolio.positionLots(BTC)]).toEqual([10, 0])
    expect(late.kernel.portfolio.ledger.adjustments).toBe(0)
    expect(late.alerts).toEqual(['P1 external.position BTCUSDT'])
  })

  test('ignored: it stays so over a kill, entries continue beside it, a panic leaves it and names it', async () => {
    world.order('Buy', '0.010')
    await world.pass(2_000)
    expect(await world.ask({ name: 'ignore', symbol: 'BTCUSDT' })).toMatchObject({ status: 'done' })
    world.kill()
    await world.pass(3_000)
    await world.start()
    expect([external(), world.holds]).toEqual([10, []])
    expect(await world.open()).toMatchObject({ status: 'done' })
    await world.pass(3_000)
    const ours = world.held().books
    expect([ours > 0, world.held().venue]).toEqual([true, ours + 10])
    const outcome = await world.ask({ name: 'panic', reason: 'test' }, 5_000)
    expect(outcome?.text).toContain('Not touched: BTCUSDT 0.01 (external)')
    expect([world.held(), external()]).toEqual([{ books: 0, venue: 10 }, 10])
    expect(world.kernel.portfolio.ledger.wallet).toBe(world.host.exchange.venue.ledger.wallet)
  })

  test('a position that is not ours: in a symbol that is not traded here: shown, counted, and how to adopt it', async () => {
    const narrow = new QuietWorld('sim', 1)
    narrow.order('Sell', '1.00', 'ETHUSDT')
    await narrow.start()
    const { portfolio } = narrow.kernel
    expect(portfolio.elsewhere.map(({ symbol, quantity }) => [symbol, quantity])).toEqual([['ETHUSDT', '-1']])
    expect(portfolio.grossNotional).toBe(portfolio.elsewhere[0]?.notional)
    expect(narrow.alerts).toEqual(['P3 external.position'])
    expect(await narrow.ask({ name: 'adopt', symbol: 'ETHUSDT' })).toMatchObject({
      status: 'refused',
      text: 'ETHUSDT is not traded here: add it to manual.symbols and send /reload, then /adopt ETHUSDT.',
    })
    narrow.order('Buy', '1.00', 'ETHUSDT')
    await narrow.pass(65_000)
    expect([portfolio.elsewhere, portfolio.grossNotional]).toEqual([[], 0])
  })

  test('an open order of somebody: reported, counted, left alone by a cancel of all', async () => {
    world.order('Buy', '0.010', 'BTCUSDT', { orderType: 'Limit', price: '60000', timeInForce: 'GTC' })
    await world.pass(1_000)
    expect(world.alerts).toEqual(['P4 external.order BTCUSDT'])
    expect(world.kernel.portfolio.openEntryLots(BTC, 1)).toBe(10)
    expect(await world.ask({ name: 'cancel' })).toMatchObject({ status: 'refused' })
    expect(world.host.exchange.venue.openOrders(BTC)).toHaveLength(1)
  })
})

describe('a position of ours', () => {
  beforeEach(async () => {
    await world.open()
    await world.pass(4_000)
    expect(world.held().books).toBeGreaterThan(1)
    world.alerts.length = 0
  })

  test('reduced in the app: the operator’s close, closing-only until a person re-enters', async () => {
    world.order('Sell', '0.001', 'BTCUSDT', { reduceOnly: true })
    await world.pass(2_000)
    const { books, venue } = world.held()
    expect([books, external(), world.holds, world.alerts]).toEqual([venue, 0, ['external-close-BTCUSDT'], ['P1 external.reduced BTCUSDT']])
    expect(world.kernel.portfolio.ledger.wallet).toBe(world.host.exchange.venue.ledger.wallet)
    expect(await world.ask({ name: 'resume', scope: { type: 'symbol', symbol: 'BTCUSDT' }, isAdmin: false })).toMatchObject({
      status: 'done',
    })
    expect(world.holds).toEqual([])
  })

  test('a position of ours: its stop is tightened in the app: it counts', async () => {
    const tighter = (stop() as number) + 200
    world.moveStop(priceOf(tighter))
    await world.pass(2_000)
    expect([stop(), world.stops(), world.alerts]).toEqual([tighter, [tighter], ['P3 stop.moved_outside BTCUSDT']])
  })

  test('a position of ours: its stop is loosened in the app: it is set back at the exchange', async () => {
    const meant = stop() as number
    world.moveStop(priceOf(meant - 200))
    await world.pass(3_000)
    expect([stop(), world.stops(), world.alerts]).toEqual([meant, [meant], ['P2 stop.moved_outside BTCUSDT']])
  })

  test('a position of ours: its stop is removed in the app: it is set again at the exchange', async () => {
    const meant = stop() as number
    world.moveStop('0')
    await world.pass(100)
    expect(world.stops()).toEqual([])
    await world.pass(4_000)
    expect([stop(), world.stops(), world.alerts]).toEqual([meant, [meant], ['P2 stop.moved_outside BTCUSDT']])
  })

  test('the wish to set it back is lost on the way: it is set back all the same', async () => {
    const meant = stop() as number
    world.fault({ path: '/v5/position/trading-stop' }, { type: 'drop-reply-before', way: 'hang' })
    world.moveStop(priceOf(meant - 200))
    await world.pass(3_000)
    expect(world.stops()).toEqual([meant - 200])
    world.host.faults.clear()
    await world.pass(15_000)
    expect([stop(), world.stops()]).toEqual([meant, [meant]])
  })

  test('our own moves, one upon the other, raise no alert', async () => {
    const meant = stop() as number
    for (const by of [300, 100, 200]) {
      const asked = world.ask({ name: 'protect', symbol: 'BTCUSDT', stop: priceOf(meant + by) }, 5)
      await asked
    }
    await world.pass(4_000)
    expect([stop(), world.stops(), world.alerts]).toEqual([meant + 200, [meant + 200], []])
  })

  test('/reconcile says that all agrees, and what does not once the private stream was silent', async () => {
    expect(await world.ask({ name: 'reconcile' })).toMatchObject({ status: 'done', keys: [] })
    world.fault({ stream: 'private' }, { type: 'drop-frame' })
    world.order('Sell', '0.001', 'BTCUSDT', { reduceOnly: true })
    await world.pass(500)
    const shown = await world.ask({ name: 'reconcile' })
    expect(shown?.table?.rows.map((row) => row.slice(0, 2))).toEqual([
      ['position', 'BTCUSDT'],
      ['wallet', 'USDT'],
    ])
    expect(await world.ask({ name: 'reconcile', keys: shown?.keys ?? [] })).toMatchObject({ status: 'done' })
    await world.pass(12_000)
    expect(world.held().books).toBe(world.held().venue)
    expect((await world.ask({ name: 'reconcile' }))?.keys).toEqual([])
  })
})
