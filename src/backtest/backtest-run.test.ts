/**
 * Backtests against a loop written by hand in BigInt, and what no run may change: fingerprints, funding, gaps.
 */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../core/random.ts'
import { z } from 'zod'
import { CASH_ONE, HOUR_MS, MINUTE_MS, cash, instrumentIndex, lots, rate } from '../core/units.ts'
import type { BarColumns } from '../market/bars.ts'
import { type Category, makeInstrument, ticksFromFloat } from '../market/instrument.ts'
import { RISK_PROFILES } from '../risk/profiles.ts'
import { STRATEGIES } from '../strategy/registry.ts'
import { smaCross } from '../strategy/builtin/sma-cross.ts'
import { type StrategyDefinition, defineStrategy } from '../strategy/strategy.ts'
import type { FundingSeries } from './backtest.ts'
import { type BacktestRequest, constantFunding, runBacktestRequest } from './backtest-run.ts'

const START = 1_700_000_040_000

/** A seeded walk in ticks, with a jump of up to 3 % now and then. */
function walk(seed: number, bars: number, first: number, volatility = 0.002): BarColumns {
  const random = new Random(seed)
  const column = (): Float64Array => new Float64Array(bars)
  const c = { ts: column(), open: column(), high: column(), low: column(), close: column(), volume: column() }
  let price = first
  for (let k = 0; k < bars; k++) {
    const open = random.next() < 0.02 ? Math.max(10, Math.round(price * (0.97 + 0.06 * random.next()))) : price
    price = Math.max(10, Math.round(open * (1 + volatility * random.normal())))
    const reach = open * volatility
    c.ts[k] = START + k * MINUTE_MS
    c.open[k] = open
    c.close[k] = price
    c.high[k] = Math.max(open, price) + Math.round(reach * random.next())
    c.low[k] = Math.max(1, Math.min(open, price) - Math.round(reach * random.next()))
    c.volume[k] = 1 + random.next()
  }
  return c
}

const grids = {
  even: { tickSize: '0.1', lotSize: '0.001' },
  fine: { tickSize: '0.00001', lotSize: '0.000001' },
} as const
const instrumentOf = (grid: keyof typeof grids, index = 0) =>
  makeInstrument({ index: instrumentIndex(index), venue: 'test', symbol: index === 0 ? 'BTCUSDT' : 'ETHUSDT', ...grids[grid] })

function requestOf(
  definition: StrategyDefinition,
  params: object,
  columns: BarColumns,
  more: Partial<BacktestRequest> = {},
): BacktestRequest {
  return {
    definition,
    params: definition.params.parse(params),
    series: [{ instrument: instrumentOf('even'), intervalMs: MINUTE_MS, columns, funding: undefined }],
    risk: RISK_PROFILES.research,
    sizing: definition.givesStop ? RISK_PROFILES.research.sizing : { type: 'all' },
    openingCash: cash(10_000 * CASH_ONE),
    makerRate: rate(2_000_000),
    takerRate: rate(5_500_000),
    spotRate: rate(10_000_000),
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
    ...more,
  }
}

/** Decimal text of an exact fraction that ends within `scale` decimals. */
function decimal(units: bigint, scale: number): string {
  const text = units.toString().padStart(scale + 1, '0')
  const [whole, fraction] = [text.slice(0, text.length - scale), text.slice(text.length - scale).replace(/0+$/, '')]
  return fraction === '' ? whole : `${whole}.${fraction}`
}
const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b

/**
 * sma-cross by hand. Long while SMA(fast) > SMA(slow); decided on the close, filled at the next open; a budget of all cash buys
 * floor(cash / (open x (1 + fee))) in lots; the fee is rounded up to 1e-8, what is paid up and what is received down.
 */
function byHand(
  c: BarColumns,
  grid: keyof typeof grids,
  fast: number,
  slow: number,
  fee: bigint,
  opening: bigint,
): { fingerprint: string; cash: bigint } {
  const FEE_ONE = 10n ** 10n
  const scales = grid === 'even' ? ([1, 3] as const) : ([5, 6] as const)
  // One tick times one lot in 1e-8, as a fraction.
  const exponent = 8 - scales[0] - scales[1]
  const [unit, per] = exponent >= 0 ? [10n ** BigInt(exponent), 1n] : [1n, 10n ** BigInt(-exponent)]
  const hash = createHash('sha256')
  let money = opening
  let held = 0n
  let wish = 0
  const sum = (from: number, to: number): bigint => {
    let total = 0n
    for (let k = from; k < to; k++) total += BigInt(c.close[k] as number)
    return total
  }
  for (let k = 0; k < c.ts.length; k++) {
    const open = BigInt(c.open[k] as number)
    if (wish !== 0) {
      const quantity = wish === 1 ? (((money * FEE_ONE) / (FEE_ONE + fee)) * per) / (open * unit) : held
      if (quantity > 0n) {
        const paid = ceilDiv(open * quantity * unit * fee, per * FEE_ONE)
        money += wish === 1 ? -ceilDiv(open * quantity * unit, per) : (open * quantity * unit) / per
        money -= paid
        held += wish === 1 ? quantity : -quantity
        hash.update(
          `${c.ts[k]},BTCUSDT,${wish === 1 ? 'buy' : 'sell'},${decimal(open, scales[0])},${decimal(quantity, scales[1])},${decimal(paid, 8)}\n`,
        )
      }
      wish = 0
    }
    if (k + 1 < slow) continue
    const isAbove = sum(k + 1 - fast, k + 1) * BigInt(slow) > sum(k + 1 - slow, k + 1) * BigInt(fast)
    if (isAbove !== held > 0n) wish = isAbove ? 1 : -1
  }
  return { fingerprint: hash.digest('hex'), cash: money }
}

describe('sma-cross equals the loop by hand, fill for fill', () => {
  test.each(['even', 'fine'] as const)('sma-cross equals the loop by hand, fill for fill: on the %s grid', (grid) => {
    const price = grid === 'even' ? 600_000 : 6_000_000
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(0n, 5_500_000n, 10_000_000n, 12_345_678n),
        (seed, fast, more, fee) => {
          const columns = walk(seed, 400, price)
          const run = runBacktestRequest(
            requestOf(smaCross, { fast, slow: fast + more }, columns, {
              series: [{ instrument: instrumentOf(grid), intervalMs: MINUTE_MS, columns, funding: undefined }],
              makerRate: rate(Number(fee)),
              takerRate: rate(Number(fee)),
            }),
          )
          const expected = byHand(columns, grid, fast, fast + more, fee, 10_000n * 100_000_000n)
          expect(run.fingerprint).toBe(expected.fingerprint)
          if (run.result.openTrades.length === 0) expect(BigInt(run.result.finalEquity)).toBe(expected.cash)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('sma-cross equals the loop by hand, fill for fill: a tie is flat', () => {
    const columns = walk(1, 40, 1_000)
    columns.close.fill(1_000)
    const run = runBacktestRequest(requestOf(smaCross, { fast: 2, slow: 5 }, columns))
    expect(run.result.fills).toEqual([])
  })
})

/** Fingerprints on one seeded series: a change needs its reason in the commit. */
const GOLDEN: Readonly<Record<string, readonly [fills: number, fingerprint: string]>> = {
  'sma-cross': [119, 'f136b8b29601a2fb'],
  'ema-cross': [307, 'ffd0e89a9c882863'],
  'donchian-breakout': [287, 'b488fa4cabff0381'],
  'rsi-reversion': [203, '73f00342791164b4'],
  'macd-trend': [383, 'bc69659626ea4d4f'],
  supertrend: [235, '936f7ec1a51285e6'],
  'bollinger-reversion': [319, '35e6919cea155ea6'],
  grid: [1_324, '12ecea13add1302d'],
  dca: [189, '82130aa4a8e9ae03'],
  pairs: [16, '0a9e5e2e36bb09e4'],
  'funding-carry': [17, '455fdfb18ecc70e8'],
  'momentum-rotation': [72, '2e0298a1ec0aaeaa'],
  'market-making': [10_854, '547ba4c918452552'],
  ensemble: [249, '753b069ce83b8dc4'],
  // What it trades comes from outside: over bars alone it does nothing.
  // It has no model there; test/strategies/ml.test.ts has one.
  ml: [0, 'e3b0c44298fc1c14'],
  webhook: [0, 'e3b0c44298fc1c14'],
}

/** Where the defaults look at more than this series has. */
const SHORTER: Readonly<Record<string, object>> = { 'momentum-rotation': { interval: '15m', lookback: 8, every: 2 } }

/** The series of each of its symbols: those after the first swing around it. */
function seriesFor({ contract, symbols, categories }: StrategyDefinition, columns: BarColumns): BacktestRequest['series'] {
  const count = symbols?.length ?? (contract === 2 ? 2 : 1)
  return Array.from({ length: count }, (_, at) => {
    const swing = (column: Float64Array): Float64Array =>
      at === 0 ? column : column.map((price, row) => Math.round(price * (1 + 0.02 * Math.sin(row / (60 + 25 * at)))))
    const { ts, volume, ...prices } = columns
    const [open, high, low, close] = [prices.open, prices.high, prices.low, prices.close].map(swing) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    return {
      instrument: categories === undefined ? instrumentOf('even', at) : instrumentFor(categories[at] ?? 'linear', at),
      intervalMs: MINUTE_MS,
      columns: { ts, open, high, low, close, volume },
      funding: categories?.[at] === 'linear' ? hourlyFunding(columns) : undefined,
    }
  })
}

/** Spot and perpetual of one coin. */
const instrumentFor = (category: Category, at: number) => {
  const { index, venue } = instrumentOf('even', at)
  return makeInstrument({ index, venue, symbol: category === 'spot' ? 'BTCUSDT-SPOT' : 'BTCUSDT', ...grids.even })
}

/** Settled once an hour, up and down over two days. */
function hourlyFunding({ ts }: BarColumns): FundingSeries {
  const times = ts.filter((at) => at % HOUR_MS === 0)
  return { ts: times, rate: times.map((_, k) => Math.round(6_000_000 * Math.sin(k / 8))) }
}

describe('every strategy', () => {
  const run = (name: string, more: Partial<BacktestRequest> = {}) => {
    const definition = STRATEGIES.get(name) as StrategyDefinition
    const columns = walk(42, 5_000, 600_000)
    return runBacktestRequest(requestOf(definition, SHORTER[name] ?? {}, columns, { series: seriesFor(definition, columns), ...more }))
  }

  test.each([...STRATEGIES.keys()])(
    '%s gives its golden fingerprint, twice',
    (name) => {
      const [first, second] = [run(name), run(name)]
      expect([first.result.fills.length, first.fingerprint.slice(0, 16)]).toEqual(GOLDEN[name])
      expect(second.fingerprint).toBe(first.fingerprint)
      expect(second.metrics).toEqual(first.metrics)
    },
    60_000,
  )

  test.each([...STRATEGIES.keys()])(
    '%s decides the past without the future: a shorter series gives the same fills up to its end',
    (name) => {
      const definition = STRATEGIES.get(name) as StrategyDefinition
      const whole = walk(42, 5_000, 600_000)
      const cut = 3_000
      const part = Object.fromEntries(Object.entries(whole).map(([key, column]) => [key, column.subarray(0, cut)])) as Record<
        keyof BarColumns,
        Float64Array
      >
      const until = whole.ts[cut] as number
      const fills = (columns: BarColumns) =>
        runBacktestRequest(requestOf(definition, SHORTER[name] ?? {}, columns, { series: seriesFor(definition, columns) })).result.fills
      expect(fills(part)).toEqual(fills(whole).filter((fill) => fill.ts < until))
    },
    60_000,
  )

  test.each([...STRATEGIES.keys()])('%s: equity ends as opening cash plus the profit of all trades', (name) => {
    const { result } = run(name)
    const pnl = [...result.trades, ...result.openTrades].reduce((sum, trade) => sum + trade.pnl, 0)
    expect(result.finalEquity).toBe(10_000 * CASH_ONE + pnl)
    expect(result.equity.value.at(-1)).toBe(result.finalEquity)
  })
})

test('two symbols: each bar is seen by its own strategy, and bars of one instant are all marked before any is decided', () => {
  const [a, b] = [walk(1, 800, 600_000), walk(2, 800, 32_000)]
  const both = runBacktestRequest(
    requestOf(smaCross, { fast: 3, slow: 9 }, a, {
      sizing: { type: 'fixed', lots: lots(1) },
      series: [a, b].map((columns, at) => ({ instrument: instrumentOf('even', at), intervalMs: MINUTE_MS, columns, funding: undefined })),
    }),
  )
  for (const [at, columns] of [a, b].entries()) {
    const alone = runBacktestRequest(requestOf(smaCross, { fast: 3, slow: 9 }, columns, { sizing: { type: 'fixed', lots: lots(1) } }))
    const mine = both.result.fills
      .filter((fill) => fill.instrument === at)
      .map(({ ts, side, price, lots: quantity, fee }) => ({ ts, side, price, quantity, fee }))
    expect(mine).toEqual(alone.result.fills.map(({ ts, side, price, lots: quantity, fee }) => ({ ts, side, price, quantity, fee })))
  }
  expect(both.result.equity.ts).toHaveLength(800)
})

/** Rises for `turn` bars and stays: sma-cross 1/2 buys at bar 2 and holds. */
function risen(bars: number): BarColumns {
  const c = walk(1, bars, 1_000)
  for (let k = 0; k < bars; k++) {
    c.open[k] = 1_000 + k
    c.close[k] = 1_001 + k
    c.high[k] = 1_001 + k
    c.low[k] = 1_000 + k
  }
  return c
}

describe('funding', () => {
  test('funding is what a position pays at each settlement, and nothing when it is off', () => {
    const columns = risen(30)
    const free = { makerRate: rate(0), takerRate: rate(0), sizing: { type: 'fixed', lots: lots(1_000) } as const }
    const series = requestOf(smaCross, { fast: 1, slow: 2 }, columns).series[0] as BacktestRequest['series'][number]
    const off = runBacktestRequest(requestOf(smaCross, { fast: 1, slow: 2 }, columns, free))
    const settlements = constantFunding(columns, rate(1_000_000), 10 * MINUTE_MS)
    const on = runBacktestRequest(
      requestOf(smaCross, { fast: 1, slow: 2 }, columns, { ...free, series: [{ ...series, funding: settlements }] }),
    )
    expect(off.result.funding).toBe(0)
    // 1 BTC, filled at the third open: each settlement after it pays 0.01 % of the last price, which is the close before.
    const due = [...settlements.ts].map((at) => Math.round((at - START) / MINUTE_MS)).filter((k) => k > 2)
    const expected = due.reduce((sum, k) => sum + Math.ceil((1_001 + k - 1) * 1e7 * 0.0001), 0)
    expect(due.length).toBeGreaterThan(1)
    expect(on.result.funding).toBe(expected)
    expect(on.result.finalEquity).toBe(off.result.finalEquity - expected)
    expect(on.fingerprint).toBe(off.fingerprint)
  })
})

describe('a stop', () => {
  const held = { sizing: { type: 'fixed', lots: lots(1_000) } as const, stopFraction: 0.05, makerRate: rate(0), takerRate: rate(0) }
  /** The entry is decided on the close of bar 1 (1,002) and filled at the open of bar 2; its stop is at 952 (0.95 x 1,002, toward the entry). */
  const fallAt = (open: number, low: number): BarColumns => {
    const c = risen(12)
    for (let k = 8; k < 12; k++) {
      c.open[k] = open
      c.high[k] = Math.max(open, low)
      c.low[k] = low
      c.close[k] = low
    }
    return c
  }

  test.each([
    ['touched inside a bar fills at its price', 1_000, 940, 952],
    ['jumped over by a gap fills at the open', 900, 880, 900],
  ])('a stop: %s', (_, open, low, price) => {
    const { result } = runBacktestRequest(requestOf(smaCross, { fast: 1, slow: 2 }, fallAt(open, low), held))
    expect(result.fills.slice(0, 2).map((fill) => [fill.side, fill.price, fill.lots])).toEqual([
      [1, 1_002, 1_000],
      [-1, price, 1_000],
    ])
    expect(result.trades[0]?.exitReason).toBe('stop')
  })

  test('a stop: slips against us when slippage is on', () => {
    const { result } = runBacktestRequest(
      requestOf(smaCross, { fast: 1, slow: 2 }, fallAt(1_000, 940), { ...held, slippage: { type: 'fixed', bps: 100 } }),
    )
    // The buy pays 1,002 + ceil(10.02), the stop gets 952 - ceil(9.52).
    expect(result.fills.slice(0, 2).map((fill) => fill.price)).toEqual([1_013, 942])
  })
})

test('a strategy that throws ends the run with its name and place', () => {
  const broken: StrategyDefinition = {
    ...smaCross,
    name: 'broken',
    onBar: () => {
      throw new Error('no such average')
    },
  }
  const { result } = runBacktestRequest(requestOf(broken, {}, walk(1, 50, 1_000)))
  expect(result.failure).toMatch(/^broken: .*no such average/)
})

test('a run that is asked to stop stops', () => {
  const { result } = runBacktestRequest(requestOf(smaCross, {}, walk(1, 200_000, 600_000), { progress: () => false }))
  expect(result.wasStopped).toBe(true)
  expect(result.bars).toBeLessThan(200_000)
})

describe('a reversal', () => {
  /** Turns every ten bars, with a stop 5 % away, and says each signal once. */
  const turning = defineStrategy({
    name: 'turning',
    version: 1,
    summary: 'Turns every ten bars.',
    params: z.object({}),
    protection: 'position-stop',
    givesStop: true,
    warmup: () => 0,
    init: () => ({ bars: 0 }),
    onBar: ({ bars, signal }, state) => {
      state.bars += 1
      if (state.bars % 10 !== 0) return
      const side = state.bars % 20 === 0 ? 1 : -1
      signal({
        side,
        strength: 1,
        stop: ticksFromFloat(bars.close(0) * (1 - 0.05 * side), 'nearest'),
        reason: { rule: 'turn', values: {} },
      })
    },
  })

  test.each<readonly [string, Partial<BacktestRequest>]>([
    ['all that there is, without fees', { sizing: { type: 'all' }, takerRate: rate(0) }],
    ['all that there is, after the fee of the close', { sizing: { type: 'all' } }],
    [
      'a part of what may be lost',
      { sizing: { type: 'risk', scaling: { type: 'constant', r: 0.02 }, decay: { type: 'none' }, isThrottled: false } },
    ],
    [
      'more than the account holds once',
      { sizing: { type: 'risk', scaling: { type: 'constant', r: 0.05 }, decay: { type: 'none' }, isThrottled: false } },
    ],
  ])('what the signal closes is gone before the new order fills: no turn is denied or shrunk by it: %s', (_, more) => {
    const { result } = runBacktestRequest(requestOf(turning, {}, walk(7, 1_000, 500_000, 0.0005), more))
    expect(Object.fromEntries(result.denials)).toEqual({})
    // 100 turns, the last at the end of the data: 99 fill, and all of these but one are closed by the next.
    expect(result.trades).toHaveLength(98)
    const [first, second] = result.trades
    expect((second?.quantity ?? 0) / (first?.quantity ?? 1)).toBeGreaterThan(0.95)
  })
})
