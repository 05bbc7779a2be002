/**
 * What an entry adds to the value at risk of a day, and how it moves with what is open: by the returns and the method of the `var` limit.
 * Where too few bars of the symbol are known there is no figure; another symbol without them counts as one that moves with it, as in the limit.
 */
import { DAY_MS, type Cash, type InstrumentIndex, type Side, cash } from '../../core/units.ts'
import { covarianceOf, deviationOf, lowQuantileOf } from '../../portfolio/results/statistics.ts'
import type { PortfolioView } from '../../portfolio/view.ts'
import { addOthers, exposureOf } from '../return-limits.ts'

export interface BookRisk {
  /** Historical VaR 95 of a day after the entry less that before it; negative where it hedges. */
  readonly marginalVar95: Cash
  /** 0 or more. */
  readonly var95After: Cash
  /** Of the entry's result with that of the other symbols, -1 to 1; null where no other is open, or where one of both stands still. */
  readonly correlation: number | null
}

/** As the historical method asks for: one in twenty of fewer is not one. */
const LEAST = 20

/** @param added signed change of the symbol's value, Cash */
export function bookRiskOf(i: InstrumentIndex, side: Side, added: number, view: PortfolioView): BookRisk | undefined {
  const own = view.returnsOf(i)
  if (own === undefined || own.length < LEAST) return undefined
  const others = new Float64Array(own.length)
  const isAlone = !addOthers(others, view, i, side, own)
  const held = exposureOf(view, i)
  const scale = Math.sqrt(DAY_MS / view.intervalMs)
  const pnl = new Float64Array(own.length)
  const varOf = (exposure: number): number => {
    for (let k = 0; k < pnl.length; k++) pnl[k] = (others[k] as number) + exposure * (own[k] as number)
    return Math.max(0, Math.ceil((0 - lowQuantileOf(pnl, 0.05)) * scale))
  }
  const after = varOf(held + added)
  return {
    marginalVar95: cash(after - varOf(held)),
    var95After: cash(after),
    correlation: isAlone ? null : correlationOf(own, others, side),
  }
}

function correlationOf(own: Float64Array, others: Float64Array, side: Side): number | null {
  const spread = (deviationOf(own) ?? 0) * (deviationOf(others) ?? 0)
  return spread > 0 ? Math.max(-1, Math.min(1, (side * (covarianceOf(own, others) ?? 0)) / spread)) : null
}
