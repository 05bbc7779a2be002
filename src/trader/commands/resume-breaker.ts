/**
 * What a resume after a breaker has to say: whether it would trip again at once, and what drawdown is measured from afterwards.
 */
import { cash } from '../../core/units.ts'
import { type Hold, isDrawdownHoldId } from '../../kernel/state/holds.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { centsText } from '../../risk/denial.ts'

export const isDrawdownHold = ({ id }: Hold): boolean => isDrawdownHoldId(id)

/** Why the hold of a loss limit cannot be lifted yet; undefined where it can, and for any other hold. */
export function lossWhy({ losses, config }: Kernel, hold: Hold): string | undefined {
  const reached = losses.reached(hold)
  if (reached === undefined) return undefined
  const { scope, window, lost, limit } = reached
  const whose =
    scope.type === 'account' ? '' : ` of ${scope.type === 'strategy' ? scope.strategy : config.instruments[scope.instrument]?.symbol}`
  return `the ${window === 'day' ? 'daily' : 'weekly'} loss${whose} is ${centsText(lost)} USDT of ${centsText(limit)} USDT, so the breaker would trip again at once; each loss drops out after ${window === 'day' ? '24 h' : '7 days'}`
}

/** Where the lines lie after a resume that set a new reference (S9). */
export function referenceText({ portfolio, limits }: Kernel): string {
  const { orange, red } = limits.account.drawdown
  const at = (fraction: number): string => centsText(cash(Math.floor(portfolio.watch.highWater * (1 - fraction))))
  return `Drawdown is now measured from ${centsText(portfolio.watch.highWater)} USDT: no entries at ${at(orange)}, all positions close at ${at(red)}.`
}
