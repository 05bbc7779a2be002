/**
 * What the comparisons of live and backtest share: real candles of three symbols in a store, strategies with parameters, and the comparison itself.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type StrategyPlan, planOf } from '../../../src/config/strategy-plan.ts'
import { importFiles } from '../../../src/market/candles/import.ts'
import { openStore } from '../../../src/market/candles/store.ts'
import { type LockstepCase, backtestSame, tradeLive } from './lockstep.ts'
import { MemoryStore } from './memory-journal.ts'

export const CANDLES = join(import.meta.dirname, '../../fixtures/candles')
export const MINUTES_5 = 300_000
export const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']

/** A data directory whose folder `two` has the real 5-minute candles of all symbols. */
export async function parityData(): Promise<{ readonly dataDir: string; readonly remove: () => void }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ballast-parity-'))
  for (const symbol of SYMBOLS) {
    const files = [join(CANDLES, `bybit-${symbol}-5m.csv`)]
    const imported = await importFiles(openStore(join(dataDir, 'two', 'candles')), {
      files,
      venue: 'bybit',
      symbol,
      wishes: { interval: '5m' },
    })
    if (!imported.ok) throw new Error(imported.error.sentence)
  }
  return { dataDir, remove: () => rmSync(dataDir, { recursive: true, force: true }) }
}

export const plan = (strategy: string, symbol: string, params: Readonly<Record<string, unknown>> = {}): StrategyPlan => {
  const made = planOf({ strategy, symbols: [symbol], params })
  if (!made.ok) throw new Error(made.error)
  return made.value
}

/** Trades the same bars live and backtested, and compares what was heard, filled and left. */
export async function compare(given: LockstepCase) {
  const backtest = backtestSame(given)
  const live = await tradeLive(given, new MemoryStore().open())
  expect(live.lines).toEqual(backtest.lines)
  expect(live.fills).toBe(backtest.result.fills.length)
  expect(live.fingerprint).toBe(backtest.fingerprint)
  expect(live.equity).toBe(backtest.result.finalEquity)
  return { backtest, live }
}
