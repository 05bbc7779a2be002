/**
 * Limits of what is held and may still fill, of the account and of each strategy: gross, net and how many symbols.
 */
import { type Cash, type InstrumentIndex, type Side, type StrategyId, cash } from '../core/units.ts'
import type { Exposure, PortfolioView } from '../portfolio/view.ts'
import { type RiskDenial, coinsText } from './denial.ts'
import type { RiskLimits } from './limits.ts'
import { type MoneyLimit, isUnlimited, limitAt } from '../core/money-limit.ts'

/** What an entry adds, and what the same signal closes before it fills. */
export interface AddedExposure {
  readonly instrument: InstrumentIndex
  readonly side: Side
  readonly notional: Cash
  readonly closing: Cash
}

/** Net value on a side once all entries of that side fill; a position that closes on the other side no longer offsets it. */
const netOn = (exposure: Exposure, side: Side, closing: number): number => (side === 1 ? exposure.netLong : exposure.netShort) + closing

/** What may still be added on a side, Cash; may be negative. */
function netRoom(view: PortfolioView, of: StrategyId | undefined, side: Side, closing: Cash, limit: MoneyLimit): number {
  if (isUnlimited(limit)) return limit.cash
  return limitAt(limit, view.equity) - netOn(view.exposure(of), side, closing)
}

/** The account's net limit, and gross and net limits of the owner, as caps of a size. */
export function exposureCaps(view: PortfolioView, i: InstrumentIndex, side: Side, closing: Cash, limits: RiskLimits) {
  const caps = [{ name: 'net limit', notional: cash(netRoom(view, undefined, side, closing, limits.netMax)) }]
  for (const { strategy, grossMax, netMax } of limits.scopes ?? []) {
    if (strategy === undefined || strategy !== view.ownerOf(i)) continue
    const gross = view.exposure(strategy).gross - closing
    caps.push({ name: `gross limit of ${strategy}`, notional: cash(limitAt(grossMax, view.equity) - gross) })
    caps.push({ name: `net limit of ${strategy}`, notional: cash(netRoom(view, strategy, side, closing, netMax)) })
  }
  return caps
}

/** Net value and number of symbols of the account. */
export function checkNet(added: AddedExposure, view: PortfolioView, limits: RiskLimits): RiskDenial | undefined {
  return netDenial(added, view, undefined, limits.netMax) ?? countDenial(added, view, undefined, limits.openPositionsMax)
}

/** The same of the strategy that enters. */
export function checkScopes(added: AddedExposure, view: PortfolioView, limits: RiskLimits): RiskDenial | undefined {
  for (const { strategy, grossMax, netMax, openPositionsMax } of limits.scopes ?? []) {
    if (strategy === undefined) continue
    const gross = view.exposure(strategy).gross - added.closing + added.notional
    const limit = limitAt(grossMax, view.equity)
    if (gross > limit) return { rule: 'account-cap', figures: { after: coinsText(cash(gross)), limit: coinsText(limit), of: strategy } }
    const denial = netDenial(added, view, strategy, netMax) ?? countDenial(added, view, strategy, openPositionsMax)
    if (denial !== undefined) return denial
  }
  return undefined
}

function netDenial(
  { side, notional, closing }: AddedExposure,
  view: PortfolioView,
  of: StrategyId | undefined,
  limit: MoneyLimit,
): RiskDenial | undefined {
  if (notional <= netRoom(view, of, side, closing, limit)) return undefined
  return {
    rule: 'net-exposure',
    figures: {
      after: coinsText(cash(netOn(view.exposure(of), side, closing) + notional)),
      limit: coinsText(limitAt(limit, view.equity)),
      side: side === 1 ? 'long' : 'short',
      ...(of === undefined ? {} : { of }),
    },
  }
}

function countDenial({ instrument }: AddedExposure, view: PortfolioView, of: StrategyId | undefined, most: number): RiskDenial | undefined {
  if (most === Number.POSITIVE_INFINITY) return undefined
  const others = view.symbolsAtStake().filter((i) => i !== instrument && (of === undefined || view.ownerOf(i) === of)).length
  return others + 1 <= most
    ? undefined
    : { rule: 'open-positions', figures: { open: others, limit: most, ...(of === undefined ? {} : { of }) } }
}
