/**
 * The record of a run, against its equity and each of its trades looked at by itself.
 */
import { expect, test } from 'vitest'
import { generatedCandles } from '../../../test/support/generated-candles.ts'
import { CASH_ONE, HOUR_MS, MINUTE_MS, cash, instrumentIndex, lots, rate } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { RISK_PROFILES } from '../../risk/profiles.ts'
import { donchianBreakout } from '../../strategy/builtin/donchian-breakout.ts'
import { type BacktestRequest, runFigures } from '../backtest-run.ts'
import { instantsOf } from './rows.ts'
import { recordOf } from './run-record.ts'

const [ts, open, high, low, close, volume] = generatedCandles({
  seed: 5,
  bars: 4_000,
  first: Date.UTC(2025, 0, 1),
  intervalMs: 5 * MINUTE_MS,
  price: 640_000,
}) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]

const request: BacktestRequest = {
  definition: donchianBreakout,
  params: donchianBreakout.params.parse({ entry: 40, exit: 20 }),
  series: [
    {
      instrument: makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' }),
      intervalMs: 5 * MINUTE_MS,
      columns: { ts, open, high, low, close, volume },
      funding: undefined,
    },
  ],
  risk: RISK_PROFILES.research,
  sizing: { type: 'fixed', lots: lots(10) },
  openingCash: cash(10_000 * CASH_ONE),
  makerRate: rate(2_000_000),
  takerRate: rate(5_500_000),
  spotRate: rate(10_000_000),
  slippage: { type: 'fixed', bps: 2 },
  limitFill: 'through',
  stopFraction: undefined,
}
const figures = runFigures(request)
const instants = instantsOf(request.series, HOUR_MS)
const record = recordOf(figures, request, instants)
const trades = [...figures.result.trades, ...figures.result.openTrades]

test('the returns of the rows are those of the equity at their instants', () => {
  let growth = 1
  record.returns.forEach((value, row) => {
    growth *= 1 + value
    const at = figures.equity.ts.findLastIndex((instant) => instant <= (instants[row + 1] as number))
    expect(growth).toBeCloseTo((figures.equity.equity[at] as number) / 10_000, 10)
  })
})

test('each exit is in the row in which it was, the end of a row belonging to it', () => {
  expect(figures.result.trades.length).toBeGreaterThan(20)
  record.exits.forEach((exits, row) => {
    const [from, to] = [instants[row] as number, instants[row + 1] as number]
    expect(exits).toBe(figures.result.trades.filter(({ exitTs }) => exitTs > from && exitTs <= to).length)
  })
})

test('at each instant it knows what is open, how far that reaches back and ahead, and what leaving costs', () => {
  let held = 0
  instants.forEach((at, row) => {
    const open = trades.filter((trade) => trade.entryTs < at && (trade.open || trade.exitTs > at))
    const [trade] = open
    if (trade === undefined) {
      expect([record.rowsBefore[row], record.rowsAfter[row], record.turn[row]]).toEqual([0, 0, 0])
      return
    }
    held += 1
    const entryRow = instants[row - (record.rowsBefore[row] as number)] as number
    expect(entryRow).toBeLessThanOrEqual(trade.entryTs)
    expect(instants[row - (record.rowsBefore[row] as number) + 1]).toBeGreaterThan(trade.entryTs)
    if (!trade.open) {
      const ahead = row + (record.rowsAfter[row] as number)
      expect(instants[ahead] ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(trade.exitTs)
      expect(instants[ahead - 1]).toBeLessThan(trade.exitTs)
    }
    const equityAt = figures.equity.ts.findLastIndex((instant) => instant <= at)
    // Lots of 0.001, ticks of 0.1; 0.055 % fee and 0.02 % slippage.
    const cost = ((trade.entryPrice * 0.1 * trade.quantity * 0.001 * 0.00075) / (figures.equity.equity[equityAt] as number)) as number
    expect(record.turn[row]).toBeCloseTo(cost, 12)
  })
  expect(held).toBeGreaterThan(50)
})
