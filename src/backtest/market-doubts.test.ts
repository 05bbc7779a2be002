/**
 * What the warnings say that a run left out, on the crash of 10 October 2025 and on bars made by hand: each doubt with its figure.
 */
import { moneyLimit } from '../core/money-limit.ts'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CASH_ONE, DAY_MS, HOUR_MS, MINUTE_MS, cash, instrumentIndex, lots, rate, ticks } from '../core/units.ts'
import type { BarColumns } from '../market/bars.ts'
import { makeInstrument, parsePrice, ticksFromFloat } from '../market/instrument.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { type StrategyContext, defineStrategy } from '../strategy/strategy.ts'
import { type BacktestRequest, type RunSeries, runBacktestRequest } from './backtest-run.ts'
import { doubtsOf } from './doubts.ts'

const STEPS = { BTCUSDT: '0.1', ETHUSDT: '0.01', SOLUSDT: '0.01', BNBUSDT: '0.1', ADAUSDT: '0.0001' } as const
const FIVE_MINUTES_MS = 5 * MINUTE_MS

/** Five perpetuals, 5m, from 19:50 UTC on. */
function crash(): RunSeries[] {
  const rows = readFileSync(new URL('../../test/fixtures/crash-2025-10-10.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  return Object.entries(STEPS).map(([symbol, tickSize], at) => {
    const instrument = makeInstrument({
      index: instrumentIndex(at),
      venue: 'bybit',
      symbol,
      tickSize,
      lotSize: '0.000001',
      notionalMin: '5',
    })
    const own = rows.filter(([name]) => name === symbol)
    const price = (k: number): Float64Array =>
      Float64Array.from(own, (row) => parsePrice(instrument, row[k] as string, 'nearest') ?? Number.NaN)
    const number = (k: number): Float64Array => Float64Array.from(own, (row) => Number(row[k]))
    const columns: BarColumns = { ts: number(1), open: price(2), high: price(3), low: price(4), close: price(5), volume: number(6) }
    return { instrument, intervalMs: FIVE_MINUTES_MS, columns, funding: undefined }
  })
}

const onceAt = (bar: number, say: (context: StrategyContext) => void) =>
  defineStrategy({
    name: 'once',
    version: 1,
    summary: 'Says one thing once.',
    params: z.object({}),
    protection: 'position-stop',
    givesStop: true,
    warmup: () => 0,
    init: () => ({ bars: 0 }),
    onBar: (context, state) => {
      state.bars += 1
      if (state.bars === bar) say(context)
    },
  })

const requestOf = (over: Partial<BacktestRequest> & Pick<BacktestRequest, 'definition' | 'series'>): BacktestRequest => ({
  params: {},
  risk: RISK_PROFILES.research,
  sizing: { type: 'fixed', lots: lots(1_000) },
  openingCash: cash(10_000 * CASH_ONE),
  makerRate: rate(2_000_000),
  takerRate: rate(5_500_000),
  spotRate: rate(10_000_000),
  slippage: { type: 'none' },
  limitFill: 'through',
  stopFraction: undefined,
  ...over,
})
const doubts = (request: BacktestRequest): Map<string, string> =>
  new Map(doubtsOf(runBacktestRequest(request), request).doubts.map(({ code, text }) => [code, text]))

describe('the crash of 10 October 2025, long in five symbols with stops 2 % away', () => {
  const long = onceAt(2, ({ bars, signal }) =>
    signal({ side: 1, strength: 1, stop: ticksFromFloat(bars.close(0) * 0.98, 'floor'), reason: { rule: 'once', values: {} } }),
  )
  const run = (stopShare: number) =>
    requestOf({
      definition: long,
      series: crash(),
      risk: RISK_PROFILES.sim,
      sizing: RISK_PROFILES.sim.sizing,
      slippage: { type: 'fixed', bps: 1 },
      stopShare,
    })

  test('all five are stopped out for what was planned, and the closes and lows of their bars are reported', () => {
    const request = run(0)
    const { result } = runBacktestRequest(request)
    expect(result.trades).toHaveLength(5)
    expect(result.trades.reduce((sum, trade) => sum + trade.pnl, 0) / 1e8).toBeCloseTo(-250.7, 1)
    // -399.5 at the closes and -581.4 at the lows, by a reading of the bars apart from this program.
    expect(doubts(request).get('gaps-in-stops')).toMatch(/cost 148\.8\d more, at the bar extreme 330\.7\d more, on 250\.69 lost/)
  })

  test('stops that give away a part of the way lose between the two', () => {
    const lost = (share: number): number => runBacktestRequest(run(share)).result.trades.reduce((sum, trade) => sum - trade.pnl, 0) / 1e8
    expect(lost(0.1)).toBeGreaterThan(lost(0))
    expect(lost(0.33)).toBeGreaterThan(lost(0.1))
    expect(lost(1)).toBeCloseTo(581.4, -1)
  })
})

test('fees and slippage that are off are both reported, with what they would have taken of equity', () => {
  const buyAndHold = onceAt(2, ({ signal }) => signal({ side: 1, strength: 1, reason: { rule: 'once', values: {} } }))
  const off = requestOf({
    definition: buyAndHold,
    series: crash().slice(0, 1),
    sizing: { type: 'all' },
    takerRate: rate(0),
    makerRate: rate(0),
  })
  const texts = (request: BacktestRequest): string[] =>
    doubtsOf(runBacktestRequest(request), request).doubts.flatMap(({ code, text }) => (code === 'no-costs' ? [text] : []))
  // One entry with all of the equity: turnover 1.
  expect(texts(off)).toEqual([
    expect.stringMatching(/^no fees were charged: 0\.055 % a side would have taken 0\.0[56] % of equity$/),
    expect.stringMatching(/^no slippage was charged: 1 bp a side would have taken 0\.01 % of equity$/),
  ])
  expect(texts({ ...off, takerRate: rate(5_500_000), slippage: { type: 'fixed', bps: 1 } })).toEqual([])
})

/** Bars of one price each, and the last as given. */
function flat(count: number, price: number, intervalMs: number, start = 20_000 * DAY_MS): BarColumns {
  const column = (value: number): Float64Array => new Float64Array(count).fill(value)
  return {
    ts: Float64Array.from({ length: count }, (_, k) => start + k * intervalMs),
    open: column(price),
    high: column(price),
    low: column(price),
    close: column(price),
    volume: column(1),
  }
}
const instrument = makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'XUSDT', tickSize: '0.00001', lotSize: '0.001' })
const seriesOf = (columns: BarColumns, funding?: RunSeries['funding']): RunSeries[] => [
  { instrument, intervalMs: HOUR_MS, columns, funding },
]
const buys = onceAt(1, ({ bars, signal }) =>
  signal({ side: 1, strength: 1, stop: ticks(bars.close(0) / 2), reason: { rule: 'once', values: {} } }),
)
const span = flat(24 * 40, 10_000_000, HOUR_MS)

test('slippage of n fills at k bp of a price on a fine grid is n times k, in money and in basis points', () => {
  const turns = defineStrategy({
    name: 'turns',
    version: 1,
    summary: 'Long and flat by turns.',
    params: z.object({}),
    protection: 'position-stop',
    givesStop: true,
    warmup: () => 0,
    init: () => ({ bars: 0 }),
    onBar: ({ bars, signal }, state) => {
      state.bars += 1
      const side = state.bars % 2 === 1 ? 1 : 0
      signal({ side, strength: 1, stop: ticks(bars.close(0) / 2), reason: { rule: 'turn', values: {} } })
    },
  })
  const { metrics, result } = runBacktestRequest(
    requestOf({
      definition: turns,
      series: seriesOf(flat(21, 10_000_000, HOUR_MS)),
      slippage: { type: 'fixed', bps: 5 },
      takerRate: rate(0),
    }),
  )
  expect(result.fills).toHaveLength(20)
  // One coin at 100: each fill gives away 0.05.
  expect(metrics.slippage).toBeCloseTo(20 * 0.05, 8)
  expect(metrics.slippageBps).toBeCloseTo(5, 2)
})

describe('funding', () => {
  test('funding that is not charged is counted over the settlements that positions were held over', () => {
    expect(doubts(requestOf({ definition: buys, series: seriesOf(span) })).get('no-funding')).toMatch(/held over 119 settlements/)
  })
  test('funding that has no stored rate is counted, and was charged as 0', () => {
    const every8 = Float64Array.from({ length: 120 }, (_, k) => (span.ts[0] as number) + k * 8 * HOUR_MS).filter(
      (_, k) => k < 20 || k >= 60,
    )
    const found = doubts(requestOf({ definition: buys, series: seriesOf(span, { ts: every8, rate: new Float64Array(every8.length) }) }))
    expect(found.get('funding-missing')).toBe('40 of 120 funding settlements have no stored rate, and were charged as 0')
    expect(found.has('no-funding')).toBe(false)
  })
})

describe('what is of the run', () => {
  const { metrics } = runBacktestRequest(requestOf({ definition: buys, series: seriesOf(span) }))
  test('fees, exposure and turnover count a position that is open at the end, figures of trades do not', () => {
    expect([metrics.trades, metrics.winRate]).toEqual([0, null])
    expect(metrics.fees).toBeCloseTo(100 * 0.00055, 8)
    expect(metrics.exposure).toBeGreaterThan(0.99)
    expect(metrics.turnover).toBeCloseTo(100 / 10_000, 5)
  })
  test('an open position is a doubt with its figure', () => {
    expect(doubts(requestOf({ definition: buys, series: seriesOf(span) })).get('open-at-end')).toMatch(/^1 position is open at the end, /)
  })
  test('data that begin later than was asked for are a doubt', () => {
    const asked = { from: (span.ts[0] as number) - 10 * DAY_MS, to: undefined }
    expect(doubts(requestOf({ definition: buys, series: seriesOf(span), asked })).get('range')).toBe(
      'the data begin 10 days later than requested',
    )
  })
  test('annual figures of less than 30 days are null, those of more are not', () => {
    const short = runBacktestRequest(requestOf({ definition: buys, series: seriesOf(flat(24 * 29, 10_000_000, HOUR_MS)) })).metrics
    expect([short.cagr, short.sharpe, short.volatility, short.sortino, short.calmar]).toEqual([null, null, null, null, null])
    expect(metrics.cagr).not.toBeNull()
  })
})

test('a day whose loss reached the limit is gone on with when a person could have, and the run says so', () => {
  // A gap through the stop loses five times what the day may.
  const gapped = flat(24 * 40, 10_000_000, HOUR_MS)
  for (const column of [gapped.open, gapped.high, gapped.low, gapped.close]) column.fill(9_900_000, 5)
  const keen = defineStrategy({
    ...buys,
    name: 'keen',
    init: () => ({ bars: 0 }),
    // By turns, since a signal that came while held is dead until it changes (S11).
    onBar: ({ bars, signal }, state) => {
      const counted = state as { bars: number }
      counted.bars += 1
      if (counted.bars % 2 === 1)
        signal({ side: 1, strength: 1, stop: ticks(bars.close(0) - 17_000), reason: { rule: 'keen', values: {} } })
    },
  })
  const request = requestOf({
    definition: keen,
    series: seriesOf(gapped),
    risk: {
      ...RISK_PROFILES.research,
      limits: { ...RISK_PROFILES.research.limits, leverage: 10, dayLossMax: moneyLimit(cash(100 * CASH_ONE)) },
    },
    sizing: { type: 'fixed', lots: lots(500_000) },
    takerRate: rate(0),
  })
  const { result } = runBacktestRequest(request)
  expect([result.trades.length, result.resumes, result.fills.length]).toEqual([1, 1, 3])
  expect(doubts(request).get('resumed')).toMatch(/^risk limits put entries on hold 1 times/)
})

test('exits in bars that reached stop and target are a doubt with both results', () => {
  // Each bar reaches both: from 100 down to 99 and up to 102.
  const wild = flat(24 * 40, 10_000_000, HOUR_MS)
  wild.low.fill(9_900_000)
  wild.high.fill(10_200_000)
  const both = defineStrategy({
    ...buys,
    name: 'both',
    onBar: ({ bars, position, signal }) => {
      const close = bars.close(0)
      if (position === 0)
        signal({
          side: 1,
          strength: 1,
          stop: ticks(close - 50_000),
          targets: [{ price: ticks(close + 100_000), share: 1 }],
          reason: { rule: 'both', values: {} },
        })
    },
  })
  const request = requestOf({ definition: both, series: seriesOf(wild), takerRate: rate(0) })
  const { result } = runBacktestRequest(request)
  const text = doubts(request).get('both-in-bar') ?? ''
  // A coin each time: half of one lost at the stop, one made at the target.
  const exits = result.ambiguousExits
  expect(exits).toBeGreaterThan(100)
  expect(result.ambiguousGain).toBe(exits * 1.5 * 1e8)
  const worst = -exits * 0.5
  expect(text).toContain(`${exits} of ${exits} trades ended in a bar that reached both stop and target; the stop was assumed`)
  expect(text).toContain(`between ${worst.toFixed(2)} (each stop first, as here) and ${exits.toFixed(2)} (each target first)`)
})
