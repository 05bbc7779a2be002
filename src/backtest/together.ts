/**
 * Several strategies over one account in one run: what each of them made, by symbol.
 */
import { CASH_ONE } from '../core/units.ts'
import type { StrategyConfig } from '../kernel/config.ts'
import type { ClosedTrade } from '../portfolio/trade.ts'
import type { BacktestRequest, BacktestRun } from './backtest-run.ts'

/** Amounts in the settlement coin, after fees and funding. */
export interface Contribution {
  readonly trades: number
  readonly wins: number
  readonly fees: number
  readonly funding: number
  /** Of trades that ended. */
  readonly pnl: number
  /** Of what is open at the end, at the last price. */
  readonly openPnl: number
}

export interface StrategyContribution extends Contribution {
  readonly strategy: string
  readonly symbols: readonly ({ readonly symbol: string } & Contribution)[]
}

/** What a run is called: its strategy, or all of them. */
export const nameOf = ({ definition, together }: BacktestRequest): string =>
  together === undefined ? definition.name : together.map(({ id }) => id).join(' + ')

/** In the order of the list; undefined for a run of one strategy. */
export function contributionsOf({ result }: BacktestRun, { together, series }: BacktestRequest): StrategyContribution[] | undefined {
  return together?.map(({ id, instruments }: StrategyConfig) => {
    const own = [...result.trades, ...result.openTrades].filter(({ strategy }) => strategy === id)
    return {
      strategy: id,
      ...sumsOf(own),
      symbols: instruments.map((i) => ({
        symbol: series[i]?.instrument.symbol ?? '',
        ...sumsOf(own.filter(({ instrument }) => instrument === i)),
      })),
    }
  })
}

function sumsOf(trades: readonly ClosedTrade[]): Contribution {
  const ended = trades.filter(({ open }) => !open)
  const sum = (of: readonly ClosedTrade[], pick: (trade: ClosedTrade) => number): number =>
    of.reduce((total, trade) => total + pick(trade), 0) / CASH_ONE
  return {
    trades: ended.length,
    wins: ended.filter(({ pnl }) => pnl > 0).length,
    fees: sum(trades, ({ fee }) => fee),
    funding: sum(trades, ({ funding }) => funding),
    pnl: sum(ended, ({ pnl }) => pnl),
    openPnl: sum(
      trades.filter(({ open }) => open),
      ({ pnl }) => pnl,
    ),
  }
}
