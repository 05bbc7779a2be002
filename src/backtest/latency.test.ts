/**
 * Orders that reach the exchange later than they were decided: which price they meet, and what happens in between.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { requestsOf } from '../../test/support/talker-runs.ts'
import { CASH_ONE, MINUTE_MS, cash, instrumentIndex, lots, rate, ticks } from '../core/units.ts'
import type { BarColumns } from '../market/bars.ts'
import { finerBarsOf } from '../market/finer-bars.ts'
import { makeInstrument } from '../market/instrument.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { type Signal, defineStrategy } from '../strategy/strategy.ts'
import { type BacktestRequest, runBacktestRequest } from './backtest-run.ts'

const START = 1_700_000_100_000
type Prices = readonly [open: number, high: number, low: number, close: number]

function columnsOf(rows: readonly Prices[], intervalMs: number): BarColumns {
  const column = (k: number): Float64Array => Float64Array.from(rows, (row) => row[k] as number)
  const ts = Float64Array.from(rows, (_, k) => START + k * intervalMs)
  return { ts, open: column(0), high: column(1), low: column(2), close: column(3), volume: new Float64Array(rows.length).fill(100) }
}

/** Says these at the closes of the first bars. */
const speaker = (words: readonly (Partial<Signal> | undefined)[]) =>
  defineStrategy({
    name: 'speaker',
    version: 1,
    summary: 'Says what it is told to.',
    params: z.object({}),
    protection: 'position-stop',
    givesStop: false,
    warmup: () => 0,
    init: () => ({ bars: 0 }),
    onBar: (context, state) => {
      const word = words[state.bars]
      state.bars += 1
      if (word !== undefined) context.signal({ side: 1, strength: 1, reason: { rule: 'script', values: {} }, ...word })
    },
  })

function requestOf(
  words: readonly (Partial<Signal> | undefined)[],
  rows: readonly Prices[],
  latencyMs: number,
  minutes?: readonly Prices[],
) {
  const intervalMs = minutes === undefined ? MINUTE_MS : 5 * MINUTE_MS
  const columns = columnsOf(rows, intervalMs)
  const request: BacktestRequest = {
    definition: speaker(words),
    params: {},
    series: [
      {
        instrument: makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' }),
        intervalMs,
        columns,
        funding: undefined,
        detail: minutes === undefined ? undefined : finerBarsOf(columns, intervalMs, columnsOf(minutes, MINUTE_MS), MINUTE_MS),
      },
    ],
    risk: RISK_PROFILES.research,
    sizing: { type: 'fixed', lots: lots(1_000) },
    openingCash: cash(10_000 * CASH_ONE),
    makerRate: rate(0),
    takerRate: rate(0),
    spotRate: rate(0),
    slippage: { type: 'none' },
    latencyMs,
    limitFill: 'through',
    stopFraction: undefined,
  }
  return request
}

const FIRST: Prices = [1_000, 1_000, 1_000, 1_000]
const WIDE: Prices = [1_000, 1_040, 960, 1_010]
const NEXT: Prices = [1_015, 1_020, 1_010, 1_012]
const BUY = [{ side: 1 as const }]
const SELL = [{ side: -1 as const }]

describe('what an order meets that arrives late', () => {
  // A quarter of a bar of 80 ticks: half of them, by the root of time. A hundredth: a tenth.
  test.each<readonly [string, readonly Partial<Signal>[], readonly Prices[], number, readonly (readonly [bar: number, price: number])[]]>([
    ['at once: the open', BUY, [FIRST, WIDE], 0, [[1, 1_000]]],
    ['a buy a quarter of the bar later', BUY, [FIRST, WIDE], 15_000, [[1, 1_040]]],
    ['a buy a hundredth of it later', BUY, [FIRST, WIDE], 600, [[1, 1_008]]],
    ['a sale a hundredth of it later', SELL, [FIRST, WIDE], 600, [[1, 992]]],
    ['no further than the bar went', BUY, [FIRST, [1_000, 1_003, 923, 930]], 600, [[1, 1_003]]],
    ['a bar that stands still costs nothing', BUY, [FIRST, FIRST], 30_000, [[1, 1_000]]],
    ['a whole bar later: the open of the one after', BUY, [FIRST, WIDE, NEXT], MINUTE_MS, [[2, 1_015]]],
    ['a bar and a quarter', BUY, [FIRST, FIRST, WIDE], 75_000, [[2, 1_040]]],
    ['later than the data go', BUY, [FIRST, WIDE, NEXT], 5 * MINUTE_MS, []],
    ['a limit that crosses pays no more than its limit', [{ side: 1, limit: ticks(1_004) }], [FIRST, WIDE], 15_000, [[1, 1_004]]],
    ['a limit below the price rests from then on', [{ side: 1, limit: ticks(970) }], [FIRST, WIDE], 600, [[1, 970]]],
  ])('latency: %s', (_, words, rows, latencyMs, expected) => {
    const { result } = runBacktestRequest(requestOf(words, rows, latencyMs))
    expect(result.failure).toBeUndefined()
    expect(result.fills.map(({ ts, price }) => [(ts - START) / MINUTE_MS, price])).toEqual(expected)
  })

  test('with detail the minute in which it arrives decides', () => {
    const minutes: readonly Prices[] = [
      ...Array.from({ length: 5 }, () => FIRST),
      [1_000, 1_100, 900, 1_000],
      [1_000, 1_008, 992, 1_004],
      [1_004, 1_004, 1_004, 1_004],
      [1_004, 1_004, 1_004, 1_004],
      [1_004, 1_004, 1_004, 1_004],
    ]
    const bars: readonly Prices[] = [FIRST, [1_000, 1_100, 900, 1_004]]
    // 75 s: a quarter of the second minute, half of its 16 ticks.
    const { result } = runBacktestRequest(requestOf(BUY, bars, 75_000, minutes))
    expect(result.fills.map(({ ts, price }) => [(ts - START) / MINUTE_MS, price])).toEqual([[6, 1_008]])
  })

  test('an order that is withdrawn still fills until the word has arrived', () => {
    // A limit at 990 is out; at the close of the second bar the strategy wants to be flat, and the third opens below it.
    const words = [{ side: 1 as const, limit: ticks(990) }, { side: 0 as const }]
    const rows: readonly Prices[] = [FIRST, FIRST, [985, 986, 984, 985]]
    expect(runBacktestRequest(requestOf(words, rows, 0)).result.fills).toEqual([])
    expect(runBacktestRequest(requestOf(words, rows, 250)).result.fills).toMatchObject([{ price: 990, side: 1 }])
  })
})

test('no latency is none, and a market order is never filled better for it', () => {
  fc.assert(
    fc.property(requestsOf(['ETHUSDT', 'SOLUSDT-SPOT']), (request) => {
      expect(runBacktestRequest({ ...request, latencyMs: 0 }).result).toEqual(runBacktestRequest(request).result)
      const late = runBacktestRequest({ ...request, latencyMs: 250 })
      expect(late.result.failure ?? 'enough').toContain('enough')
      const [first] = late.result.fills
      const [plain] = runBacktestRequest(request).result.fills
      if (first === undefined || plain === undefined || first.ts !== plain.ts || first.instrument !== plain.instrument) return
      expect((first.price - plain.price) * first.side).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 30, seed: 12 },
  )
}, 60_000)
