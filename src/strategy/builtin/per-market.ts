/**
 * A strategy that does the same on each of its symbols: a state for each, and what it looks up there.
 */
import type { Market } from '../strategy.ts'

/** States by name of the market. */
export type PerMarket<State> = Record<string, State>

/** The state of one market, made when it is first seen. */
export const stateOf = <State>(all: PerMarket<State>, market: string, make: () => State): State => (all[market] ??= make())

/** An order of that name is open and is not being canceled. */
export const isOpen = ({ orders }: Market, name: string): boolean => orders.some((order) => order.name === name && !order.isEnding)

/** Cancels all its entries on a market. Answers whether any was open. */
export function cancelEntries({ orders, cancel }: Market): boolean {
  const open = orders.filter((order) => order.type === 'entry')
  for (const { name, isEnding } of open) if (!isEnding) cancel(name)
  return open.length > 0
}

/**
 * Distance within which a limit is asked for again after a denial: one that was too far from the price waits until the price has come a
 * quarter nearer, so that it is neither forgotten nor denied at each bar. 0: at any.
 */
export const reachAfter = (rule: string | undefined, close: number, limit: number): number =>
  rule === 'price-collar' ? Math.abs(close - limit) * 0.75 : 0

export const isWithin = (reach: number, close: number, limit: number): boolean => reach === 0 || Math.abs(close - limit) <= reach

/** For strategies whose exits wait at a limit: on spot those would lock the coins that the stop must be able to sell. */
export function refuseSpot(strategy: string, { instrument }: Market): void {
  if (instrument.category === 'spot')
    throw new Error(
      `${strategy} needs a perpetual, and ${instrument.symbol} is spot: its exits at a limit would lock the coins of the stop`,
    )
}
