/**
 * What a strategy of contract 2 may see of the records: its positions, its trades, its open orders, its capital.
 */
import type { KernelContext } from '../context.ts'
import { type InstrumentIndex, type Lots, lots } from '../../core/units.ts'
import type { MarketBooks, OwnOrder, OwnTrade } from '../../strategy/own-orders.ts'
import { openLotsOf } from '../../trading/order.ts'
import type { StrategyRun } from './strategies/strategy-run.ts'

const CASH_FLOAT = 1e8

export class OwnBooks implements MarketBooks {
  private readonly context: KernelContext
  private readonly runs: readonly StrategyRun[]

  constructor(context: KernelContext, runs: readonly StrategyRun[]) {
    this.context = context
    this.runs = runs
  }

  private index(market: number): InstrumentIndex {
    return (this.runs[market] as StrategyRun).instrument.index
  }

  position(market: number): Lots {
    return this.context.portfolio.positionLots(this.index(market))
  }

  trade(market: number): OwnTrade | undefined {
    const { portfolio, config } = this.context
    const i = this.index(market)
    const openTrade = portfolio.openTrade(i)
    const held = Math.abs(portfolio.positionLots(i))
    if (openTrade === undefined || held === 0) return undefined
    const { cashNumerator, cashDenominator } = portfolio.instrument(i)
    const barOf = (at: number): number => Math.floor(at / config.intervalMs)
    return {
      side: openTrade.side,
      lots: lots(held),
      price: (portfolio.costOf(i) * cashDenominator) / (held * cashNumerator),
      stop: openTrade.stop,
      openedAt: openTrade.entryTs,
      bars: barOf(portfolio.now) - barOf(openTrade.entryTs),
      fees: openTrade.fee / CASH_FLOAT,
      funding: openTrade.funding / CASH_FLOAT,
      unrealized: portfolio.unrealizedOf(i) / CASH_FLOAT,
    }
  }

  isSelected(market: number): boolean {
    return this.context.universes.outOf(this.runs[market] as StrategyRun) === undefined
  }

  orders(market: number): readonly OwnOrder[] {
    const own: OwnOrder[] = []
    for (const order of this.context.orders.open(this.index(market))) {
      if (order.name === undefined) continue
      own.push({
        name: order.name,
        type: order.class === 'entry' ? 'entry' : 'exit',
        side: order.side,
        lots: lots(order.filled + openLotsOf(order)),
        filled: order.filled,
        limit: order.limit,
        trigger: order.trigger,
        stop: order.stop,
        isEnding: order.cancelRequested,
      })
    }
    return own
  }

  capital(): number {
    const { portfolio, limits } = this.context
    const sizing = limits.sizingOf(this.index(0))
    return (portfolio.equity / CASH_FLOAT) * (sizing.type === 'risk' ? (sizing.capital ?? 1) : 1)
  }
}
