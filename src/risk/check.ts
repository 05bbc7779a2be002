/**
 * The pre-trade check: one documented order of rules, the first that fails is the answer, with the figures that decided it.
 * Never denies a verified exit (S2), never acts on an order, and never approves by default.
 */
import { type Lots, cash, lots } from '../core/units.ts'
import { formatPrice, formatQuantity, notionalOf } from '../market/instrument.ts'
import { valueMaxAt } from '../market/margin-tiers.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import type { OrderIntent } from '../trading/order.ts'
import { closingNotional } from './at-stake.ts'
import { checkLoss, checkStop } from './check-loss.ts'
import { type RiskDenial, coinsText } from './denial.ts'
import { checkNet, checkScopes } from './exposure-limits.ts'
import type { RiskLimits } from './limits.ts'
import { checkCorrelated, checkTail } from './return-limits.ts'
import { limitAt } from '../core/money-limit.ts'
import { type ExpectedCosts, rateOf, takerRateOf } from './planned-loss.ts'

const abs = (n: number): number => (n < 0 ? 0 - n : n)

/** Checks an entry of `quantity` lots. Answers undefined when every rule passes. */
export function checkEntry(
  intent: OrderIntent,
  quantity: Lots,
  view: PortfolioView,
  limits: RiskLimits,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  const i = intent.instrument
  const instrument = view.instrument(i)
  const owner = view.ownerOf(i)
  if (owner !== undefined && owner !== intent.strategy) return { rule: 'symbol-owned', figures: { symbol: instrument.symbol, owner } }
  // It would net with what is not ours, and its stop would stand on the wrong side.
  const external = view.externalLots(i)
  if (external * intent.side < 0)
    return { rule: 'opposite-side', figures: { symbol: instrument.symbol, external: formatQuantity(instrument, external) } }
  const isSpot = instrument.category === 'spot'
  if (isSpot && intent.side === -1) return { rule: 'spot-long-only', figures: { symbol: instrument.symbol } }
  const status = view.instrumentStatus(i)
  if (status !== 'trading') return { rule: 'instrument-status', figures: { symbol: instrument.symbol, status } }

  const mark = view.mark(i)
  const age = view.now - view.markTs(i)
  if (mark <= 0 || age > limits.staleAfterMs)
    return { rule: 'stale-data', figures: { ageMs: mark <= 0 ? 'no mark' : age, limitMs: limits.staleAfterMs } }

  const spread = view.spreadTicks(i)
  const spreadBps = (spread / mark) * 1e4
  if (spreadBps > limits.spreadBpsMax)
    return { rule: 'spread', figures: { spreadBps: spreadBps.toFixed(2), limitBps: limits.spreadBpsMax } }

  const price = intent.limit ?? intent.trigger ?? mark
  const isBudget = 'budget' in intent.size
  if (!isBudget) {
    // A spot position must fit into one market order: its stop is one.
    const most = isSpot
      ? instrument.lotsMarketMax - view.positionLots(i) - view.openEntryLots(i, 1)
      : intent.kind === 'market'
        ? instrument.lotsMarketMax
        : instrument.lotsMax
    if (quantity < instrument.lotsMin || (quantity > most && intent.isWorked !== true))
      return {
        rule: 'quantity',
        figures: {
          quantity: formatQuantity(instrument, quantity),
          min: formatQuantity(instrument, instrument.lotsMin),
          max: formatQuantity(instrument, lots(Math.max(0, most))),
        },
      }
  }
  const notional = notionalOf(instrument, price, quantity, 'ceil')
  if (notional < instrument.notionalMin)
    return { rule: 'notional-min', figures: { notional: coinsText(notional), min: coinsText(instrument.notionalMin) } }

  const distance = abs(price - mark)
  const atr = view.atrTicks(i)
  if ((distance / mark) * 1e4 > limits.collarBpsMax || (atr > 0 && distance / atr > limits.collarAtrMax))
    return {
      rule: 'price-collar',
      figures: {
        price: formatPrice(instrument, price),
        mark: formatPrice(instrument, mark),
        limitBps: limits.collarBpsMax,
        limitAtr: limits.collarAtrMax,
      },
    }

  const stopDenial = checkStop(intent, quantity, price, view, limits, costs)
  if (stopDenial !== undefined) return stopDenial

  // What the same signal closes is gone before this order fills.
  const closing = closingNotional(view, instrument, intent.side)
  const { equity } = view
  const grossAfter = view.grossNotional - closing + notional
  const grossMax = limitAt(limits.grossMax, equity)
  if (grossAfter > grossMax) return { rule: 'account-cap', figures: { after: coinsText(cash(grossAfter)), limit: coinsText(grossMax) } }
  const orderMax = limitAt(limits.orderMax, equity)
  if (notional > orderMax) return { rule: 'order-notional', figures: { notional: coinsText(notional), limit: coinsText(orderMax) } }
  const worstLots = worstCaseLots(view, intent, quantity)
  const positionAfter = notionalOf(instrument, mark, lots(worstLots), 'ceil')
  const positionMax = limitAt(limits.positionMax, equity)
  if (positionAfter > positionMax)
    return { rule: 'position-notional', figures: { after: coinsText(positionAfter), limit: coinsText(positionMax) } }
  const tierMax = valueMaxAt(view.leverageOf(i), instrument.tiers)
  if (positionAfter > tierMax)
    return {
      rule: 'risk-limit',
      figures: { symbol: instrument.symbol, after: coinsText(positionAfter), limit: coinsText(tierMax), leverage: view.leverageOf(i) },
    }
  const added = { instrument: i, side: intent.side, notional, closing }
  const exposureDenial = checkNet(added, view, limits) ?? checkCorrelated(added, view, limits) ?? checkScopes(added, view, limits)
  if (exposureDenial !== undefined) return exposureDenial

  const takerRate = takerRateOf(instrument, costs)
  const fee = rateOf(closing, takerRate) + (isBudget ? 0 : rateOf(notional, takerRate))
  const leverage = isSpot ? 1 : view.leverageOf(i)
  const marginAfter = view.marginUsed - Math.floor(closing / leverage) + Math.ceil(notional / leverage) + fee
  if (marginAfter > view.marginEquity)
    return {
      rule: 'margin',
      figures: { needed: coinsText(cash(marginAfter)), equity: coinsText(view.marginEquity), leverage },
    }

  const lossDenial = checkLoss(intent, quantity, price, view, limits, costs)
  if (lossDenial !== undefined) return lossDenial

  if (view.ordersLastSecond >= limits.ordersPerSecondMax || view.ordersLastMinute >= limits.ordersPerMinuteMax)
    return { rule: 'order-rate', figures: { lastSecond: view.ordersLastSecond, lastMinute: view.ordersLastMinute } }
  // Children of one parent follow one another: that is what they are for. Orders with a name are told apart by it, and none is sent twice.
  const last = intent.isChild === true || intent.name !== undefined ? undefined : view.lastEntryTs(i, intent.side)
  if (last !== undefined && limits.duplicateWindowMs > 0 && view.now - last < limits.duplicateWindowMs)
    return { rule: 'duplicate', figures: { sinceMs: view.now - last, windowMs: limits.duplicateWindowMs } }
  const ended = limits.reentryCooldownMs > 0 && intent.isChild !== true ? view.lastExitTs(i) : undefined
  if (ended !== undefined && view.now - ended < limits.reentryCooldownMs)
    return { rule: 'reentry-cooldown', figures: { sinceMs: view.now - ended, cooldownMs: limits.reentryCooldownMs } }
  return checkTail(added, view, limits)
}

/** Largest position on the intent's side that could result when every open entry fills. */
function worstCaseLots(view: PortfolioView, intent: OrderIntent, quantity: Lots): number {
  const held = (view.positionLots(intent.instrument) + view.externalLots(intent.instrument)) * intent.side
  return (held > 0 ? held : 0) + view.openEntryLots(intent.instrument, intent.side) + quantity
}

/** Checks an exit: only that the instrument can trade at all and that it reduces what is held (S2). */
export function checkExit(intent: OrderIntent, quantity: Lots, view: PortfolioView): RiskDenial | undefined {
  const held = view.positionLots(intent.instrument)
  if (quantity <= 0 || held === 0 || held > 0 === (intent.side === 1) || quantity > abs(held))
    return {
      rule: 'exit-not-verified',
      figures: {
        quantity: formatQuantity(view.instrument(intent.instrument), quantity),
        held: formatQuantity(view.instrument(intent.instrument), held),
      },
    }
  return undefined
}
