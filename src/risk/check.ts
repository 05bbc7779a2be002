/**
 * The pre-trade check: one documented order of rules, the first that fails is the answer, with the figures that decided it.
 * Never denies a verified exit (S2), never acts on an order, and never approves by default.
 */
import { formatDecimal, mulDivCeil } from '../core/decimal.ts'
import { CASH_SCALE, type Cash, type Lots, RATE_ONE, type Rate, type Ticks, cash, lots } from '../core/units.ts'
import { type Instrument, formatPrice, formatQuantity, notionalOf } from '../market/instrument.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import type { OrderIntent } from '../trading/order.ts'
import type { RiskLimits } from './limits.ts'

/** In the order in which they are checked. Holds come first and are the kernel's (kernel/holds.ts). */
export const RISK_RULES = [
  'hold',
  'strategy-off',
  'symbol-owned',
  'opposite-side',
  'spot-long-only',
  'instrument-status',
  'stale-data',
  'spread',
  'quantity',
  'notional-min',
  'price-collar',
  'stop-missing',
  'stop-side',
  'stop-too-near',
  'stop-beyond-liquidation',
  'account-cap',
  'order-notional',
  'position-notional',
  'margin',
  'planned-loss',
  'day-loss',
  'gap-test',
  'order-rate',
  'duplicate',
  'exit-not-verified',
  'execution',
  'spot-order',
  'no-size',
] as const
export type RiskRule = (typeof RISK_RULES)[number]

/** Decimal texts and names, in units that a person reads. */
export type RiskFigures = Readonly<Record<string, string | number>>

export interface RiskDenial {
  readonly rule: RiskRule
  readonly figures: RiskFigures
}

/** What the check needs beside the limits: what trading is expected to cost. */
export interface ExpectedCosts {
  readonly takerRate: Rate
  /** Of spot, which costs more. */
  readonly spotTakerRate: Rate
  /** Slippage of a stop that fills, of its price. */
  readonly stopSlippageRate: Rate
  /** Margin below which the venue liquidates, as a rate of notional (tier 1). */
  readonly maintenanceRate: Rate
}

export const takerRateOf = ({ category }: Instrument, costs: ExpectedCosts): Rate =>
  category === 'spot' ? costs.spotTakerRate : costs.takerRate

const coins = (amount: Cash): string => formatDecimal(amount, CASH_SCALE)
const abs = (n: number): number => (n < 0 ? 0 - n : n)

/** Money that is lost if the stop fills at its price: distance, both fees, expected stop slippage (S10; funding enters with a time stop). */
export function plannedLossOf(instrument: Instrument, entry: Ticks, stop: Ticks, quantity: Lots, costs: ExpectedCosts): Cash {
  const entryNotional = notionalOf(instrument, entry, quantity, 'ceil')
  const stopNotional = notionalOf(instrument, stop, quantity, 'ceil')
  const takerRate = takerRateOf(instrument, costs)
  const fees = mulDivCeil(entryNotional, takerRate, RATE_ONE) + mulDivCeil(stopNotional, takerRate, RATE_ONE)
  return cash(abs(entryNotional - stopNotional) + fees + mulDivCeil(stopNotional, costs.stopSlippageRate, RATE_ONE))
}

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
    if (quantity < instrument.lotsMin || quantity > most)
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
    return { rule: 'notional-min', figures: { notional: coins(notional), min: coins(instrument.notionalMin) } }

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

  const stopDenial = checkStop(intent, quantity, price, spread, atr, view, limits, costs)
  if (stopDenial !== undefined) return stopDenial

  const grossAfter = view.grossNotional + notional
  if (grossAfter > limits.accountNotionalMax)
    return { rule: 'account-cap', figures: { after: coins(cash(grossAfter)), limit: coins(limits.accountNotionalMax) } }
  if (notional > limits.orderNotionalMax)
    return { rule: 'order-notional', figures: { notional: coins(notional), limit: coins(limits.orderNotionalMax) } }
  const worstLots = worstCaseLots(view, intent, quantity)
  const positionAfter = notionalOf(instrument, mark, lots(worstLots), 'ceil')
  if (positionAfter > limits.positionNotionalMax)
    return { rule: 'position-notional', figures: { after: coins(positionAfter), limit: coins(limits.positionNotionalMax) } }

  const fee = mulDivCeil(notional, takerRateOf(instrument, costs), RATE_ONE)
  const spotAfter = view.spotNotional + (isSpot ? notional : 0)
  const marginAfter = Math.ceil((grossAfter - spotAfter) / limits.leverage) + spotAfter + (isBudget ? 0 : fee)
  if (marginAfter > view.marginEquity)
    return {
      rule: 'margin',
      figures: { needed: coins(cash(marginAfter)), equity: coins(view.marginEquity), leverage: isSpot ? 1 : limits.leverage },
    }

  const left = limits.dayLossMax - view.dayLoss
  if (intent.stop !== undefined) {
    const planned = plannedLossOf(instrument, price, intent.stop, quantity, costs)
    if (planned > view.equity * limits.tradeLossFractionMax)
      return {
        rule: 'planned-loss',
        figures: { planned: coins(planned), limit: ((view.equity * limits.tradeLossFractionMax) / 1e8).toFixed(2) },
      }
    if (left <= 0) return dayLossDenial(view, limits)
    if (planned * limits.gapTestMultiple > left)
      return { rule: 'gap-test', figures: { planned: coins(planned), multiple: limits.gapTestMultiple, dayLossLeft: coins(cash(left)) } }
  } else if (left <= 0) return dayLossDenial(view, limits)

  if (view.ordersLastSecond >= limits.ordersPerSecondMax || view.ordersLastMinute >= limits.ordersPerMinuteMax)
    return { rule: 'order-rate', figures: { lastSecond: view.ordersLastSecond, lastMinute: view.ordersLastMinute } }
  // Children of one parent follow one another: that is what they are for.
  const last = intent.isChild === true ? undefined : view.lastEntryTs(i, intent.side)
  if (last !== undefined && limits.duplicateWindowMs > 0 && view.now - last < limits.duplicateWindowMs)
    return { rule: 'duplicate', figures: { sinceMs: view.now - last, windowMs: limits.duplicateWindowMs } }
  return undefined
}

const dayLossDenial = (view: PortfolioView, limits: RiskLimits): RiskDenial => ({
  rule: 'day-loss',
  figures: { lost: coins(view.dayLoss), limit: coins(limits.dayLossMax) },
})

function checkStop(
  intent: OrderIntent,
  quantity: Lots,
  price: Ticks,
  spread: number,
  atr: number,
  view: PortfolioView,
  limits: RiskLimits,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  const instrument = view.instrument(intent.instrument)
  const stop = intent.stop
  if (stop === undefined) return limits.isStopRequired ? { rule: 'stop-missing', figures: { symbol: instrument.symbol } } : undefined
  if (stop <= 0 || (intent.side === 1 ? stop >= price : stop <= price))
    return { rule: 'stop-side', figures: { stop: formatPrice(instrument, stop), price: formatPrice(instrument, price) } }
  if (!limits.isStopDistanceChecked) return undefined
  const distance = abs(price - stop)
  const roundTrip = (price * 2 * takerRateOf(instrument, costs)) / RATE_ONE
  const least = Math.max(2 * spread, 0.25 * atr, 3 * roundTrip)
  if (distance < least)
    return {
      rule: 'stop-too-near',
      figures: { distanceTicks: distance, leastTicks: Math.ceil(least), spreadTicks: spread, atrTicks: Math.round(atr) },
    }
  // Cross margin: the account is liquidated when equity falls to the maintenance margin of all positions.
  const loss = plannedLossOf(instrument, price, stop, quantity, costs)
  const contracts =
    view.grossNotional - view.spotNotional + (instrument.category === 'spot' ? 0 : notionalOf(instrument, stop, quantity, 'ceil'))
  const maintenance = mulDivCeil(contracts, costs.maintenanceRate, RATE_ONE)
  if (view.marginEquity - loss <= maintenance)
    return {
      rule: 'stop-beyond-liquidation',
      figures: { lossAtStop: coins(loss), equity: coins(view.marginEquity), maintenance: coins(cash(maintenance)) },
    }
  return undefined
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
