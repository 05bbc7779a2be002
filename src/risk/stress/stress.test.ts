/**
 * Stress scenarios against arithmetic by hand and Bybit's published formula of maintenance, and what holds for every book.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MaintenanceTier } from './maintenance.ts'
import { marketRiskOf } from './market-risk.ts'
import { SCENARIO_NAMES, type ScenarioName } from './scenarios.ts'
import { type StressBook, type StressPosition, type StressResult, aloneLiquidationsOf, stressesOf } from './stress.ts'

const ONE_TIER: readonly MaintenanceTier[] = [{ valueMax: Number.POSITIVE_INFINITY, rate: 0.005, deduction: 0 }]
const positionOf = (parts: Partial<StressPosition>): StressPosition => ({
  symbol: 'BTCUSDT',
  quantity: 1,
  mark: 50_000,
  isSpot: false,
  stop: undefined,
  beta: 1,
  dayVolatility: 0.03,
  tiers: ONE_TIER,
  ...parts,
})
const bookOf = (equity: number, ...positions: StressPosition[]): StressBook => ({
  equity,
  positions,
  correlation: positions.map((_, i) => positions.map((__, j) => (i === j ? 1 : 0.5))),
})
const only = (book: StressBook, name: ScenarioName): StressResult => stressesOf(book, [name])[0] as StressResult
/** 99 % of the normal distribution, from a table. */
const Z = 2.3263478740408408

describe('scenarios', () => {
  test('BTC -20 % through betas: a long loses, a short wins, spot is a loss and no margin', () => {
    const book = bookOf(
      20_000,
      positionOf({ quantity: 0.5, beta: 1 }),
      positionOf({ symbol: 'ETHUSDT', quantity: -2, mark: 2_500, beta: 1.4 }),
      positionOf({ symbol: 'BTCUSDT-SPOT', quantity: 0.1, isSpot: true, tiers: [] }),
    )
    const crash = only(book, 'btc-crash')
    // -0.5 x 10,000 + 2 x 700 - 0.1 x 10,000.
    expect(crash.loss).toBeCloseTo(5_000 - 1_400 + 1_000, 6)
    expect(crash.lossFraction).toBeCloseTo(0.23, 9)
    expect(crash.moves.map(({ move }) => Number(move.toFixed(6)))).toEqual([-0.2, -0.28, -0.2])
    // Backing: 20,000 - 5,000 of spot. Before: 0.005 x 30,000. After: 0.005 x (20,000 + 3,600) over 15,000 - 3,600.
    expect(crash.marginRatioBefore).toBeCloseTo(150 / 15_000, 12)
    expect(crash.marginRatioAfter).toBeCloseTo(118 / 11_400, 12)
    expect(crash.liquidation).toBeNull()
    expect(only(book, 'btc-rally').loss).toBeCloseTo(-4_600, 6)
  })

  test('volatility doubled: z deviations of the book, its correlations kept', () => {
    const book = bookOf(
      100_000,
      positionOf({ quantity: 1, dayVolatility: 0.03 }),
      positionOf({ symbol: 'ETHUSDT', quantity: -10, mark: 2_000, dayVolatility: 0.05 }),
    )
    // Deviations 1,500 and -1,000 at a correlation of 0.5: sqrt(1500^2 + 1000^2 - 1500 x 1000).
    const deviation = Math.sqrt(1_500 ** 2 + 1_000 ** 2 - 1_500 * 1_000)
    expect(only(book, 'vol-double').loss).toBeCloseTo(2 * Z * deviation, 6)
    // No diversification: both lose together, the hedge, too.
    expect(only(book, 'correlation-one').loss).toBeCloseTo(Z * 2_500, 6)
    expect(only(book, 'outage').loss).toBeCloseTo(2 * Z * 2_500 * Math.sqrt(4 / 24), 6)
  })

  test('funding at 0.5 % a settlement, three times, of perpetuals alone, and no price moves', () => {
    const book = bookOf(
      10_000,
      positionOf({ quantity: 0.1 }),
      positionOf({ symbol: 'ETHUSDT', quantity: -1, mark: 3_000 }),
      positionOf({ symbol: 'BTCUSDT-SPOT', quantity: 0.1, isSpot: true, tiers: [] }),
    )
    const spike = only(book, 'funding-spike')
    expect(spike.loss).toBeCloseTo(8_000 * 0.015, 9)
    expect(spike.moves.every(({ move }) => move === 0)).toBe(true)
  })

  test('stops on the way fill at their prices; in an outage none does', () => {
    const long = positionOf({ quantity: 1, stop: 48_500 })
    const book = bookOf(50_000, long, positionOf({ symbol: 'ETHUSDT', quantity: -1, mark: 3_000, stop: 3_300 }))
    const crash = only(book, 'btc-crash')
    // 1,500 on BTC; ETH falls, so that its stop above is not reached: 600 won.
    expect(crash.lossAtStops).toBeCloseTo(1_500 - 600, 6)
    expect(crash.loss).toBeCloseTo(10_000 - 600, 6)
    expect(only(book, 'outage').lossAtStops).toBeNull()
    // A stop on the winning side of the mark is a trailing one that has been passed: it is no floor.
    expect(only(bookOf(50_000, positionOf({ stop: 51_000 })), 'btc-crash').lossAtStops).toBeCloseTo(10_000, 6)
  })

  test('the account is liquidated where its equity is its maintenance: price and part of the way by hand', () => {
    const crash = only(bookOf(10_000, positionOf({})), 'btc-crash')
    // E + (P - 50,000) = 0.005 P, so that P = 40,000 / 0.995.
    expect(crash.liquidation).toEqual({
      symbol: 'BTCUSDT',
      price: expect.closeTo(40_000 / 0.995, 6) as number,
      part: expect.closeTo((50_000 - 40_000 / 0.995) / 10_000, 9) as number,
    })
    expect(crash.marginRatioAfter).toBeNull()
    // With 10,201 instead there is just enough: 40,000 x 0.005 = 200.
    expect(only(bookOf(10_201, positionOf({})), 'btc-crash').liquidation).toBeNull()
    expect(only(bookOf(10_199, positionOf({})), 'btc-crash').liquidation?.part).toBeCloseTo(1, 3)
  })

  test('the position that has lost most is named, and an account that is under water goes at once', () => {
    const book = bookOf(
      5_000,
      positionOf({ quantity: 0.1, beta: 1 }),
      positionOf({ symbol: 'SOLUSDT', quantity: 150, mark: 150, beta: 1.6 }),
    )
    const { liquidation } = only(book, 'btc-crash')
    // 22,500 of SOL lose 32 % to BTC's 5,000 x 20 %: 7,200 to 1,000. 5,000 - 8,200 x = 0.005 x (27,500 - 8,200 x).
    expect(liquidation).toMatchObject({ symbol: 'SOLUSDT' })
    expect(liquidation?.part).toBeCloseTo((5_000 - 137.5) / (8_200 * 0.995), 9)
    expect(only(bookOf(100, positionOf({})), 'btc-rally').liquidation).toMatchObject({ part: 0, price: 50_000 })
  })

  test('alone: how far each may go while the others stand still, the nearest first', () => {
    const book = bookOf(10_000, positionOf({}), positionOf({ symbol: 'ETHUSDT', quantity: -10, mark: 3_000 }))
    const [btc, eth] = aloneLiquidationsOf(book)
    // 10,000 + (P - 50,000) = 0.005 P + 150; and 10,000 - 10 (P - 3,000) = 0.005 x 10 P + 250.
    expect(btc).toEqual({
      symbol: 'BTCUSDT',
      price: expect.closeTo(40_150 / 0.995, 5) as number,
      distance: expect.closeTo(1 - 0.803 / 0.995, 9) as number,
    })
    expect(eth?.price).toBeCloseTo(39_750 / 10.05, 5)
    expect(aloneLiquidationsOf(bookOf(100_000, positionOf({})))).toEqual([])
    // The only contract: at a price of 0 it needs no margin any more, and the account is gone long before.
    expect(aloneLiquidationsOf(bookOf(10_000, positionOf({})))[0]?.price).toBeCloseTo(40_000 / 0.995, 5)
  })

  test('nothing open: nothing is lost, and nothing is null that is known', () => {
    for (const result of stressesOf(bookOf(1_000)))
      expect(result).toMatchObject({ loss: 0, lossFraction: 0, marginRatioBefore: 0, marginRatioAfter: 0, liquidation: null, moves: [] })
  })

  test('for every book: figures are numbers, no price is negative, and twice the book on twice the equity is the same', () => {
    const one = fc.record({
      symbol: fc.constantFrom('A', 'B', 'C'),
      quantity: fc.double({ min: -5, max: 5, noNaN: true }),
      mark: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
      isSpot: fc.boolean(),
      stop: fc.constant(undefined),
      beta: fc.double({ min: -2, max: 8, noNaN: true }),
      dayVolatility: fc.double({ min: 0, max: 0.9, noNaN: true }),
      tiers: fc.constant(ONE_TIER),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), fc.double({ min: 1, max: 1e6, noNaN: true }), (positions, equity) => {
        const twice = positions.map((each) => ({ ...each, quantity: each.quantity * 2 }))
        const doubled = stressesOf(bookOf(equity * 2, ...twice))
        stressesOf(bookOf(equity, ...positions)).forEach((result, at) => {
          expect(Number.isFinite(result.loss)).toBe(true)
          expect(result.moves.every(({ price }) => price >= 0)).toBe(true)
          expect(result.liquidation === null).toBe(doubled[at]?.liquidation === null)
          expect(doubled[at]?.loss).toBeCloseTo(result.loss * 2, 3)
          if (result.liquidation !== null) expect(result.liquidation.part).toBeCloseTo(doubled[at]?.liquidation?.part as number, 6)
        })
      }),
    )
  })
  test('the names are those of the scenarios', () => {
    expect(stressesOf(bookOf(1_000)).map(({ scenario }) => scenario)).toEqual([...SCENARIO_NAMES])
  })
})

describe('how symbols move', () => {
  const HOUR = 3_600_000
  const walk = (moves: readonly number[]) => {
    const closes = [{ ts: 0, close: 100 }]
    for (const move of moves) closes.push({ ts: closes.length * HOUR, close: (closes.at(-1)?.close ?? 0) * (1 + move) })
    return closes
  }
  const market = Array.from({ length: 60 }, (_, k) => (k % 2 === 0 ? 0.01 : -0.01))
  test('beta, volatility of a day and correlation of a symbol that moves twice as much', () => {
    const closes = new Map([
      ['BTCUSDT', walk(market)],
      ['ETHUSDT', walk(market.map((move) => move * 2))],
      ['INVERSE', walk(market.map((move) => -move))],
    ])
    const { symbols, correlation } = marketRiskOf(['ETHUSDT', 'INVERSE', 'BTCUSDT'], 'BTCUSDT', closes, HOUR)
    expect(symbols.map(({ beta }) => Number(beta.toFixed(9)))).toEqual([2, -1, 1])
    // 60 returns of +-0.02, ddof 1, times the root of 24.
    expect(symbols[0]?.dayVolatility).toBeCloseTo(0.02 * Math.sqrt(60 / 59) * Math.sqrt(24), 9)
    expect(correlation.map((row) => row.map((value) => Number(value.toFixed(9))))).toEqual([
      [1, -1, 1],
      [-1, 1, -1],
      [1, -1, 1],
    ])
  })
  test('without closes beta is 1 and that is told, and over a hole there is no return', () => {
    const closes = new Map([
      ['BTCUSDT', walk(market)],
      ['NEWUSDT', walk(market.slice(0, 47))],
      ['HOLED', walk(market).map((row, k) => (k > 20 ? { ts: row.ts + HOUR, close: row.close * 9 } : row))],
    ])
    const { symbols, correlation } = marketRiskOf(['NEWUSDT', 'NONE', 'HOLED'], 'BTCUSDT', closes, HOUR)
    expect(symbols.slice(0, 2)).toEqual([
      { symbol: 'NEWUSDT', beta: 1, dayVolatility: 0.05, isAssumed: true },
      { symbol: 'NONE', beta: 1, dayVolatility: 0.05, isAssumed: true },
    ])
    expect(symbols[2]?.dayVolatility).toBeLessThan(0.06)
    expect(correlation[0]).toEqual([1, 1, 1])
  })
  test('without closes of the benchmark nothing is known', () => {
    expect(marketRiskOf(['ETHUSDT'], 'BTCUSDT', new Map([['ETHUSDT', walk(market)]]), HOUR).symbols[0]?.isAssumed).toBe(true)
  })
})
