/**
 * funding-carry against a loop by hand over real candles and real funding rates, and its rule at the edges.
 * Spot is made from the perpetual, which is the only one that the repository has candles of: as far below it as a swinging basis says.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runBacktestRequest } from '../../src/backtest/backtest-run.ts'
import { CASH_ONE, cash, instrumentIndex, lots, rate } from '../../src/core/units.ts'
import type { BarColumns } from '../../src/market/bars.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { builtIn, fillsOf, unnamed, candlesOf, LOTS } from '../support/by-hand/fixture.ts'
import { type Candle, HandMarket } from '../support/by-hand/market.ts'
import { wishesOf } from '../support/by-hand/order-requests.ts'
import { mean } from '../support/by-hand/arithmetic.ts'
import { ROOT } from '../support/repository.ts'

/** Low costs and few settlements, so that three days of rates are enough for entries and exits. */
const RULE = { settlements: 2, costs: 4, days: 5, keep: 0.5, basis: -2 }

interface Rate {
  readonly at: number
  readonly rate: number
}

function ratesOf(symbol: string): Rate[] {
  const rows = readFileSync(join(ROOT, `test/fixtures/candles/bybit-${symbol}-funding.csv`), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  return rows.map((row) => {
    const [at = 0, settled = 0] = row.split(',').map(Number)
    return { at, rate: settled }
  })
}

/** Swings between 9 bp below the perpetual and 3 bp above it within eight hours. */
const spotOf = (candles: readonly Candle[]): Candle[] =>
  candles.map(({ ts, ...prices }, k) => {
    const factor = 1 - (3 + 6 * Math.sin(k / 15)) / 1e4
    const of = (price: number): number => Math.round(price * factor)
    return { ts, open: of(prices.open), high: of(prices.high), low: of(prices.low), close: of(prices.close) }
  })

/** The same lots of both legs; `spotPart` lots of spot are one of the perpetual. */
function byHand(
  spots: readonly Candle[],
  perpetuals: readonly Candle[],
  rates: readonly Rate[],
  spotPart: number,
  stop: number,
): [HandMarket, HandMarket] {
  const [spot, perpetual] = [new HandMarket(), new HandMarket()]
  let since = 0
  let tried = 0
  perpetuals.forEach((candle, k) => {
    const other = spots[k] as Candle
    spot.play(other)
    perpetual.play(candle)
    const now = candle.ts + 300_000
    const isWhole = spot.position > 0 && perpetual.position < 0
    if ((spot.position !== 0) !== (perpetual.position !== 0)) {
      spot.close()
      perpetual.close()
      since = now
      return
    }
    const known = rates.filter(({ at }) => at < now)
    const last = known.slice(-RULE.settlements).filter(({ at }) => at > since)
    const paid = last.length < RULE.settlements ? undefined : mean(last.map((each) => each.rate)) * 3 * RULE.days * 10_000
    if (isWhole) {
      if (paid !== undefined && paid < RULE.costs * RULE.keep) {
        spot.close()
        perpetual.close()
        return
      }
      const [long, short] = [spot.position / spotPart, -perpetual.position]
      if (Math.abs(long - short) < Math.max(0.02 * Math.max(long, short), long > short ? 1 / spotPart : 1)) return
      if (long > short) spot.close(Math.floor((long - short) * spotPart + 1e-9))
      else perpetual.close(Math.floor(short - long + 1e-9))
      return
    }
    if (paid === undefined || paid < RULE.costs || known.at(-1)?.at === tried) return
    if ((candle.close / other.close - 1) * 10_000 < RULE.basis) return
    tried = known.at(-1)?.at ?? 0
    spot.enter(1, LOTS, { stop: Math.floor(other.close * (1 - stop / 100)) })
    perpetual.enter(-1, LOTS, { stop: Math.ceil(candle.close * (1 + stop / 100)) })
  })
  return [spot, perpetual]
}

const columnsOf = (candles: readonly Candle[]): BarColumns => ({
  ts: Float64Array.from(candles, ({ ts }) => ts),
  open: Float64Array.from(candles, ({ open }) => open),
  high: Float64Array.from(candles, ({ high }) => high),
  low: Float64Array.from(candles, ({ low }) => low),
  close: Float64Array.from(candles, ({ close }) => close),
  volume: new Float64Array(candles.length).fill(1_000),
})

function carryOf(
  perpetual: string,
  spot: string,
  spots: readonly Candle[],
  perpetuals: readonly Candle[],
  rates: readonly Rate[],
  tickSize: string,
  spotLot: string,
  stop = 3,
) {
  const series = [spot, perpetual].map((symbol, at) => ({
    instrument: makeInstrument({
      index: instrumentIndex(at),
      venue: 'bybit',
      symbol,
      tickSize,
      lotSize: at === 0 ? spotLot : '0.01',
    }),
    intervalMs: 300_000,
    columns: columnsOf(at === 0 ? spots : perpetuals),
    funding:
      at === 0
        ? undefined
        : { ts: Float64Array.from(rates, (each) => each.at), rate: Float64Array.from(rates, (each) => Math.round(each.rate * 1e10)) },
  }))
  return runBacktestRequest({
    definition: builtIn('funding-carry'),
    params: builtIn('funding-carry').params.parse({ ...RULE, stop }),
    series,
    risk: RISK_PROFILES.research,
    sizing: { type: 'fixed', lots: lots(LOTS) },
    openingCash: cash(200_000 * CASH_ONE),
    makerRate: rate(0),
    takerRate: rate(5_500_000),
    spotRate: rate(0),
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
  })
}

describe.each([
  ['BTCUSDT', '0.1', 1, 3],
  ['ETHUSDT', '0.01', 1, 3],
  ['SOLUSDT', '0.01', 1, 3],
  // Too far away to be met: it leaves when the rates say so.
  ['SOLUSDT', '0.01', 1, 45],
  ['BTCUSDT', '0.1', 1, 45],
  // A lot of spot is a tenth of one of the perpetual: the short is nine tenths too large, and made even.
  ['ETHUSDT', '0.01', 10, 3],
] as const)(
  'funding-carry on three days of %s with ticks of %s, %d lots of spot in one of the perpetual, stops at %d %',
  (symbol, tickSize, spotPart, stop) => {
    const perpetuals = candlesOf(symbol)
    const spots = spotOf(perpetuals)
    const rates = ratesOf(symbol)
    const run = carryOf(symbol, `${symbol}-SPOT`, spots, perpetuals, rates, tickSize, spotPart === 10 ? '0.001' : '0.01', stop)

    test('the loop by hand gives the same fills of both legs', () => {
      expect(run.result.failure).toBeUndefined()
      expect(Object.fromEntries(run.result.denials)).toEqual({})
      const hand = byHand(spots, perpetuals, rates, spotPart, stop)
      expect(hand[1].fills.length).toBeGreaterThanOrEqual(2)
      expect([0, 1].map((at) => fillsOf(run, at))).toEqual(hand.map(({ fills }) => unnamed(fills)))
    })

    test('what the short was paid is what the rates say of the settlements that it was held over', () => {
      const fills = run.result.fills.filter((fill) => fill.instrument === 1)
      let paid = 0
      for (const { at, rate: settled } of rates) {
        const held = fills.reduce((sum, fill) => (fill.ts < at ? sum + fill.side * fill.lots : sum), 0)
        const close = perpetuals.findLast((candle) => candle.ts + 300_000 <= at)?.close ?? 0
        paid += -held * 0.01 * close * Number(tickSize) * settled
      }
      expect(run.result.funding / -CASH_ONE).toBeCloseTo(paid, 4)
    })
  },
)

/** Said at the last of so many flat minutes, where each hour one of these rates was settled. */
const said = (hourly: readonly number[], params: object = {}, perpetualPrice = 100.02) => {
  const bars = (price: number) => Array.from({ length: hourly.length * 60 }, () => [price, price, price, price] as const)
  const rule = { settlements: 3, costs: 9, days: 3, ...params }
  const fundings = [[], hourly.map((settled, k) => [k * 60, settled] as const)]
  return wishesOf(builtIn('funding-carry'), rule, bars(100), undefined, [bars(perpetualPrice)], { fundings }).flat()
}
const entries = (hourly: readonly number[], params: object = {}, perpetualPrice?: number) =>
  said(hourly, params, perpetualPrice).map((request) =>
    request.type === 'enter' ? [request.market, request.entry.side] : [request.market, request.type],
  )
const BOTH = [
  [0, 1],
  [1, -1],
]

// Three settlements a day over three days: nine of 1 bp are 9 bp.
test.each<[string, readonly number[], object, number | undefined, readonly unknown[]]>([
  ['just what the costs are: it enters', [0.0001, 0.0001, 0.0001], {}, undefined, BOTH],
  ['less', [0.0001, 0.0001, 0.00009], {}, undefined, []],
  ['the mean counts, not the last one', [0.0003, 0.0001, -0.0001], {}, undefined, BOTH],
  ['fewer settlements than it averages', [0.0009, 0.0009], {}, undefined, []],
  ['more days to earn them in', [0.00005, 0.00005, 0.00005], { days: 6 }, undefined, BOTH],
  ['a perpetual below spot', [0.0009, 0.0009, 0.0009], {}, 99.8, []],
  ['a perpetual below spot, where that is allowed', [0.0009, 0.0009, 0.0009], { basis: -30 }, 99.8, BOTH],
  ['refused: it tries again after the next settlement', [0.0001, 0.0001, 0.0001, 0.0001], {}, undefined, [...BOTH, ...BOTH]],
])('funding-carry: %s', (_, hourly, params, price, expected) => {
  expect(entries(hourly, params, price)).toEqual(expected)
})

test('funding-carry: both legs have stops on their losing sides in whole ticks', () => {
  const found = said([0.0001, 0.0001, 0.0001], { stop: 5.005 })
  expect(found.map((request) => request.type === 'enter' && request.entry.stop)).toEqual([9_499, 10_503])
})

test('funding-carry: symbols of two coins stop it with a sentence', () => {
  const run = carryOf('ETHUSDT', 'BTCUSDT-SPOT', candlesOf('ETHUSDT'), candlesOf('ETHUSDT'), [], '0.01', '0.01')
  expect(run.result.failure).toMatch(/needs spot and perpetual of one coin, and BTCUSDT-SPOT is not of ETHUSDT/)
})
