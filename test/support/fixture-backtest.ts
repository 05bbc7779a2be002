/**
 * A backtest over the real candles of the repository, with Bybit's fees and quantities by risk.
 */
import { join } from 'node:path'
import { type BacktestRequest, type BacktestRun, type RunSeries, runBacktestRequest } from '../../src/backtest/backtest-run.ts'
import { CASH_ONE, cash, instrumentIndex, rate } from '../../src/core/units.ts'
import { readCandles } from '../../src/market/candles/candle-file.ts'
import { makeInstrument } from '../../src/market/instrument.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'
import { ROOT } from './repository.ts'

const TERMS: Readonly<Record<string, readonly [tickSize: string, lotSize: string]>> = {
  BTCUSDT: ['0.1', '0.001'],
  ETHUSDT: ['0.01', '0.01'],
  SOLUSDT: ['0.01', '0.1'],
}

/** Three days of five-minute candles. */
export async function fixtureSeries(symbols: readonly string[]): Promise<RunSeries[]> {
  return Promise.all(
    symbols.map(async (symbol, at) => {
      const read = await readCandles([join(ROOT, `test/fixtures/candles/bybit-${symbol}-5m.csv`)])
      if (!read.ok) throw new Error(read.error.sentence)
      const [tickSize = '', lotSize = ''] = TERMS[symbol] ?? []
      if (read.value.tickSize !== tickSize) throw new Error(`${symbol} is in ticks of ${read.value.tickSize}`)
      const instrument = makeInstrument({ index: instrumentIndex(at), venue: 'bybit', symbol, tickSize, lotSize })
      return { instrument, intervalMs: read.value.intervalMs, columns: read.value.columns, funding: undefined }
    }),
  )
}

export async function backtestFixture(
  definition: StrategyDefinition,
  params: object,
  symbols: readonly string[],
  more: Partial<BacktestRequest> = {},
): Promise<BacktestRun> {
  return runBacktestRequest({
    definition,
    params: definition.params.parse(params),
    series: await fixtureSeries(symbols),
    risk: RISK_PROFILES.research,
    sizing: RISK_PROFILES.research.sizing,
    openingCash: cash(10_000 * CASH_ONE),
    makerRate: rate(2_000_000),
    takerRate: rate(5_500_000),
    spotRate: rate(10_000_000),
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
    ...more,
  })
}
