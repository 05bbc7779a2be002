/**
 * Limits of what moves together: positions of correlated symbols count as one, and the loss of a bad day of all of them is bounded.
 */
import { type Cash, DAY_MS, type InstrumentIndex, type Side, cash, lots } from '../core/units.ts'
import { isUnlimited, limitAt } from '../core/money-limit.ts'
import { notionalOf } from '../market/instrument.ts'
import { historicalTail } from '../portfolio/measures/tail-risk.ts'
import type { PortfolioView } from '../portfolio/view.ts'
import type { AddedExposure } from './exposure-limits.ts'
import { type RiskDenial, coinsText } from './denial.ts'
import type { RiskLimits } from './limits.ts'

/** From here on two symbols count as one. */
const TOGETHER = 0.8

/** Signed value of what is held, and of the entries that make it larger. */
export function exposureOf(view: PortfolioView, i: InstrumentIndex): number {
  const held = view.positionLots(i) + view.externalLots(i)
  const side = held >= 0 ? 1 : -1
  const size = Math.abs(held) + view.openEntryLots(i, side)
  return size === 0 ? 0 : notionalOf(view.instrument(i), view.mark(i), lots(size), 'ceil') * side
}

/**
 * Exposures of all symbols that move with the one that is entered, directly or through others (|rho| of at least 0.8), each signed by its
 * rho; a symbol whose rho is not known moves with all.
 */
export function checkCorrelated(added: AddedExposure, view: PortfolioView, limits: RiskLimits): RiskDenial | undefined {
  if (isUnlimited(limits.correlatedMax)) return undefined
  const { instrument, side, notional, closing } = added
  const others = view.symbolsAtStake().filter((i) => i !== instrument)
  const reached: { readonly i: InstrumentIndex; readonly sign: number }[] = [{ i: instrument, sign: 1 }]
  const left = new Set(others)
  let sum = exposureOf(view, instrument) + side * (notional + closing)
  for (let k = 0; k < reached.length; k++) {
    const { i, sign } = reached[k] as (typeof reached)[number]
    for (const j of left) {
      const rho = view.correlation(i, j) ?? 1
      if (Math.abs(rho) < TOGETHER) continue
      left.delete(j)
      const signOfJ = sign * Math.sign(rho)
      reached.push({ i: j, sign: signOfJ })
      sum += signOfJ * exposureOf(view, j)
    }
  }
  const limit = limitAt(limits.correlatedMax, view.equity)
  // An entry that makes the cluster smaller passes, whatever it is.
  if (sum * side <= limit) return undefined
  return {
    rule: 'correlated',
    figures: {
      after: coinsText(cash(Math.ceil(sum * side))),
      limit: coinsText(limit),
      symbols: reached.map(({ i }) => view.instrument(i).symbol).join(' '),
    },
  }
}

/**
 * Adds what all other symbols at stake made in each bar: their exposures now, times their returns. One without returns counts as one that moves
 * with the entered symbol. Answers whether there is any.
 *
 * @param side of the entry
 * @param entered returns of the symbol that is entered
 */
export function addOthers(pnl: Float64Array, view: PortfolioView, instrument: InstrumentIndex, side: Side, entered: Float64Array): boolean {
  const amounts: number[] = []
  const columns: Float64Array[] = []
  for (const i of view.symbolsAtStake()) {
    if (i === instrument) continue
    const exposure = exposureOf(view, i)
    const known = view.returnsOf(i)
    amounts.push(known === undefined ? Math.abs(exposure) * side : exposure)
    columns.push(known ?? entered)
  }
  addColumns(pnl, amounts, columns)
  return columns.length > 0
}

/** Four at a time, in the order of one after the other: the sums are the same to the last bit, in a third of the time. */
function addColumns(sum: Float64Array, amounts: readonly number[], columns: readonly Float64Array[]): void {
  let at = 0
  for (; at + 4 <= columns.length; at += 4) {
    const [a, b, c, d] = [amounts[at] as number, amounts[at + 1] as number, amounts[at + 2] as number, amounts[at + 3] as number]
    const x = columns[at] as Float64Array
    const y = columns[at + 1] as Float64Array
    const z = columns[at + 2] as Float64Array
    const w = columns[at + 3] as Float64Array
    for (let k = 0; k < sum.length; k++)
      sum[k] = (sum[k] as number) + a * (x[k] as number) + b * (y[k] as number) + c * (z[k] as number) + d * (w[k] as number)
  }
  for (; at < columns.length; at++) {
    const amount = amounts[at] as number
    const column = columns[at] as Float64Array
    for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + amount * (column[k] as number)
  }
}

export interface DayTail {
  /** Loss of a day that is passed on one in twenty, Cash, 0 or more. */
  readonly var95: Cash
  /** Mean loss of the days beyond it. */
  readonly cvar95: Cash
}

/**
 * Historical VaR and CVaR 95 of all positions and the entry, over the last 200 bars, from a bar to a day by the square root of time.
 * Undefined where too few bars are known of the entered symbol; another one without them counts as one that moves with it.
 */
export function dayTailAfter(added: AddedExposure, view: PortfolioView): DayTail | undefined {
  const { instrument, side, notional, closing } = added
  const entered = view.returnsOf(instrument)
  if (entered === undefined) return undefined
  const own = exposureOf(view, instrument) + side * (notional + closing)
  const pnl = new Float64Array(entered.length)
  for (let k = 0; k < pnl.length; k++) pnl[k] = own * (entered[k] as number)
  addOthers(pnl, view, instrument, side, entered)
  const { var: lost, cvar: mean } = historicalTail(95, pnl.sort())
  if (lost === null || mean === null) return undefined
  const scale = Math.sqrt(DAY_MS / view.intervalMs)
  const lossOf = (value: number): Cash => cash(Math.max(0, Math.ceil(value * scale)))
  return { var95: lossOf(lost), cvar95: lossOf(mean) }
}

export function checkTail(added: AddedExposure, view: PortfolioView, limits: RiskLimits): RiskDenial | undefined {
  if (isUnlimited(limits.varMax) && isUnlimited(limits.cvarMax)) return undefined
  const tail = dayTailAfter(added, view)
  if (tail === undefined) return undefined
  const denial = (rule: 'var' | 'cvar', after: Cash, limit: Cash): RiskDenial | undefined =>
    after <= limit ? undefined : { rule, figures: { after: coinsText(after), limit: coinsText(limit) } }
  return denial('var', tail.var95, limitAt(limits.varMax, view.equity)) ?? denial('cvar', tail.cvar95, limitAt(limits.cvarMax, view.equity))
}
