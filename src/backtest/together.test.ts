/**
 * Several strategies over one account: each trades as it would alone where cash is no bound, and what they made adds up to what the account did.
 */
import { expect, test } from 'vitest'
import { fixtureSeries } from '../../test/support/fixture-backtest.ts'
import { CASH_ONE, cash, lots, rate, strategyId } from '../core/units.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { donchianBreakout } from '../strategy/builtin/donchian-breakout.ts'
import { emaCross } from '../strategy/builtin/ema-cross.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { type BacktestRequest, type RunSeries, runBacktestRequest } from './backtest-run.ts'
import { contributionsOf, nameOf } from './together.ts'

const requestOf = (definition: StrategyDefinition, series: readonly RunSeries[]): BacktestRequest => ({
  definition,
  params: definition.params.parse({}),
  series,
  risk: RISK_PROFILES.research,
  sizing: { type: 'fixed', lots: lots(20) },
  openingCash: cash(1_000_000 * CASH_ONE),
  makerRate: rate(2_000_000),
  takerRate: rate(5_500_000),
  spotRate: rate(10_000_000),
  slippage: { type: 'none' },
  limitFill: 'through',
  stopFraction: undefined,
})

const fillsOf = (request: BacktestRequest): string[] =>
  runBacktestRequest(request).result.fills.map(
    ({ ts, instrument, side, price, lots: quantity, fee }) =>
      `${ts} ${request.series[instrument]?.instrument.symbol} ${side} ${price} ${quantity} ${fee}`,
  )

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']

async function together(): Promise<BacktestRequest> {
  const series = await fixtureSeries(SYMBOLS)
  const [btc, eth, sol] = series.map(({ instrument }) => instrument.index)
  if (btc === undefined || eth === undefined || sol === undefined) throw new Error('three series')
  return {
    ...requestOf(emaCross, series),
    together: [
      { id: strategyId('averages'), definition: emaCross, params: emaCross.params.parse({}), instruments: [btc] },
      { id: strategyId('channels'), definition: donchianBreakout, params: donchianBreakout.params.parse({}), instruments: [eth, sol] },
    ],
  }
}

test('each strategy fills as it would alone', async () => {
  const request = await together()
  const fills = fillsOf(request)
  const alone = [
    ...fillsOf(requestOf(emaCross, await fixtureSeries(['BTCUSDT']))),
    ...fillsOf(requestOf(donchianBreakout, await fixtureSeries(['ETHUSDT', 'SOLUSDT']))),
  ]
  expect(fills.length).toBeGreaterThan(50)
  expect(fills.toSorted()).toEqual(alone.toSorted())
  expect(nameOf(request)).toBe('averages + channels')
})

test('what they made adds up to what the account did, by strategy and by symbol', async () => {
  const request = await together()
  const run = runBacktestRequest(request)
  const rows = contributionsOf(run, request) ?? []
  expect(rows.map(({ strategy, symbols }) => [strategy, symbols.map(({ symbol }) => symbol)])).toEqual([
    ['averages', ['BTCUSDT']],
    ['channels', ['ETHUSDT', 'SOLUSDT']],
  ])
  const sum = (of: readonly { readonly pnl: number; readonly openPnl: number }[]): number =>
    of.reduce((total, { pnl, openPnl }) => total + pnl + openPnl, 0)
  expect(sum(rows)).toBeCloseTo((run.result.finalEquity - request.openingCash) / CASH_ONE, 6)
  for (const row of rows) expect(sum(row.symbols)).toBeCloseTo(sum([row]), 6)
  expect(rows.reduce((total, { trades }) => total + trades, 0)).toBe(run.result.trades.length)
})

test('a list of one strategy is that strategy', async () => {
  const series = await fixtureSeries(['BTCUSDT'])
  const [only] = series
  if (only === undefined) throw new Error('a series')
  const plain = requestOf(emaCross, series)
  const { index } = only.instrument
  const listed = { ...plain, together: [{ id: strategyId('ema-cross'), definition: emaCross, params: plain.params, instruments: [index] }] }
  expect(runBacktestRequest(listed).fingerprint).toBe(runBacktestRequest(plain).fingerprint)
  expect(contributionsOf(runBacktestRequest(plain), plain)).toBeUndefined()
})
