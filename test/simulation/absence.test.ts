/**
 * Away for longer than one window of the exchange's lists: all that happened meanwhile is read, at the exchange's own prices.
 */
import { describe, expect, test } from 'vitest'
import { DAY_MS, instrumentIndex } from '../../src/core/units.ts'
import { SPEED } from './memory-exchange.ts'
import { QuietWorld } from '../support/quiet-world.ts'

describe('away for nine days', () => {
  test('what was stopped meanwhile is closed at its fills, with its funding: no alarm, no hold, nothing corrected', async () => {
    const world = new QuietWorld()
    await world.start()
    await world.ask({ name: 'open', symbol: 'BTCUSDT', side: 'long', notional: '200', stop: '60%' })
    await world.ask({ name: 'open', symbol: 'ETHUSDT', side: 'long', notional: '500', stop: '4%' })
    await world.ask({ name: 'open', symbol: 'SOLUSDT', side: 'short', notional: '300', stop: '2%' })
    await world.pass(4_000)
    expect([world.held('ETHUSDT').books > 0, world.held('SOLUSDT').books < 0]).toEqual([true, true])
    world.kill()
    world.alerts.length = 0
    world.summaries.length = 0
    await world.pass((8 * DAY_MS) / SPEED)
    // In another window than the stops, and before the last day.
    world.moveMoney('-250', 'TRANSFER_OUT')
    await world.pass(DAY_MS / SPEED)
    const { exchange } = world.host
    const stopped = ['ETHUSDT', 'SOLUSDT'].filter(
      (symbol) => exchange.venue.positions[['BTCUSDT', 'ETHUSDT', 'SOLUSDT'].indexOf(symbol)]?.lots === 0,
    )
    expect(stopped.length).toBeGreaterThan(0)
    await world.start()
    const { portfolio } = world.kernel
    const { ledger } = portfolio
    expect(ledger.flows).toBe(250e8)
    expect([ledger.wallet, ledger.adjustments, ledger.unexplained, ledger.external]).toEqual([exchange.venue.ledger.wallet, 0, 0, 0])
    expect(ledger.funding).toBe(exchange.venue.ledger.funding)
    for (const symbol of ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']) expect(world.held(symbol).books).toBe(world.held(symbol).venue)
    expect([world.alerts.filter((a) => a.startsWith('P1')), world.holds]).toEqual([[], []])
    const trades = world.store.table('trades').filter((row) => stopped.includes(String(row['symbol'])))
    expect(trades.map((row) => row['exitReason'])).toEqual(stopped.map(() => 'stop'))
    expect(portfolio.positionLots(instrumentIndex(0))).toBeGreaterThan(0)
  }, 120_000)
})
