/**
 * The assessment of an entry before it is sent: what it may lose and cost, what the account looks like once it has filled, and a score of it all.
 * It denies nothing: the check does, and what it denies is assessed all the same for who asks what would be.
 */
import { type Cash, type Lots, RATE_ONE, type Rate, type Side, type Ticks, cash, lots } from '../../core/units.ts'
import { limitAt } from '../../core/money-limit.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import type { RiskLevel } from '../../portfolio/measures/risk-level.ts'
import type { LossScope, PortfolioView } from '../../portfolio/view.ts'
import type { OrderIntent } from '../../trading/order.ts'
import { closingNotional, othersAtStake, stopAfterEntry, symbolAtStake } from '../at-stake.ts'
import type { RiskLimits } from '../limits.ts'
import { lossRooms } from '../loss-rooms.ts'
import { type ExpectedCosts, plannedLossOf, rateOf, takerRateOf } from '../planned-loss.ts'
import { type BookRisk, bookRiskOf } from './book-risk.ts'
import { type PositionAfter, isolatedLiquidation, liquidationAfter } from './liquidation.ts'
import { type RiskReason, levelOf, scoreOf } from './score.ts'

/** Whole numbers for money, prices and quantities; plain data, as a fact keeps it. */
export interface TradeRisk {
  /** 0 to 100; `reasons` add up to it. */
  readonly score: number
  readonly level: RiskLevel
  readonly reasons: readonly RiskReason[]
  readonly lots: Lots
  /** Planned loss of the order at its stop, with fees and slippage; null without a stop. */
  readonly lossAtStop: Cash | null
  /** Of the whole position at its stop, in planned losses of this order: 1 of a new position. */
  readonly lossR: number | null
  /** What all targets bring after fees, in planned losses; null without targets or stop. */
  readonly rewardR: number | null
  /** Margin of everything once the entry has filled; spot its whole price. */
  readonly marginAfter: Cash
  /** Of the equity that margin stands on; null where none is left. */
  readonly marginFraction: number | null
  /** By the account's margin mode, other prices standing still; null for spot, and where the account cannot be liquidated by this symbol alone. */
  readonly liquidation: Liquidation | null
  /** Of entry and exit, at the taker rate. */
  readonly fees: Cash
  /** Of the stop, and half of the spread for an entry at market. */
  readonly slippage: Cash
  /** Null where too few bars are known. */
  readonly book: BookRisk | null
}
interface Liquidation {
  readonly price: Ticks
  /** From the mark, as a fraction of it. */
  readonly fraction: number
  /** From the mark, in average true ranges; null while those are unknown. */
  readonly ranges: number | null
}

/** What a trade may lose, and what a day may, where no limit says: parts of equity. */
const TRADE_LOSS_PART = 0.02
const DAY_LOSS_PART = 0.05
/** Costs of half the distance to the stop count in full. */
const COSTS_FULL = 0.5
/** A liquidation price that is four stop distances (or average true ranges) behind the stop counts nothing. */
const LIQUIDATION_CLEAR = 4
const ACCOUNT: LossScope = { type: 'account' }

export function assessEntry(intent: OrderIntent, quantity: Lots, view: PortfolioView, limits: RiskLimits, costs: ExpectedCosts): TradeRisk {
  const { instrument: i, side, stop } = intent
  const instrument = view.instrument(i)
  const mark = view.mark(i)
  const price = intent.limit ?? intent.trigger ?? mark
  const { equity, marginEquity } = view
  const takerRate = takerRateOf(instrument, costs)
  const notional = notionalOf(instrument, price, quantity, 'ceil')
  const closing = closingNotional(view, instrument, side)
  const leverage = instrument.category === 'spot' ? 1 : view.leverageOf(i)
  const margin = Math.ceil(notional / leverage)
  const entryFee = rateOf(notional, takerRate)

  const planned = stop === undefined ? undefined : plannedLossOf(instrument, price, stop, quantity, costs)
  const stake = symbolAtStake(view, i, side, stop === undefined ? undefined : stopAfterEntry(view, i, side, stop), costs)
  // Without a stop all that is behind it may be lost.
  const lost = planned ?? margin
  const marginAfter = cash(view.marginUsed - Math.floor(closing / leverage) + margin)

  const held = (view.positionLots(i) + view.externalLots(i)) * side
  const kept = held > 0 ? held : 0
  const ownGross = view.notionalIn(i)
  const atMark = notionalOf(instrument, mark, lots(kept), 'ceil')
  const after: PositionAfter = { instrument, side, mark, quantity: kept + quantity, cost: atMark + notional }
  const backing =
    marginEquity - view.spotNotional - view.maintenanceBeside(i, costs.maintenanceRate) - entryFee - rateOf(closing, takerRate)
  const liquidation =
    instrument.category === 'spot'
      ? undefined
      : limits.marginMode === 'isolated'
        ? isolatedLiquidation(view, i, side, quantity, notional, costs.maintenanceRate)
        : liquidationAfter(after, backing, costs.maintenanceRate)
  const book = bookRiskOf(i, side, side * (notional + closing), view)

  const spread = intent.kind === 'market' ? view.spreadTicks(i) / 2 : 0
  const atr = view.atrTicks(i)
  const tradeLoss = limits.tradeLossFractionMax === Number.POSITIVE_INFINITY ? TRADE_LOSS_PART : limits.tradeLossFractionMax
  const worst = lots(kept + view.openEntryLots(i, side) + quantity)
  const { score, reasons } = scoreOf({
    'trade-loss': shareOf(stake.planned + lost, equity * tradeLoss),
    'loss-left': lossLeftShare(stake.loss + lost, intent, view, limits, costs),
    margin: shareOf(marginAfter, marginEquity),
    liquidation: liquidation === undefined ? 0 : liquidationShare(price, stop, liquidation, side, atr),
    costs: stop === undefined ? 1 : costShare(price, stop, spread, takerRate, costs),
    concentration: shareOf(notionalOf(instrument, mark, worst, 'ceil'), Math.min(limitAt(limits.positionMax, equity), equity)),
    correlation:
      Math.max(0, book === undefined ? 1 : (book.correlation ?? 1)) * Math.min(1, shareOf(view.grossNotional - ownGross, equity)),
  })
  const exitFee = rateOf(stop === undefined ? notional : notionalOf(instrument, stop, quantity, 'ceil'), takerRate)
  const stopSlippage = stop === undefined ? 0 : rateOf(notionalOf(instrument, stop, quantity, 'ceil'), costs.stopSlippageRate)
  return {
    score,
    level: levelOf(score),
    reasons,
    lots: quantity,
    lossAtStop: planned ?? null,
    lossR: planned === undefined ? null : (stake.planned + planned) / planned,
    rewardR: planned === undefined ? null : rewardOf(intent, price, quantity, instrument, takerRate, planned),
    marginAfter,
    marginFraction: marginEquity > 0 ? marginAfter / marginEquity : null,
    liquidation:
      liquidation === undefined
        ? null
        : {
            price: liquidation,
            fraction: Math.abs(mark - liquidation) / mark,
            ranges: atr > 0 ? Math.abs(mark - liquidation) / atr : null,
          },
    fees: cash(entryFee + exitFee),
    slippage: cash(stopSlippage + Math.ceil((spread * quantity * instrument.cashNumerator) / instrument.cashDenominator)),
    book: book ?? null,
  }
}

/** Part of `most` that `value` takes: 1 and more where there is nothing left to take from. */
const shareOf = (value: number, most: number): number => (value <= 0 ? 0 : most > 0 ? value / most : 1)

/** Of the day's and the week's rooms the one that is used most. */
function lossLeftShare(
  loss: number,
  { instrument: i }: OrderIntent,
  view: PortfolioView,
  limits: RiskLimits,
  costs: ExpectedCosts,
): number {
  const rooms = lossRooms(i, view, limits)
  if (rooms.length === 0) return shareOf(loss + othersAtStake(view, i, costs, ACCOUNT), view.equity * DAY_LOSS_PART)
  let worst = 0
  // Rooms of one scope follow one another: what the others may lose is counted once for each.
  let last: LossScope | undefined
  let others = 0
  for (const { scope, left } of rooms) {
    if (scope !== last) others = othersAtStake(view, i, costs, scope)
    last = scope
    worst = Math.max(worst, shareOf(loss + others, left))
  }
  return worst
}

function liquidationShare(price: Ticks, stop: Ticks | undefined, liquidation: Ticks, side: Side, atr: number): number {
  if (stop === undefined) return 1
  return 1 - ((stop - liquidation) * side) / (LIQUIDATION_CLEAR * Math.max(Math.abs(price - stop), atr))
}

/** Of prices, not of money: roundings of small orders are no costs. */
function costShare(price: Ticks, stop: Ticks, spread: number, takerRate: Rate, { stopSlippageRate }: ExpectedCosts): number {
  const paid = (price * takerRate + stop * (takerRate + stopSlippageRate)) / RATE_ONE + spread
  return shareOf(paid, Math.abs(price - stop) * COSTS_FULL)
}

/** Null without targets. */
function rewardOf(
  { targets, side }: OrderIntent,
  price: Ticks,
  quantity: Lots,
  instrument: Instrument,
  takerRate: Rate,
  planned: Cash,
): number | null {
  if (targets === undefined || targets.length === 0) return null
  const unit = instrument.cashNumerator / instrument.cashDenominator
  const fee = takerRate / RATE_ONE
  const won = targets.reduce((sum, target) => sum + target.share * ((target.price - price) * side - (target.price + price) * fee), 0)
  return (won * quantity * unit) / planned
}
