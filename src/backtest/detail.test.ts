/**
 * Finer bars inside the bars of a run: they decide which of two orders was met first, and where they are the bars themselves nothing changes.
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
import { defineStrategy } from '../strategy/strategy.ts'
import { type BacktestRequest, runBacktestRequest } from './backtest-run.ts'
import { doubtsOf } from './doubts.ts'
import { modelsOf } from './simulation.ts'

const FIVE_MS = 5 * MINUTE_MS
/** On the grid of five minutes. */
const START = 1_700_000_100_000

type Prices = readonly [open: number, high: number, low: number, close: number]
function columnsOf(rows: readonly Prices[], intervalMs: number, firstTs = START): BarColumns {
  const column = (k: number): Float64Array => Float64Array.from(rows, (row) => row[k] as number)
  return {
    ts: Float64Array.from(rows, (_, k) => firstTs + k * intervalMs),
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: new Float64Array(rows.length).fill(100),
  }
}

const coarse = ({ open, high, low, close }: BarColumns): Prices => [
  open[0] as number,
  Math.max(...high),
  Math.min(...low),
  close.at(-1) as number,
]

/** Buys at the first close; stop at 990, target at 1,020. */
const buyer = defineStrategy({
  name: 'buyer',
  version: 1,
  summary: 'Buys once.',
  params: z.object({}),
  protection: 'position-stop',
  givesStop: true,
  warmup: () => 0,
  init: () => ({ bars: 0 }),
  onBar: (context, state) => {
    state.bars += 1
    if (state.bars !== 1) return
    context.signal({
      side: 1,
      strength: 1,
      stop: ticks(990),
      targets: [{ price: ticks(1_020), share: 1 }],
      reason: { rule: 'first', values: {} },
    })
  },
})

const FIRST: Prices = [1_000, 1_000, 1_000, 1_000]
const STILL: Prices = [1_000, 1_001, 999, 1_000]

/** One quiet bar, then one whose five minutes these are. */
function requestOf(minutes: readonly Prices[], detail: 'all' | 'none' | readonly Prices[]): BacktestRequest {
  const inside = columnsOf(minutes, MINUTE_MS, START + FIVE_MS)
  const columns = columnsOf([FIRST, coarse(inside)], FIVE_MS)
  const finer = columnsOf([FIRST, FIRST, FIRST, FIRST, FIRST, ...(typeof detail === 'string' ? minutes : detail)], MINUTE_MS)
  return {
    definition: buyer,
    params: {},
    series: [
      {
        instrument: makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001' }),
        intervalMs: FIVE_MS,
        columns,
        funding: undefined,
        detail: detail === 'none' ? undefined : finerBarsOf(columns, FIVE_MS, finer, MINUTE_MS),
      },
    ],
    risk: RISK_PROFILES.research,
    sizing: { type: 'fixed', lots: lots(1_000) },
    openingCash: cash(10_000 * CASH_ONE),
    makerRate: rate(0),
    takerRate: rate(0),
    spotRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
  }
}

describe('a bar that reaches stop and target', () => {
  const UP: Prices = [1_000, 1_025, 1_000, 1_010]
  const DOWN: Prices = [1_010, 1_010, 985, 1_000]
  test.each<readonly [string, readonly Prices[], 'all' | 'none', string, number, number]>([
    ['without detail the stop', [UP, DOWN, STILL, STILL, STILL], 'none', 'stop', 990, 0],
    ['the target where a minute proves it', [UP, DOWN, STILL, STILL, STILL], 'all', 'take-profit', 1_020, 0],
    ['the stop where it came first', [[1_000, 1_000, 985, 990], [990, 1_025, 990, 1_000], STILL, STILL, STILL], 'all', 'stop', 990, 0],
    ['the stop where one minute reached both', [STILL, STILL, [1_000, 1_025, 985, 1_000], STILL, STILL], 'all', 'stop', 990, 2],
    ['the target in the last minute', [STILL, STILL, STILL, STILL, [1_000, 1_025, 999, 1_000]], 'all', 'take-profit', 1_020, 4],
  ])('detail: %s', (_, minutes, detail, reason, price, minute) => {
    const run = runBacktestRequest(requestOf(minutes, detail))
    expect(run.result.fills[0]).toMatchObject({ ts: START + FIVE_MS, price: 1_000 })
    const [trade] = run.result.trades
    expect(trade?.exitReason).toBe(reason)
    expect(run.result.fills[1]).toMatchObject({ price, ts: START + FIVE_MS + minute * MINUTE_MS })
  })

  test('it is counted as unclear only where one minute reached both', () => {
    const unclear = (minutes: readonly Prices[], detail: 'all' | 'none'): number =>
      runBacktestRequest(requestOf(minutes, detail)).result.ambiguousExits
    const stopFirst: readonly Prices[] = [[1_000, 1_000, 985, 990], [990, 1_025, 990, 1_000], STILL, STILL, STILL]
    expect(unclear(stopFirst, 'none')).toBe(1)
    expect(unclear(stopFirst, 'all')).toBe(0)
    expect(unclear([STILL, [1_000, 1_025, 985, 1_000], STILL, STILL, STILL], 'all')).toBe(1)
  })

  test('where detail differs from the bar, the bar decides, and it is counted and said', () => {
    const minutes: readonly Prices[] = [UP, DOWN, STILL, STILL, STILL]
    const request = requestOf(minutes, [UP, [1_010, 1_010, 986, 1_000], STILL, STILL, STILL])
    const run = runBacktestRequest(request)
    expect(run.result.trades[0]?.exitReason).toBe('stop')
    expect(modelsOf(request).detail).toEqual({ interval: '1m', bars: 2, used: 1, missing: 0, differing: 1 })
    expect(doubtsOf(run, request).doubts.find(({ code }) => code === 'detail-gaps')?.text).toBe(
      '1 of 2 bars differ from their detail: the path of the bar itself decided there',
    )
  })
})

describe('detail as a property', () => {
  const withDetail = (request: BacktestRequest, isWhole: (at: number) => boolean): BacktestRequest => ({
    ...request,
    series: request.series.map((series) => {
      const detail = finerBarsOf(series.columns, series.intervalMs, series.columns, series.intervalMs)
      return { ...series, detail: { ...detail, firstRows: detail.firstRows.map((row, at) => (isWhole(at) ? row : -1)) } }
    }),
  })
  test.each([
    ['one symbol', [] as readonly string[]],
    ['three symbols over one account', ['ETHUSDT', 'SOLUSDT-SPOT']],
  ])(
    'detail that is the bars themselves changes nothing: %s',
    (_, others) => {
      let fills = 0
      fc.assert(
        fc.property(requestsOf(others), fc.integer({ min: 1, max: 4 }), (request, every) => {
          const plain = runBacktestRequest(request)
          const fine = runBacktestRequest(withDetail(request, (at) => at % every !== 0 || every === 1))
          expect(fine.result).toEqual(plain.result)
          expect(fine.fingerprint).toBe(plain.fingerprint)
          fills += plain.result.fills.length
        }),
        { numRuns: 30, seed: 8 },
      )
      expect(fills).toBeGreaterThan(300)
    },
    60_000,
  )
})
