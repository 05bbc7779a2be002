/**
 * Days, weeks, months, exposure and funding as they are answered, from figures that are counted by hand.
 */
import { expect, test } from 'vitest'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { PeriodSum } from '../../../api/ports/portfolio-ports.ts'
import { ok } from '../../../src/core/result.ts'
import type { Instrument } from '../../../src/market/instrument.ts'
import { by, makeWorld, position } from '../../support/command-world.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const START = Date.parse('2026-01-05')

const period = (day: number, startEquity: string | null, endEquity: string, flows: number, over: Partial<PeriodSum> = {}): PeriodSum => ({
  from: START + day * DAY_MS,
  to: START + (day + 1) * DAY_MS,
  startEquity,
  endEquity,
  startFlows: '0',
  endFlows: String(flows),
  growth: startEquity === null ? null : (Number(endEquity) - flows) / Number(startEquity),
  flows: flows === 0 ? [] : [{ ts: START + (day + 1) * DAY_MS, amount: flows }],
  trades: 2,
  wins: 1,
  fees: '3.5',
  funding: '-0.25',
  ...over,
})

test('daily: newest first, flows in no result, days of before the records left out', async () => {
  const world = makeWorld()
  world.periods = [period(-1, null, '0', 0), period(0, '10000', '10100', 0), period(1, '10100', '12049.5', 2_000)]
  const { reply } = await world.runner.runLine('/daily 3', by('viewer'))
  expect(reply.table?.rows).toEqual([
    ['01-06', '-50.50', '-0.50', '2', '3.50', '-0.25'],
    ['01-05', '+100.00', '+1.00', '2', '3.50', '-0.25'],
  ])
  // 1.01 x 0.995 - 1.
  expect(reply.fields).toEqual([
    { name: 'Together', value: '+49.50 USDT (+0.50 %, time-weighted)' },
    { name: 'Fees', value: '7.00 USDT' },
    { name: 'Funding', value: '-0.50 USDT' },
    { name: 'Flows', value: '+2,000.00 USDT, in no result' },
  ])
})

test.each(['/daily 0', '/daily 91', '/weekly x', '/monthly 37', '/exposure coin', '/funding 45d', '/performance 45d'])(
  '%s is answered with what is allowed',
  async (line) => {
    const { status, reply } = await makeWorld().runner.runLine(line, by('viewer'))
    expect([status, /use /.test(JSON.stringify(reply))]).toEqual(['invalid', true])
  },
)

test('exposure: by symbol, side, strategy, and what moves together as one bet', async () => {
  const world = makeWorld()
  world.positions = [
    { ...position, symbol: 'BTCUSDT', quantity: '0.05', markPrice: '60000', strategy: 'trend' },
    { ...position, symbol: 'ETHUSDT', quantity: '-1', markPrice: '2000', strategy: 'fade' },
    { ...position, symbol: 'SOLUSDT', quantity: '10', markPrice: '100', strategy: 'fade' },
  ]
  // BTC and ETH move alike; SOL by a rhythm of its own.
  const closes = (symbol: string) =>
    Array.from({ length: 100 }, (_, k) => ({
      ts: k * HOUR_MS,
      open: 1,
      high: 1,
      low: 1,
      close: symbol === 'SOLUSDT' ? 100 + (k % 3) : 100 + (k % 2),
    }))
  const runner = new CommandRunner({ ...world.ports, candles: async (symbol) => closes(symbol) })
  const of = async (line: string) => (await runner.runLine(line, by('viewer'))).reply
  expect((await of('/exposure')).fields).toEqual([
    { name: 'Gross', value: '6,000.00 USDT (60 % of equity)' },
    { name: 'Net', value: '+2,000.00 USDT (20 % of equity)' },
    { name: 'Long, short', value: '4,000.00, 2,000.00 USDT' },
    // (1/2)^2 + (1/3)^2 + (1/6)^2.
    { name: 'HHI', value: '0.39, as 2.6 equal positions' },
    { name: 'Move as one', value: 'BTC, ETH: +1,000.00 USDT as one bet, |ρ| ≥ 0.8' },
  ])
  expect((await of('/exposure strategy')).table?.rows).toEqual([
    ['trend', '3,000', '+3,000', '30'],
    ['fade', '3,000', '-1,000', '30'],
  ])
  expect((await of('/exposure side')).table?.rows).toEqual([
    ['long', '4,000', '+4,000', '40'],
    ['short', '2,000', '-2,000', '20'],
  ])
  expect((await of('/exposure cluster')).table?.rows).toEqual([['BTC+ETH', '5,000', '+1,000', '50']])
})

test('funding: net of what was paid and received, and the next settlement of what is held', async () => {
  const world = makeWorld()
  world.funding = [
    { symbol: 'BTCUSDT', settlements: 3, paid: '4.5', received: '0.5', lastTs: 1 },
    { symbol: 'ETHUSDT', settlements: 1, paid: '0', received: '1', lastTs: 1 },
  ]
  const ports = {
    ...world.ports,
    portfolio: {
      ...world.ports.portfolio,
      instruments: async () => ok([{ symbol: 'BTCUSDT', fundingIntervalMs: 8 * HOUR_MS } as Instrument]),
    },
  }
  const { reply } = await new CommandRunner(ports).runLine('/funding 7d', by('viewer'))
  expect(reply.table?.rows).toEqual([
    ['BTC', '-4.00', '4.50', '0.50', '3', '08:00'],
    ['ETH', '+1.00', '0.00', '1.00', '1', '–'],
  ])
  expect(reply.fields.slice(0, 3).map(({ value }) => value)).toEqual(['-3.00 USDT', '1.50 USDT', '4.50 USDT'])
})

test('performance: symbols and strategies, the best first', async () => {
  const world = makeWorld()
  const sum = (key: string, net: string, gain: string, loss: string) => ({
    key,
    count: 4,
    wins: 3,
    net,
    fee: '1',
    funding: '0',
    gain,
    loss,
  })
  world.periods = [period(0, '10000', '10050', 0)]
  const tradeSums = async ({ by: group }: { readonly by?: string | undefined }) =>
    group === 'sym' ? [sum('BTCUSDT', '-10', '20', '30'), sum('ETHUSDT', '60', '60', '0')] : [sum('trend', '50', '80', '30')]
  const reads = { ...world.ports.reads, tradeSums, equitySince: async () => 0 }
  const { reply } = await new CommandRunner({ ...world.ports, reads }).runLine('/performance', by('viewer'))
  expect(reply.table?.rows).toEqual([
    ['ETH', '4', '+60.00', '75%', '–'],
    ['BTC', '4', '-10.00', '75%', '0.67'],
    ['trend', '4', '+50.00', '75%', '2.67'],
  ])
  expect(reply.fields[0]).toEqual({ name: 'Account', value: '+50.00 USDT, open positions included' })
})
