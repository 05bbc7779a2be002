/**
 * Runs of a strategy that says anything, over random markets and account settings: what properties of the backtest are tried on.
 */
import fc from 'fast-check'
import { z } from 'zod'
import type { BacktestRequest } from '../../src/backtest/backtest-run.ts'
import { Random } from '../../src/core/random.ts'
import { CASH_ONE, MINUTE_MS, cash, instrumentIndex, lots, rate, ticks } from '../../src/core/units.ts'
import type { BarColumns } from '../../src/market/bars.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import { type Signal, type StrategyContext, defineStrategy } from '../../src/strategy/strategy.ts'

const BARS = 400

/** A walk whose bars jump, stand still, and now and then open or close beyond their own extremes, as bars of files do. */
export function market(seed: number, volatility: number): BarColumns {
  const random = new Random(seed)
  const column = (): Float64Array => new Float64Array(BARS)
  const c = { ts: column(), open: column(), high: column(), low: column(), close: column(), volume: column() }
  let price = 5_000
  for (let k = 0; k < BARS; k++) {
    const open = random.next() < 0.05 ? Math.max(50, Math.round(price * (0.9 + 0.2 * random.next()))) : price
    price = random.next() < 0.1 ? open : Math.max(50, Math.round(open * (1 + volatility * random.normal())))
    const reach = open * volatility
    const isOdd = random.next() < 0.02
    c.ts[k] = 1_700_000_040_000 + k * MINUTE_MS
    c.open[k] = open
    c.close[k] = price
    c.high[k] = isOdd ? Math.min(open, price) : Math.max(open, price) + Math.round(reach * random.next())
    c.low[k] = isOdd ? Math.min(open, price) : Math.max(1, Math.min(open, price) - Math.round(reach * random.next()))
    c.volume[k] = random.next() < 0.05 ? 0 : 1 + random.next()
  }
  return c
}

const params = z.object({ seed: z.number(), talk: z.number(), throwsAt: z.number() }).strict()

/** Says anything at all now and then: both sides and flat, at market and at limits, with stops and targets, whole and in parts. */
export const talker = defineStrategy<z.infer<typeof params>, { random: number; seen: number; talk: number; throwsAt: number }>({
  name: 'talker',
  version: 1,
  summary: 'Says anything.',
  params,
  protection: 'position-stop',
  givesStop: false,
  warmup: () => 0,
  init: ({ seed, talk, throwsAt }) => ({ random: seed, seen: 0, talk, throwsAt }),
  onBar(context, state) {
    state.seen += 1
    if (state.seen === state.throwsAt) throw new Error('enough')
    const random = new Random(state.random + state.seen * 7_919)
    if (random.next() < state.talk) context.signal(wordOf(random, context))
  },
})

function wordOf(random: Random, context: StrategyContext): Signal {
  const close = context.bars.close(0)
  const side = ([1, -1, 0, 1, -1] as const)[Math.floor(random.next() * 5)] ?? 0
  const away = (most: number): number => 1 + Math.round(close * most * random.next())
  const limit = random.next() < 0.3 ? ticks(Math.max(30, close - side * away(0.01))) : undefined
  const entry = limit ?? close
  const target = (share: number) => ({ price: ticks(Math.max(1, entry + side * away(0.03))), share })
  const targets = random.next() < 0.5 ? [] : random.next() < 0.5 ? [target(1)] : [target(0.5), target(0.25)]
  return {
    side,
    strength: 1,
    ...(limit === undefined || side === 0 ? {} : { limit }),
    ...(side === 0 || random.next() < 0.3 ? {} : { stop: ticks(Math.max(1, entry - side * away(0.03))) }),
    ...(side === 0 || targets.length === 0 ? {} : { targets }),
    reason: { rule: 'anything', values: { close } },
  }
}

const { research } = RISK_PROFILES

/** @param others symbols that are traded beside, of one account */
export const requestsOf = (others: readonly string[]) =>
  fc
    .record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      talk: fc.constantFrom(0.02, 0.1, 0.5, 1),
      throwsAt: fc.constantFrom(0, 0, 0, 0, 250),
      volatility: fc.constantFrom(0.001, 0.005, 0.03),
      leverage: fc.constantFrom(1, 5, 50),
      symbol: fc.constantFrom('BTCUSDT', 'BTCUSDT', 'BTCUSDT-SPOT'),
      sizing: fc.constantFrom<BacktestRequest['sizing']>(
        { type: 'all' },
        { type: 'fixed', lots: lots(700) },
        { type: 'fixed', lots: lots(30_000) },
        research.sizing,
      ),
      limitFill: fc.constantFrom('through', 'touch'),
      slippage: fc.constantFrom<BacktestRequest['slippage']>(
        { type: 'none' },
        { type: 'ticks', ticks: 0.5 },
        { type: 'impact', halfSpreadBps: 1, coefficient: 1 },
      ),
      stopShare: fc.constantFrom(undefined, 0.3),
      profile: fc.constantFrom(research, research, RISK_PROFILES.sim),
    })
    .map(({ seed, talk, throwsAt, volatility, leverage, symbol, profile, ...of }): BacktestRequest => {
      return {
        ...of,
        definition: talker,
        params: { seed, talk, throwsAt },
        series: [symbol, ...others].map((each, k) => ({
          instrument: makeInstrument({ index: instrumentIndex(k), venue: 'test', symbol: each, tickSize: '0.1', lotSize: '0.001' }),
          intervalMs: MINUTE_MS,
          columns: market(seed + k, volatility),
          funding: undefined,
        })),
        risk: { ...profile, limits: { ...profile.limits, leverage } },
        openingCash: cash(1_000 * CASH_ONE),
        makerRate: rate(2_000_000),
        takerRate: rate(5_500_000),
        spotRate: rate(10_000_000),
        stopFraction: undefined,
      }
    })
