/**
 * Real candles of the repository as a loop by hand reads them, and the fills of a backtest over the same candles to set beside it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { CASH_ONE, cash, lots } from '../../../src/core/units.ts'
import type { BacktestRequest, BacktestRun } from '../../../src/backtest/backtest-run.ts'
import { STRATEGIES } from '../../../src/strategy/registry.ts'
import type { StrategyDefinition } from '../../../src/strategy/strategy.ts'
import { backtestFixture } from '../fixture-backtest.ts'
import { ROOT } from '../repository.ts'
import type { Candle, HandFill } from './market.ts'

/** So that a part of it is whole lots, and the margin never binds. */
export const LOTS = 60
const TICKS_A_UNIT: Readonly<Record<string, number>> = { BTCUSDT: 10, ETHUSDT: 100, SOLUSDT: 100 }
export const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] as const

/** Prices in whole ticks. */
export function candlesOf(symbol: string): Candle[] {
  const rows = readFileSync(join(ROOT, `test/fixtures/candles/bybit-${symbol}-5m.csv`), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  const per = TICKS_A_UNIT[symbol] ?? 1
  return rows.map((row) => {
    const [ts = 0, open = 0, high = 0, low = 0, close = 0] = row.split(',').map(Number)
    const inTicks = (price: number): number => Math.round(price * per)
    return { ts, open: inTicks(open), high: inTicks(high), low: inTicks(low), close: inTicks(close) }
  })
}

export function builtIn(name: string): StrategyDefinition {
  const definition = STRATEGIES.get(name)
  if (definition === undefined) throw new Error(`there is no strategy ${name}`)
  return definition
}

/** A run with a fixed quantity: what is compared is the rule and where its orders fill. */
export async function runFixed(
  name: string,
  params: object,
  symbols: readonly string[],
  more: Partial<BacktestRequest> = {},
): Promise<BacktestRun> {
  const run = await backtestFixture(builtIn(name), params, symbols, {
    sizing: { type: 'fixed', lots: lots(LOTS) },
    openingCash: cash(100_000 * CASH_ONE),
    ...more,
  })
  expect(run.result.failure).toBeUndefined()
  expect(Object.fromEntries(run.result.denials)).toEqual({})
  return run
}

/** Side, price and quantity of each fill of one symbol of a run, as a loop by hand writes them. */
export const fillsOf = ({ result }: BacktestRun, at = 0): Omit<HandFill, 'name'>[] =>
  result.fills.filter((fill) => fill.instrument === at).map(({ ts, side, price, lots: quantity }) => ({ ts, side, price, lots: quantity }))

export const unnamed = (fills: readonly HandFill[]): Omit<HandFill, 'name'>[] =>
  fills.map(({ ts, side, price, lots: quantity }) => ({ ts, side, price, lots: quantity }))
