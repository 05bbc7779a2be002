/**
 * `stress` on open positions: figures by hand, what is assumed without candles, what others hold, and nothing to lose.
 */
import { describe, expect, test } from 'vitest'
import type { CommandPorts } from '../../../api/commands/command.ts'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { Reply } from '../../../api/commands/reply.ts'
import { stressReportOf } from '../../../api/commands/reports/stress-report.ts'
import { ok } from '../../../src/core/result.ts'
import { instrumentIndex } from '../../../src/core/units.ts'
import { makeInstrument } from '../../../src/market/instrument.ts'
import { by, makeWorld, position } from '../../support/command-world.ts'

const fieldsOf = (reply: Reply): Record<string, string> => Object.fromEntries(reply.fields.map(({ name, value }) => [name, value]))
const HOUR = 3_600_000

describe('stress', () => {
  test('0.05 BTC at 64,250 with a stop at 63,000 and 10,000 USDT: loss with and without the stop', async () => {
    const { runner } = makeWorld()
    const { reply } = await runner.runLine('stress crash', by('viewer'))
    expect(reply.title).toBe('Stress: BTC -20 %')
    // 0.05 x 64,250 x 20 % = 642.50; 0.05 x 1,250 = 62.50; 0.005 x 3,212.5 over 10,000, and 0.005 x 2,570 over 9,357.5.
    expect(fieldsOf(reply)).toMatchObject({
      'If no stop holds': 'est. -642.50 USDT (-6.4 % of equity)',
      'With stops filled': 'est. -62.50 USDT',
      'Margin ratio': '0.2 % now, 0.1 % after; Bybit liquidates at 100 %',
      Liquidated: 'no',
    })
    expect(reply.table?.rows).toEqual([['BTC', '-20.0 %', '-643']])
    expect(reply.text).toContain(
      'Assumed for BTCUSDT, since the exchange gave too few hourly candles: beta 1, 5 % volatility a day, correlation 1.',
    )
  })

  test('the overview has every scenario, and names the worst', async () => {
    const { runner } = makeWorld()
    const { reply } = await runner.runLine('stress', by('viewer'))
    // z = 2.326 at 5 % a day of 3,212.50: 373.66 with correlation 1, twice as much at twice the volatility, and that x sqrt(4/24) in an outage.
    expect(reply.table?.rows.map(([name, loss]) => [name, loss])).toEqual([
      ['BTC -20 %', '-643'],
      ['BTC +20 %', '+643'],
      ['vol x2', '-747'],
      ['corr to 1', '-374'],
      ['funding', '-48'],
      ['outage 4 h', '-305'],
    ])
    expect(fieldsOf(reply).Worst).toBe('vol x2: est. -747.34 USDT (-7.5 % of equity)')
  })

  test('what others hold in the symbol is lost, too, and leaves at no stop of ours; where it ends the account is told', async () => {
    const world = makeWorld()
    world.positions = [{ ...position, externalQuantity: '0.95' }]
    const { reply } = await world.runner.runLine('stress btc-crash', by('viewer'))
    // 1 BTC: 10,000 + (P - 64,250) = 0.005 P, so that P = 54,250 / 0.995 = 54,522.6, and (64,250 - P) / 12,850 is 76 %.
    expect(fieldsOf(reply)).toMatchObject({
      'If no stop holds': 'est. -12,850.00 USDT (-128.5 % of equity)',
      'With stops filled': 'est. -12,850.00 USDT',
      Liquidated: 'BTCUSDT first, est. at 54,522.6, 76 % of the way',
      'Nearest liquidation': 'BTCUSDT est. at 54,522.6, 15.1 % away',
    })
    expect(reply.tone).toBe('bad')
  })

  test('betas of the exchange’s candles: a coin that moves twice as much loses twice as much', async () => {
    const world = makeWorld()
    world.positions = [position, { ...position, symbol: 'ETHUSDT', quantity: '-1', markPrice: '3000', stopPrice: null }]
    const moves = (times: number) => {
      let close = 100
      return Array.from({ length: 60 }, (_, k) => {
        close *= 1 + (k % 2 === 0 ? 0.01 : -0.01) * times
        return { ts: k * HOUR, open: 1, high: 1, low: 1, close }
      })
    }
    const candles: CommandPorts['candles'] = async (symbol, interval) =>
      interval !== '1h' ? undefined : symbol === 'BTCUSDT' ? moves(1) : symbol === 'ETHUSDT' ? moves(2) : undefined
    const report = await stressReportOf({ ...world.ports, candles })
    expect(report?.notes).toEqual(['Bybit’s margin tiers of BTCUSDT, ETHUSDT could not be read: 0.5 % of the value is assumed.'])
    expect(report?.results[0]?.moves.map(({ symbol, move }) => [symbol, Number(move.toFixed(9))])).toEqual([
      ['BTCUSDT', -0.2],
      ['ETHUSDT', -0.4],
    ])
    // -642.5 on BTC and +1,200 on the short.
    expect(report?.results[0]?.loss).toBeCloseTo(642.5 - 1_200, 6)
  })

  test('maintenance margin is Bybit’s tiers, where they can be read', async () => {
    const world = makeWorld()
    world.positions = [position]
    const spec = { index: instrumentIndex(0), venue: 'bybit', symbol: position.symbol, tickSize: '0.1', lotSize: '0.001' }
    const tiers = [
      { valueMax: '1000', maintenanceRate: '0.005', deduction: '0', leverageMax: 100 },
      { valueMax: '100000', maintenanceRate: '0.4', deduction: '395', leverageMax: 2 },
    ]
    const portfolio = { ...world.ports.portfolio, instruments: async () => ok([makeInstrument({ ...spec, tiers })]) }
    const report = await stressReportOf({ ...world.ports, portfolio })
    const value = Number(position.quantity) * Number(position.markPrice)
    expect(report?.notes.join()).not.toContain('margin tiers')
    expect(report?.results[0]?.marginRatioBefore).toBeCloseTo((value * 0.4 - 395) / 10_000, 9)
  })

  test('isolated margin: a position loses no more than its own margin, and is liquidated by it', async () => {
    const world = makeWorld()
    world.positions = [{ ...position, quantity: '0.1', entryPrice: '64000', markPrice: '64000', unrealizedPnl: '0' }]
    const read = world.ports.reads.account.bind(world.ports.reads)
    const account = async () => {
      const row = await read()
      return row === undefined || row.limits === null ? row : { ...row, limits: { ...row.limits, isolated: { [position.symbol]: 10 } } }
    }
    const report = await stressReportOf({ ...world.ports, reads: { ...world.ports.reads, account } as CommandPorts['reads'] })
    const crash = report?.results.find(({ scenario }) => scenario === 'btc-crash')
    // 6,400 at 10x: 640 behind it, of which 0.5 % of the value must stay. 64,000 x 0.9 / 0.995.
    expect(crash?.loss).toBeCloseTo(640, 6)
    expect(crash?.liquidation?.price).toBeCloseTo(57_889.447, 2)
    expect(crash?.marginRatioBefore).toBeCloseTo(32 / 640, 9)
    expect(crash?.marginRatioAfter).toBeNull()
    expect(report?.alone[0]?.price).toBeCloseTo(57_889.447, 2)
  })

  test('nothing open, and a scenario that does not exist', async () => {
    const world = makeWorld()
    expect((await world.runner.runLine('stress tsunami', by('viewer'))).reply.text).toContain('use btc-crash, btc-rally, vol-double')
    world.positions = []
    expect((await new CommandRunner(world.ports).runLine('stress', by('viewer'))).reply.title).toBe('Stress: no position is open')
  })
})
