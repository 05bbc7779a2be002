/**
 * How large an entry may be: a pure function from figures to lots and the arithmetic that `/why` shows.
 * Never rounds up to a minimum, and never grows because of a loss (S10).
 */
import { formatDecimal, mulDivFloor } from '../core/decimal.ts'
import { CASH_SCALE, type Cash, type Lots, RATE_ONE, type Side, type Ticks, cash, lots } from '../core/units.ts'
import { type Instrument, formatPrice, formatQuantity, notionalOf } from '../market/instrument.ts'
import { valueMaxAt } from '../market/margin-tiers.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import { type ExpectedCosts, plannedLossOf, rateOf, takerRateOf } from './planned-loss.ts'
import { closingNotional } from './at-stake.ts'
import type { RiskLimits } from './limits.ts'
import type { MethodSize, SizingMethod } from './sizing-methods.ts'
import { limitAt } from '../core/money-limit.ts'
import { exposureCaps } from './exposure-limits.ts'

/** Scales the fraction of equity that one trade may lose between rMin and rMax by the size of the balance. */
export type BalanceScaling =
  | { readonly type: 'linear'; readonly rMin: number; readonly rMax: number; readonly balanceLow: Cash; readonly balanceHigh: Cash }
  | { readonly type: 'exponential'; readonly rMin: number; readonly rMax: number; readonly balanceLow: Cash; readonly halfLife: Cash }
  | { readonly type: 'constant'; readonly r: number }

/** Shrinks r with the smoothed drawdown: 1 until `yellow`, then linear to 0 at `red`, or halving every `halfLife`. */
export type DrawdownDecay =
  | { readonly type: 'linear' }
  | { readonly type: 'exponential'; readonly halfLife: number }
  | { readonly type: 'none' }

export type Sizing =
  | { readonly type: 'all' }
  | { readonly type: 'fixed'; readonly lots: Lots }
  | {
      readonly type: 'risk'
      readonly scaling: BalanceScaling
      readonly decay: DrawdownDecay
      /** Whether an entry is made smaller where the day has too little loss left for all of it; else it is denied. */
      readonly isThrottled: boolean
      /** Part of equity that is traded with; absent: all of it. */
      readonly capital?: number
      /** Absent: the fixed fraction alone. */
      readonly method?: SizingMethod
    }

export interface SizingStep {
  readonly name: string
  readonly value: string
}

export interface Sized {
  readonly lots: Lots
  readonly r: number
  readonly plannedLoss: Cash
  readonly steps: readonly SizingStep[]
}

const PROBE_LOTS_MAX = 1_000_000
/** One million coins. */
const PROBE_NOTIONAL = 1e14
const BAND_LOW = 0.005
const BAND_HIGH = 0.02

/** E is max(equity, flow-adjusted high-water mark); r stays within 0.5 % and 2 % before the decay. */
export function scaledFraction(scaling: BalanceScaling, equity: Cash, highWater: Cash): number {
  if (scaling.type === 'constant') return scaling.r
  const e = Math.max(equity, highWater)
  const { rMin, rMax, balanceLow } = scaling
  const r =
    scaling.type === 'linear'
      ? rMax - (rMax - rMin) * clamp((e - balanceLow) / (scaling.balanceHigh - balanceLow), 0, 1)
      : rMin + (rMax - rMin) * 2 ** (-(Math.max(e, balanceLow) - balanceLow) / scaling.halfLife)
  return clamp(r, BAND_LOW, BAND_HIGH)
}

/** The factor on r for a smoothed drawdown d, with the breaker's yellow and red lines (S9). */
export function decayFactor(decay: DrawdownDecay, d: number, yellow: number, red: number): number {
  if (decay.type === 'none' || d <= yellow) return 1
  return decay.type === 'linear' ? Math.max(0, 1 - d / red) : 2 ** (-d / decay.halfLife)
}

const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x))

export interface RiskSizeInput {
  readonly instrument: Instrument
  readonly side: Side
  readonly entry: Ticks
  readonly stop: Ticks
  readonly equity: Cash
  readonly highWater: Cash
  readonly smoothedDrawdown: number
  /** What one more trade may lose of the day and the week, Cash; Infinity where the size does not depend on it. */
  readonly lossRoom: number
}

/** `fixed-fraction`: quantity = r x equity / planned loss of one unit, rounded down to the lot; caps only ever make it smaller. */
export function sizeByRisk(
  input: RiskSizeInput,
  scaling: BalanceScaling,
  decay: DrawdownDecay,
  limits: Pick<RiskLimits, 'drawdown' | 'tradeLossFractionMax'>,
  costs: ExpectedCosts,
  caps: readonly { readonly name: string; readonly notional: Cash }[],
  by: MethodSize = { steps: [] },
): Sized {
  const { instrument, entry, stop } = input
  const rScaled = scaledFraction(scaling, input.equity, input.highWater)
  const factor = decayFactor(decay, input.smoothedDrawdown, limits.drawdown.yellow, limits.drawdown.red)
  // A method that asks for a value is bounded by what any trade may lose; the decay shrinks the value instead.
  const rWanted = by.notional === undefined ? Math.min(rScaled, by.r ?? rScaled) * factor : limits.tradeLossFractionMax
  const r = Math.min(rWanted, limits.tradeLossFractionMax)
  const byFraction = Math.max(0, Math.floor(input.equity * r))
  const isThrottled = input.lossRoom < byFraction
  const budget = cash(isThrottled ? Math.max(0, Math.floor(input.lossRoom)) : byFraction)
  // Many lots keep the loss of one exact to far below a unit of Cash; as many as fit, since a lot may be worth a fortune.
  const probe = lots(Math.max(1, Math.min(PROBE_LOTS_MAX, Math.floor(PROBE_NOTIONAL / notionalOf(instrument, entry, lots(1), 'ceil')))))
  const probeLoss = plannedLossOf(instrument, entry, stop, probe, costs)
  let quantity = probeLoss > 0 ? mulDivFloor(budget, probe, probeLoss) : 0
  while (quantity > 0 && plannedLossOf(instrument, entry, stop, lots(quantity), costs) > budget) quantity -= 1
  const byRisk = lots(quantity)
  const capped: { readonly name: string; readonly lots: Lots }[] = []
  const asked = by.notional === undefined ? [] : [{ name: 'the sizing method', notional: cash(Math.floor(by.notional * factor)) }]
  for (const cap of [...asked, ...caps]) {
    const most = lotsFor(instrument, cap.notional, entry)
    if (most >= quantity) continue
    quantity = most
    capped.push({ name: cap.name, lots: most })
  }
  const size = lots(quantity)
  const plannedLoss = plannedLossOf(instrument, entry, stop, size, costs)
  return new SizedByRisk(size, r, plannedLoss, {
    input,
    rScaled,
    factor,
    r,
    rWanted,
    methodSteps: by.steps,
    isThrottled,
    budget,
    probe,
    probeLoss,
    byRisk,
    capped,
  })
}

interface Arithmetic {
  readonly input: RiskSizeInput
  readonly rScaled: number
  readonly factor: number
  readonly r: number
  readonly rWanted: number
  readonly methodSteps: readonly SizingStep[]
  readonly isThrottled: boolean
  readonly budget: Cash
  readonly probe: Lots
  readonly probeLoss: Cash
  readonly byRisk: Lots
  readonly capped: readonly { readonly name: string; readonly lots: Lots }[]
}

class SizedByRisk implements Sized {
  readonly lots: Lots
  readonly r: number
  readonly plannedLoss: Cash
  private readonly arithmetic: Arithmetic

  constructor(size: Lots, r: number, plannedLoss: Cash, arithmetic: Arithmetic) {
    this.lots = size
    this.r = r
    this.plannedLoss = plannedLoss
    this.arithmetic = arithmetic
  }

  /** Texts only for who reads them: a backtest sizes at each signal and shows none. */
  get steps(): readonly SizingStep[] {
    const { input, rScaled, factor, r, rWanted, methodSteps, isThrottled, budget, probe, probeLoss, byRisk, capped } = this.arithmetic
    const { instrument } = input
    return [
      { name: 'equity', value: formatDecimal(input.equity, CASH_SCALE) },
      { name: 'r by balance', value: rScaled.toFixed(6) },
      { name: 'drawdown factor', value: factor.toFixed(6) },
      ...methodSteps,
      ...(r < rWanted ? [{ name: 'r by tradeLoss', value: r.toFixed(6) }] : []),
      ...(isThrottled ? [{ name: 'loss left for one trade', value: formatDecimal(budget, CASH_SCALE) }] : []),
      { name: 'risk budget', value: formatDecimal(budget, CASH_SCALE) },
      { name: 'entry', value: formatPrice(instrument, input.entry) },
      { name: 'stop', value: formatPrice(instrument, input.stop) },
      { name: 'planned loss of one unit', value: unitLoss(instrument, probeLoss, probe) },
      { name: 'quantity by risk', value: formatQuantity(instrument, byRisk) },
      ...capped.map((cap) => ({ name: `capped by ${cap.name}`, value: formatQuantity(instrument, cap.lots) })),
    ]
  }
}

const unitLoss = (instrument: Instrument, probeLoss: Cash, probe: Lots): string =>
  ((probeLoss / 1e8 / probe) * (10 ** instrument.quantityScale / instrument.lot)).toPrecision(10).replace(/\.?0+$/, '')

/** Most lots whose notional at the price fits into the money. */
export function lotsFor(instrument: Instrument, notional: Cash, price: Ticks): Lots {
  if (notional <= 0) return lots(0)
  let n = mulDivFloor(notional, instrument.cashDenominator, price * instrument.cashNumerator)
  while (n > 0 && notionalOf(instrument, price, lots(n), 'ceil') > notional) n -= 1
  return lots(n)
}

/** What still fits under the notional limits and the margin, by name, for an entry at `price`. */
export function entryCaps(view: PortfolioView, instrument: Instrument, side: Side, limits: RiskLimits, costs: ExpectedCosts) {
  const i = instrument.index
  const mark = view.mark(i)
  const held = (view.positionLots(i) + view.externalLots(i)) * side
  const used = notionalOf(instrument, mark, lots((held > 0 ? held : 0) + view.openEntryLots(i, side)), 'ceil')
  const isSpot = instrument.category === 'spot'
  // Fees of the entry must fit too, so margin is shared with them.
  const takerRate = takerRateOf(instrument, costs)
  const leverage = isSpot ? 1 : view.leverageOf(i)
  const perNotional = 1 / leverage + takerRate / RATE_ONE
  // What the same signal closes pays its fee and is gone before this order fills.
  const closing = closingNotional(view, instrument, side)
  const gross = view.grossNotional - closing
  const equity = view.marginEquity - rateOf(closing, takerRate)
  const free = equity - view.marginUsed + Math.floor(closing / leverage)
  return [
    { name: 'order limit', notional: limitAt(limits.orderMax, view.equity) },
    { name: 'position limit', notional: cash(limitAt(limits.positionMax, view.equity) - used) },
    { name: 'the exchange’s limit at this leverage', notional: cash(valueMaxAt(leverage, instrument.tiers) - used) },
    { name: 'gross limit', notional: cash(limitAt(limits.grossMax, view.equity) - gross) },
    ...exposureCaps(view, i, side, closing, limits),
    { name: 'margin', notional: cash(Math.floor(Math.max(0, free) / perNotional)) },
  ]
}
