/**
 * How large an entry may be: by the sizing of its symbol, for signals and for orders that strategies name alike.
 */
import type { KernelContext } from '../context.ts'
import { DAY_MS, type Lots, type Side, type Ticks, cash, lots, ticks } from '../../core/units.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../market/instrument.ts'
import { closingNotional } from '../../risk/at-stake.ts'
import { roomForOne } from '../../risk/check-loss.ts'
import { isLossUnbounded } from '../../risk/limits.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import { rateOf, takerRateOf } from '../../risk/planned-loss.ts'
import { NO_EDGE, type SizingMethod, sizeByMethod } from '../../risk/sizing-methods.ts'
import { type Sized, entryCaps, lotsFor, sizeByRisk } from '../../risk/sizing.ts'
import type { OrderIntent } from '../../trading/order.ts'
import type { KernelConfig } from '../config.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'

/** Part of the money that a spot order may be sized with: at market it must be paid at the price that it gets. */
const SPOT_SHARE = 0.995
const UNBOUNDED = Number.POSITIVE_INFINITY
const YEAR_MS = 365 * DAY_MS
const FIXED_FRACTION: SizingMethod = { type: 'fixed-fraction' }

export interface SizedEntry {
  readonly size: OrderIntent['size']
  readonly estimate: Lots
  readonly detail: Sized | undefined
}

export class EntrySizing {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  /** Least quantities as text, by instrument: a strategy that asks at each bar is denied at each bar. */
  private readonly minimums = new Map<Instrument, string>()

  constructor({ config, portfolio, limits }: KernelContext) {
    this.config = config
    this.portfolio = portfolio
    this.limits = limits
  }

  /** The least quantity as text, made once for each version of an instrument. */
  private minimumText(instrument: Instrument): string {
    const known = this.minimums.get(instrument)
    if (known !== undefined) return known
    const text = formatQuantity(instrument, instrument.lotsMin)
    this.minimums.set(instrument, text)
    return text
  }

  /** Stop of an entry that brings none; undefined where none is added. */
  defaultStop(mark: Ticks, side: Side): Ticks | undefined {
    const fraction = this.config.defaultStopFraction
    if (fraction === undefined) return undefined
    // Rounded toward the entry: a stop is never farther than was asked for.
    return ticks(side === 1 ? Math.ceil(mark * (1 - fraction)) : Math.floor(mark * (1 + fraction)))
  }

  /** What an entry may be: its quantity with the steps that led to it, or why there is none. */
  size(instrument: Instrument, side: Side, mark: Ticks, stop: Ticks | undefined): SizedEntry | RiskDenial {
    const { costs } = this.config
    const limits = this.limits.of(instrument.index)
    const sizing = this.limits.sizingOf(instrument.index)
    switch (sizing.type) {
      case 'fixed':
        return { size: { lots: sizing.lots }, estimate: sizing.lots, detail: undefined }
      case 'all': {
        // What the same signal closes pays its fee and gives its margin back before this order fills.
        const closing = closingNotional(this.portfolio, instrument, side)
        const closingFee = rateOf(closing, takerRateOf(instrument, costs))
        const leverage = instrument.category === 'spot' ? 1 : this.portfolio.leverageOf(instrument.index)
        const freed = Math.floor(closing / leverage) - closingFee
        const budget = cash(this.portfolio.equity - this.portfolio.marginUsed + freed)
        // Figures as they are: what has no money left is denied at each bar.
        if (budget < instrument.notionalMin)
          return { rule: 'notional-min', figures: { notional: budget / 1e8, min: instrument.notionalMin / 1e8 } }
        const estimate = lotsFor(instrument, instrument.category === 'spot' ? cash(Math.floor(budget * SPOT_SHARE)) : budget, mark)
        if (estimate < instrument.lotsMin)
          return { rule: 'no-size', figures: { budget: budget / 1e8, minimum: this.minimumText(instrument) } }
        return this.config.allowsBudget && instrument.category === 'linear'
          ? { size: { budget }, estimate, detail: undefined }
          : { size: { lots: estimate }, estimate, detail: undefined }
      }
      case 'risk': {
        if (stop === undefined) return { rule: 'stop-missing', figures: { symbol: instrument.symbol, sizing: 'risk' } }
        if (side === 1 ? stop >= mark : stop <= mark)
          return { rule: 'stop-side', figures: { stop: formatPrice(instrument, stop), price: formatPrice(instrument, mark) } }
        const { watch } = this.portfolio
        const share = sizing.capital ?? 1
        const equity = cash(Math.floor(this.portfolio.equity * share))
        const strategy = this.portfolio.ownerOf(instrument.index)
        const caps = entryCaps(this.portfolio, instrument, side, limits, costs)
        const by = sizeByMethod(sizing.method ?? FIXED_FRACTION, {
          equity,
          entry: mark,
          atrTicks: this.portfolio.atrTicks(instrument.index),
          barsPerYear: YEAR_MS / this.config.intervalMs,
          edge: strategy === undefined ? NO_EDGE : this.portfolio.results.edgeOf(strategy),
          symbols: this.config.instruments.length,
          rMin: sizing.scaling.type === 'constant' ? sizing.scaling.r : sizing.scaling.rMin,
        })
        if (by.missing !== undefined) return { rule: 'no-size', figures: { problem: 'no-atr' } }
        const sized = sizeByRisk(
          {
            instrument,
            side,
            entry: mark,
            stop,
            equity,
            highWater: cash(Math.floor(watch.highWater * share)),
            smoothedDrawdown: watch.smoothed,
            lossRoom:
              sizing.isThrottled && !isLossUnbounded(limits) ? roomForOne(this.portfolio, instrument.index, limits, costs) : UNBOUNDED,
          },
          sizing.scaling,
          sizing.decay,
          limits,
          costs,
          caps,
          by,
        )
        const quantity = lots(Math.min(sized.lots, instrument.lotsMarketMax))
        if (quantity < instrument.lotsMin)
          return {
            rule: 'no-size',
            figures: { quantity: formatQuantity(instrument, quantity), minimum: this.minimumText(instrument) },
          }
        return { size: { lots: quantity }, estimate: quantity, detail: sized }
      }
    }
  }
}
