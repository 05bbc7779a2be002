/**
 * The rules about stops and about what may be lost: each judges the whole position that results, whether an entry or a moved stop makes it.
 */
import { type InstrumentIndex, type Lots, RATE_ONE, type Side, type Ticks, cash } from '../core/units.ts'
import { formatPrice, notionalOf } from '../market/instrument.ts'
import type { LossScope, PortfolioView } from '../portfolio/view.ts'
import type { OrderIntent } from '../trading/order.ts'
import { type AtStake, entriesAtStake, nearerStop, othersAtStake, stopAfterEntry, symbolAtStake } from './at-stake.ts'
import { isolatedLiquidation } from './assessment/liquidation.ts'
import { type RiskDenial, coinsText } from './denial.ts'
import { type RiskLimits, isLossUnbounded } from './limits.ts'
import { type LossRoom, lossRooms } from './loss-rooms.ts'
import { type ExpectedCosts, maintenanceIn, plannedLossOf, takerRateOf } from './planned-loss.ts'

/**
 * The price that an entry may fill at and that is nearest to its stop: a limit on the far side of the market fills at the market.
 * @param price what the entry is judged at: its limit, its trigger or the mark
 */
function nearestFill(intent: OrderIntent, price: Ticks, mark: Ticks): Ticks {
  if (intent.limit === undefined) return price
  const market = intent.trigger ?? mark
  return (intent.side === 1 ? market < price : market > price) ? market : price
}

/** Where the stop stands: on the losing side, not too near, and before the account is liquidated (S5). */
export function checkStop(
  intent: OrderIntent,
  quantity: Lots,
  price: Ticks,
  view: PortfolioView,
  limits: RiskLimits,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  const i = intent.instrument
  const instrument = view.instrument(i)
  const { stop, side } = intent
  if (stop === undefined) return limits.isStopRequired ? { rule: 'stop-missing', figures: { symbol: instrument.symbol } } : undefined
  const fill = nearestFill(intent, price, view.mark(i))
  if (stop <= 0 || (fill - stop) * side <= 0)
    return { rule: 'stop-side', figures: { stop: formatPrice(instrument, stop), price: formatPrice(instrument, fill) } }
  if (!limits.isStopDistanceChecked) return undefined
  const distance = Math.abs(fill - stop)
  const spread = view.spreadTicks(i)
  const atr = view.atrTicks(i)
  const roundTrip = (fill * 2 * takerRateOf(instrument, costs)) / RATE_ONE
  const least = Math.max(2 * spread, 0.25 * atr, 3 * roundTrip)
  if (distance < least)
    return {
      rule: 'stop-too-near',
      figures: { distanceTicks: distance, leastTicks: Math.ceil(least), spreadTicks: spread, atrTicks: Math.round(atr) },
    }
  const loss =
    symbolAtStake(view, i, side, stopAfterEntry(view, i, side, stop), costs).loss + plannedLossOf(instrument, price, stop, quantity, costs)
  const added = instrument.category === 'spot' ? 0 : notionalOf(instrument, stop, quantity, 'ceil')
  if (limits.marginMode === 'isolated')
    return isolatedDenial(view, i, side, stop, quantity, notionalOf(instrument, price, quantity, 'ceil'), costs)
  return liquidationDenial(view, i, loss, added, costs)
}

/** Isolated margin: a position is liquidated when its own margin has shrunk to what it must keep. */
function isolatedDenial(
  view: PortfolioView,
  i: InstrumentIndex,
  side: Side,
  stop: Ticks,
  quantity: number,
  notional: number,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  const instrument = view.instrument(i)
  const liquidation =
    instrument.category === 'spot' ? undefined : isolatedLiquidation(view, i, side, quantity, notional, costs.maintenanceRate)
  if (liquidation === undefined || (stop - liquidation) * side > 0) return undefined
  return {
    rule: 'stop-beyond-liquidation',
    figures: {
      stop: formatPrice(instrument, stop),
      liquidation: formatPrice(instrument, liquidation),
      leverage: view.leverageOf(i),
    },
  }
}

/** Cross margin: the account is liquidated when equity falls to the maintenance margin of all positions, each by its tiers. */
function liquidationDenial(
  view: PortfolioView,
  i: InstrumentIndex,
  loss: number,
  added: number,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  const instrument = view.instrument(i)
  const own = instrument.category === 'spot' ? 0 : maintenanceIn(instrument, cash(view.notionalIn(i) + added), costs.maintenanceRate)
  const maintenance = own + view.maintenanceBeside(i, costs.maintenanceRate)
  if (view.marginEquity - loss > maintenance) return undefined
  return {
    rule: 'stop-beyond-liquidation',
    figures: { lossAtStop: coinsText(cash(loss)), equity: coinsText(view.marginEquity), maintenance: coinsText(cash(maintenance)) },
  }
}

/** What one trade may lose, what the day may still lose, and what a gap would make of it (S10). */
export function checkLoss(
  intent: OrderIntent,
  quantity: Lots,
  price: Ticks,
  view: PortfolioView,
  limits: RiskLimits,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  if (isLossUnbounded(limits)) return undefined
  const i = intent.instrument
  if (intent.stop === undefined) return spentDenial(lossRooms(i, view, limits), view)
  const own = plannedLossOf(view.instrument(i), price, intent.stop, quantity, costs)
  const whole = symbolAtStake(view, i, intent.side, stopAfterEntry(view, i, intent.side, intent.stop), costs)
  const denial = lossDenial({ planned: whole.planned + own, loss: whole.loss + own }, i, view, limits, costs)
  if (denial !== undefined) return denial
  // Entries that stand on the other side were approved for a day that may have less left by now. A position there is closed by a reversal.
  const other = entriesAtStake(view, i, intent.side === 1 ? -1 : 1, costs)
  return other === 0 ? undefined : gapDenial(other, 1, i, view, limits, costs)
}

function lossDenial(
  { planned, loss }: AtStake,
  i: InstrumentIndex,
  view: PortfolioView,
  limits: RiskLimits,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  const most = view.equity * limits.tradeLossFractionMax
  if (planned > most) return { rule: 'planned-loss', figures: { planned: coinsText(cash(planned)), limit: (most / 1e8).toFixed(2) } }
  return gapDenial(loss, Math.max(1, limits.gapTestMultiple), i, view, limits, costs)
}

/** Whether the day has room for `multiple` times the loss of the symbol beside what all others may lose. */
function gapDenial(
  loss: number,
  multiple: number,
  i: InstrumentIndex,
  view: PortfolioView,
  limits: RiskLimits,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  const rooms = lossRooms(i, view, limits)
  const spent = spentDenial(rooms, view)
  if (spent !== undefined) return spent
  for (const { scope, window, left } of rooms) {
    const others = othersAtStake(view, i, costs, scope)
    if (loss * multiple <= left - others) continue
    return {
      rule: 'gap-test',
      figures: {
        planned: coinsText(cash(loss)),
        multiple,
        window,
        dayLossLeft: coinsText(cash(left)),
        openRisk: coinsText(others),
        ...scopeFigure(scope, view),
      },
    }
  }
  return undefined
}

/** What one more position in `i` may lose: what is left after all others that count in the same limit, once for each multiple of the gap test. */
export function roomForOne(view: PortfolioView, i: InstrumentIndex, limits: RiskLimits, costs: ExpectedCosts): number {
  let room = Number.POSITIVE_INFINITY
  for (const { scope, left } of lossRooms(i, view, limits))
    room = Math.min(room, (left - othersAtStake(view, i, costs, scope)) / Math.max(1, limits.gapTestMultiple))
  return room
}

function spentDenial(rooms: readonly LossRoom[], view: PortfolioView): RiskDenial | undefined {
  const spent = rooms.find(({ left }) => left <= 0)
  if (spent === undefined) return undefined
  const { scope, window, limit } = spent
  return {
    rule: window === 'day' ? 'day-loss' : 'week-loss',
    figures: {
      lost: coinsText(view.lossOf(window, scope)),
      limit: coinsText(view.lossLimit(window, limit)),
      ...scopeFigure(scope, view),
    },
  }
}

const scopeFigure = (scope: LossScope, view: PortfolioView): { readonly of?: string } =>
  scope.type === 'account' ? {} : { of: scope.type === 'strategy' ? scope.strategy : view.instrument(scope.instrument).symbol }

/**
 * Moves the stop of an open position: nearer is always right, farther is judged as an entry of the whole position would be.
 * @param stop on the losing side of the mark
 */
export function checkStopMove(
  view: PortfolioView,
  i: InstrumentIndex,
  stop: Ticks,
  limits: RiskLimits,
  costs: ExpectedCosts,
): RiskDenial | undefined {
  const side: Side = view.positionLots(i) > 0 ? 1 : -1
  const standing = view.stopOf(i)
  if (standing !== undefined && nearerStop(side, standing, stop) === stop) return undefined
  const whole = symbolAtStake(view, i, side, stop, costs)
  const liquidation = !limits.isStopDistanceChecked
    ? undefined
    : limits.marginMode === 'isolated'
      ? isolatedDenial(view, i, side, stop, 0, 0, costs)
      : liquidationDenial(view, i, whole.loss, 0, costs)
  return liquidation ?? (isLossUnbounded(limits) ? undefined : lossDenial(whole, i, view, limits, costs))
}
