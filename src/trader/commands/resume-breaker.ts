/**
 * What a resume after a breaker has to say: whether it would trip again at once, and what drawdown is measured from afterwards.
 */
import { cash } from '../../core/units.ts'
import { DAY_LOSS_HOLD, isDrawdownHoldId } from '../../kernel/handlers/safety-controls.ts'
import type { Hold } from '../../kernel/state/holds.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { centsText } from '../../risk/denial.ts'

export const isDrawdownHold = ({ id }: Hold): boolean => isDrawdownHoldId(id)

/** Why the hold of the day's loss cannot be lifted yet; undefined where it can, and for any other hold. */
export function dayLossWhy({ portfolio, config }: Kernel, hold: Hold): string | undefined {
  if (hold.id !== DAY_LOSS_HOLD) return undefined
  const limit = config.limits.dayLossMax
  if (portfolio.dayLossLeft(limit) > 0) return undefined
  return `the daily loss is ${centsText(portfolio.dayLoss)} USDT of ${centsText(limit)} USDT, so the breaker would trip again at once; each loss drops out after 24 h`
}

/** Where the lines lie after a resume that set a new reference (S9). */
export function referenceText({ portfolio, config }: Kernel): string {
  const { orange, red } = config.limits.drawdown
  const at = (fraction: number): string => centsText(cash(Math.floor(portfolio.watch.highWater * (1 - fraction))))
  return `Drawdown is now measured from ${centsText(portfolio.watch.highWater)} USDT: no entries at ${at(orange)}, all positions close at ${at(red)}.`
}
