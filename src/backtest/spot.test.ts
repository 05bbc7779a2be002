/**
 * Backtests of spot: the stop is an order of its own and stands within the bar that filled its entry; fees are those of spot; nothing is short.
 */
import { describe, expect, test } from 'vitest'
import { CASH_ONE, MINUTE_MS, cash, instrumentIndex, lots, rate } from '../core/units.ts'
import type { BarColumns } from '../market/bars.ts'
import { makeInstrument } from '../market/instrument.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { emaCross } from '../strategy/builtin/ema-cross.ts'
import { smaCross } from '../strategy/builtin/sma-cross.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { type BacktestRequest, runBacktestRequest } from './backtest-run.ts'

/** Tick 0.1, lot 0.001: one tick of one lot is 0.0001 USDT, 10,000 units of Cash. */
const spot = makeInstrument({
  index: instrumentIndex(0),
  venue: 'test',
  symbol: 'BTCUSDT-SPOT',
  tickSize: '0.1',
  lotSize: '0.001',
  notionalMin: '5',
})
type BarOf = readonly [open: number, high: number, low: number, close: number]

function columnsOf(bars: readonly BarOf[]): BarColumns {
  const column = (pick: (bar: BarOf, k: number) => number): Float64Array => Float64Array.from(bars, pick)
  return {
    ts: column((_, k) => 1_700_000_040_000 + k * MINUTE_MS),
    open: column((bar) => bar[0]),
    high: column((bar) => bar[1]),
    low: column((bar) => bar[2]),
    close: column((bar) => bar[3]),
    volume: column(() => 1_000),
  }
}

function run(definition: StrategyDefinition, params: object, bars: readonly BarOf[], more: Partial<BacktestRequest> = {}) {
  return runBacktestRequest({
    definition,
    params: definition.params.parse(params),
    series: [{ instrument: spot, intervalMs: MINUTE_MS, columns: columnsOf(bars), funding: undefined }],
    risk: RISK_PROFILES.research,
    sizing: { type: 'fixed', lots: lots(1_000) },
    openingCash: cash(10_000 * CASH_ONE),
    makerRate: rate(0),
    takerRate: rate(0),
    spotRate: rate(10_000_000),
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: 0.05,
    ...more,
  }).result
}

/** Rises from 1,000: sma-cross 1/2 decides on the close of bar 1 (1,002), and its stop is at 952 (0.95 x 1,002, toward the entry). */
const RISE: readonly BarOf[] = [
  [1_000, 1_001, 1_000, 1_001],
  [1_001, 1_002, 1_001, 1_002],
]
const calm: BarOf = [960, 960, 960, 960]

describe('a stop that is an order of its own', () => {
  test.each<[string, BarOf, number]>([
    ['low through it: at its price', [1_002, 1_003, 940, 960], 952],
    ['a high far above it: the adverse extreme is visited first', [1_002, 1_400, 940, 1_300], 952],
    ['low just at it', [1_002, 1_003, 952, 960], 952],
  ])('a stop that is an order of its own is met within the bar whose open filled the entry, %s', (_, entry, price) => {
    const { fills, trades } = run(smaCross, { fast: 1, slow: 2 }, [...RISE, entry, calm])
    // Of 1,000 lots one is the fee.
    expect(fills.slice(0, 2).map((fill) => [fill.side, fill.price, fill.lots])).toEqual([
      [1, 1_002, 1_000],
      [-1, price, 999],
    ])
    expect(fills[0]?.ts).toBe(fills[1]?.ts)
    expect(trades[0]?.exitReason).toBe('stop')
  })

  test('a spot stop that is not reached stays over the bars that follow', () => {
    const { fills } = run(smaCross, { fast: 1, slow: 2 }, [...RISE, [1_002, 1_003, 953, 1_003], [1_003, 1_003, 940, 940]])
    expect(fills.map((fill) => [fill.side, fill.price])).toEqual([
      [1, 1_002],
      [-1, 952],
    ])
    expect((fills[1]?.ts ?? 0) - (fills[0]?.ts ?? 0)).toBe(MINUTE_MS)
  })

  test('a stop that is an order of its own: slips against us', () => {
    const { fills } = run(smaCross, { fast: 1, slow: 2 }, [...RISE, [1_002, 1_003, 940, 960], calm], {
      slippage: { type: 'fixed', bps: 100 },
    })
    // 1,002 + ceil(10.02), and 952 - ceil(9.52).
    expect(fills.map((fill) => fill.price)).toEqual([1_013, 942])
  })

  test('a stop that is an order of its own is not placed where the entry’s own open is beyond it, and the position does not stay without one', () => {
    const { fills, openTrades } = run(smaCross, { fast: 1, slow: 2 }, [...RISE, [900, 905, 890, 900], [900, 900, 900, 900], calm])
    expect(fills[0]).toMatchObject({ side: 1, price: 900 })
    expect(fills[1]).toMatchObject({ side: -1, price: 900 })
    expect(openTrades).toEqual([])
  })
})

test('is long only, and pays 0.1 % of each side and nothing else', () => {
  // Two waves: what a perpetual would sell short is flat here.
  const bars = Array.from({ length: 240 }, (_, k): BarOf => {
    const at = (n: number): number => Math.round(20_000 + 1_500 * Math.sin(n / 19))
    const [open, close] = [at(k), at(k + 1)]
    return [open, Math.max(open, close) + 20, Math.min(open, close) - 20, close]
  })
  const result = run(emaCross, { fast: 5, slow: 15 }, bars, { stopFraction: undefined })
  expect(result.fills.length).toBeGreaterThanOrEqual(4)
  let held = 0
  let fees = 0
  for (const { side, lots: quantity, price, fee } of result.fills) {
    // 10,000 units of Cash a tick and lot, of which a thousandth.
    expect(fee).toBe(price * quantity * 10)
    fees += fee
    held += side > 0 ? quantity - Math.ceil(quantity / 1_000) : -quantity
    expect(held).toBeGreaterThanOrEqual(0)
  }
  expect(result.funding).toBe(0)
  // A part of a lot that a fee leaves is spared for the next one, and paid with it.
  expect(Math.abs(result.fees - fees)).toBeLessThanOrEqual(result.fills.length * 20_000 * 10_000)
  expect([...result.trades, ...result.openTrades].every((trade) => trade.side === 1)).toBe(true)
})
