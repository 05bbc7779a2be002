/**
 * The runs that are measured, made of one build's kernel: `npm run bench -- backtest --against DIR` bundles this file with the sources of
 * DIR as well. Never imports what 7ab9543 does not have, so that builds from there on can be compared.
 */
import { runBacktest } from '../src/backtest/backtest.ts'
import { type BacktestRequest, fingerprintOf, kernelOf } from '../src/backtest/backtest-run.ts'
import { CASH_ONE, RATE_ONE, cash, instrumentIndex, lots, rate } from '../src/core/units.ts'
import { Bars } from '../src/market/bars.ts'
import { type Instrument, lotFloat, makeInstrument } from '../src/market/instrument.ts'
import { RISK_PROFILES } from '../src/risk/profiles.ts'
import { STRATEGIES } from '../src/strategy/registry.ts'
import { MAINTENANCE_RATE } from '../src/venue/sim/models/costs.ts'
import type { BenchSeries } from './series.ts'

export interface Case {
  readonly name: string
  readonly strategy: string
  readonly params: Readonly<Record<string, number>>
  readonly fee: number
  readonly cash: number
  /** Quantity of each entry in base units; or by its rule. */
  readonly size: number | 'all' | 'risk'
}

/** What of a run must be the same in two builds. */
export interface RunFigures {
  readonly fills: number
  readonly trades: number
  readonly denials: number
  readonly finalEquity: number
  readonly fingerprint: string
}

export interface Runs {
  readonly instrument: Instrument
  readonly fixedLots: number
  /** The backtest alone: what is timed. */
  run(): void
  figures(): RunFigures
}

export function runsOf(of: Case, series: BenchSeries): Runs {
  const instrument = makeInstrument({
    index: instrumentIndex(0),
    venue: 'bench',
    symbol: 'BTCUSD',
    tickSize: series.tickSize,
    lotSize: series.lotSize,
  })
  const definition = STRATEGIES.get(of.strategy)
  if (definition === undefined) throw new Error(`no strategy ${of.strategy}`)
  const feeRate = rate(Math.round(of.fee * RATE_ONE))
  const fixedLots = typeof of.size === 'number' ? Math.round(of.size / lotFloat(instrument)) : 0
  const risk = RISK_PROFILES.research
  const request: BacktestRequest = {
    definition,
    params: definition.params.parse(of.params),
    series: [{ instrument, intervalMs: series.intervalMs, columns: series.columns, funding: undefined }],
    risk,
    sizing: of.size === 'risk' ? risk.sizing : of.size === 'all' ? { type: 'all' } : { type: 'fixed', lots: lots(fixedLots) },
    openingCash: cash(of.cash * CASH_ONE),
    makerRate: feeRate,
    takerRate: feeRate,
    spotRate: feeRate,
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
  }
  const play = () =>
    runBacktest({
      kernel: kernelOf(request),
      venue: {
        makerRate: feeRate,
        takerRate: feeRate,
        slippage: { type: 'none' },
        limitFill: 'through',
        leverage: risk.limits.leverage,
        maintenanceRate: MAINTENANCE_RATE,
        idPrefix: 'bt-',
      },
      openingCash: request.openingCash,
      bars: [new Bars(series.intervalMs, series.columns)],
      funding: [undefined],
    })
  return {
    instrument,
    fixedLots,
    run: play,
    figures: () => {
      const { fills, trades, denials, finalEquity, failure } = play()
      if (failure !== undefined) throw new Error(failure)
      let denied = 0
      for (const count of denials.values()) denied += count
      return { fills: fills.length, trades: trades.length, denials: denied, finalEquity, fingerprint: fingerprintOf(fills, [instrument]) }
    },
  }
}
