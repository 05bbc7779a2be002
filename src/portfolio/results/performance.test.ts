/**
 * The performance figures against published examples, against NumPy and SciPy, and against plain counting.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, cash, instrumentIndex, lots, strategyId, ticks, tradeNumber, ts } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { type EquitySeries, dailyEquity, drawdownsOf } from '../equity.ts'
import { EQUITY_METRICS, benchmarkMetrics, equityMetrics, metricsOf, probabilisticSharpe, tradeMetrics } from './performance.ts'
import { normalCdf, quantileOf } from './statistics.ts'
import type { ClosedTrade } from '../trade.ts'

const daily = (equity: readonly number[]): EquitySeries => ({
  ts: Float64Array.from(equity, (_, at) => at * DAY_MS),
  equity: Float64Array.from(equity),
})

const fromReturns = (returns: readonly number[], start = 100): EquitySeries => {
  const equity = [start]
  for (const value of returns) equity.push((equity.at(-1) as number) * (1 + value))
  return daily(equity)
}

function* congruential(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    yield state / 2_147_483_648
  }
}

/** 250 skewed, fat-tailed returns; the reference figures below were computed for them by NumPy 2.4 and SciPy. */
function sample(): { series: EquitySeries; benchmark: EquitySeries } {
  const first = congruential(12_345)
  const returns = Array.from({ length: 250 }, (_, at) => {
    const u = first.next().value
    return at % 50 === 0 ? (u - 0.8) * 0.2 : (u - 0.48) * 0.05
  })
  const series = fromReturns(returns, 10_000)
  const second = congruential(777)
  const benchmark = fromReturns(returns.map((value) => 0.5 * value + (second.next().value - 0.5) * 0.02))
  return { series, benchmark }
}

describe('of an equity series', () => {
  test('equal NumPy and SciPy', () => {
    const expected = {
      totalReturn: 0.06482439085389835,
      cagr: 0.09603864259734851,
      volatility: 0.31688428359203846,
      sharpe: 0.4490528672757633,
      sortino: 0.598082599722245,
      calmar: 0.4428608365956367,
      maxDrawdown: 0.21685964226509058,
      maxDrawdownDays: 200,
      avgDrawdown: 0.07346111543811193,
      ulcerIndex: 0.11710526356699968,
      recoveryFactor: 0.2989232582734625,
      var95: 0.02248892230424098,
      cvar95: 0.033616205958148,
      omega: 1.0590720423682427,
      skew: -1.0107198060174951,
      kurtosis: 3.4174547273276676,
      tailRatio: 1.0129828695248553,
      gainToPain: 0.05907204236824281,
      probabilisticSharpe: 0.6429891084869348,
    }
    const metrics = equityMetrics(sample().series)
    expect(Object.keys(metrics)).toEqual([...EQUITY_METRICS])
    for (const name of EQUITY_METRICS) expect(metrics[name], name).toBeCloseTo(expected[name], 10)
  })

  test('against a benchmark equal the regression of SciPy', () => {
    const { series, benchmark } = sample()
    const metrics = benchmarkMetrics(series, benchmark)
    expect(metrics.benchmarkReturn).toBeCloseTo(-0.01565098913611196, 10)
    expect(metrics.alpha).toBeCloseTo(0.14518770470354447, 9)
    expect(metrics.beta).toBeCloseTo(1.3022211965009558, 10)
    expect(metrics.informationRatio).toBeCloseTo(0.7882661732136265, 9)
  })

  test('Sortino: the example of Rollinger and Hoffman, "Sortino: A Sharper Ratio" (4.417)', () => {
    const metrics = equityMetrics(fromReturns([0.17, 0.15, 0.23, -0.05, 0.12, 0.09, 0.13, -0.04]), 1)
    expect(metrics.sortino).toBeCloseTo(4.417, 3)
  })

  test('probabilistic Sharpe: the example of Bailey and Lopez de Prado (0.913)', () => {
    expect(probabilisticSharpe(0.458, 0, 24, -2.448, 10.164)).toBeCloseTo(0.913, 3)
  })

  test('skewness and kurtosis: the examples of the SKEW and KURT documentation of Excel', () => {
    const metrics = equityMetrics(fromReturns([3, 4, 5, 2, 3, 4, 5, 6, 4, 7].map((value) => value / 100)))
    expect(metrics.skew).toBeCloseTo(0.359543, 6)
    expect(metrics.kurtosis).toBeCloseTo(-0.151799637, 8)
  })

  test('quantile: the example of the PERCENTILE documentation of Excel', () => {
    expect(quantileOf([1, 2, 3, 4], 0.3)).toBeCloseTo(1.9, 12)
  })

  test.each([
    [-6, 9.865876450376946e-10],
    [-2.5, 0.006209665325776132],
    [-1, 0.15865525393145707],
    [0, 0.5],
    [0.3, 0.6179114221889526],
    [1.96, 0.9750021048517795],
    [4, 0.9999683287581669],
  ])('of an equity series: normal distribution at %d', (x, expected) => {
    expect(Math.abs(normalCdf(x) - expected)).toBeLessThan(1e-14)
  })

  test('drawdown by hand: two episodes, the longer one is the shallower', () => {
    const drawdowns = drawdownsOf(daily([100, 80, 100, 200, 190, 180, 195, 200, 210, 189]))
    expect(drawdowns?.max).toBeCloseTo(0.2, 12)
    expect(drawdowns?.average).toBeCloseTo((0.2 + 0.1 + 0.1) / 3, 12)
    expect(drawdowns?.longestMs).toBe(4 * DAY_MS)
    expect(drawdowns?.ulcer).toBeCloseTo(Math.sqrt((0.2 ** 2 + 0.05 ** 2 + 0.1 ** 2 + 0.025 ** 2 + 0.1 ** 2) / 10), 12)
  })

  test.each([
    ['no rows', [], ['totalReturn', 'maxDrawdown', 'sharpe', 'volatility', 'var95']],
    ['one row', [100], ['totalReturn', 'maxDrawdown', 'sharpe', 'cagr', 'ulcerIndex']],
    ['two rows', [100, 110], ['sharpe', 'volatility', 'skew', 'kurtosis', 'var95', 'calmar', 'sortino', 'omega']],
    ['three rows', [100, 110, 105], ['skew', 'kurtosis']],
    [
      'no change at all',
      [100, 100, 100, 100, 100, 100],
      ['sharpe', 'sortino', 'skew', 'kurtosis', 'omega', 'tailRatio', 'calmar', 'avgDrawdown', 'probabilisticSharpe'],
    ],
    [
      'steady growth, whose deviation is rounding noise',
      Array.from({ length: 50 }, (_, at) => 1.01 ** at),
      ['sharpe', 'skew', 'kurtosis', 'sortino', 'calmar'],
    ],
    ['an equity of zero on the way', [100, 0, 100], ['sharpe', 'volatility']],
  ] as const)('%s: what cannot be computed is null', (_name, equity, absent) => {
    const metrics = equityMetrics(daily(equity))
    for (const name of absent) expect(metrics[name], name).toBeNull()
  })

  test('property: never NaN or infinite; scale does not matter; drawdown equals the quadratic search', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { maxLength: 40 }), (equity) => {
        const metrics = equityMetrics(daily(equity))
        for (const name of EQUITY_METRICS) expect(metrics[name] === null || Number.isFinite(metrics[name]), name).toBe(true)
        if (equity.length < 2) return
        let worst = 0
        for (let i = 0; i < equity.length; i += 1)
          for (let j = i; j < equity.length; j += 1) worst = Math.max(worst, 1 - (equity[j] as number) / (equity[i] as number))
        expect(metrics.maxDrawdown).toBeCloseTo(worst, 12)
        const doubled = equityMetrics(daily(equity.map((value) => value * 2)))
        expect(doubled).toEqual(metrics)
      }),
    )
  })

  test('property: VaR and CVaR against plain counting', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 60 }), { minLength: 21, maxLength: 21 }), (percents) => {
        const metrics = equityMetrics(fromReturns(percents.map((value) => value / 100)))
        // With 21 returns the 5 % quantile is the second smallest return itself.
        const sorted = [...percents].sort((a, b) => a - b)
        const second = sorted[1] as number
        expect(metrics.var95).toBeCloseTo(-second / 100, 9)
        expect(metrics.cvar95 as number).toBeGreaterThanOrEqual((metrics.var95 as number) - 1e-9)
        expect(metrics.cvar95 as number).toBeLessThanOrEqual(-(sorted[0] as number) / 100 + 1e-9)
      }),
    )
  })
})

describe('daily equity', () => {
  test('closes at UTC midnight, carries the last equity over a gap, keeps a part of a day at the end', () => {
    const series = {
      ts: Float64Array.of(HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS, 25 * HOUR_MS, 80 * HOUR_MS),
      equity: Float64Array.of(1, 2, 3, 4, 5),
    }
    const closes = dailyEquity(series)
    expect([...closes.ts]).toEqual([HOUR_MS, DAY_MS, 2 * DAY_MS, 3 * DAY_MS, 80 * HOUR_MS])
    expect([...closes.equity]).toEqual([1, 3, 4, 4, 5])
  })

  test.each([
    ['within one day', [1, 5, 9], [1, 9], [1, 3]],
    ['ending at midnight', [1, 24], [1, 24], [1, 2]],
    ['starting at midnight', [0, 24, 48], [0, 24, 48], [1, 2, 3]],
    ['one row', [7], [7], [1]],
  ])('daily equity: %s', (_name, hours, expectedHours, expectedEquity) => {
    const closes = dailyEquity({
      ts: Float64Array.from(hours, (hour) => hour * HOUR_MS),
      equity: Float64Array.from(hours, (_, at) => at + 1),
    })
    expect([...closes.ts].map((instant) => instant / HOUR_MS)).toEqual(expectedHours)
    expect([...closes.equity]).toEqual(expectedEquity)
  })
})

const INSTRUMENTS = [makeInstrument({ index: instrumentIndex(0), venue: 'v', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' })]

function trade(pnl: number, more: Partial<ClosedTrade> = {}): ClosedTrade {
  return {
    number: tradeNumber(1),
    side: 1,
    instrument: instrumentIndex(0),
    strategy: strategyId('s'),
    entryTs: ts(0),
    entryPrice: ticks(1000),
    exitTs: ts(HOUR_MS),
    exitPrice: ticks(1100),
    quantity: lots(500),
    fee: cash(1e6),
    funding: cash(-2e6),
    pnl: cash(pnl * 1e8),
    exitReason: 'signal',
    open: false,
    mae: cash(0),
    mfe: cash(0),
    ...more,
  }
}

test('a year is counted by time, and not by the days of the calendar that a run touches', () => {
  // 90 days from 23:00: the daily series has 91 periods. Hourly rows that rise by the same amount, to 1.216 times.
  const hours = 90 * 24
  const rising = (startMs: number): EquitySeries => ({
    ts: Float64Array.from({ length: hours + 1 }, (_, k) => startMs + k * HOUR_MS),
    equity: Float64Array.from({ length: hours + 1 }, (_, k) => 100 * (1 + 0.0001 * k)),
  })
  const of = (series: EquitySeries) => metricsOf({ series, returnSeries: dailyEquity(series), benchmark: dailyEquity(series) })
  const late = of(rising(23 * HOUR_MS))
  const early = of(rising(0))
  expect(late.cagr).toBeCloseTo(1.216 ** (365 / 90) - 1, 12)
  expect(late.cagr?.toFixed(3)).toBe('1.210')
  expect(early.cagr).toBeCloseTo(late.cagr as number, 12)
  // Its deviation by a reference: the same returns, a year of as many of them as there are in 365 days.
  const returns = Array.from(dailyEquity(rising(23 * HOUR_MS)).equity).map((e, k, all) => (k === 0 ? 0 : e / (all[k - 1] as number) - 1))
  const [, ...own] = returns
  const mean = own.reduce((sum, r) => sum + r, 0) / 91
  const deviation = Math.sqrt(own.reduce((sum, r) => sum + (r - mean) ** 2, 0) / 90)
  expect(own).toHaveLength(91)
  expect(late.volatility).toBeCloseTo(deviation * Math.sqrt((91 * 365) / 90), 12)
  expect(late.sharpe).toBeCloseTo((mean / deviation) * Math.sqrt((91 * 365) / 90), 10)
  // Whole days have a year of 365, as before.
  expect(early.volatility).toBe(equityMetrics(dailyEquity(rising(0))).volatility)
})

describe('of trades', () => {
  const series = daily([100, 100])

  test('of trades: by hand', () => {
    const trades = [10, 20, -15, -5, 0, 30].map((pnl, at) =>
      trade(pnl, { entryTs: ts(at * 2 * HOUR_MS), exitTs: ts((at * 2 + 1) * HOUR_MS) }),
    )
    const metrics = tradeMetrics(trades, series, INSTRUMENTS)
    expect(metrics).toMatchObject({
      trades: 6,
      winRate: 0.5,
      profitFactor: 3,
      avgWin: 20,
      avgLoss: -10,
      payoff: 2,
      bestTrade: 30,
      worstTrade: -15,
    })
    expect(metrics).toMatchObject({ maxWinStreak: 2, maxLossStreak: 2, avgHoldingMs: HOUR_MS, kelly: 0.25, slippage: null })
    expect(metrics.expectancy).toBeCloseTo(40 / 6, 12)
    expect(metrics.exposure).toBeCloseTo(6 / 24, 12)
    // 0.5 BTC at 100 in and at 110 out, six times, over an equity of 100.
    expect(metrics.turnover).toBeCloseTo((6 * 0.5 * 210) / 100, 12)
    expect(metrics.fees).toBeCloseTo(0.06, 12)
    expect(metrics.funding).toBeCloseTo(-0.12, 12)
    const mean = 40 / 6
    const variance = [10, 20, -15, -5, 0, 30].reduce((sum, pnl) => sum + (pnl - mean) ** 2, 0) / 5
    expect(metrics.sqn).toBeCloseTo((Math.sqrt(6) * mean) / Math.sqrt(variance), 12)
  })

  test('overlapping trades count once in the exposure', () => {
    const trades = [trade(1, { entryTs: ts(0), exitTs: ts(6 * HOUR_MS) }), trade(1, { entryTs: ts(3 * HOUR_MS), exitTs: ts(12 * HOUR_MS) })]
    expect(tradeMetrics(trades, series).exposure).toBeCloseTo(0.5, 12)
  })

  test('an open trade is left out', () => {
    expect(tradeMetrics([trade(5), trade(-500, { open: true })], series)).toMatchObject({
      trades: 1,
      worstTrade: 5,
      profitFactor: null,
      avgLoss: null,
      kelly: null,
    })
  })

  test('of trades without a trade everything but the count is null', () => {
    const { trades, ...rest } = tradeMetrics([], series, INSTRUMENTS)
    expect(trades).toBe(0)
    expect(new Set(Object.values(rest))).toEqual(new Set([null]))
  })

  test('slippage is the sum where every trade has one', () => {
    expect(tradeMetrics([trade(1, { slippage: cash(3e8) }), trade(1, { slippage: cash(-1e8) })], series).slippage).toBe(2)
  })

  test('a backtest takes drawdown from every row and returns from the days', () => {
    const rows: EquitySeries = {
      ts: Float64Array.of(0, 6 * HOUR_MS, DAY_MS, 30 * HOUR_MS, 2 * DAY_MS),
      equity: Float64Array.of(100, 50, 110, 90, 121),
    }
    const metrics = metricsOf({ series: rows, returnSeries: dailyEquity(rows), trades: [] })
    expect(metrics.maxDrawdown).toBeCloseTo(0.5, 12)
    expect(metrics.totalReturn).toBeCloseTo(0.21, 12)
    expect(metrics.var95).toBeCloseTo(-0.1, 9)
    expect(metrics.trades).toBe(0)
    expect(metrics.beta).toBeUndefined()
  })
})
